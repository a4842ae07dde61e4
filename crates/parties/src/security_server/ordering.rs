//! What cards are ordered to do, and what they answer.

use minicbor::bytes::ByteVec;
use tallystick_protocol::settlement::card::{CardAnswer, CardRefusal, VALUE_BYTES_MAX};
use tallystick_protocol::settlement::{
    CreditState, SettlementRefusal, TapPurpose, ValueUpdate, block_digest, signed_digest,
};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{decode_value, encode};
use tallystick_protocol::wire::identifier::Root;

use super::cards::{self, Card};
use super::pending::{self, Act, Pending};
use super::settlements::Terms;
use super::state::Progress;
use super::tapping::Course;
use super::taps::{Asked, Session};
use super::{SecurityServer, credits, script, settlements};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer};
use crate::ports::{Ports, Tables};

/// How long what is said of a block is good, in seconds: as long as its tap.
const UPDATE_SECONDS: u64 = 120;
/// How many credits are written in one tap.
const CREDITS_A_TAP: usize = 8;

/// What an order is to a card that is held to the reader for it.
pub(super) enum Debit {
    /// The card is to be told; stored.
    Order(Pending),
    /// There is nothing to tell the card: how the order is says all.
    Stands,
}

impl<P: Ports> SecurityServer<P> {
    /// Decides whether this card, at which nothing is open, is told to pay the order. Stored before the order leaves.
    ///
    /// # Errors
    /// [`Kind::Conflict`] for another card than the order's: nothing changes.
    pub(super) fn debit(
        &self,
        tables: &dyn Tables,
        card: &Card,
        root: &Root,
    ) -> Result<Debit, Fault> {
        let settlement = settlements::find(tables, root)?;
        let mut settlement = settlement.ok_or_else(Fault::not_found)?;
        let own = settlement.terms.clone();
        let Some(terms) = own.filter(|terms| terms.alias == card.alias) else {
            let other = "This is another card than the one that was read for this order.";
            return Err(Fault::new(Kind::Conflict, other));
        };
        if settlement.progress != Progress::Ready {
            return Ok(Debit::Stands);
        }
        let now = self.office.now();
        let no = settlement.over(now).or_else(|| cannot(card, &terms));
        if let Some(why) = no {
            self.close_and_tell(tables, &mut settlement, Progress::Refused(why))?;
            return Ok(Debit::Stands);
        }
        let bill = settlement.bill.as_ref().ok_or_else(Fault::internal)?;
        let pending = Pending {
            number: 0,
            alias: card.alias,
            act: Act::Debit,
            subject: settlement.root.0,
            digest: signed_digest(bill),
            amount: settlement.amount,
            after: terms.counter,
        };
        settlements::store(tables, &mut settlement, Progress::Debiting)?;
        pending::insert(tables, pending, now).map(Debit::Order)
    }

    /// What is written to this card next, at which nothing is open. Stored before the order leaves.
    fn top_up(
        &self,
        tables: &dyn Tables,
        course: &Course,
        card: &Card,
    ) -> Result<Option<Pending>, Fault> {
        let is_collecting = course.purpose == TapPurpose::Collect
            && course.brought.credits.len() < CREDITS_A_TAP
            && card.blocked.is_none();
        if !is_collecting || pending::of_card(tables, &card.alias)?.is_some() {
            return Ok(None);
        }
        let now = self.office.now();
        let Some(mut credit) = credits::next(tables, card, now)? else {
            return Ok(None);
        };
        credits::store(tables, &mut credit, CreditState::Unknown)?;
        let pending = Pending {
            number: 0,
            alias: card.alias,
            act: Act::TopUp,
            subject: credit.number,
            digest: credit.number,
            amount: credit.amount,
            after: card.counter,
        };
        pending::insert(tables, pending, now).map(Some)
    }

    /// What follows for a card that proved what it holds: an order, or the tap's end.
    pub(super) async fn go_on(
        &self,
        mut course: Course,
        mut session: Session,
    ) -> Result<Answer, Fault> {
        let alias = session.alias;
        let (card, order) = self.office.transaction(|tables| {
            let card = cards::find(tables, &alias)?.ok_or_else(Fault::internal)?;
            let order = match course.purpose {
                TapPurpose::Settle(root) => self.settle(tables, &mut course, &card, &root)?,
                _ => self.top_up(tables, &course, &card)?,
            };
            Ok::<_, Fault>((card, order))
        })?;
        let Some(pending) = order else {
            return self.end(course, Some(&card)).await;
        };
        let command = script::order(&mut session.channel, pending.act, &pending.order());
        let mut step = script::step(course.id, vec![command.map_err(|_| Fault::internal())?]);
        if pending.act == Act::TopUp {
            let update = ValueUpdate {
                envelope: self
                    .office
                    .envelope(Audience::Anyone, course.nonce, UPDATE_SECONDS),
                alias,
                amount: pending.amount,
                block: block_digest(&step.block),
            };
            step.update = Some(self.office.say(&update).await?);
        }
        self.put(course, Asked::Order(session, pending));
        Ok(web::cbor(encode(&step)))
    }

    /// The order that a card was read for first, because something was open.
    fn settle(
        &self,
        tables: &dyn Tables,
        course: &mut Course,
        card: &Card,
        root: &Root,
    ) -> Result<Option<Pending>, Fault> {
        if pending::of_card(tables, &card.alias)?.is_none()
            && let Debit::Order(pending) = self.debit(tables, card, root)?
        {
            return Ok(Some(pending));
        }
        course.brought.order(*root);
        Ok(None)
    }

    /// The card answered an order, or nobody knows whether it has.
    pub(super) async fn ordered(
        &self,
        mut course: Course,
        mut session: Session,
        pending: Pending,
        responses: &[ByteVec],
    ) -> Result<Answer, Fault> {
        let answer = session.answer(responses);
        let answer = answer.and_then(|answer| decode_value(&answer, VALUE_BYTES_MAX).ok());
        course.bring(&pending);
        let is_known = self
            .office
            .transaction(|tables| self.take_answer(tables, &pending, answer))?;
        match (is_known, pending.act) {
            (true, Act::TopUp) => self.go_on(course, session).await,
            _ => self.end(course, None).await,
        }
    }

    /// Whether it is known now what the card did.
    fn take_answer(
        &self,
        tables: &dyn Tables,
        told: &Pending,
        answer: Option<CardAnswer>,
    ) -> Result<bool, Fault> {
        // Another tap may have found it out meanwhile.
        let Some(pending) = pending::open(tables, told.number)? else {
            return Ok(false);
        };
        match answer {
            Some(CardAnswer::Done(record)) if self.is_proof(tables, &pending, &record)? => {
                pending::answered(tables, &pending)?;
                self.done(tables, &pending, &record)?;
                Ok(true)
            }
            Some(CardAnswer::Refused {
                reason,
                counter,
                balance,
            }) => {
                let Some(why) = final_refusal(reason) else {
                    return self.unknown(&pending);
                };
                cards::note(
                    tables,
                    &pending.alias,
                    (counter, balance),
                    self.office.now(),
                )?;
                pending::answered(tables, &pending)?;
                self.not_done(tables, &pending, Some(why))?;
                // What this card has no room for is not tried again in this tap.
                Ok(false)
            }
            _ => self.unknown(&pending),
        }
    }

    fn unknown(&self, pending: &Pending) -> Result<bool, Fault> {
        let about = data_encoding::HEXLOWER.encode(&pending.subject);
        self.office.log("card-ordered", about.get(..16), "unknown");
        Ok(false)
    }
}

impl Course {
    /// Says at the end what came of this.
    pub(super) fn bring(&mut self, pending: &Pending) {
        match pending.act {
            Act::Debit => self.brought.order(Root(pending.subject)),
            Act::TopUp => self.brought.credit(pending.subject),
        }
    }
}

/// Why a card is not told to pay by these terms, by what it said of itself last.
fn cannot(card: &Card, terms: &Terms) -> Option<SettlementRefusal> {
    if card.blocked.is_some() {
        Some(SettlementRefusal::Blocked)
    } else if card.counter != terms.counter || card.balance.minor != terms.balance {
        Some(SettlementRefusal::OtherCard)
    } else {
        None
    }
}

/// Why the card has done nothing, if its refusal says so. That the last transaction was for the same says that it may have.
const fn final_refusal(reason: CardRefusal) -> Option<SettlementRefusal> {
    match reason {
        CardRefusal::Counter => Some(SettlementRefusal::OtherCard),
        CardRefusal::Insufficient | CardRefusal::Limit => Some(SettlementRefusal::Short),
        _ => None,
    }
}
