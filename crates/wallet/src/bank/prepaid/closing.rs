//! Taking an empty prepaid card out of the card, or forgetting one that was never issued. The bank is not asked: it is
//! nobody's, and nothing is on it.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;

use crate::bank::card;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Takes an empty prepaid card out of the card. What moved by it stays in the history.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseBusy`] while it is being asked for or something is under way,
    /// [`ErrorKind::PurseHoldsValue`], [`ErrorKind::PurseInUse`] if the card says so, [`ErrorKind::Locked`], or a failure
    /// of reader, card or storage.
    pub async fn remove_prepaid(&self, id: &str) -> Result<(), WalletError> {
        let removed = self.run(&mut Removing { id, place: None }).await;
        let is_gone = |error: &WalletError| error.kind == ErrorKind::NoPurseInCard;
        if let Err(error) = removed
            && !is_gone(&error)
        {
            return Err(error);
        }
        // It was never in the card, or was out already when the wallet died before it could note so.
        self.perform(&mut |desk| match desk.prepaid(id) {
            Ok(record) => desk.drop_banking(&record),
            Err(_) => Ok(()),
        })
        .await
    }
}

struct Removing<'a> {
    id: &'a str,
    place: Option<u8>,
}

impl Errand for Removing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let record = desk.prepaid(self.id)?;
        let refused = |kind| Err(WalletError::new(kind).about(&record.bank_name));
        let is_moving = desk.banking()?.movements().any(|movement| {
            let is_end = record.is(&movement.source) || record.is(&movement.destination);
            is_end && !movement.state.has_ended()
        });
        if is_moving || record.said.is_some() {
            return refused(ErrorKind::PurseBusy);
        }
        if record.has_value() {
            return refused(ErrorKind::PurseHoldsValue);
        }
        self.place = record.place;
        if self.place.is_none() {
            return Ok(None);
        }
        Ok(Some(desk.profile()?.card(&record.account)?.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        _: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        Ok(self.place.take().map(card::close).into_iter().collect())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        match desk.prepaid(self.id) {
            Ok(record) => desk.drop_banking(&record),
            Err(_) => Ok(()),
        }
    }
}
