//! What customers hand to each other, and what becomes of it on the way: it is lost, read twice, read late.

use std::rc::Rc;

use tallystick_protocol::coupon::{
    ClaimProof, ClaimRedemption, ClaimRequest, Coupon, CouponId, CouponTransfer,
    OwnerChangeRequest, OwnerKey, asked_digest,
};
use tallystick_protocol::trust::keyed::{self, KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::HolderId;

use super::customer::{Customer, Kept};
use super::enrolling::Account;
use super::talk::{Letter, Matter, opened, unseen};
use crate::cast::{COUPONS, domain};
use crate::town::Town;

/// Of a thousand texts: how many are lost, read twice, and read much later.
const LOST: u32 = 120;
const DOUBLED: u32 = 150;
const DELAYED: u32 = 200;
/// The longest that a text lies about, in milliseconds.
const DELAY_MAX_MS: u64 = 300_000;

/// Something handed over.
#[derive(Clone)]
pub(crate) enum Text {
    /// A coupon, with what its owner signed.
    Given(Vec<u8>, Vec<u8>),
    /// A coupon alone: whoever wants it has the office ask its owner.
    Shown(Vec<u8>),
    /// A link.
    Link(CouponId, [u8; 32]),
}

impl Text {
    const fn name(&self) -> &'static str {
        match self {
            Self::Given(..) => "a coupon, signed over",
            Self::Shown(_) => "a coupon",
            Self::Link(..) => "a link",
        }
    }
}

impl Town {
    /// Somebody hands something to a customer.
    pub(super) fn hands(self: &Rc<Self>, from: &Customer, to: &'static str, text: &Text) {
        let dice = &from.dice;
        let may_fail = !self.coupons.is_calm.get();
        let times = match may_fail {
            true if dice.chance(LOST) => 0,
            true if dice.chance(DOUBLED) => 2,
            _ => 1,
        };
        self.note(&format!(
            "{} ⇢ {to}  {}, read {times} times",
            from.name,
            text.name()
        ));
        let (town, lost) = (self.me(), text.clone());
        let read = move |text| {
            let to = town.upgrade().and_then(|town| town.coupons.customer(to));
            if let Some(to) = to {
                to.texts.borrow_mut().push_back(text);
            }
        };
        if times == 0 {
            let again: Box<dyn FnOnce()> = Box::new(move || read(lost));
            return self.coupons.lost.borrow_mut().push(again);
        }
        for _ in 0..times {
            let way_ms = match may_fail && dice.chance(DELAYED) {
                true => dice.between(5_000, DELAY_MAX_MS),
                false => dice.between(200, 5_000),
            };
            let (read, text) = (read.clone(), text.clone());
            self.scheduler.after(way_ms, move || read(text));
        }
    }
}

impl Customer {
    pub(super) fn next_text(&self) -> Option<Text> {
        self.texts.borrow_mut().pop_front()
    }

    /// Reads what was handed over.
    pub(super) fn reads(&self, account: &Account, text: Text) {
        match text {
            Text::Given(coupon, transfer) => self.takes(account, &coupon, transfer),
            Text::Shown(coupon) => self.wants(account, &coupon),
            Text::Link(coupon, secret) => self.redeems(account, coupon, secret, account.id),
        }
    }

    /// It is this customer's, as its owner signed: unconfirmed until the office has said so.
    fn takes(&self, account: &Account, coupon: &[u8], transfer: Vec<u8>) {
        let Some(seen) = opened(account, coupon) else {
            return;
        };
        let Ok(signed) = keyed::unverified::<CouponTransfer>(&transfer) else {
            return;
        };
        let mut pocket = self.pocket.borrow_mut();
        let kept = pocket
            .coupons
            .entry(seen.terms.coupon)
            .or_insert_with(unseen);
        kept.is_sure = false;
        drop(pocket);
        self.writes(Letter {
            path: "/v1/coupon-transfers",
            about: Some(seen.terms.coupon),
            said: transfer,
            asked: asked_digest(&signed),
            matter: Matter::Comes,
            from_ms: 0,
        });
    }

    /// Asks for it.
    fn wants(&self, account: &Account, coupon: &[u8]) {
        let Some(seen) = opened(account, coupon) else {
            return;
        };
        let Ok(whole) = decode::<Coupon>(coupon) else {
            return;
        };
        let id = seen.terms.coupon;
        self.pocket
            .borrow_mut()
            .coupons
            .entry(id)
            .or_insert_with(unseen);
        let request = OwnerChangeRequest {
            office: domain(COUPONS),
            holder: account.id,
            coupon: id,
            change: seen.ownership.change,
            shown: whole.digest(),
            at: self.now(),
            nonce: self.random(),
        };
        self.asks_office("/v1/coupon-requests", Some(id), &request, Matter::Comes);
    }

    /// Redeems a link, whose key signs for `holder`.
    pub(super) fn redeems(
        &self,
        account: &Account,
        coupon: CouponId,
        secret: [u8; 32],
        holder: HolderId,
    ) {
        self.pocket
            .borrow_mut()
            .coupons
            .entry(coupon)
            .or_insert_with(unseen);
        let redemption = ClaimRedemption {
            office: domain(COUPONS),
            holder: account.id,
            coupon,
            claim_key: link_key(&secret),
            at: self.now(),
            nonce: self.random(),
        };
        let proof = ClaimProof {
            office: domain(COUPONS),
            coupon,
            holder,
        };
        let said = ClaimRequest {
            redemption: self.signs(&redemption),
            proof: signed_with(&proof, &secret),
        };
        self.writes(Letter {
            path: "/v1/coupon-redemptions",
            about: Some(coupon),
            said: encode(&said),
            asked: asked_digest(&redemption),
            matter: Matter::Comes,
            from_ms: 0,
        });
    }

    /// A coupon that is this customer's, sure or not, and with which nothing is under way here.
    pub(super) fn some_own(&self) -> Option<(CouponId, Kept)> {
        let pocket = self.pocket.borrow();
        let is_free = |(id, kept): &(&CouponId, &Kept)| {
            let is_written = pocket
                .letters
                .iter()
                .any(|letter| letter.about == Some(**id));
            kept.state == Some(tallystick_protocol::coupon::CouponState::Owned) && !is_written
        };
        let own = pocket.coupons.iter().filter(is_free);
        let own: Vec<_> = own.map(|(id, kept)| (*id, kept.clone())).collect();
        (!own.is_empty()).then(|| self.dice.pick(&own).clone())
    }
}

/// The public half of a link's key.
pub(super) fn link_key(secret: &[u8; 32]) -> [u8; 33] {
    OwnerKey::short(&VerifyingKey::of_es256(secret).unwrap()).unwrap()
}

fn signed_with<M: KeyedMessage>(message: &M, secret: &[u8; 32]) -> Vec<u8> {
    let signature = sign_es256(secret, &to_be_signed(message, Algorithm::Es256)).unwrap();
    assemble(&encode(message), Algorithm::Es256, &signature)
}
