use alloc::vec::Vec;

use tallystick_protocol::test_keys::TestRng;
use zeroize::Zeroizing;

use super::bench::{Bench, PIN, PUK};
use crate::Applet;
use crate::Card;
use crate::host::{self, CardError};

fn tries(bench: &mut Bench) -> (u8, u8) {
    let pin = bench.send(host::pin_tries());
    let puk = bench.send(host::puk_tries());
    (
        host::tries_left(&pin.bytes).unwrap(),
        host::tries_left(&puk.bytes).unwrap(),
    )
}

#[test]
fn t001_15_three_wrong_pins_lock_the_card_even_for_the_right_one() {
    let mut bench = Bench::personalised();
    for left in [2, 1] {
        let response = bench.send(host::verify_pin("000000"));
        assert_eq!(
            host::done(&response.bytes),
            Err(CardError::WrongPin { tries_left: left })
        );
        assert!(response.changed);
    }
    let response = bench.send(host::verify_pin("000000"));
    assert_eq!(host::done(&response.bytes), Err(CardError::Blocked));
    assert!(response.changed);
    let response = bench.send(host::verify_pin(PIN));
    assert_eq!(host::done(&response.bytes), Err(CardError::Blocked));
    assert_eq!(tries(&mut bench), (0, 3));
}

#[test]
fn the_right_pin_gives_all_tries_back() {
    let mut bench = Bench::personalised();
    let response = bench.send(host::verify_pin(PIN));
    assert!(!response.changed, "nothing to keep when no try was lost");
    bench.ok(host::forget_pin());
    bench.send(host::verify_pin("000000"));
    assert_eq!(tries(&mut bench), (2, 3));
    let response = bench.send(host::verify_pin(PIN));
    assert_eq!(host::done(&response.bytes), Ok(()));
    assert!(response.changed);
    assert_eq!(tries(&mut bench), (3, 3));
}

#[test]
fn a_lost_try_is_still_lost_after_a_power_failure() {
    let mut bench = Bench::personalised();
    bench.send(host::verify_pin("000000"));
    bench.card = Card::restore(&bench.card.state()).unwrap();
    bench.select(Applet::Identity);
    assert_eq!(tries(&mut bench), (2, 3));
}

#[test]
fn t001_15_the_puk_unlocks_the_card_with_a_new_pin() {
    let mut bench = Bench::personalised();
    for _ in 0..3 {
        bench.send(host::verify_pin("000000"));
    }
    assert!(bench.send(host::reset_pin(PUK, "13579024")).changed);
    assert_eq!(tries(&mut bench), (3, 3));
    bench.ok(host::verify_pin("13579024"));
    let response = bench.send(host::verify_pin(PIN));
    assert_eq!(
        host::done(&response.bytes),
        Err(CardError::WrongPin { tries_left: 2 })
    );
}

#[test]
fn a_lost_puk_is_replaced_with_the_pin_and_only_with_it() {
    let mut bench = Bench::personalised();
    let response = bench.send(host::new_puk(b"11111111"));
    assert_eq!(host::done(&response.bytes), Err(CardError::PinRequired));
    bench.ok(host::verify_pin(PIN));
    assert!(bench.send(host::new_puk(b"11111111")).changed);
    let response = bench.send(host::reset_pin(PUK, "135790"));
    assert_eq!(
        host::done(&response.bytes),
        Err(CardError::WrongPin { tries_left: 2 })
    );
    bench.ok(host::reset_pin(b"11111111", "135790"));
    bench.ok(host::verify_pin("135790"));
}

#[test]
fn three_wrong_puks_block_for_good() {
    let mut bench = Bench::personalised();
    for left in [2, 1] {
        let response = bench.send(host::reset_pin(b"00000000", "135790"));
        assert_eq!(
            host::done(&response.bytes),
            Err(CardError::WrongPin { tries_left: left })
        );
    }
    bench.send(host::change_puk(b"00000000", b"11111111"));
    let response = bench.send(host::reset_pin(PUK, "135790"));
    assert_eq!(host::done(&response.bytes), Err(CardError::Blocked));
    assert_eq!(tries(&mut bench), (3, 0));
}

#[test]
fn the_pin_changes_only_for_who_knows_the_old_one() {
    let mut bench = Bench::personalised();
    let response = bench.send(host::change_pin("000000", "135790"));
    assert_eq!(
        host::done(&response.bytes),
        Err(CardError::WrongPin { tries_left: 2 })
    );
    bench.ok(host::change_pin(PIN, "135790"));
    bench.ok(host::verify_pin("135790"));
}

#[test]
fn a_malformed_new_pin_costs_no_try_and_changes_nothing() {
    let mut bench = Bench::personalised();
    for new in [
        b"12345\xff\xff\xff",
        b"123456\xff7",
        b"12345a78",
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        let mut change = [0x00, 0x24, 0x00, 0x80, 16].to_vec();
        change.extend_from_slice(b"246810\xff\xff");
        change.extend_from_slice(new);
        assert_eq!(bench.status(&change), 0x6a80);
        let mut reset = [0x00, 0x2c, 0x00, 0x80, 16].to_vec();
        reset.extend_from_slice(PUK);
        reset.extend_from_slice(new);
        assert_eq!(bench.status(&reset), 0x6a80);
    }
    assert_eq!(tries(&mut bench), (3, 3));
    bench.ok(host::verify_pin(PIN));
    for text in ["12345", "123456789", "12345é", "abcdef", ""] {
        assert_eq!(
            host::verify_pin(text),
            Err(CardError::MalformedPin),
            "{text}"
        );
    }
}

#[test]
fn what_is_done_beside_sees_no_pin_and_disturbs_none() {
    let mut bench = Bench::personalised();
    bench.verify();
    let mut card = Card::restore(&bench.card.state()).unwrap();
    let mut rng = TestRng::new(5);
    let mut ask = |card: &mut Card, apdu: Result<Zeroizing<Vec<u8>>, CardError>| {
        card.transmit(&apdu.unwrap(), &mut rng).bytes
    };
    ask(&mut card, host::select(Applet::Identity));
    assert_eq!(host::done(&ask(&mut card, host::verify_pin(PIN))), Ok(()));
    let refused = card.beside(|card| {
        ask(card, host::select(Applet::Keys));
        ask(card, host::select(Applet::Identity));
        ask(card, host::new_puk(b"87654321"))
    });
    assert_eq!(host::done(&refused), Err(CardError::PinRequired));
    assert_eq!(
        host::done(&ask(&mut card, host::new_puk(b"87654321"))),
        Ok(())
    );
}

#[test]
fn a_wrong_pin_takes_an_earlier_verification_back() {
    let mut bench = Bench::personalised();
    bench.ok(host::verify_pin(PIN));
    bench.send(host::verify_pin("000000"));
    bench.ok(host::generate_signing_key(0));
    let response = bench.send(host::sign_block(0, &[1; 256]));
    assert_eq!(host::done(&response.bytes), Err(CardError::PinRequired));
}
