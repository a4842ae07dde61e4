//! Moving an account to another device: the old identity counts no more, the new one pays.

use http::Response;
use tallystick_protocol::account::{AccountOffer, EnrolmentAnswer};
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use super::holder::{CBOR, COSE, Holder, JSON, enrolment_request};
use super::talk::buy;
use super::world::{CENTRE, ISSUER, World, problem, text};

const GOODS: &[(&str, u32)] = &[("sencha-100", 1)];

pub(super) fn account(world: &World) -> (Vec<u8>, AccountOffer) {
    let body = br#"{"name":"Hanako Yamada","telephone":"090 1234 5678"}"#.to_vec();
    let answer = world.post(ISSUER, "/v1/accounts", JSON, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    read_offer(world, answer)
}

fn read_offer(world: &World, answer: Response<Vec<u8>>) -> (Vec<u8>, AccountOffer) {
    let bytes = answer.into_body();
    let offer = open::<AccountOffer>(&bytes, &world.anchors, world.now(), Role::Issuer).unwrap();
    (bytes, offer.message)
}

pub(super) fn ask_for_code(world: &World, offer: &[u8]) -> Response<Vec<u8>> {
    world.post(ISSUER, "/v1/account-codes", COSE, offer.to_vec())
}

pub(super) fn code(world: &World, offer: &[u8]) -> String {
    let answer = ask_for_code(world, offer);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let json: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    json["code"].as_str().unwrap().to_owned()
}

pub(super) fn renew(world: &World, code: &str) -> Response<Vec<u8>> {
    let body = serde_json::json!({ "code": code }).to_string().into_bytes();
    world.post(ISSUER, "/v1/renewals", JSON, body)
}

/// A request with this grant, for the holder of this one secret.
pub(super) fn enrolment(grant: [u8; 32], secret: u8) -> Vec<u8> {
    let mut rng = TestRng::new(9);
    encode(&enrolment_request(
        &mut rng,
        &test_key(6),
        grant,
        &[secret; 32],
    ))
}

pub(super) fn enrol(world: &World, request: &[u8]) -> Response<Vec<u8>> {
    world.post(ISSUER, "/v1/enrolments", CBOR, request.to_vec())
}

/// A holder who has kept the account code.
pub(super) fn with_code(world: &World, seed: u64) -> (Holder, String) {
    let (offer, message) = account(world);
    let code = code(world, &offer);
    (Holder::enrol_with(world, seed, message), code)
}

pub(super) fn moved(world: &World, seed: u64, code: &str) -> Holder {
    let answer = renew(world, code);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let (_, offer) = read_offer(world, answer);
    Holder::enrol_with(world, seed, offer)
}

#[test]
fn the_new_device_pays_from_the_same_account() {
    let world = World::new();
    let (old, code) = with_code(&world, 1);
    let mut new = moved(&world, 2, &code.to_lowercase());
    assert_ne!(new.id, old.id);
    assert_eq!(new.card.number.as_str(), old.card.number.as_str());
    let order = new.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert!(world.balance("holder 1 available") < 50_000);
    assert_eq!(
        world.number(ISSUER, "SELECT count(*) FROM issuer_accounts"),
        1
    );
}

#[test]
fn the_old_identity_is_told_that_it_was_replaced_once_it_has_proved_itself() {
    let world = World::new();
    let (mut old, code) = with_code(&world, 1);
    assert!(old.confirms(&world, Role::Issuer, ISSUER));
    assert!(renew(&world, &code).status().is_success());
    assert_eq!(
        old.confirmation_problem(&world, Role::Issuer, ISSUER),
        "revoked"
    );
    let mut stranger = Holder::enrol(&world, 2, "Jiro Suzuki", "080-1111-2222");
    stranger.id = old.id;
    assert_ne!(
        stranger.confirmation_problem(&world, Role::Issuer, ISSUER),
        "revoked"
    );
}

#[test]
fn an_order_by_the_old_identity_is_refused_although_its_certificate_still_verifies() {
    let world = World::new();
    let (mut old, code) = with_code(&world, 1);
    let order = old.usual_order(&world, GOODS);
    assert!(renew(&world, &code).status().is_success());
    buy(&world, &order);
    let refused = "SELECT count(*) FROM issuer_reservations WHERE state = 'refused'";
    assert_eq!(world.number(ISSUER, refused), 1);
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn what_was_reserved_before_is_still_charged_once() {
    let world = World::new();
    let (mut old, code) = with_code(&world, 1);
    let order = old.usual_order(&world, GOODS);
    buy(&world, &order);
    let before = world.balance("holder 1 available");
    assert!(before < 50_000);
    moved(&world, 2, &code);
    world.run_for(3_600_000);
    assert_eq!(world.balance("holder 1 available"), before);
}

#[test]
fn the_old_grant_and_the_old_identifier_enrol_nobody_any_more() {
    let world = World::new();
    let (offer, message) = account(&world);
    let code = code(&world, &offer);
    let first = enrolment(message.grant, 11);
    assert!(enrol(&world, &first).status().is_success());
    let (_, renewed) = read_offer(&world, renew(&world, &code));
    assert_eq!(
        problem(&enrol(&world, &first)),
        "unauthorised",
        "not even the same request again"
    );
    let same_identifier = enrolment(renewed.grant, 11);
    assert_eq!(problem(&enrol(&world, &same_identifier)), "replayed");
    let (_, newest) = read_offer(&world, renew(&world, &code));
    let late = enrolment(renewed.grant, 12);
    assert_eq!(
        problem(&enrol(&world, &late)),
        "unauthorised",
        "the newest offer is the only one"
    );
    let now = enrol(&world, &enrolment(newest.grant, 12));
    assert!(
        decode::<EnrolmentAnswer>(now.body()).is_ok(),
        "{}",
        text(&now)
    );
}

#[test]
fn only_the_code_moves_an_account_and_only_an_unused_offer_gives_one() {
    let world = World::new();
    let (offer, message) = account(&world);
    let lost = code(&world, &offer);
    let kept = code(&world, &offer);
    for wrong in ["", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", &lost] {
        assert_eq!(problem(&renew(&world, wrong)), "unauthorised", "{wrong}");
    }
    Holder::enrol_with(&world, 1, message);
    assert_eq!(problem(&ask_for_code(&world, &offer)), "conflict");
    let (renewed, _) = read_offer(&world, renew(&world, &kept));
    assert_eq!(problem(&ask_for_code(&world, &renewed)), "conflict");
    assert!(
        renew(&world, &kept).status().is_success(),
        "the code stays good"
    );
}

#[test]
fn the_issuers_console_counts_whom_it_revoked() {
    let world = World::new();
    let (_, code) = with_code(&world, 1);
    moved(&world, 2, &code);
    let answer = world.get(ISSUER, "/v1/console");
    let console: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(console["counters"]["wallets"], 1);
    assert_eq!(console["counters"]["revoked_wallets"], 1);
}

#[test]
fn the_key_centre_counts_the_new_identifier_beside_the_old() {
    let world = World::new();
    let holders = "SELECT count(*) FROM issued WHERE kind = 'holder'";
    let (_, code) = with_code(&world, 1);
    let before = world.number(CENTRE, holders);
    moved(&world, 2, &code);
    assert_eq!(world.number(CENTRE, holders), 2 * before);
}
