//! A party of an order that is paid with what is lent may be in another key space than the order was made for. Nobody here
//! can put a share into the card at home; but it may have one that it got for another party.

use tallystick_protocol::keys::Space;
use tallystick_protocol::wire::identifier::Domain;

use crate::checkout::order::record::OrderRecord;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::holder::profile::KnownSpace;
use crate::home::away::record::named;

impl Desk<'_> {
    /// Whether the card at home can meet that party there; from now on it is met there. Nothing of an order that is paid
    /// with nothing lent.
    pub(in crate::checkout) fn meet_from_away(
        &mut self,
        order: &OrderRecord,
        party: &Domain,
        space: Space,
    ) -> Result<Option<bool>, WalletError> {
        let means = order.approval.as_ref();
        let means = means.and_then(|one| named(one.means.as_deref()?));
        let Some((home, number)) = means else {
            return Ok(None);
        };
        let mut away = match self.away_home(&home) {
            Err(error) if error.kind == ErrorKind::NoSuchLoan => return Ok(Some(false)),
            away => away?,
        };
        let mut loans = away.loans.iter_mut();
        let Some(one) = loans.find(|one| one.loan.number == number) else {
            return Ok(Some(false));
        };
        let mut shares = one.account.account.enrolment.shares.iter();
        if !shares.any(|held| held.space == space) {
            return Ok(Some(false));
        }
        let known = &mut one.account.spaces;
        known.retain(|known| known.party != *party || known.space.role != space.role);
        known.push(KnownSpace {
            party: party.clone(),
            space,
        });
        self.keep_away_home(away)?;
        Ok(Some(true))
    }
}
