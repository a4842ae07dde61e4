//! How a contactless card is made, shown and forgotten.

use tallystick_protocol::settlement::card::CardPersonalisation;
use tallystick_protocol::settlement::channel::Mode;
use tallystick_protocol::test_keys::{TestAuthority, test_statement};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::Currency;
use zeroize::Zeroizing;

use super::world::{ALIAS, AT, SERVER, SERVER_KEY, World, order, personalisation, signed};
use crate::Applet;
use crate::host::settlement::{SettlementView, ShownCard};
use crate::host::{CardError, settlement};
use crate::tests::bench::{Bench, domain};
use crate::tests::purse::bank::START;

fn shown(world: &mut World) -> SettlementView {
    settlement::view(&world.bench.send(settlement::show()).bytes).unwrap()
}

fn prepared(world: &mut World) -> [u8; 32] {
    settlement::prepared(&world.bench.send(settlement::prepare()).bytes).unwrap()
}

fn refused(status: u16) -> Result<alloc::vec::Vec<u8>, CardError> {
    Err(CardError::Refused(status))
}

#[test]
fn a_card_is_prepared_personalised_once_and_says_whose_it_is() {
    let mut world = World::blank();
    let nothing = SettlementView {
        card: None,
        is_prepared: false,
    };
    assert_eq!(shown(&mut world), nothing);
    let key = prepared(&mut world);
    assert_eq!(prepared(&mut world), key, "the same again");
    assert!(shown(&mut world).is_prepared);
    world.power_goes();
    assert_eq!(prepared(&mut world), key);
    let said = signed(&mut TestAuthority::new(START), &personalisation(key));
    let tried = world.tried(settlement::personalise(&said, AT));
    assert_eq!(tried, Ok(alloc::vec![]));
    let card = ShownCard {
        server: domain(SERVER),
        currency: Currency::Jpy,
        alias: ALIAS,
        key_version: 1,
    };
    let is_card = SettlementView {
        card: Some(card),
        is_prepared: false,
    };
    assert_eq!(shown(&mut world), is_card);
    let again = world.tried(settlement::personalise(&said, AT));
    assert_eq!(again, refused(0x6a89));
    assert_eq!(world.tried(settlement::prepare()), refused(0x6a89));
    let mut channel = world.open(Mode::S16);
    let report = world.read(&mut channel);
    assert_eq!((report.balance.minor, report.counter), (0, 0));
}

#[test]
fn only_what_the_security_server_signed_for_this_card_personalises_it() {
    let mut world = World::blank();
    let key = prepared(&mut world);
    let mut authority = TestAuthority::new(START);
    let good = personalisation(key);
    let mut statement = |role, name, key, said: &CardPersonalisation| {
        let leaf = authority.party(role, name, "Kazaguruma Pay security", key);
        test_statement(said, &leaf, SERVER_KEY)
    };
    let server = Role::SecurityServer;
    let issuer = statement(Role::Issuer, SERVER, SERVER_KEY, &good);
    let not_its_key = statement(server, SERVER, SERVER_KEY + 1, &good);
    let not_its_name = statement(server, "other.localhost", SERVER_KEY, &good);
    let for_another = statement(server, SERVER, SERVER_KEY, &personalisation([9; 32]));
    let mut relabelled = good.clone();
    relabelled.currency = Currency::Eur;
    let relabelled = statement(server, SERVER, SERVER_KEY, &relabelled);
    let right = statement(server, SERVER, SERVER_KEY, &good);
    let mut altered = right.clone();
    *altered.last_mut().unwrap() ^= 1;
    let cases = [
        (issuer, CardError::NotForThisPurse),
        (not_its_key, CardError::BadSignature),
        (not_its_name, CardError::BadSignature),
        (for_another, CardError::NotForThisPurse),
        (relabelled, CardError::Refused(0x6a80)),
        (altered, CardError::BadSignature),
        (b"no statement".to_vec(), CardError::Refused(0x6a80)),
    ];
    for (said, error) in cases {
        assert_eq!(world.tried(settlement::personalise(&said, AT)), Err(error));
    }
    for at in [AT.minus_seconds(86_400), AT.plus_seconds(86_400)] {
        let tried = world.tried(settlement::personalise(&right, at));
        assert_eq!(tried, Err(CardError::Expired));
    }
    assert!(world.tried(settlement::personalise(&right, AT)).is_ok());
}

#[test]
fn without_roots_or_a_key_of_its_own_no_card_is_personalised() {
    let mut bench = Bench::personalised();
    bench.select(Applet::Settlement);
    let status = |bench: &mut Bench, apdu: super::world::Apdu| bench.status(&apdu.unwrap());
    let said = signed(&mut TestAuthority::new(START), &personalisation([9; 32]));
    let give = || settlement::personalise(&said, AT);
    assert_eq!(status(&mut bench, give()), 0x6a88);
    assert_eq!(status(&mut bench, settlement::prepare()), 0x9000);
    assert_eq!(status(&mut bench, give()), 0x6985);
}

#[test]
fn a_card_is_forgotten_with_the_pin_once_nothing_is_on_it() {
    let mut world = World::holding(500);
    assert_eq!(
        world.tried(settlement::forget()),
        Err(CardError::PinRequired)
    );
    world.bench.verify();
    world.bench.select(Applet::Settlement);
    assert_eq!(
        world.tried(settlement::forget()),
        Err(CardError::NotSettled)
    );
    let mut channel = world.open(Mode::S16);
    world.debit(&mut channel, order(1, 500, 1));
    assert!(world.tried(settlement::forget()).is_ok());
    assert_eq!(shown(&mut world).card, None);
    let again = world.tried(settlement::forget());
    assert_eq!(again, Err(CardError::NotFound));
    assert_eq!(world.tried(tap(8)), refused(0x6985));
    let first = prepared(&mut world);
    assert!(world.tried(settlement::forget()).is_ok());
    assert_ne!(
        prepared(&mut world),
        first,
        "a key that was forgotten is gone"
    );
}

/// INITIALIZE UPDATE with that many bytes.
fn tap(bytes: u8) -> super::world::Apdu {
    let mut apdu = alloc::vec![0x80, 0x50, 0, 0, bytes];
    apdu.resize(5 + usize::from(bytes), 7);
    Ok(Zeroizing::new(apdu))
}

#[test]
fn what_is_said_in_clear_is_held_to_its_form() {
    let mut world = World::new();
    for (p1, p2) in [(4, 0), (0xff, 0), (0, 1), (3, 1)] {
        assert_eq!(world.relay(&[0x80, 0xd6, p1, p2]), [0x6a, 0x86]);
    }
    for p1 in [0, 2, 3] {
        assert_eq!(world.relay(&[0x80, 0xd6, p1, 0, 1, 0]), [0x67, 0]);
    }
    assert_eq!(world.tried(tap(8)).map(|answer| answer.len()), Ok(29));
    assert_eq!(world.tried(tap(16)).map(|answer| answer.len()), Ok(45));
    for length in [1, 7, 9, 15, 17, 32] {
        assert_eq!(world.tried(tap(length)), refused(0x6700));
    }
    for (version, status) in [(1, 0x9000), (2, 0x6a88), (0xff, 0x6a88)] {
        let mut apdu = tap(8).unwrap();
        apdu[2] = version;
        assert_eq!(world.bench.status(&apdu), status);
    }
    let mut apdu = tap(8).unwrap();
    apdu[3] = 1;
    assert_eq!(world.bench.status(&apdu), 0x6a86);
    world.bench.select(Applet::Home);
    assert_ne!(world.bench.status(&tap(8).unwrap()), 0x9000);
}
