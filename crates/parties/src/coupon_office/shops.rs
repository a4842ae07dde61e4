//! Whoever was given a coupon has it verified (C9, C10), and a shop brings one: with what the owner signed it is the shop's at
//! once, without it the owner is asked.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{
    Coupon, CouponError, CouponOutcome, CouponState, CouponTerms, CouponTransfer, CouponVerdict,
    CouponVerification, Owner, ShopPresentation, VerdictKind,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::statement::{Verified, open, unverified};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::CouponOffice;
use super::asking::Wanted;
use super::conversation::key_of;
use super::handing_on::ShopsWord;
use super::key::CouponKey;
use super::notices::{self, Asked, Decided, Signed};
use super::registry;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{self, Key};
use crate::ports::{Ports, Tables};
use crate::recollection::heard::{self, Heard};

/// The coupon that is to be verified.
pub(super) fn verified_in(asked: &place::Asked<'_>) -> Option<Key> {
    let said: CouponVerification = decode(asked.body).ok()?;
    named_in(&said.coupon)
}

/// The coupon that a shop presents.
pub(super) fn presented_in(asked: &place::Asked<'_>) -> Option<Key> {
    let said = unverified::<ShopPresentation>(asked.body).ok()?;
    named_in(&said.coupon)
}

fn named_in(coupon: &[u8]) -> Option<Key> {
    let coupon: Coupon = decode(coupon).ok()?;
    let terms: CouponTerms = keyed::unverified(&coupon.terms).ok()?;
    Some(key_of(&terms.coupon))
}

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-verifications` (C9): whether the coupon that is shown is good. Whose it is it says itself; the answer
    /// says no more, and moves nothing.
    pub(super) async fn verify(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let said: CouponVerification = decode(web::body_as(request, web::CBOR)?)?;
        let key = self.coupon_key().await?;
        let verdict = CouponVerdict {
            office: office.settings.domain.clone(),
            shown: Sha256::digest(&said.coupon).into(),
            nonce: said.nonce,
            verdict: self.judge(&key, &said.coupon)?,
            at: office.now(),
        };
        Ok(web::cose(key.sign(&verdict)?))
    }

    fn judge(&self, key: &CouponKey, shown: &[u8]) -> Result<VerdictKind, Fault> {
        let office = &self.issuer.office;
        let by = (&office.settings.domain, &key.public);
        let opened = match Coupon::open(shown, by, office.now()) {
            Ok(opened) => opened,
            Err(CouponError::Expired) => return Ok(VerdictKind::Expired),
            Err(_) => return Ok(VerdictKind::Forged),
        };
        let Some(row) = registry::find(office.tables(), &opened.terms.coupon)? else {
            return Ok(VerdictKind::Unknown);
        };
        Ok(match row.state {
            _ if row.change != opened.ownership.change => VerdictKind::Changed,
            CouponState::Owned => VerdictKind::Valid,
            CouponState::Expired => VerdictKind::Expired,
            CouponState::Spent | CouponState::Converted | CouponState::Blocked => VerdictKind::Over,
            _ => VerdictKind::UnderWay,
        })
    }

    /// `POST /v1/coupon-presentations`, by a shop; the same again is answered with what has come of it since.
    pub(super) async fn take_presentation(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let body = web::body_as(request, web::COSE)?;
        let digest: [u8; 32] = Sha256::digest(body).into();
        let key = self.coupon_key().await?;
        if let Some(decided) = notices::before(office.tables(), &digest)? {
            return Ok(web::cose(key.sign(&self.answer_of(digest, decided, None))?));
        }
        let anchors = &office.identity()?.anchors;
        let said = open::<ShopPresentation>(body, anchors, office.now(), Role::Shop)?;
        said.require_recipient(&office.as_audience())?;
        let shop = said.message.envelope.from.clone();
        office.admit_sender("coupon-presentations", &shop)?;
        let transfer = match &said.message.transfer {
            Some(signed) => Some(self.verify_notice::<CouponTransfer>(signed).await?),
            None => None,
        };
        let asked = Asked {
            digest: &digest,
            kind: "presentation",
            signed: body,
            certificate: None,
        };
        let decided = office.transaction(|tables| {
            notices::once(tables, &asked, office.now(), |tables| {
                let decided = self.presented(tables, &key, &said, transfer.as_ref(), &digest)?;
                if let Some(order) = &said.message.held_for {
                    self.note_word(tables, (&shop, order), &digest, body)?;
                }
                Ok(decided)
            })
        })?;
        office.log("presentation", None, decided.outcome.as_str());
        let tables = office.tables();
        let whole = self.whole_for(tables, decided.coupon, &Owner::Shop(shop))?;
        Ok(web::cose(
            key.sign(&self.answer_of(digest, decided, whole))?,
        ))
    }

    /// Keeps what a shop signed about the coupons of an order, so that it can ask what that was.
    pub(super) fn note_word(
        &self,
        tables: &dyn Tables,
        (shop, order): (&Domain, &[u8; 32]),
        digest: &[u8; 32],
        signed: &[u8],
    ) -> Result<(), Fault> {
        let heard = Heard {
            peer: shop,
            root: order,
            name: &HEXLOWER.encode(digest),
            signed,
        };
        Ok(heard::keep(tables, &heard, self.issuer.office.now())?)
    }

    fn presented(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        said: &Verified<ShopPresentation>,
        transfer: Option<&Signed<CouponTransfer>>,
        digest: &[u8; 32],
    ) -> Result<Decided, Fault> {
        let office = &self.issuer.office;
        let presentation = &said.message;
        let shop = &presentation.envelope.from;
        let by = (&office.settings.domain, &key.public);
        let coupon: Coupon = decode(&presentation.coupon)?;
        let opened = coupon.verify(by).map_err(Fault::untrusted)?;
        let number = opened.terms.coupon;
        let word = ShopsWord {
            total: presentation.total,
            condition: presentation.condition.as_deref(),
        };
        let Some(row) = registry::find(tables, &number)? else {
            return Ok(Decided::of(CouponOutcome::Unknown, number));
        };
        if let Some(transfer) = transfer {
            let message = &transfer.message;
            if message.coupon != number || message.to != Owner::Shop(shop.clone()) {
                let other = "The owner handed over another coupon, or to another shop.";
                return Err(Fault::new(Kind::WrongRecipient, other));
            }
            let asked = Asked {
                digest: &transfer.digest,
                kind: "transfer",
                signed: &transfer.bytes,
                certificate: Some(&transfer.signer.certificate),
            };
            // The holder may have brought it, too: it is one transfer.
            return notices::once(tables, &asked, office.now(), |tables| {
                match &presentation.held_for {
                    Some(order) => self.hold(tables, transfer, (word, order)),
                    None => self.hand_on(tables, key, transfer, Some(word)),
                }
            });
        }
        if presentation.held_for.is_some() {
            let lacks = "Only a coupon that its owner handed over is held for an order.";
            return Err(Fault::malformed(lacks));
        }
        if let Some(outcome) = self.bars_shop(tables, &row, shop, word)? {
            return Ok(Decided::of(outcome, number));
        }
        let wanted = Wanted {
            by: Owner::Shop(shop.clone()),
            shown: coupon.digest(),
            change: opened.ownership.change,
            asked: digest,
        };
        self.ask_owner(tables, key, row, &wanted)
    }
}
