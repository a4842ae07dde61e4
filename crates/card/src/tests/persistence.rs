use alloc::vec::Vec;

use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::identifier::HolderId;

use super::bench::{Bench, CHEAP, Centre, NONCE, PIN, PUK, context, pair, party_side};
use super::purse::lived::live;
use crate::Applet;
use crate::Card;
use crate::RestoreError;
use crate::host;
use crate::reference_data::ReferenceData;
use crate::state::State;
use crate::stretch::Stretch;

const CENTRE: &str = "keys.localhost";

/// A card with everything on it.
fn full() -> (Bench, [u8; 32]) {
    let mut bench = Bench::personalised();
    bench.ok(host::generate_signing_key(0));
    bench.ok(host::put_certificate(&[0x30; 300]));
    bench.ok(host::generate_signing_key(3));
    let public = bench.enrol(0);
    let share = Centre::new(CENTRE).sealed(&public, &context(1, &[CENTRE]));
    bench.ok(host::put_share(0, &share));
    bench.verify();
    bench.select(Applet::Purse);
    let purses = |apdu| bench.send(apdu).bytes;
    live(purses, &public);
    bench.select(Applet::Identity);
    bench.ok(host::forget_pin());
    (bench, public)
}

#[test]
fn room_is_reserved_for_a_card_with_purses() {
    let state = State::from_bytes(&full().0.card.state()).unwrap();
    assert!(state.purses.is_some());
    assert!(state.to_bytes().len() <= state.room());
}

#[test]
fn a_restored_card_continues_identically() {
    let (mut bench, public) = full();
    let mut restored = Bench {
        card: Card::restore(&bench.card.state()).unwrap(),
        ..Bench::blank()
    };
    bench.card = Card::restore(&bench.card.state()).unwrap();
    let pair = pair(HolderId::of_enrolment_key(&public), &context(1, &[CENTRE]));
    let apdus = [
        host::select(Applet::Identity),
        host::verify_pin("000000"),
        host::verify_pin(PIN),
        host::sign_block(0, &[1; 256]),
        host::get_certificate(),
        host::select(Applet::Keys),
        host::generate_enrolment_key(0),
        host::generate_enrolment_key(5),
        host::derive(0, &pair, Purpose::OrderPart, &NONCE),
        host::status(0),
    ];
    bench.rng = TestRng::new(5);
    restored.rng = TestRng::new(5);
    for apdu in apdus {
        let (one, other) = (bench.send(apdu.clone()), restored.send(apdu));
        assert_eq!(one.bytes, other.bytes);
        assert_eq!(one.changed, other.changed);
        assert_eq!(bench.card.state(), restored.card.state());
    }
}

#[test]
fn changed_says_exactly_when_the_state_is_another_one() {
    let (mut bench, public) = full();
    let pair = pair(HolderId::of_enrolment_key(&public), &context(1, &[CENTRE]));
    let share = Centre::new(CENTRE).sealed(&public, &context(2, &[CENTRE]));
    let apdus = [
        host::select(Applet::Identity),
        host::pin_tries(),
        host::verify_pin("000000"),
        host::verify_pin(PIN),
        host::verify_pin(PIN),
        host::sign_block(0, &[1; 256]),
        host::put_certificate(&[0x30; 300]),
        host::put_certificate(&[0x30; 301]),
        host::change_pin("000000", "135790"),
        host::change_pin(PIN, "135790"),
        host::select(Applet::Keys),
        host::generate_enrolment_key(0),
        host::generate_enrolment_key(5),
        host::put_share(0, &share),
        host::put_share(0, &share),
        host::derive(0, &pair, Purpose::OrderPart, &NONCE),
        host::status(0),
        host::delete_slot(7),
        host::delete_slot(5),
        host::select(Applet::Identity),
        host::delete_signing_key(7),
        host::delete_signing_key(3),
    ];
    for (number, apdu) in apdus.into_iter().enumerate() {
        let before = bench.card.state();
        let response = bench.send(apdu);
        assert_eq!(
            response.changed,
            bench.card.state() != before,
            "command {number}"
        );
    }
}

#[test]
fn what_was_verified_and_selected_is_forgotten_with_the_power() {
    let (mut bench, _) = full();
    bench.verify();
    bench.card = Card::restore(&bench.card.state()).unwrap();
    assert_eq!(bench.status(&[0x00, 0x20, 0x00, 0x80]), 0x6985);
    bench.select(Applet::Identity);
    assert_eq!(bench.status(&[0x00, 0x20, 0x00, 0x80]), 0x63c3);
}

#[test]
fn every_truncated_or_altered_state_is_refused_or_harmless() {
    let state = full().0.card.state();
    for length in 0..state.len() {
        assert!(Card::restore(&state[..length]).is_err(), "{length}");
    }
    let longer: Vec<u8> = state.iter().copied().chain([0]).collect();
    assert_eq!(
        Card::restore(&longer).map(|_| ()),
        Err(RestoreError::Damaged)
    );
    for index in 0..state.len() {
        let mut altered = state.to_vec();
        altered[index] ^= 0x55;
        // Either it is refused, or it is some card and can be written down again.
        if let Ok(card) = Card::restore(&altered) {
            assert_eq!(*card.state(), altered);
        }
    }
}

#[test]
fn a_state_of_a_later_version_is_named_as_such() {
    let mut state = Card::blank().state().to_vec();
    assert_eq!(state[1..3], [0, 1]);
    state[2] = 3;
    assert_eq!(
        Card::restore(&state).map(|_| ()),
        Err(RestoreError::Version)
    );
}

#[test]
fn a_card_as_the_first_release_stored_it_opens_and_is_stored_the_same() {
    let stored = b"\xa5\x00\x01\
        \x01\xa2\x00\x48123456\xff\xff\x01\x02\
        \x02\xa2\x00\x4812345678\x01\x03\
        \x04\x42\x70\x00\
        \x05\x80";
    let card = Card::restore(stored).unwrap();
    assert_eq!(*card.state(), *stored);
    let mut bench = Bench {
        card,
        ..Bench::blank()
    };
    bench.select(Applet::Identity);
    assert_eq!(bench.status(&[0x00, 0x20, 0x00, 0x80]), 0x63c2);
    let certificate = [0, 0xcb, 0x3f, 0xff, 5, 0x5c, 3, 0x5f, 0xc1, 0x0a, 0];
    assert_eq!(*bench.raw(&certificate).bytes, [0x53, 2, 0x70, 0, 0x90, 0]);
}

/// A card as the first release kept it: everything in clear, shares added up.
fn of_the_first_release() -> (Vec<u8>, PairContext, DerivedKey) {
    let mut bench = Bench::blank();
    bench.select(Applet::Identity);
    bench.ok(host::generate_signing_key(0));
    bench.ok(host::generate_signing_key(3));
    let public = bench.enrol(0);
    let (mut centre, key) = (Centre::new(CENTRE), context(1, &[CENTRE]));
    bench.ok(host::put_share(0, &centre.sealed(&public, &key)));
    let mut state = State::from_bytes(&bench.card.state()).unwrap();
    let holder = HolderId::of_enrolment_key(&public);
    state.pin = ReferenceData::new(b"246810\xff\xff");
    state.puk = ReferenceData::new(PUK);
    let pair = pair(holder, &key);
    let derived = party_side(&[&centre], &pair, Purpose::OrderPart);
    (state.to_bytes().to_vec(), pair, derived)
}

#[test]
fn a_card_of_the_first_release_gets_its_safe_with_the_right_pin_and_loses_nothing() {
    let (stored, pair, derived) = of_the_first_release();
    assert_eq!(stored[..3], [0xa7, 0, 1]);
    let card = Card::restore(&stored).unwrap();
    assert_eq!(*card.state(), stored);
    let mut bench = Bench {
        card: card.costing(CHEAP),
        ..Bench::blank()
    };
    bench.select(Applet::Identity);
    let identifier = [0, 0xcb, 0x3f, 0xff, 5, 0x5c, 3, 0x5f, 0xc1, 0x02, 0];
    let before = bench.raw(&identifier).bytes;
    bench.send(host::verify_pin("000000"));
    assert_eq!(
        bench.card.state()[..3],
        [0xa7, 0, 1],
        "a wrong PIN does nothing"
    );
    let response = bench.send(host::verify_pin(PIN));
    assert_eq!(host::done(&response.bytes), Ok(()));
    assert!(response.changed);
    let kept = bench.card.state();
    assert_eq!(kept[..3], [0xa9, 0, 2]);
    let state = State::from_bytes(&stored).unwrap();
    let slot = &state.slots[0];
    let kept_in_clear = [
        state.signature_key.as_ref().unwrap().as_written(),
        state.further_keys.as_ref().unwrap()[0].primes.as_written(),
        slot.shares[0].sum.as_ref().unwrap().as_written(),
        b"246810",
        PUK,
    ];
    for secret in kept_in_clear {
        let piece = &secret[..secret.len().min(16)];
        let is_in = |bytes: &[u8]| bytes.windows(piece.len()).any(|window| window == piece);
        assert!(is_in(&stored) && !is_in(&kept));
    }
    assert_eq!(bench.raw(&identifier).bytes, before);
    bench.card = Card::restore(&kept).unwrap();
    bench.select(Applet::Identity);
    bench.ok(host::reset_pin(PUK, "13579024"));
    bench.ok(host::verify_pin("13579024"));
    bench.ok(host::sign_block(0, &[1; 256]));
    bench.ok(host::verify_pin("13579024"));
    bench.ok(host::sign_block(3, &[1; 256]));
    bench.select(Applet::Keys);
    let key = bench.send(host::derive(0, &pair, Purpose::OrderPart, &NONCE));
    assert_eq!(host::derived_key(&key.bytes), Ok(derived));
}

#[test]
fn a_guess_at_the_stored_pin_or_puk_costs_what_it_should() {
    let mut bench = Bench {
        card: Card::blank(),
        ..Bench::blank()
    };
    bench.select(Applet::Identity);
    bench.ok(host::change_pin(host::FACTORY_PIN, PIN));
    let state = State::from_bytes(&bench.card.state()).unwrap();
    for reference in [&state.pin, &state.puk] {
        assert_eq!(reference.stretch(), Some(Stretch::OF_A_PIN));
    }
    let Stretch { memory_kib, passes } = Stretch::OF_A_PIN;
    assert!(
        memory_kib >= 19 * 1024 && passes >= 2,
        "RFC 9106 and common advice"
    );
}
