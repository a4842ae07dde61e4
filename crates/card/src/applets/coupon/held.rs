//! What is said about a coupon that the card holds. Office, holder, coupon and change are those that stand in the card.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{
    ClaimCancellation, ClaimOffer, ConfirmationAsk, ConversionNotice, Coupon, CouponTerms,
    CouponTransfer, Owner, TransferReply,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode, encode_value};
use tallystick_protocol::wire::time::Timestamp;

use super::instruction::{CANCELLATION, CONVERSION, OFFER, OWNER_CHANGE, REPLY, TRANSFER};
use super::office::offices;
use super::progress::Event;
use super::sign::Unsigned;
use super::stored::{Bound, Content, Record};
use super::{coupons, place};
use crate::StatusWord;
use crate::applets::purse::asked;
use crate::host::coupon::{SignedKind, ToSign};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// What is to be signed, and what binds the coupon by it.
type Said = Result<(Unsigned, Option<Bound>), StatusWord>;

/// What is said about a coupon that the card holds.
pub(super) fn about_held(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let asked: ToSign = asked(command)?;
    let record = coupons(state)?.at(place)?.clone();
    let mut content = record.content(session.coupons.as_ref())?;
    let now = offices(state).now(&record.office, asked.at)?;
    if record.progress.is_over() {
        return Err(StatusWord::CouponBound);
    }
    if record.valid_until <= now {
        return Err(StatusWord::Expired);
    }
    let mut next = record.clone();
    let (unsigned, bound) = next.said(state, &content, command.header.p2, asked, now)?;
    let binds = bound.is_some();
    if let Some(bound) = bound {
        let before = record.bound.as_ref().map(|before| before.asked);
        if let Some(signed) = content
            .signed
            .take()
            .filter(|_| before == Some(bound.asked))
        {
            return Ok(Outcome::data(signed));
        }
        next.bind(bound)?;
    }
    let signed = unsigned.sign(state, session, &record.holder, rng)?;
    if binds {
        content.signed = Some(signed.clone());
        let lock = coupons(state)?.lock.as_ref().map(|lock| lock.slit);
        let lock = lock.filter(|_| record.is_locked());
        next.keep(&content, lock.as_ref(), rng)?;
    }
    let changed = next != record;
    if let Some(coupons) = &mut state.coupons {
        coupons.put(next);
    }
    Ok(Outcome::data(signed).changing(changed))
}

/// Requires what is wanted for that, and nothing else.
pub(super) fn require_fields(what: u8, asked: &ToSign) -> Result<(), StatusWord> {
    let link = asked.claim.is_some();
    let (to, until) = (asked.to.is_some(), asked.until.is_some());
    let (agrees, by, holder) = (
        asked.agrees.is_some(),
        asked.by.is_some(),
        asked.holder.is_some(),
    );
    let wanted = match what {
        TRANSFER => [true, true, false, false, false, false],
        OFFER => [false, true, true, false, false, false],
        REPLY => [false, false, false, true, true, false],
        OWNER_CHANGE => [false, false, false, false, true, true],
        CONVERSION | CANCELLATION => [false; 6],
        _ => return Err(StatusWord::WrongParameters),
    };
    if [to, until, link, agrees, by, holder] == wanted {
        Ok(())
    } else {
        Err(StatusWord::WrongData)
    }
}

impl Record {
    fn said(
        &mut self,
        state: &State,
        content: &Content,
        what: u8,
        asked: ToSign,
        now: Timestamp,
    ) -> Said {
        require_fields(what, &asked)?;
        let (unsigned, bound) = match what {
            TRANSFER => self.transfer(asked),
            OFFER => self.offer(&asked),
            CONVERSION => self.conversion(content, &asked),
            REPLY => self.reply(state, &asked, now),
            CANCELLATION => self.cancellation(&asked),
            _ => Err(StatusWord::WrongParameters),
        }?;
        let until = bound.as_ref().and_then(|bound| bound.until);
        if until.is_some_and(|until| until <= now) {
            return Err(StatusWord::Expired);
        }
        Ok((unsigned, bound))
    }

    fn transfer(&self, asked: ToSign) -> Said {
        let (Some(to), Some(until)) = (asked.to, asked.until) else {
            return Err(StatusWord::WrongData);
        };
        let goes_to = digest_of(&to);
        let unsigned = Unsigned::new(&CouponTransfer {
            office: self.office.clone(),
            holder: self.holder,
            coupon: self.coupon,
            change: self.change,
            to,
            until,
            at: asked.at,
            nonce: asked.nonce,
        });
        Ok(bound(SignedKind::Transfer, goes_to, Some(until), unsigned))
    }

    fn offer(&self, asked: &ToSign) -> Said {
        let (Some(claim), Some(until)) = (asked.claim, asked.until) else {
            return Err(StatusWord::WrongData);
        };
        let unsigned = Unsigned::new(&ClaimOffer {
            office: self.office.clone(),
            holder: self.holder,
            coupon: self.coupon,
            change: self.change,
            claim,
            until,
            at: asked.at,
            nonce: asked.nonce,
        });
        Ok(bound(SignedKind::Offer, claim, Some(until), unsigned))
    }

    fn conversion(&self, content: &Content, asked: &ToSign) -> Said {
        let unsigned = Unsigned::new(&ConversionNotice {
            office: self.office.clone(),
            holder: self.holder,
            coupon: self.coupon,
            change: self.change,
            value: content.terms()?.value,
            at: asked.at,
            nonce: asked.nonce,
        });
        Ok(bound(SignedKind::Conversion, [0; 32], None, unsigned))
    }

    /// As the office's signed ask says; a no binds nothing.
    fn reply(&self, state: &State, asked: &ToSign, now: Timestamp) -> Said {
        let (Some(ask), Some(agrees)) = (&asked.by, asked.agrees) else {
            return Err(StatusWord::WrongData);
        };
        let ask: ConfirmationAsk = offices(state).open(&self.office, ask, now)?;
        if (&ask.office, ask.holder, ask.coupon) != (&self.office, self.holder, self.coupon) {
            return Err(StatusWord::NotForThisPurse);
        }
        if ask.change != self.change {
            return Err(StatusWord::OlderCheckpoint);
        }
        let goes_to = digest_of(&ask.to);
        let unsigned = Unsigned::new(&TransferReply {
            office: ask.office,
            holder: ask.holder,
            coupon: ask.coupon,
            change: ask.change,
            asked: ask.asked,
            to: ask.to,
            agrees,
            at: asked.at,
            nonce: asked.nonce,
        });
        if !agrees {
            return Ok((unsigned, None));
        }
        Ok(bound(SignedKind::Reply, goes_to, Some(ask.until), unsigned))
    }

    /// Of the link that was offered.
    fn cancellation(&mut self, asked: &ToSign) -> Said {
        let bound = self.bound.as_mut();
        let bound = bound.filter(|bound| bound.kind == SignedKind::Offer);
        let bound = bound.ok_or(StatusWord::CouponBound)?;
        let unsigned = Unsigned::new(&ClaimCancellation {
            office: self.office.clone(),
            holder: self.holder,
            coupon: self.coupon,
            change: self.change,
            claim: bound.to,
            at: asked.at,
            nonce: asked.nonce,
        });
        bound.cancelled_by = Some(unsigned.digest());
        Ok((unsigned, None))
    }

    /// Binds the coupon; refused if it is bound to somebody else. To the same receiver it may be said again, and longer.
    fn bind(&mut self, mut bound: Bound) -> Result<(), StatusWord> {
        if let Some(before) = &self.bound {
            if before.to != bound.to {
                return Err(StatusWord::CouponBound);
            }
            bound.earlier = before.earlier.max(before.until);
            bound.until = before.until.max(bound.until);
        }
        self.progress = self.progress.after(Event::Signed)?;
        self.bound = Some(bound);
        Ok(())
    }
}

impl Content {
    /// What it is worth. It was verified when it came.
    fn terms(&self) -> Result<CouponTerms, StatusWord> {
        let coupon: Coupon = decode(&self.coupon).map_err(|_| StatusWord::MemoryFailure)?;
        keyed::unverified(&coupon.terms).map_err(|_| StatusWord::MemoryFailure)
    }
}

fn bound(
    kind: SignedKind,
    to: [u8; 32],
    until: Option<Timestamp>,
    unsigned: Unsigned,
) -> (Unsigned, Option<Bound>) {
    let bound = Bound {
        kind,
        to,
        asked: unsigned.digest(),
        until,
        cancelled_by: None,
        earlier: None,
    };
    (unsigned, Some(bound))
}

fn digest_of(owner: &Owner) -> [u8; 32] {
    Sha256::digest(encode_value(owner)).into()
}
