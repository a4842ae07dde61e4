//! Accounts at fronts. They are ordinary accounts, opened as those of coupon offices are.

use tallystick_protocol::wire::identifier::Domain;

use super::record::CardRecord;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::CardAccount;
use crate::holder::profile::Profile;

/// The account at a front that answers for a card: one in the same element if there is one, else the first.
#[must_use]
pub fn account_of<'a>(profile: &'a Profile, card: &CardRecord) -> Option<&'a CardAccount> {
    let usable = || {
        profile
            .cards
            .iter()
            .filter(|account| account.issuer == card.front && account.enrolment.is_done())
    };
    let here = usable().find(|account| account.place() == card.place);
    here.or_else(|| usable().next())
}

impl Desk<'_> {
    /// The account at a front that pays charges of a card.
    ///
    /// # Errors
    /// [`ErrorKind::NoSettlementAccount`], or if the wallet is locked.
    pub(super) fn account_of(&mut self, card: &CardRecord) -> Result<CardAccount, WalletError> {
        let account = account_of(self.profile()?, card).cloned();
        account.ok_or_else(|| {
            WalletError::new(ErrorKind::NoSettlementAccount).about(card.front.as_str())
        })
    }

    /// An account at a front, enrolled or not.
    pub(super) fn front_account(&mut self, front: &Domain) -> Result<CardAccount, WalletError> {
        let mut accounts = self.profile()?.cards.iter();
        let account = accounts.find(|account| account.issuer == *front).cloned();
        account
            .ok_or_else(|| WalletError::new(ErrorKind::NoSettlementAccount).about(front.as_str()))
    }
}
