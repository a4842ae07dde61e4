//! The slices of the wallet: what the core asks of each, and which there are. Here alone they are named
//! together; a new one is a folder, a field here, and what its pages show in [`crate::view`].

use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::account::offer::Offering;
use crate::account::renewal::Renewing;
use crate::bank::banking::Banking;
use crate::checkout::PAUSE_MS_MIN;
use crate::checkout::orders::Orders;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::{DeviceKey, Ports, Record};
use crate::core::wallet::Wallet;
use crate::coupon::coupons::Coupons;
use crate::holder::profile::Profile;
use crate::holder::sheet::SheetRecord;
use crate::home::Homes;
use crate::sealing::stretch::Stretch;
use crate::settlement::settlements::Settlements;
use crate::{account, bank, checkout, core, coupon, holder, home, settlement};

/// What a record says once it is opened, or why it does not open.
pub type Opened = Result<Zeroizing<Vec<u8>>, WalletError>;

/// A capability of the wallet, by what it keeps in memory while the wallet is unlocked.
pub trait Slice {
    /// The record without which there is no wallet, if it has one such.
    const NEEDED: Option<&'static str> = None;

    /// Whether the record of that name is one of its own.
    fn owns(name: &str) -> bool;

    /// Takes up one of its records.
    ///
    /// # Errors
    /// [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`], if nothing can go on without it.
    fn take_up(&mut self, name: &str, opened: Opened) -> Result<(), WalletError>;

    /// Whether something left the wallet that it has to follow: it is not erased meanwhile.
    fn is_under_way(&self) -> bool {
        false
    }
}

/// What the slices keep in memory while the wallet is unlocked.
#[derive(Default)]
pub struct Slices {
    /// The holder's profile: accounts and addresses.
    pub profile: Profile,
    /// The sheet, until the holder has shown to have it.
    pub sheet: SheetRecord,
    /// When accounts are renewed.
    pub renewing: Renewing,
    /// Accounts at banks on their way, purses and movements.
    pub banking: Banking,
    /// Coupons.
    pub coupons: Coupons,
    /// Contactless cards.
    pub settlements: Settlements,
    /// The orders.
    pub orders: Orders,
    /// What is lent, from here and to here.
    pub homes: Homes,
}

impl Slices {
    /// Takes up the records of the vault, each by the slice that owns it.
    ///
    /// # Errors
    /// [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`].
    pub fn of(records: &[Record], open: impl Fn(&Record) -> Opened) -> Result<Self, WalletError> {
        let mut slices = Self::default();
        take_up(&mut slices.profile, records, &open)?;
        take_up(&mut slices.sheet, records, &open)?;
        take_up(&mut slices.banking, records, &open)?;
        take_up(&mut slices.coupons, records, &open)?;
        take_up(&mut slices.settlements, records, &open)?;
        take_up(&mut slices.orders, records, &open)?;
        take_up(&mut slices.homes, records, &open)?;
        Ok(slices)
    }

    /// Whether something is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.profile.is_under_way()
            || self.banking.is_under_way()
            || self.coupons.is_under_way()
            || self.settlements.is_under_way()
            || self.orders.is_under_way()
    }

    /// Whether there is something that can pay: a card of its own, or one that is lent.
    #[must_use]
    pub fn can_pay(&self) -> bool {
        let is_lent = self.homes.away.iter().any(|away| !away.loans.is_empty());
        self.profile.is_enrolled() || is_lent
    }

    /// Whether time does not lock the wallet at present: somebody away uses what is in it.
    #[must_use]
    pub fn stays_unlocked(&self, now: Timestamp) -> bool {
        self.homes.is_on(now)
    }

    /// After how many minutes the wallet locks itself, if the holder has chosen.
    #[must_use]
    pub const fn lock_minutes(&self) -> Option<u32> {
        self.profile.lock_minutes
    }
}

/// Every kind of error, the core's first.
pub fn error_kinds() -> impl Iterator<Item = ErrorKind> {
    let kinds = [
        core::error::KINDS,
        holder::errors::KINDS,
        account::errors::KINDS,
        bank::errors::KINDS,
        bank::local::errors::KINDS,
        checkout::errors::KINDS,
        coupon::errors::KINDS,
        home::errors::KINDS,
        settlement::errors::KINDS,
    ];
    kinds.into_iter().flatten().copied()
}

/// The kind of error that is stored by that number.
#[must_use]
pub fn error_kind(number: u8) -> Option<ErrorKind> {
    error_kinds().find(|kind| kind.number() == number)
}

fn take_up<S: Slice>(
    slice: &mut S,
    records: &[Record],
    open: &impl Fn(&Record) -> Opened,
) -> Result<(), WalletError> {
    let is_there = |needed| records.iter().any(|record| record.name == needed);
    if !S::NEEDED.is_none_or(is_there) {
        return Err(WalletError::new(ErrorKind::StorageDamaged));
    }
    for record in records.iter().filter(|record| S::owns(&record.name)) {
        slice.take_up(&record.name, open(record))?;
    }
    Ok(())
}

/// What the slices keep in memory also while the wallet is locked or empty.
#[derive(Default)]
pub struct Beside {
    /// The card on offer.
    pub offering: Offering,
}

impl Beside {
    /// What the vault holds of it before anything is unlocked. `before` is what was in memory.
    pub async fn of(
        records: &[Record],
        device_key: &impl DeviceKey,
        is_set_up: bool,
        before: &Self,
    ) -> Self {
        Self {
            offering: before
                .offering
                .read_again(records, device_key, is_set_up)
                .await,
        }
    }

    /// What opens only with the state key.
    pub fn unlock(&mut self, records: &[Record], open: impl Fn(&Record) -> Opened) {
        self.offering.unlock(records, open);
    }
}

impl<P: Ports> Wallet<P> {
    /// Does what is due in every slice: orders go on, then what banks, coupon offices and settlement servers were asked,
    /// then cards are renewed that end soon. Returns the
    /// milliseconds until the next call, or nothing if nothing is open or the wallet is locked.
    ///
    /// # Errors
    /// [`ErrorKind::RevocationsStale`] or [`ErrorKind::ClockWrong`] while nobody can be believed and somebody would
    /// have to be asked; a failure of the storage. What was finished stays finished; call it again.
    pub async fn advance(&self) -> Result<Option<u64>, WalletError> {
        let Some(_alone) = self.advancing.try_take() else {
            return Ok(Some(PAUSE_MS_MIN));
        };
        let mut has_open = false;
        self.perform(&mut |desk| {
            has_open = desk.has_open()?;
            Ok(())
        })
        .await?;
        // Whoever answers has to be believed: without a list of revoked certificates nobody is asked.
        let known = match has_open {
            true => self.know_revocations().await,
            false => Ok(()),
        };
        let orders_ms = self.advance_orders().await?;
        known?;
        let banks_ms = self.advance_banks().await?;
        let coupons_ms = self.advance_coupons().await?;
        let charges_ms = self.advance_charges().await?;
        let taps_ms = self.advance_taps().await?;
        self.renew_cards().await?;
        let due_ms = orders_ms.into_iter().chain(banks_ms);
        let due_ms = due_ms.chain(coupons_ms).chain(charges_ms);
        Ok(due_ms.chain(taps_ms).min())
    }
}

impl Desk<'_> {
    /// Whether parties have to be asked about something, now or later.
    fn has_open(&mut self) -> Result<bool, WalletError> {
        Ok(self.has_open_orders()
            || self.has_open_at_banks()?
            || self.has_open_coupons()?
            || self.has_open_charges()?)
    }

    /// What each slice does once a card has another PIN, in one with the card's new state. `stretch` is what a
    /// passphrase costs.
    ///
    /// # Errors
    /// If the wallet is locked; of sealing.
    pub fn pin_changed(
        &mut self,
        place: KeyPlace,
        pins: (&str, &str),
        stretch: Stretch,
    ) -> Result<(), WalletError> {
        self.keep_sheet_under(place, pins, stretch)
    }

    /// What each slice does before any piece of work.
    ///
    /// # Errors
    /// None, but of sealing.
    pub fn tidy(&mut self) -> Result<(), WalletError> {
        self.tidy_offer()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::error_kinds;

    #[test]
    fn no_two_kinds_of_error_share_a_number_or_a_name() {
        let numbers: BTreeSet<_> = error_kinds().map(|kind| kind.number()).collect();
        let names: BTreeSet<_> = error_kinds().map(|kind| kind.name()).collect();
        let count = error_kinds().count();
        assert_eq!((numbers.len(), names.len()), (count, count));
    }
}
