//! What the bank signed for the card is given to it: a new purse, verdicts, checkpoint notices. None of it needs the
//! PIN. What the card holds then is read and kept.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::{PendingView, PurseView};
use tallystick_protocol::purse::{MovementOutcome, MovementVerdict};
use tallystick_protocol::trust::keyed;

use super::card;
use crate::bank::view::MovementState;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Does what is due for a purse and needs no PIN: asks for it while it is applied for, puts into the card what
    /// the bank signed, and reads what it holds. A card in a reader must be there for it.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::BankUnreachable`] if authority or bank have not opened
    /// it, the reason for which it was refused, [`ErrorKind::OtherCard`], [`ErrorKind::Locked`], or a
    /// failure of reader, card or storage.
    pub async fn tend_purse(&self, id: &str) -> Result<(), WalletError> {
        self.ask_banks(&mut |desk| {
            let purse = desk.purse(id)?;
            Ok(desk.application_ask(&purse)?.into_iter().collect())
        })
        .await?;
        self.perform(&mut |desk| desk.require_opened(id)).await?;
        self.deliver(id).await
    }

    /// Gives the card what it has to hear.
    pub(super) async fn deliver(&self, purse: &str) -> Result<(), WalletError> {
        let mut delivering = Delivering {
            purse,
            ..Delivering::default()
        };
        let Err(error) = self.run(&mut delivering).await else {
            return Ok(());
        };
        if is_a_refusal(error.kind) {
            // It does not take what the bank signed: the bank has to hear what it has.
            self.perform(&mut |desk| desk.give_up_delivering(purse))
                .await?;
        }
        Err(error)
    }
}

/// Whether the card itself turned down what it was given.
fn is_a_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BankAnswerInvalid
            | ErrorKind::CardFailed
            | ErrorKind::MovementExpired
            | ErrorKind::NoPurseInCard
            | ErrorKind::PurseBusy
            | ErrorKind::PurseHistoryFull
            | ErrorKind::PurseLimit
            | ErrorKind::PurseShort
    )
}

/// A card that is to be told.
#[derive(Default)]
struct Delivering<'a> {
    purse: &'a str,
    commands: Vec<Command>,
    /// How many of the purse's undelivered words are among them.
    words: usize,
    is_written: bool,
    view: Option<PurseView>,
}

impl Errand for Delivering<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let purse = desk.purse(self.purse)?;
        let account = desk.profile()?.card(&purse.account)?.clone();
        let now = desk.now();
        self.commands = desk.writing(&purse)?;
        self.is_written = purse.is_written || !self.commands.is_empty();
        if !self.is_written {
            return Ok(None);
        }
        self.words = purse.undelivered.len();
        let words = purse.undelivered.iter();
        self.commands.extend(
            words.map(|word| match keyed::unverified::<MovementVerdict>(word) {
                Ok(_) => card::take_verdict(purse.place, word, now),
                Err(_) => card::take_notice(purse.place, word, now),
            }),
        );
        self.commands.push(card::read(purse.place));
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        if let Some(reply) = replies.last() {
            self.view = Some(card::view(reply)?);
        }
        Ok(core::mem::take(&mut self.commands))
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some(view), Ok(mut purse)) = (self.view.take(), desk.purse(self.purse)) else {
            return Ok(());
        };
        purse.is_written = self.is_written;
        purse.opening = None;
        let words = self.words.min(purse.undelivered.len());
        let heard: Vec<_> = purse.undelivered.drain(..words).collect();
        purse.state = view.state;
        purse.checkpoint = view.checkpoint;
        // What the card has set aside for something that the wallet knows nothing of, the bank must hear of.
        let banking = desk.banking()?;
        let is_unknown = |pending: &PendingView| banking.movement(pending.transaction).is_err();
        purse.wants_report |= view.is_full || view.pending.iter().any(is_unknown);
        desk.keep_banking(purse)?;
        heard.iter().try_for_each(|word| desk.keep_heard(word))
    }
}

impl Desk<'_> {
    /// The card has heard how a movement ended.
    fn keep_heard(&mut self, word: &[u8]) -> Result<(), WalletError> {
        // It was verified before it was stored.
        let Ok(verdict) = keyed::unverified::<MovementVerdict>(word) else {
            return Ok(());
        };
        let Ok(mut movement) = self.banking()?.movement(verdict.transaction).cloned() else {
            return Ok(());
        };
        movement.state = match verdict.outcome {
            MovementOutcome::Completed => MovementState::Completed,
            MovementOutcome::NotCompleted => MovementState::NotCompleted,
        };
        movement.updated_at = self.now();
        self.keep_banking(movement)
    }

    fn require_opened(&mut self, id: &str) -> Result<(), WalletError> {
        let purse = self.purse(id)?;
        match (purse.failure, &purse.opened) {
            (Some(kind), _) => Err(WalletError::new(kind).about(&purse.bank_name)),
            (None, Some(_)) => Ok(()),
            (None, None) => {
                Err(WalletError::new(ErrorKind::BankUnreachable).about(&purse.bank_name))
            }
        }
    }

    /// The card refused something that the bank signed: it has newer words, and the next report tells.
    fn give_up_delivering(&mut self, id: &str) -> Result<(), WalletError> {
        let mut purse = self.purse(id)?;
        if purse.is_written && !purse.undelivered.is_empty() {
            purse.undelivered.clear();
            purse.wants_report = true;
            self.keep_banking(purse)?;
        }
        Ok(())
    }
}
