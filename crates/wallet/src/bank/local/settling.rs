//! The payee's answer settles what a purse here has paid, or gives it back (Sb11, Sb12).

use tallystick_card::host::purse::PurseView;
use tallystick_protocol::purse::{MovementOutcome, MovementVerdict};

use super::card;
use super::record::{LocalRecord, name_of};
use super::text::Carried;
use super::view::LocalState;
use crate::bank::card as purse_card;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
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
        let mut kept = None;
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let paid = desk.paid_by(&answer)?;
                let purse = desk.purse(&paid.purse)?;
                let commands = vec![
                    card::settle(purse.place, &answer, desk.now()),
                    purse_card::read(purse.place),
                ];
                Ok(Some((desk.card_of(&purse)?, commands)))
            },
            &mut |desk, replies| {
                let [_, view] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let paid = desk.paid_by(&answer)?;
                kept = Some(paid.id());
                desk.settle_local(paid, purse_card::view(view)?)
            },
        )
        .await?;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }
}

impl Desk<'_> {
    /// The card has taken up the payee's answer, and shows the purse so.
    fn settle_local(&mut self, mut paid: LocalRecord, view: PurseView) -> Result<(), WalletError> {
        let mut purse = self.purse(&paid.purse)?;
        let before = purse.state.as_ref().map(|state| state.amount);
        let after = view.state.as_ref().map(|state| state.amount);
        if paid.state == LocalState::Paid {
            // The card's amount tells a receipt from a refusal: nothing else happens to it in between.
            paid.state = match after > before {
                true => LocalState::Returned,
                false => LocalState::Settled,
            };
            paid.text = None;
            paid.updated_at = self.now();
        }
        purse.state = view.state;
        self.keep_banking(purse)?;
        self.keep_banking(paid)
    }

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
