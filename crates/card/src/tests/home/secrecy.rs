//! What is kept, and what is shown.

use alloc::vec::Vec;

use tallystick_protocol::test_keys::TestAuthority;

use super::world::{FIRST, NOW, SECOND, World};
use crate::host;
use crate::safe::Place;
use crate::state::State;
use crate::tests::bench::{Bench, PIN};
use crate::{Applet, Card};

fn contains(kept: &[u8], secret: &[u8]) -> bool {
    kept.windows(secret.len()).any(|window| window == secret)
}

#[test]
fn neither_passwords_nor_what_they_open_are_kept_in_clear() {
    let mut world = World::lent();
    world.released();
    world.enter().unwrap();
    let order = world.order(300);
    let signed = world.sign(&order).unwrap();
    let kept = world.home.bench.card.state();
    let mut secrets: Vec<Vec<u8>> = [FIRST, SECOND, PIN]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    secrets.extend(signed.keys.iter().map(|key| key.to_vec()));
    let bench = &mut world.home.bench;
    bench.verify();
    let safe = bench.card.safe_key().unwrap();
    secrets.push(safe.as_bytes().to_vec());
    let state = State::from_bytes(&kept).unwrap();
    let primes = state.signature_key.as_ref().unwrap();
    let primes = safe.open(&Place::SigningKey(0x9c), primes).unwrap();
    secrets.push(primes.as_slice()[..16].to_vec());
    for (number, secret) in secrets.iter().enumerate() {
        assert!(!contains(&kept, secret), "secret {number}");
    }
    // Nor in the card away.
    let away = world.away.bench.card.state();
    for secret in &secrets[..2] {
        assert!(!contains(&away, secret));
    }
}

#[test]
fn no_debug_shows_a_secret() {
    let mut world = World::lent();
    world.released();
    for hand in [&world.home, &world.away] {
        let state = State::from_bytes(&hand.bench.card.state()).unwrap();
        let shown = alloc::format!("{:?}", state.home.as_ref().unwrap());
        let secrets = state.home.as_ref().unwrap().secrets();
        assert!(!secrets.is_empty());
        for secret in secrets {
            assert!(!shown.contains(&alloc::format!("{:?}", &secret[..8])[1..20]));
        }
        assert!(shown.contains("SecretBytes(32)"));
    }
}

#[test]
fn a_card_with_both_halves_is_restored_as_it_was_and_room_is_reserved_for_it() {
    let mut world = World::lent();
    world.released();
    for hand in [&world.home, &world.away] {
        let kept = hand.bench.card.state();
        assert_eq!(Card::restore(&kept).unwrap().state(), kept);
        let state = State::from_bytes(&kept).unwrap();
        assert!(state.to_bytes().len() <= state.room());
    }
    // The procedure goes on where it was.
    let order = world.order(300);
    let mut later = world.clone();
    later.sign(&order).unwrap();
}

#[test]
fn nothing_of_the_applet_answers_while_another_is_selected() {
    let mut world = World::lent();
    let bench = &mut world.home.bench;
    for applet in [Applet::Identity, Applet::Keys, Applet::Purse] {
        bench.select(applet);
        let response = bench.send(host::home::lending::status()).bytes;
        assert!(host::done(&response).is_err());
    }
}

#[test]
fn a_card_that_is_used_for_neither_half_is_written_as_before() {
    let mut bench = Bench::personalised();
    bench.verify();
    bench.select(Applet::Purse);
    let root = TestAuthority::new(NOW).root.as_der().to_vec();
    bench.ok(host::purse::put_roots(&[root]));
    let before = bench.card.state();
    assert!(before[0] <= 0xab);
    bench.select(Applet::Home);
    bench.ok(host::home::lending::status());
    assert_eq!(bench.card.state(), before);
    bench.ok(host::home::access::keys());
    assert_eq!(bench.card.state()[0], before[0] + 1);
}
