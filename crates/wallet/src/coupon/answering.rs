//! What offices answer to what was signed: verified, then taken up.

use tallystick_protocol::coupon::{CouponAnswer, CouponOutcome, Owner, TransferReply};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::problem::ProblemKind;

use super::office::{About, Question};
use super::record::{CouponRecord, Standing, UnderWay};
use super::view::{CouponEventKind, CouponWhat};
use crate::core::ask::{Answer, CallError};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

/// What an outcome means to the holder.
pub(super) const fn kind_of(outcome: CouponOutcome) -> ErrorKind {
    match outcome {
        CouponOutcome::Denied | CouponOutcome::Silent => ErrorKind::CouponDenied,
        CouponOutcome::Unknown => ErrorKind::NoSuchCoupon,
        CouponOutcome::NotOwner | CouponOutcome::Changed => ErrorKind::CouponChanged,
        CouponOutcome::WrongState => ErrorKind::CouponUnderWay,
        CouponOutcome::Expired => ErrorKind::CouponExpired,
        CouponOutcome::NotCharged => ErrorKind::CouponNotCharged,
        CouponOutcome::Exhausted => ErrorKind::CampaignExhausted,
        CouponOutcome::HadEnough => ErrorKind::CouponHadEnough,
        CouponOutcome::WrongClaim => ErrorKind::CouponLinkVoid,
        CouponOutcome::Invalid => ErrorKind::CouponForged,
        CouponOutcome::NotOffered => ErrorKind::CouponNotOffered,
        _ => ErrorKind::OfficeRefused,
    }
}

/// What a problem means that an office answers with.
const fn kind(problem: ProblemKind) -> ErrorKind {
    match problem {
        ProblemKind::WrongClock => ErrorKind::ClockWrong,
        ProblemKind::Revoked => ErrorKind::CardMoved,
        ProblemKind::NotFound => ErrorKind::NoSuchCoupon,
        ProblemKind::Expired => ErrorKind::CouponExpired,
        _ => ErrorKind::OfficeRefused,
    }
}

impl CouponWhat {
    /// Whether a coupon comes by it that is not here.
    pub(super) const fn is_coming(self) -> bool {
        matches!(
            self,
            Self::Issue | Self::Receipt | Self::Request | Self::Redemption
        )
    }
}

impl Desk<'_> {
    /// Takes up what offices said. Returns whether anything came of it.
    pub(super) fn take_office_answers(
        &mut self,
        answers: &[Answer<Question>],
    ) -> Result<bool, WalletError> {
        let mut has_moved = false;
        for answer in answers {
            let Question {
                about,
                account,
                talk,
            } = &answer.question;
            match &answer.said {
                Ok(said) => {
                    let Some(said) = talk.opened(said) else {
                        continue;
                    };
                    let taken = match about {
                        About::UnderWay(id) => self.take_coupon_answer(id, &said),
                        About::State(id) => self.take_status(id, &said),
                        About::Bill => continue,
                    };
                    has_moved |= match taken {
                        Ok(taken) => taken,
                        // What is not the office's word is as good as none.
                        Err(error) if error.kind == ErrorKind::OfficeAnswerInvalid => false,
                        Err(error) => return Err(error),
                    };
                }
                Err(CallError::Refused(ProblemKind::UnknownSpace | ProblemKind::OverCap)) => {
                    self.lose_talk(account)?;
                }
                Err(CallError::Refused(problem)) => {
                    if let About::UnderWay(id) = about {
                        has_moved |= self.hear_unsigned(id, kind(*problem))?;
                    }
                }
                Err(CallError::Later(_) | CallError::Strange { .. }) => {}
            }
        }
        Ok(has_moved)
    }

    /// Somebody in the office's place takes nothing of it. Only what the office signs ends what the card signed, so it is
    /// said again, and what was said of it is shown meanwhile. Returns whether that is new.
    fn hear_unsigned(&mut self, id: &str, kind: ErrorKind) -> Result<bool, WalletError> {
        let Ok(mut record) = self.coupon(id) else {
            return Ok(false);
        };
        let Some(under_way) = &mut record.under_way else {
            return Ok(false);
        };
        if under_way.told.replace(kind) == Some(kind) {
            return Ok(false);
        }
        self.keep_coupon(record)?;
        Ok(true)
    }

    fn take_coupon_answer(&mut self, id: &str, signed: &[u8]) -> Result<bool, WalletError> {
        let unfit =
            |why: &dyn core::fmt::Display| WalletError::caused(ErrorKind::OfficeAnswerInvalid, why);
        let Ok(mut record) = self.coupon(id) else {
            return Ok(false);
        };
        let key = self.office_key(&record.account)?;
        let answer: CouponAnswer = keyed::open(signed, &key).map_err(|error| unfit(&error))?;
        let Some(mut under_way) = record.under_way.clone() else {
            return Ok(false);
        };
        under_way.told = None;
        if answer.asked != under_way.asked {
            return Err(unfit(&"the office answers something else"));
        }
        let before = record.clone();
        if under_way.what.is_coming() {
            self.take_coming(&mut record, under_way, &answer)?;
        } else {
            if record.place.is_some() {
                record.tell_card(false, signed);
            }
            record.leave(under_way, &answer);
        }
        let has_moved = record != before;
        if has_moved {
            self.keep_coupon(record)?;
        }
        Ok(has_moved)
    }

    /// The office says what came of the wish for a coupon.
    fn take_coming(
        &mut self,
        record: &mut CouponRecord,
        mut under_way: UnderWay,
        answer: &CouponAnswer,
    ) -> Result<(), WalletError> {
        let event = match under_way.what {
            CouponWhat::Issue if under_way.about.is_some() => CouponEventKind::FromCampaign,
            CouponWhat::Issue => CouponEventKind::Bought,
            CouponWhat::Redemption => CouponEventKind::Redeemed,
            _ => CouponEventKind::Received,
        };
        match (answer.outcome, &answer.whole) {
            (CouponOutcome::Done, Some(whole)) => {
                self.take_whole(record, whole)?;
                record.standing = Standing::Owned;
                record.under_way = None;
                record.note(answer.at, event, under_way.to);
            }
            (CouponOutcome::Done, None) => {
                // It was this holder's, and is another's by now.
                record.standing = Standing::Given;
                record.under_way = None;
                record.note(answer.at, event, under_way.to);
                record.note(answer.at, CouponEventKind::Given, None);
            }
            (CouponOutcome::Waiting, _) => {
                under_way.until = answer.until;
                record.under_way = Some(under_way);
            }
            (outcome, _) => record.fail(under_way, kind_of(outcome), answer.at),
        }
        Ok(())
    }

    /// Takes a coupon that the office says is this account's; the card is to have it.
    pub(super) fn take_whole(
        &mut self,
        record: &mut CouponRecord,
        whole: &[u8],
    ) -> Result<(), WalletError> {
        let account = self.profile()?.card(&record.account)?.clone();
        let opened = self.own_coupon(&account, whole)?;
        let (number, change) = (opened.terms.coupon, opened.ownership.change);
        if record.coupon.is_some_and(|known| known != number) {
            let why = &"the office sends another coupon";
            return Err(WalletError::caused(ErrorKind::OfficeAnswerInvalid, why));
        }
        let is_in_card = record.place.is_some() && record.change == change;
        record.coupon = Some(number);
        record.change = change;
        record.valid_until = Some(opened.terms.valid_until);
        if !is_in_card {
            record.place = None;
            record.progress = None;
        }
        if !(is_in_card && record.is_locked) {
            record.whole = Some(whole.to_vec());
        }
        Ok(())
    }
}

impl CouponRecord {
    /// It came to nothing.
    fn fail(
        &mut self,
        under_way: UnderWay,
        kind: ErrorKind,
        at: tallystick_protocol::wire::time::Timestamp,
    ) {
        let what = match under_way.what {
            CouponWhat::Transfer => Some(CouponEventKind::NotGiven),
            CouponWhat::Request => Some(CouponEventKind::Denied),
            _ => None,
        };
        if let Some(what) = what {
            self.note(at, what, under_way.to.clone());
        }
        self.under_way = Some(UnderWay {
            failure: Some(kind),
            ..under_way
        });
    }

    /// The office says what came of something that the card signed about the coupon.
    fn leave(&mut self, mut under_way: UnderWay, answer: &CouponAnswer) {
        let at = answer.at;
        match (under_way.what, answer.outcome) {
            (CouponWhat::Transfer, CouponOutcome::Done) => {
                self.standing = Standing::Given;
                self.note(at, CouponEventKind::Given, under_way.to.clone());
                // The receiver's wallet has still to hear of it, by the text.
                under_way.is_answered = true;
                self.under_way = Some(under_way);
            }
            (CouponWhat::Reply, CouponOutcome::Done) => {
                // The wallet's own card has signed it.
                let reply = keyed::unverified::<TransferReply>(&under_way.said);
                let agreed = reply.ok().filter(|reply| reply.agrees);
                let (standing, event) = match agreed.map(|reply| reply.to) {
                    Some(Owner::Shop(_)) => (Standing::Spent, Some(CouponEventKind::Spent)),
                    Some(Owner::Holder(_)) => (Standing::Given, Some(CouponEventKind::Given)),
                    None => (Standing::Owned, None),
                };
                self.standing = standing;
                if let Some(event) = event {
                    self.note(at, event, under_way.to);
                }
                self.ask = None;
                self.under_way = None;
            }
            (CouponWhat::Conversion, CouponOutcome::Done) => {
                self.standing = Standing::Converted;
                self.note(at, CouponEventKind::Converted, None);
                self.under_way = None;
            }
            (CouponWhat::Offer, CouponOutcome::Done) => {
                self.standing = Standing::Offered;
                under_way.is_answered = true;
                self.under_way = Some(under_way);
            }
            (CouponWhat::CancelOffer, CouponOutcome::Done) => {
                self.standing = Standing::Owned;
                self.note(at, CouponEventKind::OfferEnded, None);
                self.under_way = None;
            }
            (_, CouponOutcome::Waiting) => self.under_way = Some(under_way),
            (_, outcome) => self.fail(under_way, kind_of(outcome), at),
        }
    }
}
