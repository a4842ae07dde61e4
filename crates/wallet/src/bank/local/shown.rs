//! From what is kept of payments between purses to what the pages show.

use tallystick_protocol::purse::PurseNumber;

use super::record::LocalRecord;
use super::view::LocalView;

/// How many digits of a purse's number are shown.
const DIGITS: usize = 8;

/// A purse's number, as it is shown.
#[must_use]
pub fn short(number: &PurseNumber) -> String {
    let mut text = number.to_string();
    text.truncate(DIGITS);
    text
}

impl LocalRecord {
    /// As the pages see it.
    #[must_use]
    pub fn view(&self) -> LocalView {
        LocalView {
            id: self.id(),
            purse_id: self.purse.clone(),
            state: self.state,
            amount_minor: self.amount,
            currency: self.currency.code().to_owned(),
            partner: self.partner.as_ref().map(short),
            text: self.text.clone(),
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            is_prepaid: self.prepaid.is_some(),
        }
    }
}
