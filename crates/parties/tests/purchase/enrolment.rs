//! Accounts and enrolments at the issuer: a grant enrols one wallet, whatever fails in between.

use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_protocol::account::{
    AccountOffer, CertificateAnswer, EnrolmentAnswer, EnrolmentRequest, EnrolmentTicket,
};
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, Role};

use super::holder::{CBOR, Holder, JSON, enrolment_request};
use super::world::{CA, ISSUER, World, problem, text};

fn offer(world: &World) -> AccountOffer {
    let body = br#"{"name":"  Hanako   Yamada ","telephone":"090 1234 5678"}"#.to_vec();
    let answer = world.post(ISSUER, "/v1/accounts", JSON, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    open::<AccountOffer>(answer.body(), &world.anchors, world.now(), Role::Issuer)
        .unwrap()
        .message
}

fn request(grant: [u8; 32], secret: u8) -> EnrolmentRequest {
    let mut rng = TestRng::new(u64::from(secret));
    enrolment_request(&mut rng, &test_key(6), grant, &[secret; 32])
}

#[test]
fn an_offer_is_a_test_card_in_the_holders_name() {
    let world = World::new();
    let offer = offer(&world);
    assert!(offer.card.number.as_str().starts_with("999901"));
    assert_eq!(offer.card.expiry.to_string(), "11/29");
    assert_eq!(offer.card.holder_name, "Hanako Yamada");
    assert_eq!(offer.card.telephone, "09012345678");
    assert_eq!(offer.limit.unwrap().minor, 50_000);
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn an_enrolled_wallet_gets_a_holders_certificate_and_a_ticket_for_its_own_identifier() {
    let world = World::new();
    let request = request(offer(&world).grant, 11);
    let answer = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request));
    let enrolled: EnrolmentAnswer = decode(answer.body()).unwrap();
    let certificate = Certificate::from_der(&enrolled.holder_certificate).unwrap();
    let owner = world
        .anchors
        .verify(&certificate, world.now(), Role::Holder)
        .unwrap();
    assert_eq!(owner.public_key.as_rsa(), Some(test_key(6).as_public_key()));
    assert_eq!(owner.name, "Account 1", "the certificate names nobody");
    let ticket =
        open::<EnrolmentTicket>(&enrolled.ticket, &world.anchors, world.now(), Role::Issuer)
            .unwrap();
    assert_eq!(
        ticket.message.holder(),
        HolderId::of_enrolment_key(&request.enrolment_public_key)
    );
}

#[test]
fn the_same_wallet_is_answered_alike_and_another_is_refused() {
    let world = World::new();
    let grant = offer(&world).grant;
    let first = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request(grant, 11)));
    let again = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request(grant, 11)));
    assert!(first.status().is_success() && first.body() == again.body());
    let other = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request(grant, 12)));
    assert_eq!(problem(&other), "replayed");
    let second_account = offer(&world).grant;
    let twice = world.post(
        ISSUER,
        "/v1/enrolments",
        CBOR,
        encode(&request(second_account, 11)),
    );
    assert_eq!(problem(&twice), "replayed");
}

#[test]
fn a_grant_expires_after_a_day() {
    let world = World::new();
    let grant = offer(&world).grant;
    world.clock.advance(25 * 3_600_000);
    let late = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request(grant, 11)));
    assert_eq!(problem(&late), "expired");
}

#[test]
fn an_enrolment_goes_on_when_the_ca_is_back() {
    let world = World::new();
    let grant = offer(&world).grant;
    world.hub.cut(CA, true);
    let early = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request(grant, 11)));
    assert_eq!(problem(&early), "unreachable");
    world.hub.cut(CA, false);
    let later = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request(grant, 11)));
    assert!(later.status().is_success(), "{}", text(&later));
}

/// A CA that answers every request with the certificate of somebody else.
struct Confused(Vec<u8>);

impl Party for Confused {
    async fn serve(&self, _: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let body = encode(&CertificateAnswer {
            certificate: self.0.clone(),
        });
        Response::builder()
            .header("content-type", CBOR)
            .body(body)
            .unwrap()
    }

    async fn wake(&self) {}
}

#[test]
fn a_certificate_for_another_key_is_not_handed_on() {
    let world = World::new();
    // This holder's key is another test key than the one in the request below.
    let other = Holder::enrol(&world, 1, "Jiro Suzuki", "080-1111-2222");
    let grant = offer(&world).grant;
    world.hub.connect(CA, Rc::new(Confused(other.certificate)));
    let answer = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request(grant, 11)));
    assert_eq!(problem(&answer), "bad-signature");
}

#[test]
fn an_enrolment_survives_a_power_failure_at_any_write() {
    for writes in 0..40 {
        let mut world = World::new();
        let grant = offer(&world).grant;
        let body = encode(&request(grant, 11));
        let before = world.machine(ISSUER).database.writes();
        world.machine(ISSUER).database.fail_after(writes);
        world.post(ISSUER, "/v1/enrolments", CBOR, body.clone());
        let failed = world.machine(ISSUER).database.writes() - before >= writes;
        world.machine(ISSUER).database.mend();
        world.restart(ISSUER);
        let answer = world.post(ISSUER, "/v1/enrolments", CBOR, body);
        assert!(
            answer.status().is_success(),
            "{writes} writes: {}",
            text(&answer)
        );
        assert_eq!(
            world.number(ISSUER, "SELECT count(*) FROM issuer_holders"),
            1
        );
        assert_eq!(
            world.number(CA, "SELECT count(*) FROM certificates WHERE role = 0"),
            1
        );
        if !failed {
            assert!(writes > 4, "only {writes} writes");
            return;
        }
    }
    panic!("the enrolment never ends");
}

/// Asks for an account; the card's number if one is offered, or else the problem.
fn apply(world: &World, key: &str, name: &str) -> Result<String, String> {
    let body = format!(r#"{{"name":"{name}","telephone":"090-1234-5678","key":"{key}"}}"#);
    let answer = world.post(
        ISSUER,
        "/v1/accounts",
        "application/json",
        body.into_bytes(),
    );
    let offer = open::<AccountOffer>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    offer
        .map(|offer| offer.message.card.number.as_str().to_owned())
        .map_err(|_| problem(&answer))
}

#[test]
fn an_application_whose_answer_was_lost_opens_one_account_however_often_it_is_sent() {
    let world = World::new();
    let first = apply(&world, "one", "Hanako Yamada").unwrap();
    assert_eq!(apply(&world, "one", "Hanako Yamada"), Ok(first.clone()));
    assert_eq!(
        world.number(ISSUER, "SELECT count(*) FROM issuer_accounts"),
        1
    );
    let other = apply(&world, "one", "Taro Suzuki");
    assert_eq!(
        other,
        Err("replayed".to_owned()),
        "the same key says another thing"
    );
    assert_ne!(apply(&world, "two", "Hanako Yamada"), Ok(first));
    assert_eq!(
        apply(&world, "", "Hanako Yamada"),
        Err("malformed".to_owned())
    );
    assert_eq!(
        world.number(ISSUER, "SELECT count(*) FROM issuer_accounts"),
        2
    );
}
