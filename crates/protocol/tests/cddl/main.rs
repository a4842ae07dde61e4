//! `docs/messages.cddl` and the encoder say the same, chapter by chapter.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod account;
mod answers;
mod bank;
mod coupon;
mod home;
mod local;
mod order;
mod purse;
mod settlement;
mod settlement_card;
#[path = "../support/mod.rs"]
mod support;

use cddl::ast::CDDL;
use cddl::cddl_from_str;
use cddl::validator::Validator as _;
use cddl::validator::cbor::{CBORValidator, Error as CborError};
use cddl::validator::cbor_value::decode_cbor;
use std::sync::OnceLock;
use tallystick_protocol::checkout::order::SealedPart;
use tallystick_protocol::keys::{
    Centres, Epoch, KeyContext, PairContext, SealedShare, ShareLabel, ShareRecipient, Space, Suite,
};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::{Message, encode};
use tallystick_protocol::wire::identifier::{Domain, HolderId, OrderId, Role, Root};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

const PAGE: &str = include_str!("../../../../docs/messages.cddl");

/// The page, read once: reading it takes longer than all that is checked against it.
fn page() -> &'static CDDL<'static> {
    static READ: OnceLock<CDDL<'static>> = OnceLock::new();
    READ.get_or_init(|| cddl_from_str(PAGE, true).unwrap())
}

/// Whether these bytes are as the rule of that name says; the error says where not.
fn validate(rule: &str, bytes: &[u8]) -> Result<(), CborError<std::io::Error>> {
    // The first rule is what the bytes are held against.
    let mut page = page().clone();
    let place = page.rules.iter().position(|one| one.name() == rule);
    page.rules.swap(0, place.unwrap());
    let value = decode_cbor(bytes).unwrap();
    CBORValidator::new(&page, value, None).validate()
}

/// Checks a message against the rule of that name, and that the rule is not one that takes anything.
fn holds<M: Message>(rule: &str, message: &M) {
    let bytes = encode(message);
    if let Err(error) = validate(rule, &bytes) {
        panic!("{rule} is not as the page says: {error:?}");
    }
    let mut another_type = bytes;
    another_type[3] ^= 0x40;
    assert!(
        validate(rule, &another_type).is_err(),
        "{rule} takes other types"
    );
}

fn domain(name: &str) -> Domain {
    name.parse().unwrap()
}

fn envelope(to: Audience) -> Envelope {
    Envelope::new(domain("shop.example"), to, [1; 32], Timestamp(1_000), 60)
}

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

fn context() -> KeyContext {
    let space = Space {
        role: Role::Shop,
        index: 0,
    };
    KeyContext {
        space,
        epoch: Epoch(1),
        centres: Centres::one(domain("keys.example")),
    }
}

fn pair() -> PairContext {
    let holder = HolderId::of_enrolment_key(&[7; 32]);
    PairContext {
        suite: Suite::NamesOnly,
        key: context(),
        holder,
        role: Role::Shop,
        party: domain("shop.example"),
    }
}

fn part() -> SealedPart {
    SealedPart {
        pair: pair(),
        nonce: [2; 32],
        order_id: OrderId([3; 32]),
        root: Root([4; 32]),
        ciphertext: vec![5; 40],
    }
}

fn share(recipient: ShareRecipient) -> SealedShare {
    let label = ShareLabel {
        context: context(),
        centre: domain("keys.example"),
        recipient,
    };
    SealedShare {
        label,
        encapsulated: [6; 32],
        ciphertext: vec![7; 48],
    }
}
