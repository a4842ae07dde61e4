//! What an access card lets a proxy tell it.

use alloc::vec::Vec;

use tallystick_protocol::home::agreement::{Answered, Confirmation, Finish, Hello, Responder};
use tallystick_protocol::home::calls::{HomeCallKind, InnerRequest, SessionAskKind};
use tallystick_protocol::home::loan::account_info;
use tallystick_protocol::home::{AccessAnswer, PublicKeys};
use tallystick_protocol::keys::sealed::seal_to;
use tallystick_protocol::test_keys::{TestAuthority, test_statement};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::world::{FIRST, NOW, PROXY, SECOND, World};
use crate::host::home::access;
use crate::host::{self, CardError, Exchange, Form, home};
use crate::tests::bench::domain;

/// Not what was expected.
const WRONG: CardError = CardError::Refused(0x6a80);

/// Until the terminal waits for its proxy's answer; what the proxy heard.
fn greeted() -> (World, Hello) {
    let mut world = World::lent();
    let answer = world.access().unwrap();
    world.open(&answer, FIRST).unwrap();
    let hello = decode(&world.away.bytes(access::hello())).unwrap();
    (world, hello)
}

/// What a party answers to it: certified for that role and name, it says that it is `says`.
fn answered(
    world: &mut World,
    hello: Hello,
    (role, name, says): (Role, &str, &str),
) -> (tallystick_protocol::home::agreement::HelloAnswer, Answered) {
    let responder = Responder::new(&mut world.rng, hello);
    let proof = responder.proof(domain(says), NOW, None);
    let certificate = TestAuthority::new(NOW).party(role, name, "Hearth", 1);
    responder
        .answer(&test_statement(&proof, &certificate, 1))
        .unwrap()
}

#[test]
fn t000_7_only_the_proxy_that_is_meant_gets_a_session_and_only_while_its_proof_is_good() {
    let right = (Role::HomeProxy, PROXY, PROXY);
    let other = "other.localhost";
    for (what, party, at, expected) in [
        (
            "certified as a shop",
            (Role::Shop, PROXY, PROXY),
            NOW,
            CardError::BadSignature,
        ),
        (
            "another's certificate",
            (Role::HomeProxy, other, PROXY),
            NOW,
            CardError::BadSignature,
        ),
        (
            "another proxy",
            (Role::HomeProxy, other, other),
            NOW,
            CardError::BadSignature,
        ),
        (
            "a proof that has expired",
            right,
            Timestamp(NOW.0 + 1200),
            CardError::Expired,
        ),
    ] {
        let (mut world, hello) = greeted();
        let (answer, _) = answered(&mut world, hello, party);
        let response = world.away.send(access::finish(&answer, at));
        assert_eq!(host::done(&response), Err(expected), "{what}");
    }
    // Nothing has changed by that: the right one still gets in.
    let (mut world, hello) = greeted();
    let (answer, _) = answered(&mut world, hello.clone(), (Role::HomeProxy, other, PROXY));
    let response = world.away.send(access::finish(&answer, NOW));
    assert!(host::done(&response).is_err());
    let (answer, agreed) = answered(&mut world, hello, right);
    let mut altered = answer.clone();
    altered.session[0] ^= 1;
    let response = world.away.send(access::finish(&altered, NOW));
    assert_eq!(host::done(&response), Err(WRONG));
    let finish: Finish = decode(&world.away.bytes(access::finish(&answer, NOW))).unwrap();
    let (_, confirmation) = agreed.agree(&finish, None).unwrap();
    let wrong = Confirmation { tag: [1; 32] };
    let response = world.away.send(access::confirm(&wrong));
    assert_eq!(host::done(&response), Err(CardError::BadSignature));
    world.away.done(access::confirm(&confirmation));
}

#[test]
fn t000_7_what_is_altered_on_the_way_changes_nothing_in_the_access_card() {
    let mut world = World::lent();
    let answer = world.access().unwrap();
    let other = PublicKeys {
        sealing: [9; 32],
        ..world.keys.clone()
    };
    // Keys of another home than was meant.
    let response = world.away.send(access::opening(&other, &answer, FIRST));
    assert_eq!(host::done(&response), Err(WRONG));
    // A nonce that was put in: the home card does not take the password.
    let another = AccessAnswer { nonce: [1; 32] };
    assert!(world.open(&another, FIRST).is_err());
    let answer = world.access().unwrap();
    let keys = world.keys.clone();
    let opening = world.away.bytes(access::opening(&keys, &answer, FIRST));
    let record = World::said(world.call(HomeCallKind::Open, opening)).unwrap();
    let mut altered = record.clone();
    *altered.last_mut().unwrap() ^= 1;
    let response = world.away.send(access::opened(&altered));
    assert_eq!(host::done(&response), Err(WRONG));
    world.away.done(access::opened(&record));
    world.session();

    let ask = world.asked(access::ask_release(SECOND));
    let said = World::said(world.call(HomeCallKind::Release, ask.sealed));
    let record = world.answer(said);
    for index in 0..record.len() {
        let mut altered = record.clone();
        altered[index] ^= 1;
        let response = world
            .away
            .send(access::answer(SessionAskKind::Release, &altered));
        assert!(access::released(&response).is_err(), "{index}");
    }
    let response = world
        .away
        .send(access::answer(SessionAskKind::Release, &record));
    access::released(&response).unwrap().unwrap();
    // The same again is not the next one.
    let ask = access::ask_sign(&world.order(300));
    world.asked(ask);
    let response = world
        .away
        .send(access::answer(SessionAskKind::Sign, &record));
    assert!(access::signed(&response).is_err());
}

#[test]
fn t000_7_a_key_that_the_shop_did_not_confirm_is_not_taken() {
    let mut world = World::lent();
    world.released();
    world.enter().unwrap();
    let first = world.shop.session.take();
    let request = InnerRequest {
        posts: false,
        path: "/".into(),
        content_type: "".into(),
        body: Vec::new(),
    };
    // Without the share that the terminal gave, the proxy hands over another key.
    let terms = access::EnterTerms {
        is_joint: false,
        ..world.entering()
    };
    world.enter_with(&terms, |_, _| {}).unwrap();
    let record = world.away.bytes(access::to_shop(&request, false));
    let (_, mut keys) = first.unwrap();
    assert!(keys.open(&record).is_err(), "the session before is over");
    world
        .shop
        .session
        .as_mut()
        .unwrap()
        .1
        .open(&record)
        .unwrap();
}

#[test]
fn an_account_that_is_lent_opens_in_its_terminal_s_card_alone() {
    let mut world = World::lent();
    let keys = home::public_keys(&world.away.send(access::keys())).unwrap();
    let home = world.keys.home();
    let info = account_info(&home, &world.terminal);
    let long = [7].repeat(20_000);
    for account in [&b"account"[..], &long] {
        let sealed = seal_to(&mut world.rng, &keys.sealing, &info, account).unwrap();
        let response = world.away.send(access::open_account(&home, &sealed));
        assert_eq!(*access::account(&response).unwrap(), account);
        let other = tallystick_protocol::wire::identifier::HomeId([1; 32]);
        let response = world.away.send(access::open_account(&other, &sealed));
        assert_eq!(access::account(&response).err(), Some(WRONG));
        let response = world.home.send(access::keys());
        home::public_keys(&response).unwrap();
        let response = world.home.send(access::open_account(&home, &sealed));
        assert_eq!(access::account(&response).err(), Some(WRONG));
    }
}

#[test]
fn a_card_that_takes_short_commands_alone_seals_as_much() {
    let mut world = World::lent();
    world.released();
    world.enter().unwrap();
    let request = InnerRequest {
        posts: true,
        path: "/v1/orders".into(),
        content_type: "application/cbor".into(),
        body: [7].repeat(50_000),
    };
    let apdu = access::to_shop(&request, false).unwrap();
    let mut exchange = Exchange::new(&apdu, Form::Short).unwrap();
    let record = loop {
        let response = world.away.bench.raw(exchange.to_send()).bytes;
        if let Some(whole) = exchange.receive(&response).unwrap() {
            break home::bytes(&whole).unwrap();
        }
    };
    let (_, keys) = world.shop.session.as_mut().unwrap();
    let opened: InnerRequest = decode(&keys.open(&record).unwrap()).unwrap();
    assert!(opened == request);
    let longer = InnerRequest {
        body: [7].repeat(60_000),
        ..request
    };
    assert_eq!(
        access::to_shop(&longer, false).err(),
        Some(CardError::TooLarge)
    );
}
