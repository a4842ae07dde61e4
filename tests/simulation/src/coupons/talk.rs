//! What a customer says to the office, sealed: kept until the office's signed answer is there.

use std::rc::Rc;

use http::StatusCode;
use tallystick_protocol::coupon::{
    BillingAnswer, BillingQuery, ConfirmationAsk, Coupon, CouponAnswer, CouponConversation,
    CouponConversationAnswer, CouponId, CouponOutcome, CouponQuery, CouponState, CouponStatus,
    CouponTalk, LineKind, OpenedCoupon, TransferReply,
};
use tallystick_protocol::keys::conversation::Direction;
use tallystick_protocol::trust::keyed::{self, KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, sign_pss};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::money::Currency;

use super::customer::{Customer, Kept};
use super::enrolling::{Account, CBOR};
use crate::cast::{COUPONS, domain};
use crate::town::Town;

/// What somebody wants of the office, by the answer to which something changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    /// A coupon comes of it.
    New,
    /// It leaves.
    Leaves,
    /// It comes, from somebody who signed it over or was asked.
    Comes,
    /// How it is has to be looked at.
    Stays,
}

/// Something said, until it is answered.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(super) path: &'static str,
    pub(super) about: Option<CouponId>,
    pub(super) said: Vec<u8>,
    /// SHA-256 of the message that asks.
    pub(super) asked: [u8; 32],
    pub(super) matter: Matter,
    /// Not said before, in virtual milliseconds.
    pub(super) from_ms: u64,
}

/// What the office says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bill {
    /// All charges that it showed.
    pub(crate) charged: u64,
    /// All conversions.
    pub(crate) converted: u64,
    /// Taken from the account by totals.
    pub(crate) debited: u64,
    /// Put onto it.
    pub(crate) paid_out: u64,
}

impl Customer {
    /// Signed by the account's key.
    pub(super) fn signs<M: KeyedMessage>(&self, message: &M) -> Vec<u8> {
        let bytes = to_be_signed(message, Algorithm::Ps256);
        let signature = sign_pss(&mut *self.rng.borrow_mut(), &self.key, &bytes).unwrap();
        assemble(&encode(message), Algorithm::Ps256, &signature)
    }

    /// Says something sealed. What is answered, if it opens; otherwise the status, if there is one.
    pub(super) async fn talks(
        &self,
        account: &Account,
        path: &str,
        about: Option<CouponId>,
        said: &[u8],
    ) -> Result<Vec<u8>, Option<StatusCode>> {
        let pair = account.pair();
        let nonce = self.random();
        let key = account.key_for(&pair, &nonce);
        let talk = CouponTalk::new(&pair, nonce);
        let sealed = talk.seal(&mut *self.rng.borrow_mut(), &key, Direction::ToParty, said);
        let question = CouponConversation {
            pair: pair.clone(),
            nonce,
            about,
            ciphertext: sealed.map_err(|_| None)?,
        };
        let question = encode(&question);
        let answer = self
            .sends(COUPONS, path, CBOR, question)
            .await
            .ok_or(None)?;
        if !answer.status().is_success() {
            return Err(Some(answer.status()));
        }
        let sealed: CouponConversationAnswer = decode(answer.body()).map_err(|_| None)?;
        let opened = talk.open(&key, Direction::ToHolder, &sealed.ciphertext);
        opened.map(|opened| opened.to_vec()).map_err(|_| None)
    }

    /// Keeps what is to be said.
    pub(super) fn writes(&self, letter: Letter) {
        self.pocket.borrow_mut().letters.push_back(letter);
    }

    /// Says what is kept, one thing after the other. Says whether there was something to say.
    pub(super) async fn says_something(&self, town: &Rc<Town>, account: &Account) -> bool {
        let now_ms = town.scheduler.now_ms();
        let is_calm = town.coupons.is_calm.get();
        let letter = {
            let mut pocket = self.pocket.borrow_mut();
            let mut letters = pocket.letters.iter();
            let due = letters.position(|letter| is_calm || letter.from_ms <= now_ms);
            // To the end: whatever comes of it, the others are said before it is said again.
            let letter = due.and_then(|due| pocket.letters.remove(due));
            pocket.letters.extend(letter.clone());
            letter
        };
        let Some(letter) = letter else {
            return false;
        };
        let Letter { path, about, .. } = letter;
        let answer = match self.talks(account, path, about, &letter.said).await {
            Ok(answer) => answer,
            // When it is calm nobody else answers in the office's place: it heard it, and will not hear it.
            Err(Some(status)) if is_calm && is_refused(status) => {
                let mut pocket = self.pocket.borrow_mut();
                pocket.letters.retain(|kept| kept.asked != letter.asked);
                return true;
            }
            Err(_) => return !is_calm,
        };
        let answer: Option<CouponAnswer> = keyed::open(&answer, &account.office).ok();
        let Some(answer) = answer.filter(|answer| answer.asked == letter.asked) else {
            return !is_calm;
        };
        let line = format!("    {}: {path}: {}", self.name, answer.outcome.as_str());
        town.journal.show(now_ms, &line);
        let mut pocket = self.pocket.borrow_mut();
        if answer.outcome == CouponOutcome::Waiting {
            let mut letters = pocket.letters.iter_mut();
            if let Some(kept) = letters.find(|kept| kept.asked == letter.asked) {
                kept.from_ms = now_ms + 30_000;
            }
            return !is_calm;
        }
        pocket.letters.retain(|kept| kept.asked != letter.asked);
        drop(pocket);
        self.hears(account, &letter, &answer);
        true
    }

    /// Something was decided.
    fn hears(&self, account: &Account, letter: &Letter, answer: &CouponAnswer) {
        if let Some(bytes) = &answer.whole {
            self.takes_in(account, bytes);
        }
        let is_done = answer.outcome == CouponOutcome::Done;
        let mut pocket = self.pocket.borrow_mut();
        let about = letter.about.or(answer.coupon);
        if let Some(kept) = about.and_then(|about| pocket.coupons.get_mut(&about)) {
            // How it is now, is looked at.
            kept.is_sure = false;
            if is_done && letter.matter == Matter::Leaves {
                kept.state = None;
            }
        }
    }

    /// The office's word that a coupon is this customer's.
    fn takes_in(&self, account: &Account, bytes: &[u8]) -> Option<CouponId> {
        let opened = opened(account, bytes)?;
        if Some(opened.owner()) != self.as_owner().as_ref() {
            return None;
        }
        let id = opened.terms.coupon;
        let kept = Kept {
            bytes: bytes.to_vec(),
            change: opened.ownership.change,
            minor: opened.terms.value.minor,
            state: Some(CouponState::Owned),
            is_sure: true,
        };
        self.pocket.borrow_mut().coupons.insert(id, kept);
        Some(id)
    }

    /// Asks how a coupon is, and replies if the office asks back. Says whether it was answered.
    /// When it is `calm`, nobody else answers in the office's place: what it does not know, is not this customer's.
    pub(super) async fn looks_at(
        &self,
        account: &Account,
        coupon: CouponId,
        is_calm: bool,
    ) -> bool {
        let said = encode(&CouponQuery { coupon });
        let path = "/v1/coupon-states";
        let answer = match self.talks(account, path, Some(coupon), &said).await {
            Ok(answer) => answer,
            Err(Some(StatusCode::NOT_FOUND)) if is_calm => {
                self.forgets(coupon);
                self.saw(coupon);
                return true;
            }
            Err(_) => return false,
        };
        let status: Option<CouponStatus> = keyed::open(&answer, &account.office).ok();
        let Some(status) = status.filter(|status| status.coupon == coupon) else {
            return false;
        };
        match &status.whole {
            Some(bytes) => {
                self.takes_in(account, bytes);
            }
            None => self.forgets(coupon),
        }
        let mut pocket = self.pocket.borrow_mut();
        if let Some(kept) = pocket.coupons.get_mut(&coupon) {
            kept.state = status.state;
            kept.is_sure = true;
        }
        if let Some(made) = status.made {
            pocket.coupons.entry(made).or_insert_with(unseen);
        }
        drop(pocket);
        self.saw(coupon);
        if let Some(ask) = &status.ask {
            self.replies(account, ask);
        }
        true
    }

    /// It is another's.
    pub(super) fn forgets(&self, coupon: CouponId) {
        if let Some(kept) = self.pocket.borrow_mut().coupons.get_mut(&coupon) {
            (kept.state, kept.is_sure) = (None, true);
        }
    }

    /// The office asks whether somebody shall have it: yes, no, or nothing.
    fn replies(&self, account: &Account, ask: &[u8]) {
        let ask: Result<ConfirmationAsk, _> = keyed::open(ask, &account.office);
        let Ok(ask) = ask else { return };
        let has_replied = |letter: &Letter| {
            letter.path == "/v1/coupon-replies" && letter.about == Some(ask.coupon)
        };
        if self.pocket.borrow().letters.iter().any(has_replied) || self.dice.chance(300) {
            return;
        }
        let reply = TransferReply {
            office: domain(COUPONS),
            holder: account.id,
            coupon: ask.coupon,
            change: ask.change,
            asked: ask.asked,
            to: ask.to.clone(),
            agrees: self.dice.chance(600),
            at: self.now(),
            nonce: self.random(),
        };
        let about = Some(ask.coupon);
        self.asks_office("/v1/coupon-replies", about, &reply, Matter::Stays);
    }

    /// Signs something and keeps it to be said.
    pub(super) fn asks_office<M: KeyedMessage>(
        &self,
        path: &'static str,
        about: Option<CouponId>,
        message: &M,
        matter: Matter,
    ) {
        self.writes(Letter {
            path,
            about,
            said: self.signs(message),
            asked: tallystick_protocol::coupon::asked_digest(message),
            matter,
            from_ms: 0,
        });
    }

    /// Asks what was charged, all of it. Says whether it was answered.
    pub(super) async fn looks_at_bill(&self, account: &Account) -> bool {
        let mut bill = Bill {
            charged: 0,
            converted: 0,
            debited: 0,
            paid_out: 0,
        };
        let mut before = None;
        loop {
            let currency = Currency::Jpy;
            let said = encode(&BillingQuery { currency, before });
            let answer = self.talks(account, "/v1/coupon-bills", None, &said).await;
            let answer = answer
                .ok()
                .and_then(|said| keyed::open(&said, &account.office).ok());
            let Some(answer) = answer.filter(|bill: &BillingAnswer| bill.holder == account.id)
            else {
                return false;
            };
            for line in &answer.lines {
                let sum = match line.kind {
                    LineKind::Charge => &mut bill.charged,
                    LineKind::Conversion => &mut bill.converted,
                    LineKind::Debit => &mut bill.debited,
                    _ => &mut bill.paid_out,
                };
                *sum += line.money.minor;
            }
            match answer.lines.last() {
                Some(last) => before = Some(last.number),
                None => break,
            }
        }
        *self.bill.borrow_mut() = Some(bill);
        true
    }
}

/// Whether the office would say the same again.
fn is_refused(status: StatusCode) -> bool {
    status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS
}

/// A coupon that is known by its number alone.
pub(super) fn unseen() -> Kept {
    Kept {
        bytes: Vec::new(),
        change: 0,
        minor: 0,
        state: None,
        is_sure: false,
    }
}

/// A coupon that the office signed.
pub(super) fn opened(account: &Account, bytes: &[u8]) -> Option<OpenedCoupon> {
    let office = (&domain(COUPONS), &account.office);
    decode::<Coupon>(bytes).ok()?.verify(office).ok()
}
