//! A card was read: what was open at it is found out, and what it did counts.

use minicbor::bytes::ByteVec;
use tallystick_protocol::settlement::card::{CardReport, TransactionRecord, VALUE_BYTES_MAX};
use tallystick_protocol::settlement::{CreditState, SettlementRefusal};
use tallystick_protocol::wire::cbor::decode_value;
use tallystick_protocol::wire::identifier::Root;

use super::cards::{self, Card};
use super::pending::{self, Act, Found, Pending};
use super::state::Progress;
use super::tapping::Course;
use super::taps::{Known, Session};
use super::{SecurityServer, credits, settlements, transactions};
use crate::office::fault::Fault;
use crate::office::http::Answer;
use crate::ports::{Ports, Tables};

/// Why a card is blocked by itself: its counter went back, so it is a copy, or it was restored.
const ROLLED_BACK: &str = "rolled-back";
/// Why a card is blocked by itself: it did what this server never told it, which has lost some of its books.
const AHEAD: &str = "ahead";

impl<P: Ports> SecurityServer<P> {
    /// The card answered READ, or nobody knows what it has answered.
    pub(super) async fn read(
        &self,
        mut course: Course,
        mut session: Session,
        known: Known,
        responses: &[ByteVec],
    ) -> Result<Answer, Fault> {
        let report = session.answer(responses);
        let report: Option<CardReport> =
            report.and_then(|report| decode_value(&report, VALUE_BYTES_MAX).ok());
        let open = known.pending;
        let is_believed = self.office.transaction(|tables| {
            let open = match open {
                Some(number) => pending::open(tables, number)?,
                None => None,
            };
            if let Some(open) = &open {
                course.bring(open);
            }
            match &report {
                Some(report) => self.take_report(tables, (&session, &known), open, report),
                None => Ok(false),
            }
        })?;
        match is_believed {
            true => self.go_on(course, session).await,
            false => self.end(course, None).await,
        }
    }

    /// Takes what a card says of itself. `false`: it is older than what is known, or cannot be.
    fn take_report(
        &self,
        tables: &dyn Tables,
        (session, known): (&Session, &Known),
        open: Option<Pending>,
        report: &CardReport,
    ) -> Result<bool, Fault> {
        let card = cards::find(tables, &session.alias)?.ok_or_else(Fault::internal)?;
        let identifier = card.identifier(&self.office)?;
        if report.identifier != identifier || report.balance.currency != card.currency() {
            self.office.log("tap", None, "other-identifier");
            return Ok(false);
        }
        if report.counter < known.counter {
            return self.block(tables, &card, ROLLED_BACK);
        }
        // Kept back by whoever relayed it: the card has done something since.
        if report.counter < card.counter {
            return Ok(false);
        }
        let is_same = report.counter == card.counter && report.balance != card.balance;
        if is_same {
            return self.block(tables, &card, ROLLED_BACK);
        }
        let told = open.as_ref().map_or(card.counter, |open| open.after + 1);
        if report.counter > told.max(card.counter) {
            return self.block(tables, &card, AHEAD);
        }
        let holds = (report.counter, report.balance.minor);
        if let Some(open) = open {
            if !self.resolve(tables, &open, report)? {
                return Ok(false);
            }
        } else if report.counter > card.counter {
            return self.block(tables, &card, AHEAD);
        }
        cards::note(tables, &card.alias, holds, self.office.now())?;
        Ok(true)
    }

    /// Finds out whether the card has done what it was told before it was asked for this report. `false`: that cannot be told.
    fn resolve(
        &self,
        tables: &dyn Tables,
        open: &Pending,
        report: &CardReport,
    ) -> Result<bool, Fault> {
        let now = self.office.now();
        if report.counter == open.after && report.last_digest() != Some(open.digest) {
            pending::resolved(tables, open, Found::NotDone, now)?;
            self.not_done(tables, open, None)?;
            return Ok(true);
        }
        let proof = match &report.last {
            Some(last) if self.is_proof(tables, open, last)? => Some(*last),
            _ => None,
        };
        let Some(record) = proof.filter(|record| record.balance == report.balance.minor) else {
            self.office.log("tap", None, "unproved");
            return Ok(false);
        };
        pending::resolved(tables, open, Found::Done, now)?;
        self.done(tables, open, &record)?;
        Ok(true)
    }

    fn block(&self, tables: &dyn Tables, card: &Card, why: &str) -> Result<bool, Fault> {
        cards::block(tables, &card.alias, Some(why))?;
        self.office.log("card-blocked", None, why);
        Ok(false)
    }

    /// Whether the card has certified that it did just that. It needs no channel.
    pub(super) fn is_proof(
        &self,
        tables: &dyn Tables,
        pending: &Pending,
        record: &TransactionRecord,
    ) -> Result<bool, Fault> {
        let card = cards::find(tables, &pending.alias)?.ok_or_else(Fault::internal)?;
        let is_it = record.kind == pending.act.certified()
            && record.digest == pending.digest
            && record.amount == pending.amount.minor
            && pending.after.checked_add(1) == Some(record.counter);
        let identifier = card.identifier(&self.office)?;
        let keys = self.master.card(&card.alias);
        Ok(is_it && record.is_genuine(&keys, identifier, card.currency()))
    }

    /// What a card did counts: log, order or credit, and the card's new state, together.
    pub(super) fn done(
        &self,
        tables: &dyn Tables,
        pending: &Pending,
        record: &TransactionRecord,
    ) -> Result<(), Fault> {
        let now = self.office.now();
        transactions::note(tables, pending, record, now)?;
        cards::note(
            tables,
            &pending.alias,
            (record.counter, record.balance),
            now,
        )?;
        match pending.act {
            Act::Debit => {
                let settlement = settlements::find(tables, &Root(pending.subject))?;
                let mut settlement = settlement.ok_or_else(Fault::internal)?;
                settlement.left = Some(record.balance);
                self.close_and_tell(tables, &mut settlement, Progress::Settled)
            }
            Act::TopUp => {
                let credit = credits::find(tables, &pending.subject)?;
                let mut credit = credit.ok_or_else(Fault::internal)?;
                credit.left = Some(record.balance);
                self.close_credit_and_tell(tables, &mut credit, CreditState::Written)
            }
        }
    }

    /// A card has not done what it was told and never will: it may be told again, while there is time. `why`: the card itself
    /// refuses, so that it would be in vain.
    pub(super) fn not_done(
        &self,
        tables: &dyn Tables,
        pending: &Pending,
        why: Option<SettlementRefusal>,
    ) -> Result<(), Fault> {
        let now = self.office.now();
        match pending.act {
            Act::Debit => {
                let settlement = settlements::find(tables, &Root(pending.subject))?;
                let mut settlement = settlement.ok_or_else(Fault::internal)?;
                match settlement.over(now).or(why) {
                    Some(why) => {
                        self.close_and_tell(tables, &mut settlement, Progress::Refused(why))
                    }
                    None => settlements::store(tables, &mut settlement, Progress::Ready),
                }
            }
            Act::TopUp => {
                let credit = credits::find(tables, &pending.subject)?;
                let mut credit = credit.ok_or_else(Fault::internal)?;
                match credit.is_over(now) {
                    true => self.close_credit_and_tell(tables, &mut credit, CreditState::Withdrawn),
                    false => credits::store(tables, &mut credit, CreditState::Waiting),
                }
            }
        }
    }
}
