//! Going on with everything around banks that needs no PIN: what was asked is asked again until it is answered, and
//! the software card hears what the bank signed for it.

use tallystick_protocol::purse::MovementVerdict;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::problem::ProblemKind;

use super::banking::{Banking, Kept};
use super::paid_order::PaidOrder;
use super::question::Question;
use super::record::PurseRecord;
use crate::bank::view::MovementState;
use crate::core::ask::{self, Answer, Ask, COSE, CallError, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

/// What says at the desk who is to be asked.
pub(super) type Asking<'w> =
    &'w mut dyn FnMut(&mut Desk<'_>) -> Result<Vec<Ask<Question>>, WalletError>;

impl<P: Ports> Wallet<P> {
    /// Does what is due around banks. Returns the milliseconds until the next call, or nothing if nothing is open or
    /// the wallet is locked.
    ///
    /// # Errors
    /// A failure of the storage.
    pub(crate) async fn advance_banks(&self) -> Result<Option<u64>, WalletError> {
        match self.ask_banks(&mut |desk| desk.bank_asks()).await {
            // One bank that is believed no more stands in nobody else's way.
            Err(error) if error.kind == ErrorKind::CertificateRevoked => {}
            asked => asked?,
        }
        let (mut purses, mut prepaid) = (Vec::new(), Vec::new());
        self.perform(&mut |desk| {
            purses = desk.to_be_told();
            prepaid = desk.prepaid_to_be_told();
            Ok(())
        })
        .await?;
        for card in prepaid {
            // As below: what is left is told when its holder looks after it.
            let _told = self.tell_prepaid(&card).await;
        }
        for purse in purses {
            // The software card is always there. What it does not take, it does not take the next time either: the
            // purse is marked, and its holder asked for a report.
            let _told = self.deliver(&purse).await;
        }
        let mut pause_ms = None;
        self.perform(&mut |desk| {
            pause_ms = desk.bank_pause()?;
            Ok(())
        })
        .await?;
        Ok(pause_ms)
    }

    /// Asks authority and banks, and takes up what they said.
    ///
    /// # Errors
    /// [`ErrorKind::CertificateRevoked`] if one of them is believed no more, after all the others were taken up;
    /// [`ErrorKind::RevocationsStale`]; those of `asks`.
    pub(super) async fn ask_banks(&self, asks: Asking<'_>) -> Result<(), WalletError> {
        let mut due = Vec::new();
        self.perform(&mut |desk| {
            due = asks(desk)?;
            Ok(())
        })
        .await?;
        if due.is_empty() {
            return Ok(());
        }
        self.know_revocations().await?;
        let answers = self.ask(due).await;
        self.perform(&mut |desk| desk.take_bank_answers(&answers))
            .await
    }
}

impl Desk<'_> {
    /// Everything that is open, due or not.
    fn all_asks(&mut self) -> Result<Vec<Ask<Question>>, WalletError> {
        if self.state.unlocked.is_none() {
            return Ok(Vec::new());
        }
        let mut asks = self.opening_asks(None)?;
        let purses: Vec<_> = self.banking()?.purses().cloned().collect();
        for purse in &purses {
            asks.extend(self.application_ask(purse)?);
        }
        asks.extend(self.movement_asks(None)?);
        asks.extend(self.report_asks(None)?);
        asks.extend(self.verdict_asks()?);
        asks.extend(self.key_renewal_asks(None)?);
        asks.extend(self.key_renewed_asks(None)?);
        asks.extend(self.instruction_asks(None)?);
        asks.extend(self.prepaid_asks(None)?);
        Ok(asks)
    }

    /// Whether authority or banks have to be asked something, now or later.
    pub(crate) fn has_open_at_banks(&mut self) -> Result<bool, WalletError> {
        Ok(!self.all_asks()?.is_empty())
    }

    fn bank_asks(&mut self) -> Result<Vec<Ask<Question>>, WalletError> {
        let mut asks = self.all_asks()?;
        if asks.is_empty() {
            return Ok(asks);
        }
        let now_ms = self.now_ms;
        let banking = self.banking()?;
        asks.retain(|ask| {
            let record = record_of(banking, &ask.question);
            record.is_some_and(|record| banking.pausing.due_ms(&record) <= now_ms)
        });
        Ok(asks)
    }

    /// Asks how payments ended, once the order's issuer has said that money moved or does not.
    fn verdict_asks(&mut self) -> Result<Vec<Ask<Question>>, WalletError> {
        let (context, now) = (self.context, self.now());
        let slices = &self.unlocked()?.slices;
        let mut asks = Vec::new();
        for movement in slices.banking.movements() {
            let Some(reference) = movement.reference else {
                continue;
            };
            let is_open = movement.state == MovementState::Paying && movement.failure.is_none();
            if !is_open || !PaidOrder::of(movement, slices, now).has_ended() {
                continue;
            }
            let Ok(purse) = slices.banking.purse(&movement.purse) else {
                continue;
            };
            let reference = base16ct::lower::encode_string(&reference);
            let account = slices.profile.card(&purse.account);
            // By the first byte of its holder a bank of many objects finds the one that knows it.
            let first = account.map(|account| account.enrolment.holder().0[0]);
            let at = base16ct::lower::encode_string(&[first.unwrap_or_default()]);
            let path = ["/v1/verdicts/", &reference, "?at=", &at].concat();
            let url = context.urls.url(&purse.bank, &path);
            asks.push(ask::get(Question::Verdict(movement.transaction), url, COSE));
        }
        Ok(asks)
    }

    fn take_bank_answers(&mut self, answers: &[Answer<Question>]) -> Result<(), WalletError> {
        let mut refused = Ok(());
        for Answer { question, said } in answers {
            if self.state.unlocked.is_none() {
                // Locked meanwhile. Everybody can be asked again.
                return Ok(());
            }
            let has_moved = match self.take_bank_answer(question, said) {
                // What nobody certified signed is as good as nothing, and keeps no other answer from being taken.
                Err(error) if error.kind == ErrorKind::BankAnswerInvalid => false,
                Err(error) if error.kind.is_about_revocations() => {
                    refused = refused.and(Err(error));
                    false
                }
                taken => taken?,
            };
            let now_ms = self.now_ms;
            let banking = self.banking()?;
            match (record_of(banking, question), has_moved) {
                (Some(record), true) => banking.pausing.moved(&record),
                (Some(record), false) => banking.pausing.wait(record, now_ms),
                (None, _) => {}
            }
        }
        refused
    }

    /// Takes up one answer. Returns whether anything came of it.
    fn take_bank_answer(&mut self, question: &Question, said: &Said) -> Result<bool, WalletError> {
        match question {
            Question::Registration(id) => self.take_registration(id, said),
            Question::Application(id) => self.take_purse_opening(id, said),
            Question::Movement(id) => self.take_movement(*id, said),
            Question::Report(id) => self.take_report(id, said),
            Question::Verdict(id) => self.take_verdict(*id, said),
            Question::Fees(id) => self.take_fees(id, said),
            Question::Renewal(id) => self.take_renewal(id, said),
            Question::Renewed(id) => self.take_renewed(id, said),
            Question::Instruction(id) => self.take_instruction(id, said),
            Question::Prepaid(id) => self.take_prepaid(id, said),
        }
    }

    /// Takes up how a payment ended. Returns whether anything came of it.
    fn take_verdict(&mut self, id: TransactionId, said: &Said) -> Result<bool, WalletError> {
        let Ok(movement) = self.banking()?.movement(id).cloned() else {
            return Ok(false);
        };
        let purse = self.purse(&movement.purse)?;
        let Some(opened) = &purse.opened else {
            return Ok(false);
        };
        let now = self.now();
        let answer = match said {
            Ok(answer) => answer,
            Err(CallError::Refused(ProblemKind::NotFound))
                if !PaidOrder::of(&movement, &self.unlocked()?.slices, now).is_decided() =>
            {
                // The bank has never seen it: the order did not leave the wallet, or came to nothing on its way.
                self.miss_movement(movement, ErrorKind::PurseWantsReport)?;
                return Ok(true);
            }
            Err(_) => return Ok(false),
        };
        let Some(key) = self.word_key(&purse, opened)? else {
            return Ok(false);
        };
        match keyed::open::<MovementVerdict>(answer, &key) {
            Ok(verdict) if verdict.transaction == id && verdict.purse == opened.number => {
                self.end_movement(movement, answer.clone())
            }
            _ => Ok(false),
        }
    }

    /// The purses of the software card that have something to hear.
    fn to_be_told(&self) -> Vec<String> {
        let Some(unlocked) = &self.state.unlocked else {
            return Vec::new();
        };
        let slices = &unlocked.slices;
        let purses = slices.banking.purses().filter(|purse| {
            let account = slices.profile.card(&purse.account);
            purse.is_current()
                && purse.has_to_hear()
                && account.is_ok_and(|one| one.place() == KeyPlace::Software)
        });
        purses.map(|purse| purse.id.clone()).collect()
    }

    /// The prepaid cards of the software card that have something to hear.
    fn prepaid_to_be_told(&self) -> Vec<String> {
        let Some(unlocked) = &self.state.unlocked else {
            return Vec::new();
        };
        let slices = &unlocked.slices;
        let cards = slices.banking.prepaid().filter(|card| {
            let account = slices.profile.card(&card.account);
            card.has_to_hear() && account.is_ok_and(|one| one.place() == KeyPlace::Software)
        });
        cards.map(|card| card.id.clone()).collect()
    }

    fn bank_pause(&mut self) -> Result<Option<u64>, WalletError> {
        let now_ms = self.now_ms;
        let asks = self.all_asks()?;
        if asks.is_empty() {
            return Ok(None);
        }
        let banking = self.banking()?;
        let due = asks.iter().filter_map(|ask| {
            let record = record_of(banking, &ask.question)?;
            Some(banking.pausing.due_ms(&record))
        });
        Ok(due.min().map(|due_ms| due_ms.saturating_sub(now_ms)))
    }
}

impl PurseRecord {
    /// Whether the bank signed something that the card has not heard.
    #[must_use]
    pub const fn has_to_hear(&self) -> bool {
        !self.undelivered.is_empty() || (self.opening.is_some() && !self.is_written)
    }
}

/// The name of what a question is about: of its record, or of a part of it.
fn record_of(banking: &Banking, question: &Question) -> Option<String> {
    match question {
        Question::Registration(id) => {
            let mut openings = banking.openings();
            openings.find(|one| one.id == *id).map(Kept::record)
        }
        Question::Application(id) | Question::Report(id) => {
            banking.purse(id).ok().map(Kept::record)
        }
        // What is asked about a purse's keys waits for itself: nothing else about the purse waits with it.
        Question::Fees(id) | Question::Renewal(id) | Question::Renewed(id) => {
            let purse = banking.purse(id).ok()?;
            Some([&purse.record(), "/keys"].concat())
        }
        Question::Instruction(id) => banking.instruction(id).map(Kept::record),
        Question::Prepaid(id) => {
            let mut cards = banking.prepaid();
            cards.find(|one| one.id == *id).map(Kept::record)
        }
        Question::Movement(id) | Question::Verdict(id) => {
            banking.movement(*id).ok().map(Kept::record)
        }
    }
}
