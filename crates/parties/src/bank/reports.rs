//! A purse reports what it holds and what happened to it (EP 1 221 669, Sc1 to Sc3), and hears what became of what it
//! had under way, what it should hold, and what waits for it.

use tallystick_protocol::purse::{
    CheckpointNotice, HistoryError, MovementVerdict, PurseReport, PurseReportAnswer,
};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::alerts::{self, Alert};
use super::banking_system::BankingSystem;
use super::checkpoints;
use super::conversation::FromPurse;
use super::frozen;
use super::history;
use super::local::{self, Believed, Heard};
use super::movements::{self, Movement, MovementState};
use super::overtaken;
use super::purses::{self, Purse};
use super::statements;
use super::states;
use super::waiting;
use crate::issuer::books;
use crate::ledger;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};

/// What a report comes to.
enum Read {
    /// It fits: what is said.
    Notice(CheckpointNotice),
    /// It does not; what was noted of that stays noted.
    Refused(Fault),
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/reports`.
    pub(super) async fn take_report(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "reports").await?;
        let FromPurse { purse, message } = self.said_by_purse(&said, |message: &PurseReport| {
            (Some(&message.bank), &message.purse)
        })?;
        let signed = &said.content;
        let key = self.purse_key().await?;
        let office = &self.issuer.office;
        let believed = Believed {
            bank: &office.settings.domain,
            key: &key.public,
            now: office.now(),
        };
        let read = office.transaction(|tables| {
            self.read_report(tables, &purse, (&message, signed), &believed)
        })?;
        let notice = match read {
            Read::Notice(notice) => notice,
            Read::Refused(fault) => {
                office.log("purse-refused", None, fault.kind.as_str());
                return Err(fault);
            }
        };
        let mut answer = self.report_answer(&purse, &message, &notice).await?;
        answer.prepaid_verdicts = self.prepaid_verdicts(&message, &said.pair.holder).await?;
        self.answer_sealed(&said, &encode(&answer))
    }

    fn read_report(
        &self,
        tables: &dyn Tables,
        before: &Purse,
        (report, signed): (&PurseReport, &[u8]),
        believed: &Believed<'_>,
    ) -> Result<Read, Fault> {
        let now = self.issuer.office.now();
        let purse = purses::require(tables, &before.number)?;
        purse.require_usable(now)?;
        states::require_come(report.at, now)?;
        if let Some(fault) = states::note(tables, &purse, &report.state, report.at, now)? {
            return Ok(Read::Refused(fault));
        }
        let window = (now, self.config.reconciliation_seconds);
        let frozen = frozen::until(tables, &purse.number)?;
        let followed = match history::follow(&purse, report) {
            Err(HistoryError::Gap(_)) if frozen.is_some_and(|until| until <= now) => {
                history::follow_with_gaps(&purse, report)
            }
            followed => followed,
        };
        let followed = match followed {
            Ok(followed) => followed,
            Err(error) => return refuse_history(tables, &purse, error, window),
        };
        let heard = match self.heard_local(tables, &purse, &followed, believed)? {
            Ok(heard) => heard,
            Err(at) => return refuse_partner(tables, &purse, at, now),
        };
        let taken = match local::hear_taken(tables, &purse, followed.entries, believed)? {
            Ok(taken) => taken,
            Err(at) => return refuse_partner(tables, &purse, at, now),
        };
        history::keep(tables, &purse.number, &followed, now)?;
        for heard in heard {
            self.book_local(tables, heard)?;
        }
        for taken in &taken {
            local::book_taken(tables, &purse, (taken, signed), now)?;
        }
        self.compare_local(tables, followed.entries)?;
        local::compare_report(tables, (report, signed), now)?;
        let tells_all = followed.tells_through.is_none();
        if tells_all {
            for transaction in &report.pending {
                self.end_if_over(tables, &purse, transaction)?;
            }
        }
        let missed = local::note_again(tables, report, tells_all)?;
        let is_judged = tells_all && missed.is_none() && !overtaken::was(tables, report)?;
        let wrong = match is_judged {
            true => self.hold_to_books(tables, &purse, (report, &followed), frozen)?,
            false => None,
        };
        let change = wrong.unwrap_or_default();
        let mut checkpoint = checkpoints::next(tables, &purse.number, change, now)?;
        if let Some(through) = followed.tells_through.or(missed) {
            checkpoint.through = through;
        }
        let forces = wrong.is_some();
        Ok(Read::Notice(CheckpointNotice { checkpoint, forces }))
    }

    /// Ends what a purse has under way and the bank will not do: an offer whose time is over, or what it never heard
    /// of (T004-36).
    fn end_if_over(
        &self,
        tables: &dyn Tables,
        purse: &Purse,
        transaction: &TransactionId,
    ) -> Result<(), Fault> {
        let now = self.issuer.office.now();
        match movements::find(tables, &purse.number, transaction)? {
            Some(known) if known.state == MovementState::Offered && known.expires_at <= now => {
                self.undo(tables, &known, MovementState::Lapsed)
            }
            Some(_) => Ok(()),
            None if history::may_come(
                tables,
                &purse.number,
                transaction,
                (now, self.config.reconciliation_seconds),
            )? =>
            {
                Ok(())
            }
            None => bar(tables, purse, transaction, now),
        }
    }

    /// The payments between purses of which the new entries tell, and those before to which a receipt has come since; the
    /// number of the first that is none.
    fn heard_local(
        &self,
        tables: &dyn Tables,
        purse: &Purse,
        followed: &history::Followed<'_>,
        believed: &Believed<'_>,
    ) -> Result<Result<Vec<Heard>, u64>, DatabaseError> {
        let mut told = Vec::new();
        for entry in followed.repeated {
            told.extend(local::is_news(tables, &purse.number, entry)?.then_some(entry));
        }
        told.extend(followed.entries);
        let mut heard = Vec::new();
        for entry in told {
            match local::hear((&purse.number, purse.currency), entry, believed) {
                Ok(one) => heard.extend(one),
                Err(_) => return Ok(Err(entry.sequence)),
            }
        }
        Ok(Ok(heard))
    }

    async fn report_answer(
        &self,
        purse: &Purse,
        report: &PurseReport,
        notice: &CheckpointNotice,
    ) -> Result<PurseReportAnswer, Fault> {
        let mut verdicts = Vec::new();
        for transaction in &report.pending {
            let reference = movements::reference_of(&purse.number, transaction);
            let verdict = self
                .said::<MovementVerdict>(statements::VERDICT, &reference)
                .await?;
            verdicts.extend(verdict.map(Into::into));
        }
        let tables = self.issuer.office.tables();
        let balance = match purse.account {
            Some(account) => ledger::balance(tables, &books::name_of(account), purse.currency)?,
            None => ledger::Balance::default(),
        };
        let minor = |minor| u64::try_from(minor).unwrap_or(0);
        Ok(PurseReportAnswer {
            verdicts,
            notice: self.say_to_purse(notice).await?.into(),
            waiting: waiting::of_purse(tables, &purse.number)?,
            account_available: minor(balance.available()),
            account_pending: minor(balance.debits_pending),
            bank_certificate: self.purse_key().await?.certificate.clone(),
            prepaid_verdicts: None,
        })
    }
}

/// The bank notes who showed what was not signed as it says, and books nothing of the report (T004-40).
fn refuse_partner(
    tables: &dyn Tables,
    purse: &Purse,
    at: u64,
    now: Timestamp,
) -> Result<Read, Fault> {
    alerts::raise(tables, Alert::BadPartner, (&purse.number, at), None, now)?;
    let why = "What another purse is to have signed was not signed by it.";
    Ok(Read::Refused(Fault::new(Kind::BadSignature, why)))
}

fn refuse_history(
    tables: &dyn Tables,
    purse: &Purse,
    error: HistoryError,
    window: (Timestamp, u64),
) -> Result<Read, Fault> {
    let (alert, kind, at) = match error {
        HistoryError::Gap(at) => (Alert::Gap, Kind::HistoryGap, at),
        HistoryError::Altered(at) => (Alert::Altered, Kind::HistoryAltered, at),
        _ => return Err(Fault::malformed(error)),
    };
    alerts::raise(tables, alert, (&purse.number, at), None, window.0)?;
    if alert == Alert::Gap {
        frozen::freeze(tables, &purse.number, window)?;
    }
    Ok(Read::Refused(Fault::new(kind, error)))
}

/// From now on this movement is never done, should it be asked for after all.
fn bar(
    tables: &dyn Tables,
    purse: &Purse,
    transaction: &TransactionId,
    now: Timestamp,
) -> Result<(), Fault> {
    let holder = purse.holder.ok_or_else(Fault::internal)?;
    let barred = Movement::barred((purse.number, holder), *transaction, now);
    movements::insert(tables, &barred)?;
    movements::decide_verdict(tables, &barred, MovementState::Barred, now)
}
