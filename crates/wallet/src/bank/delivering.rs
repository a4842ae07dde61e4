//! What the bank signed for the card is given to it: a new purse, verdicts, checkpoint notices. None of it needs the
//! PIN. What the card holds then is read and kept.

use std::collections::VecDeque;

use minicbor::bytes::ByteVec;
use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::{PendingView, PurseView};
use tallystick_protocol::purse::{CheckpointNotice, MovementOutcome, MovementVerdict};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::PurseRecord;
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

    /// Gives the card what it has to hear, word by word: one that it does not take keeps no other from it.
    pub(super) async fn deliver(&self, purse: &str) -> Result<(), WalletError> {
        let mut first_refusal = None;
        loop {
            let mut delivering = Delivering {
                purse,
                ..Delivering::default()
            };
            let done = self.run(&mut delivering).await;
            let Err(error) = done else {
                return first_refusal.map_or(Ok(()), Err);
            };
            let refused = delivering.told.take().filter(|_| is_a_refusal(error.kind));
            let Some(refused) = refused else {
                return Err(error);
            };
            // What it took before is stored with the card; what it did not take, the bank has to hear of.
            let heard = delivering.heard;
            self.perform(&mut |desk| desk.give_up_word(purse, &heard, &refused))
                .await?;
            first_refusal.get_or_insert(error);
        }
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
            | ErrorKind::PurseInUse
            | ErrorKind::PurseLimit
            | ErrorKind::PurseShort
    )
}

/// A card that is to be told.
#[derive(Default)]
struct Delivering<'a> {
    purse: &'a str,
    place: u8,
    at: Timestamp,
    /// What puts the purse into the card, if it is not there yet.
    writing: Vec<Command>,
    is_written: bool,
    was_asked: bool,
    /// What is left to be told.
    words: VecDeque<ByteVec>,
    /// What the card is being told.
    told: Option<ByteVec>,
    /// What it has heard.
    heard: Vec<ByteVec>,
    view: Option<PurseView>,
}

impl Delivering<'_> {
    /// The next word that is news to the card. A notice that a newer checkpoint overtook is none.
    fn next_word(&mut self) -> Option<ByteVec> {
        let checkpoint = self.view.as_ref()?.checkpoint.as_ref();
        let has = checkpoint.map_or(0, |checkpoint| checkpoint.number);
        while let Some(word) = self.words.pop_front() {
            let notice = keyed::unverified::<CheckpointNotice>(&word);
            if notice.is_ok_and(|notice| notice.checkpoint.number <= has) {
                self.heard.push(word);
            } else {
                return Some(word);
            }
        }
        None
    }

    fn tell(&self, word: &[u8]) -> Command {
        if Certificate::from_der(word).is_ok() {
            card::put_bank(word, self.at)
        } else if keyed::unverified::<MovementVerdict>(word).is_ok() {
            card::take_verdict(self.place, word, self.at)
        } else {
            card::take_notice(self.place, word, self.at)
        }
    }
}

impl Errand for Delivering<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let purse = desk.purse(self.purse)?;
        let account = desk.profile()?.card(&purse.account)?.clone();
        self.writing = desk.writing(&purse)?;
        self.is_written = purse.is_written || !self.writing.is_empty();
        if !self.is_written {
            return Ok(None);
        }
        (self.place, self.at) = (purse.place, desk.now());
        self.words = purse.undelivered.into();
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        if !self.was_asked {
            self.was_asked = true;
            self.writing.push(card::read(self.place));
            return Ok(core::mem::take(&mut self.writing));
        }
        let reply = replies.last();
        let reply = reply.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
        self.view = Some(card::view(reply)?);
        self.heard.extend(self.told.take());
        self.told = self.next_word();
        Ok(self.told.as_ref().map_or_else(Vec::new, |word| {
            vec![self.tell(word), card::read(self.place)]
        }))
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some(view), Ok(mut purse)) = (self.view.take(), desk.purse(self.purse)) else {
            return Ok(());
        };
        purse.is_written = self.is_written;
        purse.opening = None;
        purse.state = view.state;
        purse.checkpoint = view.checkpoint;
        // What the card has set aside for something that the wallet knows nothing of, the bank must hear of.
        let banking = desk.banking()?;
        let is_unknown = |pending: &PendingView| banking.movement(pending.transaction).is_err();
        purse.wants_report |= view.is_full || view.pending.iter().any(is_unknown);
        desk.keep_banking(purse)?;
        desk.drop_heard(self.purse, &self.heard)
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

    /// What the card has heard need not be told again.
    fn drop_heard(&mut self, id: &str, heard: &[ByteVec]) -> Result<(), WalletError> {
        let mut purse = self.purse(id)?;
        purse.undelivered.retain(|word| !heard.contains(word));
        self.keep_banking(purse)?;
        heard.iter().try_for_each(|word| self.keep_heard(word))
    }

    /// The card took some words and refused one: the next report tells what the bank has to say instead.
    fn give_up_word(
        &mut self,
        id: &str,
        heard: &[ByteVec],
        refused: &ByteVec,
    ) -> Result<(), WalletError> {
        self.drop_heard(id, heard)?;
        let mut purse = self.purse(id)?;
        purse.undelivered.retain(|word| word != refused);
        purse.wants_report = true;
        self.keep_banking(purse)
    }
}

impl PurseRecord {
    /// Keeps something for the card to hear, unless that waits for it already.
    pub(super) fn tell(&mut self, word: ByteVec) {
        if !self.undelivered.contains(&word) {
            self.undelivered.push(word);
        }
    }
}
