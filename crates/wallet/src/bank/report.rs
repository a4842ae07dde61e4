//! The purse reports to its bank what it holds and what happened to it (EP 1 221 669, Sc1), and hears what the bank
//! knows (Sc3): verdicts, a checkpoint, and what waits for it, which it takes by movements.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::purse::{
    CheckpointNotice, Endpoint, MovementVerdict, PurseReport, PurseReportAnswer, PurseState,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::paid_order::PaidOrder;
use super::question::Question;
use super::record::{AccountBalance, OpenedPurse, PurseRecord, Said as Asked};
use super::refusal;
use super::said::Speaking;
use super::spaces::{Sealed, is_misplaced};
use crate::core::access::check_pin;
use crate::core::ask::{self, Ask, CBOR, CallError, Said};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// The most reports that are made at once: a history takes several if it is long.
const ROUNDS_MAX: usize = 8;

impl<P: Ports> Wallet<P> {
    /// Brings purse and bank together: the history goes up, the bank's words come down, and what waits at the bank is
    /// taken into the purse.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`], [`ErrorKind::BankUnreachable`] if no answer came (it
    /// is asked for again by itself), [`ErrorKind::BankRefused`], [`ErrorKind::WrongPin`],
    /// [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn report_purse(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        self.report(id, pin).await?;
        self.take_waiting(id, pin).await
    }

    /// As [`Wallet::report_purse`], without taking what waits.
    pub(super) async fn report(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        self.settle_relayed(id, pin).await?;
        self.report_settled(id, pin).await
    }

    /// As [`Wallet::report`], with a purse that relays nothing of which the bank has not heard.
    pub(super) async fn report_settled(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        self.know_revocations().await?;
        for _ in 0..ROUNDS_MAX {
            self.run(&mut Reporting::new(id, pin)).await?;
            self.ask_sealed(Sealed::Report(id), pin).await?;
            self.perform(&mut |desk| desk.require_reported(id)).await?;
            self.deliver(id).await?;
            let mut is_all = true;
            self.perform(&mut |desk| {
                is_all = desk.is_all_reported(id)?;
                Ok(())
            })
            .await?;
            if is_all {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes what waits at the bank into the purse, each by a movement of its own.
    async fn take_waiting(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        let mut waiting = Vec::new();
        self.perform(&mut |desk| {
            waiting = desk.purse(id)?.waiting;
            Ok(())
        })
        .await?;
        for credit in waiting {
            let mut own = None;
            self.perform(&mut |desk| {
                own = desk.purse(id)?.opened.map(|opened| opened.number);
                Ok(())
            })
            .await?;
            let Some(own) = own else {
                return Ok(());
            };
            let source = Endpoint::Waiting(credit.transaction);
            let ends = (source, Endpoint::Purse(own));
            self.transfer(id, ends, credit.amount, pin).await?;
            self.perform(&mut |desk| desk.drop_waiting(id, credit.transaction))
                .await?;
        }
        Ok(())
    }
}

/// A report that is to be made.
struct Reporting<'a> {
    purse: &'a str,
    pin: &'a str,
    prepared: Option<(u8, Speaking, Timestamp)>,
    was_asked: bool,
    said: Option<Asked>,
    through: Option<u64>,
    told: Option<(PurseState, Timestamp)>,
}

impl<'a> Reporting<'a> {
    const fn new(purse: &'a str, pin: &'a str) -> Self {
        Self {
            purse,
            pin,
            prepared: None,
            was_asked: false,
            said: None,
            through: None,
            told: None,
        }
    }
}

impl Errand for Reporting<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let purse = desk.purse(self.purse)?;
        purse.usable()?;
        desk.require_relayed_answered(&purse)?;
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let profile = desk.profile()?.clone();
        let account = profile.card(&purse.account)?;
        let speaking = Speaking::new(&profile, account, &purse.bank, desk.rng)?;
        let at = purse.next_moment(desk.now());
        self.prepared = Some((purse.place, speaking, at));
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some((place, speaking, at)) = &self.prepared else {
            return Ok(Vec::new());
        };
        if !self.was_asked {
            self.was_asked = true;
            return Ok(vec![
                Command::present_pin(self.pin),
                speaking.derive(),
                card::report(*place, *at),
            ]);
        }
        let [_, key, signed] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let signed = card::signed(signed)?;
        // The wallet's own card has just signed it.
        let report: PurseReport = keyed::unverified(&signed)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let last = report.entries.last().map(|entry| entry.sequence);
        self.through = Some(last.unwrap_or(report.after));
        self.told = Some((report.state, report.at));
        self.said = Some(speaking.clone().say(key, &signed, rng)?);
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let mut purse = desk.purse(self.purse)?;
        purse.report = self.said.take();
        purse.reported_through = self.through;
        desk.keep_banking(purse)?;
        match self.told.take() {
            Some((state, at)) => desk.keep_signed(self.purse, state, at),
            None => Ok(()),
        }
    }
}

impl Desk<'_> {
    /// Asks for the answer to every report that has none, or to that of one purse.
    pub(super) fn report_asks(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let context = self.context;
        let purses = self.banking()?.purses();
        let meant = purses.filter(|purse| only.is_none_or(|only| purse.id == only));
        Ok(meant
            .filter_map(|purse| {
                let question = purse.report.as_ref()?.to_send()?;
                let url = context.urls.url(&purse.bank, "/v1/reports");
                let about = Question::Report(purse.id.clone());
                Some(ask::post(about, url, question, CBOR))
            })
            .collect())
    }

    /// Takes up what the bank answered to a report. Returns whether anything came of it.
    pub(super) fn take_report(&mut self, id: &str, said: &Said) -> Result<bool, WalletError> {
        let Ok(mut purse) = self.purse(id) else {
            return Ok(false);
        };
        let (Some(asked), Some(opened)) = (&purse.report, purse.opened.clone()) else {
            return Ok(false);
        };
        match said {
            Ok(answer) => {
                let said = asked.answered(answer);
                let answer = said.and_then(|said| decode::<PurseReportAnswer>(&said).ok());
                match answer {
                    Some(answer) => self.take_report_answer(purse, &opened, answer),
                    None => Ok(false),
                }
            }
            Err(error) if is_misplaced(error) => {
                purse.report = Some(asked.gone_astray());
                self.keep_banking(purse)?;
                Ok(true)
            }
            Err(CallError::Refused(problem)) => {
                purse.report = None;
                purse.report_failure = Some(refusal::kind(*problem));
                self.keep_banking(purse)?;
                Ok(true)
            }
            Err(CallError::Later(_) | CallError::Strange { .. }) => Ok(false),
        }
    }

    fn take_report_answer(
        &mut self,
        mut purse: PurseRecord,
        opened: &OpenedPurse,
        answer: PurseReportAnswer,
    ) -> Result<bool, WalletError> {
        let key = self.bank_key(&purse.bank, &answer.bank_certificate)?;
        if !is_signed_for(opened, &answer, &key) {
            return Ok(false);
        }
        purse.renew_bank(&answer.bank_certificate);
        let now = self.now();
        purse.report = None;
        purse.report_failure = None;
        purse.wants_report = false;
        purse.waiting = answer.waiting;
        purse.balance = Some(AccountBalance {
            available: answer.account_available,
            pending: answer.account_pending,
            at: now,
        });
        let id = purse.id.clone();
        self.keep_banking(purse)?;
        for verdict in &answer.verdicts {
            self.take_reported(&id, verdict)?;
        }
        let mut purse = self.purse(&id)?;
        purse.tell(answer.notice);
        self.keep_banking(purse)?;
        self.see_refunds(&id)?;
        Ok(true)
    }

    /// A verdict that came with a report; the card hears it also if the wallet knows nothing of that movement.
    fn take_reported(&mut self, purse: &str, verdict: &[u8]) -> Result<(), WalletError> {
        let said: MovementVerdict = keyed::unverified(verdict)
            .map_err(|error| WalletError::caused(ErrorKind::BankAnswerInvalid, &error))?;
        let movement = self.banking()?.movement(said.transaction).cloned();
        match movement {
            Ok(movement) if movement.verdict.is_none() => {
                self.end_movement(movement, verdict.to_vec()).map(|_| ())
            }
            // The card had it pending when it signed the report, so it has not heard this.
            _ => {
                self.end_local(&said)?;
                let mut purse = self.purse(purse)?;
                purse.tell(verdict.to_vec().into());
                self.keep_banking(purse)
            }
        }
    }

    /// What has been given back of orders until now is known to the bank's answer.
    fn see_refunds(&mut self, purse: &str) -> Result<(), WalletError> {
        let now = self.now();
        let Some(unlocked) = &self.state.unlocked else {
            return Ok(());
        };
        let slices = &unlocked.slices;
        let seen: Vec<_> = slices
            .banking
            .movements()
            .filter(|movement| movement.purse == purse)
            .filter_map(|movement| {
                let refunded = PaidOrder::of(movement, slices, now).refunded;
                (refunded > movement.refunded.unwrap_or(0)).then(|| (movement.clone(), refunded))
            })
            .collect();
        for (mut movement, refunded) in seen {
            movement.refunded = Some(refunded);
            self.keep_banking(movement)?;
        }
        Ok(())
    }

    fn require_reported(&mut self, id: &str) -> Result<(), WalletError> {
        let purse = self.purse(id)?;
        match (&purse.report, purse.report_failure) {
            (Some(_), _) => {
                Err(WalletError::new(ErrorKind::BankUnreachable).about(&purse.bank_name))
            }
            (None, Some(kind)) => Err(WalletError::new(kind).about(&purse.bank_name)),
            (None, None) => Ok(()),
        }
    }

    fn is_all_reported(&mut self, id: &str) -> Result<bool, WalletError> {
        let purse = self.purse(id)?;
        let newest = purse.state.as_ref().map_or(0, |state| state.sequence);
        Ok(purse
            .reported_through
            .is_none_or(|through| through >= newest))
    }

    fn drop_waiting(&mut self, id: &str, taken: TransactionId) -> Result<(), WalletError> {
        let mut purse = self.purse(id)?;
        purse.waiting.retain(|credit| credit.transaction != taken);
        self.keep_banking(purse)
    }
}

/// Whether everything in an answer is the bank's word about that purse.
fn is_signed_for(opened: &OpenedPurse, answer: &PurseReportAnswer, key: &VerifyingKey) -> bool {
    let mut verdicts = answer.verdicts.iter();
    let is_notice = keyed::open::<CheckpointNotice>(&answer.notice, key)
        .is_ok_and(|notice| notice.checkpoint.purse == opened.number);
    is_notice
        && verdicts.all(|verdict| {
            keyed::open::<MovementVerdict>(verdict, key)
                .is_ok_and(|verdict| verdict.purse == opened.number)
        })
}
