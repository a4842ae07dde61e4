//! What holds of a coupon by its signatures alone.

use alloc::vec::Vec;

use super::*;
use crate::keys::conversation::{ConversationError, Direction};
use crate::keys::{Centres, DerivedKey, Epoch, KeyContext, PairContext, Space, Suite};
use crate::test_keys::TestRng;
use crate::trust::keyed::{KeyedError, KeyedMessage, assemble, open, to_be_signed};
use crate::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use crate::wire::cbor::{Message, encode};
use crate::wire::identifier::{Domain, HolderId, Role};
use crate::wire::money::{Currency, Money};
use crate::wire::time::Timestamp;

const OFFICE: [u8; 32] = [1; 32];
const ANNAS: [u8; 32] = [2; 32];
const BENS: [u8; 32] = [3; 32];
const NOW: Timestamp = Timestamp(1_000);

fn office() -> Domain {
    Domain::parse("coupons.example").unwrap()
}

fn key(secret: [u8; 32]) -> VerifyingKey {
    VerifyingKey::of_es256(&secret).unwrap()
}

fn signed<M: KeyedMessage>(message: &M, secret: [u8; 32]) -> Vec<u8> {
    let signature = sign_es256(&secret, &to_be_signed(message, Algorithm::Es256)).unwrap();
    assemble(&encode(message), Algorithm::Es256, &signature)
}

fn anna() -> Owner {
    Owner::Holder(HolderId([7; 32]))
}

fn ben() -> Owner {
    Owner::Holder(HolderId([8; 32]))
}

fn terms(coupon: u8) -> CouponTerms {
    CouponTerms {
        office: office(),
        coupon: CouponId([coupon; 16]),
        campaign: None,
        kind: CouponKind::Voucher,
        funding: Funding::Prepaid,
        value: Money::new(500, Currency::Jpy),
        shops: Vec::new(),
        conditions: Conditions::default(),
        not_before: Timestamp(900),
        valid_until: Timestamp(2_000),
        issued_at: Timestamp(900),
    }
}

fn owner_key(owner: Owner, secret: [u8; 32]) -> OwnerKey {
    OwnerKey {
        office: office(),
        owner,
        key: OwnerKey::short(&key(secret)).unwrap(),
        held_by: HeldBy::Office,
        at: Timestamp(800),
    }
}

fn ownership(coupon: u8, owner: Owner) -> Ownership {
    Ownership {
        office: office(),
        coupon: CouponId([coupon; 16]),
        owner,
        change: 0,
        valid_until: Timestamp(2_000),
        at: Timestamp(900),
    }
}

fn coupon(number: u8) -> Coupon {
    Coupon {
        terms: signed(&terms(number), OFFICE),
        owner_key: signed(&owner_key(anna(), ANNAS), OFFICE),
        ownership: signed(&ownership(number, anna()), ANNAS),
    }
}

fn opened(coupon: &Coupon) -> Result<OpenedCoupon, CouponError> {
    Coupon::open(&encode(coupon), (&office(), &key(OFFICE)), NOW)
}

#[test]
fn t001_5_the_two_signatures_verify_under_different_keys_alone() {
    let whole = coupon(1);
    let said = opened(&whole).unwrap();
    assert_eq!(said.owner(), &anna());
    assert_eq!(said.terms, terms(1));
    let bad = Err(KeyedError::BadSignature);
    assert_eq!(open::<CouponTerms>(&whole.terms, &key(ANNAS)), bad);
    let bad = Err(KeyedError::BadSignature);
    assert_eq!(open::<Ownership>(&whole.ownership, &key(OFFICE)), bad);
    let one_key = Coupon {
        owner_key: signed(&owner_key(anna(), OFFICE), OFFICE),
        ownership: signed(&ownership(1, anna()), OFFICE),
        ..whole
    };
    assert_eq!(opened(&one_key), Err(CouponError::OneKey));
}

#[test]
fn t001_6_value_is_signed_by_the_office_and_owner_by_the_owners_key() {
    let by_owner = Coupon {
        terms: signed(&terms(1), ANNAS),
        ..coupon(1)
    };
    assert_eq!(
        opened(&by_owner),
        Err(CouponError::Terms(KeyedError::BadSignature))
    );
    let by_other = Coupon {
        ownership: signed(&ownership(1, anna()), BENS),
        ..coupon(1)
    };
    assert_eq!(
        opened(&by_other),
        Err(CouponError::Ownership(KeyedError::BadSignature))
    );
    // Nobody makes an owner's key up.
    let made_up = Coupon {
        owner_key: signed(&owner_key(anna(), BENS), BENS),
        ownership: signed(&ownership(1, anna()), BENS),
        ..coupon(1)
    };
    assert_eq!(
        opened(&made_up),
        Err(CouponError::OwnerKey(KeyedError::BadSignature))
    );
}

#[test]
fn t001_5_parts_of_other_coupons_owners_and_ends_are_refused() {
    let other_terms = Coupon {
        terms: signed(&terms(2), OFFICE),
        ..coupon(1)
    };
    assert_eq!(opened(&other_terms), Err(CouponError::Transplanted));
    let other_owner = Coupon {
        ownership: signed(&ownership(1, ben()), ANNAS),
        ..coupon(1)
    };
    assert_eq!(opened(&other_owner), Err(CouponError::Transplanted));
    let mut longer = ownership(1, anna());
    longer.valid_until = Timestamp(9_000);
    let longer = Coupon {
        ownership: signed(&longer, ANNAS),
        ..coupon(1)
    };
    assert_eq!(opened(&longer), Err(CouponError::Transplanted));
}

#[test]
fn another_offices_coupon_is_refused() {
    let elsewhere = Domain::parse("other.example").unwrap();
    let bytes = encode(&coupon(1));
    let refused = Coupon::open(&bytes, (&elsewhere, &key(OFFICE)), NOW);
    assert_eq!(refused, Err(CouponError::OtherOffice));
    let refused = Coupon::open(&bytes, (&office(), &key(BENS)), NOW);
    assert_eq!(refused, Err(CouponError::Terms(KeyedError::BadSignature)));
}

#[test]
fn t001_8_a_coupon_is_good_until_its_end() {
    let bytes = encode(&coupon(1));
    let at = |now| Coupon::open(&bytes, (&office(), &key(OFFICE)), Timestamp(now)).map(|_| ());
    assert_eq!(at(1_999), Ok(()));
    assert_eq!(at(2_000), Err(CouponError::Expired));
    assert_eq!(at(1), Err(CouponError::FromTheFuture));
}

#[test]
fn altered_bytes_are_no_coupon() {
    let bytes = encode(&coupon(1));
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let refused = Coupon::open(&altered, (&office(), &key(OFFICE)), NOW);
        assert!(refused.is_err(), "byte {at}");
    }
}

#[test]
fn terms_of_nothing_never_or_with_too_much_are_none() {
    let check = |change: fn(&mut CouponTerms)| {
        let mut terms = terms(1);
        change(&mut terms);
        terms.check()
    };
    assert_eq!(check(|_| {}), Ok(()));
    assert_eq!(
        check(|terms| terms.value.minor = 0),
        Err(TermsError::Worthless)
    );
    assert_eq!(
        check(|terms| terms.valid_until = terms.not_before),
        Err(TermsError::Never)
    );
    let shop = || Domain::parse("shop.example").unwrap();
    assert_eq!(
        check(|terms| terms.shops = alloc::vec![Domain::parse("shop.example").unwrap(); 2]),
        Err(TermsError::Shops)
    );
    assert_eq!(
        check(|terms| terms.conditions.condition = Some("".into())),
        Err(TermsError::Condition)
    );
    assert_eq!(
        check(|terms| {
            terms.conditions.minimum_total = Some(Money::new(1, Currency::Eur));
        }),
        Err(TermsError::Currency)
    );
    assert!(terms(1).is_for(&shop()));
}

#[test]
fn t001_28_electronic_money_is_good_everywhere() {
    let mut money = terms(1);
    money.kind = CouponKind::ElectronicMoney;
    assert_eq!(money.check(), Ok(()));
    money.shops = alloc::vec![Domain::parse("shop.example").unwrap()];
    assert_eq!(money.check(), Err(TermsError::NotMoney));
}

#[test]
fn what_a_card_signs_fits_it_and_stands_for_nothing_else() {
    let transfer = CouponTransfer {
        office: Domain::parse(&("a".repeat(60) + ".example")).unwrap(),
        holder: HolderId([7; 32]),
        coupon: CouponId([1; 16]),
        change: u32::MAX,
        to: Owner::Shop(Domain::parse(&("b".repeat(60) + ".example")).unwrap()),
        until: Timestamp(1 << 40),
        at: Timestamp(1 << 40),
        nonce: [9; 16],
    };
    assert!(encode(&transfer).len() <= CouponTransfer::LEN_MAX);
    let bytes = signed(&transfer, ANNAS);
    assert_eq!(open::<CouponTransfer>(&bytes, &key(ANNAS)), Ok(transfer));
    let as_other = open::<TransferReply>(&bytes, &key(ANNAS));
    assert_eq!(as_other, Err(KeyedError::BadSignature));
}

#[test]
fn a_link_is_redeemed_for_the_wallet_that_its_key_names() {
    let link = OwnerKey::short(&key(BENS)).unwrap();
    let proof = ClaimProof {
        office: office(),
        coupon: CouponId([1; 16]),
        holder: HolderId([8; 32]),
    };
    let said = signed(&proof, BENS);
    let stands = VerifyingKey::from_short(&link).unwrap();
    assert_eq!(open::<ClaimProof>(&said, &stands), Ok(proof));
    let other = OwnerKey::short(&key(ANNAS)).unwrap();
    assert_ne!(ClaimOffer::hash(&link), ClaimOffer::hash(&other));
}

#[test]
fn what_is_said_about_coupons_opens_with_its_key_in_its_direction_alone() {
    let pair = PairContext {
        suite: Suite::NamesOnly,
        key: KeyContext {
            space: Space {
                role: Role::Issuer,
                index: 0,
            },
            epoch: Epoch(0),
            centres: Centres::one(Domain::parse("keys.example").unwrap()),
        },
        holder: HolderId([4; 32]),
        role: Role::Issuer,
        party: office(),
    };
    let (key, talk) = (DerivedKey::from([1; 32]), CouponTalk::new(&pair, [2; 32]));
    let sealed = talk.seal(&mut TestRng::new(1), &key, Direction::ToParty, b"hello");
    let sealed = sealed.unwrap();
    let back = talk.open(&key, Direction::ToParty, &sealed).unwrap();
    assert_eq!(*back, b"hello");
    let refused = talk.open(&key, Direction::ToHolder, &sealed).map(|_| ());
    assert_eq!(refused, Err(ConversationError::DoesNotOpen));
    // What is said to a bank opens under another context.
    let as_bank = crate::bank::open_said(&key, (&pair, [2; 32]), Direction::ToParty, &sealed);
    assert_eq!(as_bank.map(|_| ()), Err(ConversationError::DoesNotOpen));
}

#[test]
fn a_gateways_word_counts_with_its_code_and_for_its_coupon_alone() {
    let request = GatewayRequest {
        office: office(),
        terminal: "090-0000-0001".into(),
        what: GatewayWhat::Present,
        kind: None,
        value: None,
        coupon: Some(CouponId([1; 16])),
        to: None,
        at: NOW,
        nonce: [5; 16],
    };
    let said = GatewayMessage::new(&[6; 32], &request);
    assert_eq!(said.open(&[6; 32]), Ok(request));
    assert_eq!(said.open(&[7; 32]), Err(GatewayError::Mac));
    let elsewhere = GatewayMessage {
        about: None,
        ..said.clone()
    };
    assert_eq!(elsewhere.open(&[6; 32]), Err(GatewayError::About));
    let mut altered = said;
    altered.request[8] ^= 1;
    assert_eq!(altered.open(&[6; 32]), Err(GatewayError::Mac));
}
