use alloc::vec;

use tallystick_protocol::signature::{emsa_pss_encode, public_key_from_spki, verify_pss};

use super::bench::{Bench, PIN};
use crate::{
    Applet, Card,
    host::{self, CardError},
};

#[test]
fn a_raw_signature_of_the_card_is_an_ordinary_pss_signature() {
    let mut bench = Bench::personalised();
    let response = bench.send(host::generate_signing_key(0));
    assert!(response.changed);
    let public = host::signing_public_key(&response.bytes).unwrap();
    let key = public_key_from_spki(&public.to_spki()).unwrap();
    let block = emsa_pss_encode(b"pay the bearer", &[7; 32], 2048).unwrap();
    let block: [u8; 256] = block.try_into().unwrap();
    bench.ok(host::verify_pin(PIN));
    let response = bench.send(host::sign_block(0, &block));
    assert!(!response.changed);
    let signature = host::signature(&response.bytes).unwrap();
    verify_pss(&key, b"pay the bearer", &signature).unwrap();
    assert!(verify_pss(&key, b"pay the barber", &signature).is_err());
}

#[test]
fn each_signature_wants_the_pin_anew() {
    let mut bench = Bench::personalised();
    bench.ok(host::generate_signing_key(0));
    let response = bench.send(host::sign_block(0, &[1; 256]));
    assert_eq!(
        host::signature(&response.bytes),
        Err(CardError::PinRequired)
    );
    bench.ok(host::verify_pin(PIN));
    bench.ok(host::sign_block(0, &[1; 256]));
    let response = bench.send(host::sign_block(0, &[1; 256]));
    assert_eq!(
        host::signature(&response.bytes),
        Err(CardError::PinRequired)
    );
    bench.ok(host::verify_pin(PIN));
    bench.ok(host::forget_pin());
    let response = bench.send(host::sign_block(0, &[1; 256]));
    assert_eq!(
        host::signature(&response.bytes),
        Err(CardError::PinRequired)
    );
}

#[test]
fn without_a_key_there_is_no_signature() {
    let mut bench = Bench::personalised();
    bench.ok(host::verify_pin(PIN));
    let response = bench.send(host::sign_block(0, &[1; 256]));
    assert_eq!(host::signature(&response.bytes), Err(CardError::NotFound));
}

#[test]
fn a_block_not_below_the_modulus_is_refused() {
    let mut bench = Bench::personalised();
    bench.ok(host::generate_signing_key(0));
    bench.ok(host::verify_pin(PIN));
    let response = bench.send(host::sign_block(0, &[0xff; 256]));
    assert_eq!(
        host::signature(&response.bytes),
        Err(CardError::Refused(0x6a80))
    );
}

#[test]
fn a_signature_key_is_replaced_only_with_the_pin_and_its_certificate_goes_with_it() {
    let mut bench = Bench::personalised();
    bench.ok(host::generate_signing_key(0));
    bench.ok(host::put_certificate(&[0x30; 900]));
    let response = bench.send(host::generate_signing_key(0));
    assert_eq!(host::done(&response.bytes), Err(CardError::PinRequired));
    bench.ok(host::verify_pin(PIN));
    bench.ok(host::generate_signing_key(0));
    let response = bench.send(host::get_certificate());
    assert_eq!(host::certificate(&response.bytes), Err(CardError::NotFound));
}

#[test]
fn each_slot_has_a_signature_key_of_its_own() {
    let mut bench = Bench::personalised();
    let sign = |bench: &mut Bench, slot| {
        let block = emsa_pss_encode(b"pay the bearer", &[7; 32], 2048).unwrap();
        bench.ok(host::verify_pin(PIN));
        let response = bench.send(host::sign_block(slot, &block.try_into().unwrap()));
        host::signature(&response.bytes)
    };
    let keys = [0, 1, 15].map(|slot| {
        let response = bench.send(host::generate_signing_key(slot));
        let public = host::signing_public_key(&response.bytes).unwrap();
        public_key_from_spki(&public.to_spki()).unwrap()
    });
    bench.card = Card::restore(&bench.card.state()).unwrap();
    bench.select(Applet::Identity);
    for (slot, own) in [0, 1, 15].into_iter().zip(&keys) {
        let signature = sign(&mut bench, slot).unwrap();
        for key in &keys {
            let verified = verify_pss(key, b"pay the bearer", &signature).is_ok();
            assert_eq!(verified, key == own, "slot {slot}");
        }
    }
    assert_eq!(sign(&mut bench, 2), Err(CardError::NotFound));
    assert_eq!(sign(&mut bench, 16), Err(CardError::NotFound));
}

#[test]
fn a_signature_key_is_deleted_only_with_the_pin_and_alone() {
    let mut bench = Bench::personalised();
    let never_had_a_second = bench.card.state();
    bench.ok(host::generate_signing_key(1));
    let response = bench.send(host::delete_signing_key(1));
    assert_eq!(host::done(&response.bytes), Err(CardError::PinRequired));
    bench.ok(host::verify_pin(PIN));
    let response = bench.send(host::delete_signing_key(0));
    assert_eq!(host::done(&response.bytes), Err(CardError::NotFound));
    bench.ok(host::delete_signing_key(1));
    assert_eq!(bench.card.state(), never_had_a_second);
    bench.ok(host::generate_signing_key(0));
    bench.ok(host::put_certificate(&[0x30; 900]));
    bench.ok(host::delete_signing_key(0));
    assert_eq!(bench.card.state(), never_had_a_second);
}

#[test]
fn the_certificate_is_read_as_written_and_replaced_only_with_the_pin() {
    let mut bench = Bench::personalised();
    let response = bench.send(host::get_certificate());
    assert_eq!(host::certificate(&response.bytes), Err(CardError::NotFound));
    let der = vec![0x30; 1200];
    assert!(bench.send(host::put_certificate(&der)).changed);
    assert!(
        !bench.send(host::put_certificate(&der)).changed,
        "the same again changes nothing"
    );
    let response = bench.send(host::get_certificate());
    assert_eq!(host::certificate(&response.bytes), Ok(der));
    let response = bench.send(host::put_certificate(&[0x31; 10]));
    assert_eq!(host::done(&response.bytes), Err(CardError::PinRequired));
    bench.ok(host::verify_pin(PIN));
    bench.ok(host::put_certificate(&[0x31; 10]));
    assert_eq!(host::put_certificate(&[0; 4097]), Err(CardError::TooLarge));
}

#[test]
fn the_applet_names_itself_as_piv_does() {
    let mut bench = Bench::blank();
    let template = bench.ok(host::select(Applet::Identity));
    let expected = [
        0x61, 0x11, 0x4f, 6, 0, 0, 0x10, 0, 1, 0, 0x79, 7, 0x4f, 5, 0xa0, 0, 0, 3, 8,
    ];
    assert_eq!(template, expected);
    // PIV's name may be given without its version.
    assert_eq!(
        bench.status(&[0, 0xa4, 4, 0, 9, 0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 0]),
        0x9000
    );
    assert_eq!(
        bench.status(&[0, 0xa4, 4, 0, 5, 0xa0, 0, 0, 3, 8, 0]),
        0x6a82
    );
}
