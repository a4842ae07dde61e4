//! A purse is lost: its holder blocks it at the bank's page, what no receipt claims is paid back when the window is
//! over, and what comes later is booked by the rule of `docs/electronic-value.md`.

pub mod blocking;
mod page;
mod payback;
mod receipts;

use super::authority::{deposit, enrolled, registration, world};
use super::commanding::{command, done};
use super::holder::{Holder, JSON, Order};
use super::ordering::{order, refund};
use super::purse::{Key, Purse, account, available, say, set_aside, yen};
use super::talk::{receipt, send_order};
use super::world::{BANK, Between, COURIER, World, problem, text};
use http::{Request, Response};
use serde_json::{Value as Json, json};
use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;
use tallystick_protocol::bank::{
    AccountInstruction, InstructionAnswer, InstructionKind, InstructionOutcome,
};
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed::{self, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, sign_pss};
use tallystick_protocol::wire::cbor::encode;

/// The bank's reconciliation window, in milliseconds.
pub(super) const WINDOW_MS: u64 = 7 * 86_400_000;

/// The verifier of the password that the test's holders register with.
pub(super) const VERIFIER: [u8; 32] = [1; 32];

pub(super) fn asked(
    world: &World,
    (method, path): (&str, &str),
    token: &str,
    body: &Json,
) -> Response<Vec<u8>> {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://{BANK}{path}"))
        .header("content-type", JSON)
        .header("authorization", format!("Bearer {token}"))
        .body(body.to_string().into_bytes())
        .unwrap();
    block_on(world.running(BANK).serve(request))
}

pub(super) fn read(answer: &Response<Vec<u8>>) -> Json {
    assert!(answer.status().is_success(), "{}", text(answer));
    serde_json::from_slice(answer.body()).unwrap()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// The answer to a password at the bank's page.
pub(super) fn try_password(world: &World, number: &str, verifier: &[u8; 32]) -> Response<Vec<u8>> {
    let body = json!({ "account": number, "verifier": hex(verifier) });
    asked(world, ("POST", "/v1/holder-sessions"), "", &body)
}

/// The token of a session of this holder.
pub(super) fn session(world: &World, holder: &Holder) -> String {
    let opened = read(&try_password(world, holder.card.number.as_str(), &VERIFIER));
    opened["token"].as_str().unwrap().to_owned()
}

/// What the page shows.
pub(super) fn look(world: &World, token: &str) -> Json {
    read(&asked(
        world,
        ("GET", "/v1/holder-sessions/own"),
        token,
        &Json::Null,
    ))
}

/// The holder blocks the purse at the page.
pub(super) fn block(world: &World, token: &str, purse: &Purse) -> Json {
    let body = json!({ "purse": purse.number.to_string() });
    read(&asked(
        world,
        ("POST", "/v1/holder-sessions/own/blocks"),
        token,
        &body,
    ))
}

/// A holder with 5 000 on the account and 5 000 in a purse.
pub(super) fn start() -> (World, Holder, Purse) {
    start_in(world())
}

pub(super) fn start_in(world: World) -> (World, Holder, Purse) {
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    purse.load(&world, &mut holder, 5_000);
    world.run_for(1_000);
    (world, holder, purse)
}

pub(super) fn inside(world: &World, purse: &Purse) -> i64 {
    available(world, &format!("purse {}", purse.number))
}

/// Everything on all accounts of all objects adds up to nothing: each booking stands on two.
pub(super) fn adds_up(world: &World) {
    let sql = "SELECT coalesce(sum(credits_posted - debits_posted), 0) FROM accounts";
    let objects = world.machines.iter();
    let of_the_bank = objects.filter(|(name, _)| name.starts_with(BANK));
    for (name, _) in of_the_bank {
        assert_eq!(world.number(name, sql), 0, "{name}");
    }
}
