//! What is kept of a home that lets this wallet in.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::home::{Loan, PublicKeys};
use tallystick_protocol::wire::identifier::{Domain, HomeId};
use tallystick_protocol::wire::time::Timestamp;

use crate::core::place::KeyPlace;
use crate::holder::profile::StoredAddress;
use crate::home::account::LentAccount;
use crate::home::view::{AwayLoanView, AwayView};

/// The format that this release writes.
pub const FORMAT: u8 = 1;
/// In front of the names of lent accounts.
const LENT: &str = "lent:";
/// How many digits of a home's name are shown while nothing else is known of it.
const DIGITS: usize = 8;

/// Something that is lent to this wallet.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LentRecord {
    /// What is lent.
    #[n(0)]
    pub loan: Loan,
    /// The account.
    #[n(1)]
    pub account: LentAccount,
    /// What is left of it as far as this wallet knows, in minor units.
    #[n(2)]
    pub total_left: u64,
    /// How many orders are left, as far as it knows.
    #[n(3)]
    pub count_left: u32,
}

impl LentRecord {
    /// Whether it can pay what a form asks. The card at home decides.
    #[must_use]
    pub fn can_pay(&self, form: &OrderForm) -> bool {
        let (loan, total) = (&self.loan, form.total);
        let account = &self.account.account;
        // The card at home signs for orders with a courier alone.
        form.courier().is_some()
            && (form.instruments).contains(&self.account.payment().instrument())
            && form.issuers.contains(&account.issuer)
            && loan.is_for(&form.envelope.from)
            && loan.each.currency == total.currency
            && total.minor <= loan.each.minor.min(self.total_left)
            && self.count_left > 0
            && form.envelope.sent_at < loan.ends_at
    }

    /// How much more, and how many more orders, are lent by that loan than by this one.
    #[must_use]
    pub const fn topped_up(&self, by: &Loan) -> (u64, u32) {
        let more = by.total.saturating_sub(self.loan.total);
        (more, by.count.saturating_sub(self.loan.count))
    }

    fn view(&self) -> AwayLoanView {
        let (loan, account) = (&self.loan, &self.account.account);
        AwayLoanView {
            number: loan.number,
            card_id: name_of(&loan.home, loan.number),
            name: account.issuer_name.clone(),
            pays: self.account.pays(),
            shown: self.account.shown(),
            holder_name: account.card.holder_name.clone(),
            shops: loan
                .shops
                .iter()
                .map(|shop| shop.as_str().to_owned())
                .collect(),
            each_minor: loan.each.minor,
            left_minor: self.total_left,
            currency: loan.each.currency.code().to_owned(),
            count_left: self.count_left,
            ends_at: loan.ends_at.seconds(),
            addresses: self
                .account
                .addresses
                .iter()
                .map(StoredAddress::view)
                .collect(),
        }
    }
}

/// How a lent account is named among the means of an order: `lent:HOME:NUMBER`.
#[must_use]
pub fn name_of(home: &HomeId, number: u32) -> String {
    [LENT, &home.to_string(), ":", &number.to_string()].concat()
}

/// Home and number in such a name.
#[must_use]
pub fn named(name: &str) -> Option<(HomeId, u32)> {
    let (home, number) = name.strip_prefix(LENT)?.split_once(':')?;
    Some((home.parse().ok()?, number.parse().ok()?))
}

/// A home that lets this wallet in.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AwayRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// The home card's keys.
    #[n(1)]
    pub keys: PublicKeys,
    /// The proxy.
    #[n(2)]
    pub proxy: Domain,
    /// What it lends, by number.
    #[n(3)]
    pub loans: Vec<LentRecord>,
    /// The keys of the access card, if that is a card in a reader: it is known by them.
    #[n(4)]
    pub access: Option<PublicKeys>,
}

impl AwayRecord {
    /// Where the access card is.
    #[must_use]
    pub const fn place(&self) -> KeyPlace {
        match self.access {
            Some(_) => KeyPlace::Reader,
            None => KeyPlace::Software,
        }
    }

    /// Its name.
    #[must_use]
    pub fn home(&self) -> HomeId {
        self.keys.home()
    }

    /// A loan.
    #[must_use]
    pub fn loan(&self, number: u32) -> Option<&LentRecord> {
        self.loans.iter().find(|one| one.loan.number == number)
    }

    /// For the pages.
    #[must_use]
    pub fn view(&self, now: Timestamp) -> AwayView {
        let home = self.home().to_string();
        let first = self.loans.first();
        let name = match first {
            Some(one) => one.account.account.card.holder_name.clone(),
            None => home.chars().take(DIGITS).collect(),
        };
        let open = self.loans.iter().filter(|one| one.loan.ends_at > now);
        AwayView {
            home,
            place: self.place(),
            proxy: self.proxy.as_str().to_owned(),
            name,
            loans: open.map(LentRecord::view).collect(),
        }
    }
}
