//! The payee's answer settles what a purse here has paid, or gives it back (Sb11, Sb12).

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::PurseView;
use tallystick_protocol::purse::{MovementOutcome, MovementVerdict};
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::{LocalRecord, name_of};
use super::text::Carried;
use super::view::LocalState;
use crate::bank::card as purse_card;
use crate::bank::record::PurseRecord;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Tells the card what the payee's card has signed: then the payment is settled, or the amount is back. Needs no PIN.
    /// Returns how the payment is named.
    ///
    /// # Errors
    /// [`ErrorKind::PaymentTextInvalid`], [`ErrorKind::PaymentNotAsked`] of what nothing here has paid,
    /// [`ErrorKind::PaymentForged`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn settle_payment(&self, text: &str) -> Result<String, WalletError> {
        let Some(Carried::Answer(answer)) = Carried::from_text(text) else {
            return Err(WalletError::new(ErrorKind::PaymentTextInvalid));
        };
        let mut settling = Settling {
            answer,
            prepared: None,
            was_asked: false,
            view: None,
            kept: None,
        };
        self.run(&mut settling).await?;
        let kept = settling.kept;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }
}

struct Settling {
    answer: Vec<u8>,
    prepared: Option<(PurseRecord, LocalRecord, Timestamp)>,
    was_asked: bool,
    view: Option<PurseView>,
    kept: Option<String>,
}

impl Errand for Settling {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let paid = desk.paid_by(&self.answer)?;
        let purse = desk.purse(&paid.purse)?;
        let needed = desk.profile()?.card(&purse.account)?.needed();
        let now = desk.now();
        self.prepared = Some((purse, paid, now));
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some((purse, _, now)) = &self.prepared else {
            return Ok(Vec::new());
        };
        if !self.was_asked {
            self.was_asked = true;
            return Ok(vec![
                card::settle(purse.place, &self.answer, *now),
                purse_card::read(purse.place),
            ]);
        }
        let [_, view] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        self.view = Some(purse_card::view(view)?);
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some((mut purse, mut paid, _)), Some(view)) = (self.prepared.take(), self.view.take())
        else {
            return Ok(());
        };
        let before = purse.state.as_ref().map(|state| state.amount);
        let after = view.state.as_ref().map(|state| state.amount);
        if paid.state == LocalState::Paid {
            // The card's amount tells a receipt from a refusal: nothing else happens to it in between.
            paid.state = match after > before {
                true => LocalState::Returned,
                false => LocalState::Settled,
            };
            paid.text = None;
            paid.updated_at = desk.now();
        }
        purse.state = view.state;
        desk.keep_banking(purse)?;
        self.kept = Some(paid.id());
        desk.keep_banking(paid)
    }
}

impl Desk<'_> {
    /// The bank says how a payment to another purse ended, of which no answer came.
    pub(in crate::bank) fn end_local(&mut self, said: &MovementVerdict) -> Result<(), WalletError> {
        let name = name_of(&said.transaction.0);
        let is_it = |one: &&LocalRecord| one.name == name && one.state == LocalState::Paid;
        let paid = self.banking()?.locals().find(is_it).cloned();
        let Some(mut paid) = paid else {
            return Ok(());
        };
        paid.state = match said.outcome {
            MovementOutcome::Completed => LocalState::Settled,
            MovementOutcome::NotCompleted => LocalState::Returned,
        };
        paid.text = None;
        paid.updated_at = self.now();
        self.keep_banking(paid)
    }
}
