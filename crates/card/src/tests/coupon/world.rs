//! A holder with a card, and an office that signs whatever a test wants.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{
    ClaimCancellation, ClaimOffer, Conditions, ConversionNotice, Coupon, CouponAnswer, CouponId,
    CouponKind, CouponOutcome, CouponState, CouponStatus, CouponTerms, CouponTransfer, Funding,
    HeldBy, Owner, OwnerChangeRequest, OwnerKey, Ownership, TransferReply, asked_digest,
};
use tallystick_protocol::trust::certificate::Lifetime;
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::Applet;
use crate::Card;
use crate::host::coupon::{self, CouponView, ListedCoupon, Moment, Progress, ShownCoupon};
use crate::host::{self, CardError, purse};
use crate::tests::bench::{Bench, CHEAP, PIN, domain};
use crate::tests::purse::bank::{Bank, BankKey, START};

pub(in crate::tests) type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

pub(in crate::tests) const OFFICE: &str = "coupons.localhost";
pub(in crate::tests) const PASSWORD: &str = "plum blossom 8";
/// When the coupons are over.
pub(in crate::tests) const END: Timestamp = START.plus_seconds(30 * 86_400);
/// With what the office signs whose a coupon is.
const OWNERS_SECRET: [u8; 32] = [2; 32];

pub(in crate::tests) const BEN: Owner = Owner::Holder(HolderId([8; 32]));
pub(in crate::tests) const CARL: Owner = Owner::Holder(HolderId([9; 32]));

/// An office.
pub(in crate::tests) fn office(name: &str) -> Bank {
    Bank::named(name, BankKey::P256([6; 32]))
}

/// The certificate of its key for coupons.
pub(in crate::tests) fn certificate(office: &mut Bank) -> Vec<u8> {
    let year = Lifetime::days(START.minus_seconds(60), 365);
    office.certified_as(Role::CouponOffice, year)
}

/// The number of a coupon.
pub(in crate::tests) const fn number(coupon: u8) -> CouponId {
    CouponId([coupon; 16])
}

pub(in crate::tests) fn terms(office: &Bank, coupon: u8) -> CouponTerms {
    CouponTerms {
        office: office.domain.clone(),
        coupon: number(coupon),
        campaign: None,
        kind: CouponKind::Voucher,
        funding: Funding::Prepaid,
        value: Money::new(500, Currency::Jpy),
        shops: Vec::new(),
        conditions: Conditions::default(),
        not_before: START,
        valid_until: END,
        issued_at: START,
    }
}

/// A coupon of these terms, as the office signs it for an owner after so many changes.
pub(in crate::tests) fn of_terms(
    office: &Bank,
    terms: &CouponTerms,
    owner: &Owner,
    change: u32,
) -> Coupon {
    let key = VerifyingKey::of_es256(&OWNERS_SECRET).unwrap();
    let stated = OwnerKey {
        office: office.domain.clone(),
        owner: owner.clone(),
        key: OwnerKey::short(&key).unwrap(),
        held_by: HeldBy::Office,
        at: START,
    };
    let ownership = Ownership {
        office: office.domain.clone(),
        coupon: terms.coupon,
        owner: owner.clone(),
        change,
        valid_until: terms.valid_until,
        at: START.plus_seconds(change.into()),
    };
    Coupon {
        terms: office.sign(terms),
        owner_key: office.sign(&stated),
        ownership: BankKey::P256(OWNERS_SECRET).sign(&ownership),
    }
}

/// The same, encoded.
pub(in crate::tests) fn coupon_of(
    office: &Bank,
    coupon: u8,
    owner: &Owner,
    change: u32,
) -> Vec<u8> {
    encode(&of_terms(office, &terms(office, coupon), owner, change))
}

pub(in crate::tests) struct World {
    pub(in crate::tests) bench: Bench,
    pub(in crate::tests) office: Bank,
    /// The card's own holder.
    pub(in crate::tests) anna: HolderId,
    /// The key of her account.
    pub(in crate::tests) key: VerifyingKey,
}

impl World {
    /// With keys, roots and the office's certificate in the card, the coupon applet selected and the PIN not verified.
    pub(in crate::tests) fn new() -> Self {
        let mut bench = Bench::personalised();
        let made = bench.send(host::generate_signing_key(0));
        let key = host::signing_public_key(&made.bytes).unwrap().to_spki();
        let anna = HolderId::of_enrolment_key(&bench.enrol(0));
        let mut office = office(OFFICE);
        bench.verify();
        bench.select(Applet::Purse);
        bench.ok(purse::put_roots(&[office.authority.root.as_der().to_vec()]));
        bench.select(Applet::Coupon);
        bench.ok(coupon::put_office(&certificate(&mut office), START));
        let mut world = Self {
            bench,
            office,
            anna,
            key: VerifyingKey::from_spki(&key).unwrap(),
        };
        world.power_goes();
        world
    }

    /// With one coupon, at place 0.
    pub(in crate::tests) fn holding() -> Self {
        let mut world = Self::new();
        let coupon = world.coupon(1, 0);
        assert_eq!(world.store(&coupon), Ok(0));
        world
    }

    /// The same, locked under [`PASSWORD`].
    pub(in crate::tests) fn locked() -> Self {
        let mut world = Self::holding();
        world.pin();
        world.ok(coupon::set_password(PASSWORD));
        world.ok(coupon::lock(0));
        world.power_goes();
        world
    }

    /// The power goes and comes back.
    pub(in crate::tests) fn power_goes(&mut self) {
        let kept = self.bench.card.state();
        self.bench.card = Card::restore(&kept).unwrap().costing(CHEAP);
        self.bench.select(Applet::Coupon);
    }

    pub(in crate::tests) fn pin(&mut self) {
        self.ok(coupon::verify_pin_block(PIN));
    }

    pub(in crate::tests) fn ok(&mut self, apdu: Apdu) -> Vec<u8> {
        self.tried(apdu).unwrap()
    }

    pub(in crate::tests) fn tried(&mut self, apdu: Apdu) -> Result<Vec<u8>, CardError> {
        let before = self.bench.card.state();
        let response = self.bench.send(apdu);
        let changed = *self.bench.card.state() != *before;
        assert_eq!(response.changed, changed, "it says what it changes");
        let data = host::data(&response.bytes).map(<[u8]>::to_vec);
        assert!(data.is_ok() || !changed, "a refusal changes nothing");
        data
    }

    /// What came of it, where a refusal counts a try.
    pub(in crate::tests) fn guessed(&mut self, apdu: Apdu) -> Result<(), CardError> {
        host::done(&self.bench.send(apdu).bytes)
    }

    /// A coupon of the card's holder.
    pub(in crate::tests) fn coupon(&self, coupon: u8, change: u32) -> Vec<u8> {
        coupon_of(&self.office, coupon, &Owner::Holder(self.anna), change)
    }

    pub(in crate::tests) fn store(&mut self, bytes: &[u8]) -> Result<u8, CardError> {
        self.store_at(bytes, START)
    }

    pub(in crate::tests) fn store_at(
        &mut self,
        bytes: &[u8],
        at: Timestamp,
    ) -> Result<u8, CardError> {
        self.tried(coupon::store(bytes, at)).map(|place| place[0])
    }

    pub(in crate::tests) fn list(&mut self) -> Vec<ListedCoupon> {
        coupon::coupons(&self.bench.send(coupon::list()).bytes).unwrap()
    }

    pub(in crate::tests) fn view(&mut self) -> CouponView {
        coupon::coupon(&self.bench.send(coupon::read(0)).bytes).unwrap()
    }

    pub(in crate::tests) fn shown(&mut self) -> ShownCoupon {
        self.view().shown.unwrap()
    }

    pub(in crate::tests) fn progress(&mut self) -> Progress {
        self.shown().progress
    }

    pub(in crate::tests) fn domain(&self) -> Domain {
        self.office.domain.clone()
    }

    /// Coupon 1, handed to somebody within an hour.
    pub(in crate::tests) fn transfer(&self, to: Owner) -> CouponTransfer {
        CouponTransfer {
            office: self.domain(),
            holder: self.anna,
            coupon: number(1),
            change: 0,
            to,
            until: START.plus_seconds(3_600),
            at: START,
            nonce: [5; 16],
        }
    }

    pub(in crate::tests) fn conversion(&self) -> ConversionNotice {
        ConversionNotice {
            office: self.domain(),
            holder: self.anna,
            coupon: number(1),
            change: 0,
            value: Money::new(500, Currency::Jpy),
            at: START,
            nonce: [5; 16],
        }
    }

    pub(in crate::tests) fn offer(&self) -> ClaimOffer {
        ClaimOffer {
            office: self.domain(),
            holder: self.anna,
            coupon: number(1),
            change: 0,
            claim: [4; 32],
            until: START.plus_seconds(3_600),
            at: START,
            nonce: [5; 16],
        }
    }

    /// Signs with the PIN, and reads it.
    pub(in crate::tests) fn sign<M: KeyedMessage>(&mut self, apdu: Apdu) -> Result<M, CardError> {
        self.pin();
        let signed = self.tried(apdu)?;
        Ok(keyed::open(&signed, &self.key).unwrap())
    }

    /// Hands coupon 1 to Ben.
    pub(in crate::tests) fn given_away(&mut self) -> CouponTransfer {
        let transfer = self.transfer(BEN);
        let signed = self.sign(handing(0, &transfer));
        assert_eq!(signed, Ok(transfer.clone()));
        transfer
    }

    /// The office answers what was signed.
    pub(in crate::tests) fn answer<M: KeyedMessage>(
        &mut self,
        to: &M,
        outcome: CouponOutcome,
        after: u64,
    ) -> Result<(), CardError> {
        let answer = self.office.sign(&CouponAnswer {
            asked: asked_digest(to),
            outcome,
            coupon: Some(number(1)),
            whole: None,
            until: None,
            at: START.plus_seconds(after),
        });
        let heard = self.tried(coupon::hear_answer(0, &answer, START));
        heard.map(|_| ())
    }

    /// The office says how coupon 1 is.
    pub(in crate::tests) fn status(
        &mut self,
        state: Option<CouponState>,
        change: u32,
        after: u64,
    ) -> Result<(), CardError> {
        let status = self.office.sign(&CouponStatus {
            office: self.domain(),
            coupon: number(1),
            state,
            change,
            whole: None,
            ask: None,
            ended: None,
            made: None,
            at: START.plus_seconds(after),
        });
        let heard = self.tried(coupon::hear_status(0, &status, START));
        heard.map(|_| ())
    }
}

/// What a request for a coupon says of it.
pub(in crate::tests) fn shown_digest(coupon: &[u8]) -> [u8; 32] {
    Sha256::digest(coupon).into()
}

pub(in crate::tests) fn shop() -> Owner {
    Owner::Shop(domain("tea.localhost"))
}

/// Has the card sign that transfer of the coupon at a place.
pub(in crate::tests) fn handing(place: u8, transfer: &CouponTransfer) -> Apdu {
    let moment = moment(transfer.at, transfer.nonce);
    coupon::sign_transfer(place, &transfer.to, transfer.until, moment)
}

pub(in crate::tests) fn offering(offer: &ClaimOffer) -> Apdu {
    coupon::sign_offer(0, offer.claim, offer.until, moment(offer.at, offer.nonce))
}

pub(in crate::tests) fn converting(notice: &ConversionNotice) -> Apdu {
    coupon::sign_conversion(0, moment(notice.at, notice.nonce))
}

pub(in crate::tests) fn cancelling(cancellation: &ClaimCancellation) -> Apdu {
    coupon::sign_cancellation(0, moment(cancellation.at, cancellation.nonce))
}

pub(in crate::tests) fn replying(reply: &TransferReply, ask: &[u8]) -> Apdu {
    coupon::sign_reply(0, ask, reply.agrees, moment(reply.at, reply.nonce))
}

pub(in crate::tests) fn wanting(wish: &OwnerChangeRequest, shown: &[u8]) -> Apdu {
    coupon::sign_owner_change(wish.holder, shown, moment(wish.at, wish.nonce))
}

const fn moment(at: Timestamp, nonce: [u8; 16]) -> Moment {
    Moment { at, nonce }
}
