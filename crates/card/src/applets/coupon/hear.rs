//! HEAR (80 CE place P2): what the office says about a coupon moves it on, or gives it back.

use tallystick_protocol::coupon::{
    CouponAnswer, CouponOutcome, CouponState, CouponStatus, CouponVerdict, VerdictKind,
};
use tallystick_protocol::wire::time::Timestamp;

use super::instruction::{ANSWER, STATUS, VERDICT};
use super::office::offices;
use super::progress::Event;
use super::stored::{Bound, Record};
use super::{coupons, place};
use crate::StatusWord;
use crate::applets::purse::asked;
use crate::host::coupon::SignedKind;
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// The office's signed answer to what was signed about the coupon (P2 = 00), how it is (01), or whether it is good (02), and
/// the time. No PIN, because only the office can say it, and no password: nothing of the coupon is shown. What is older than
/// what the office has said about the coupon before is refused.
pub(crate) fn hear(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let given: Signed = asked(command)?;
    let mut record = coupons(state)?.at(place)?.clone();
    let offices = offices(state);
    let (office, word) = (&record.office, &given.bytes);
    let now = offices.now(office, given.at)?;
    let (event, at) = match command.header.p2 {
        ANSWER => record.answered(&offices.open(office, word, now)?)?,
        STATUS => record.stands(&offices.open(office, word, now)?)?,
        VERDICT => record.judged(&offices.open(office, word, now)?)?,
        _ => return Err(StatusWord::WrongParameters),
    };
    if at < record.told {
        return Err(StatusWord::OlderCheckpoint);
    }
    record.told = at;
    if let Some(event) = event {
        record.progress = record.progress.after(event)?;
        if event == Event::Returned {
            record.free()?;
        }
    }
    let Some(coupons) = &mut state.coupons else {
        return Err(StatusWord::ReferenceNotFound);
    };
    let before = coupons.clone();
    coupons.hear(&record.office, at);
    coupons.put(record);
    let changed = *coupons != before;
    Ok(Outcome::done().changing(changed))
}

type Word = (Option<Event>, Timestamp);

impl Record {
    /// What an answer to what was signed about it means.
    fn answered(&self, answer: &CouponAnswer) -> Result<Word, StatusWord> {
        let bound = self.bound.as_ref().ok_or(StatusWord::ReferenceNotFound)?;
        if answer.coupon.is_some_and(|coupon| coupon != self.coupon) {
            return Err(StatusWord::NotForThisPurse);
        }
        let is_cancelled = bound.cancelled_by == Some(answer.asked);
        if !is_cancelled && bound.asked != answer.asked {
            return Err(StatusWord::ReferenceNotFound);
        }
        let is_last = bound.earlier.is_none_or(|until| answer.at >= until);
        let event = match (answer.outcome, bound.kind) {
            (CouponOutcome::Unknown | CouponOutcome::NotOwner | CouponOutcome::Changed, _) => {
                Some(Event::Left)
            }
            (CouponOutcome::Done, _) if is_cancelled => Some(Event::Returned),
            _ if is_cancelled => None,
            (CouponOutcome::Done, SignedKind::Offer) | (CouponOutcome::Waiting, _) => {
                Some(Event::Waits)
            }
            (CouponOutcome::Done, SignedKind::Conversion) => Some(Event::Turned),
            (CouponOutcome::Done, _) => Some(Event::Left),
            (_, SignedKind::Conversion) => Some(Event::Returned),
            (outcome, _) if is_last && is_final(outcome) => Some(Event::Returned),
            _ => None,
        };
        Ok((event, answer.at))
    }

    /// What the office's word means about how it is.
    fn stands(&self, status: &CouponStatus) -> Result<Word, StatusWord> {
        if (&status.office, status.coupon) != (&self.office, self.coupon) {
            return Err(StatusWord::NotForThisPurse);
        }
        if status.change < self.change {
            return Err(StatusWord::OlderCheckpoint);
        }
        let event = match status.state {
            _ if status.change > self.change => Some(Event::Left),
            None | Some(CouponState::Spent) => Some(Event::Left),
            Some(CouponState::Owned) => self.returned(status.at),
            Some(CouponState::Asked) if self.bound.is_some() => None,
            Some(
                CouponState::Asked | CouponState::Named | CouponState::Offered | CouponState::Held,
            ) => Some(Event::Waits),
            Some(CouponState::Converted) => Some(Event::Turned),
            Some(CouponState::Expired | CouponState::Blocked) => Some(Event::Over),
            Some(_) => None,
        };
        Ok((event, status.at))
    }

    /// What it means whether the coupon, as it is here, is good.
    fn judged(&self, verdict: &CouponVerdict) -> Result<Word, StatusWord> {
        if (&verdict.office, verdict.shown) != (&self.office, self.digest) {
            return Err(StatusWord::NotForThisPurse);
        }
        let event = match verdict.verdict {
            VerdictKind::Valid => self.returned(verdict.at),
            VerdictKind::Changed => Some(Event::Left),
            VerdictKind::UnderWay => Some(Event::Waits),
            VerdictKind::Over | VerdictKind::Expired => Some(Event::Over),
            _ => None,
        };
        Ok((event, verdict.at))
    }

    /// The office says that it is the owner's. That frees it once nothing that was signed about it counts any more: before,
    /// whoever has that may still come with it.
    fn returned(&self, at: Timestamp) -> Option<Event> {
        let counts = |bound: &Bound| bound.until.is_none_or(|until| at < until);
        let is_bound = self.bound.as_ref().is_some_and(counts);
        (!is_bound).then_some(Event::Returned)
    }
}

/// Whether nothing comes of what was signed any more, whoever brings it to the office again.
const fn is_final(outcome: CouponOutcome) -> bool {
    matches!(
        outcome,
        CouponOutcome::Denied
            | CouponOutcome::Silent
            | CouponOutcome::Expired
            | CouponOutcome::NotHere
            | CouponOutcome::WrongClaim
            | CouponOutcome::Invalid
            | CouponOutcome::NotOffered
    )
}
