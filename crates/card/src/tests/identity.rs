use alloc::{vec, vec::Vec};

use tallystick_protocol::trust::signature::{emsa_pss_encode, public_key_from_spki, verify_pss};

use super::bench::{Bench, PIN};
use crate::Applet;
use crate::Card;
use crate::host::{self, CardError};

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
        0x9000,
        "nor its application"
    );
    assert_eq!(bench.status(&[0, 0xa4, 4, 0, 4, 0xa0, 0, 0, 3, 0]), 0x6a82);
}

/// PIV's other keys, by the standard's own bytes: the wallet does not use them, standard tools do.
fn generate(bench: &mut Bench, reference: u8) -> Result<host::SigningPublicKey, CardError> {
    let response = bench.raw(&[0, 0x47, 0, reference, 5, 0xac, 3, 0x80, 1, 7, 0]);
    let mut bytes = response.bytes.to_vec();
    while let [.., 0x61, _] = bytes[..] {
        bytes.truncate(bytes.len() - 2);
        bytes.extend_from_slice(&bench.raw(&[0, 0xc0, 0, 0, 0]).bytes);
    }
    host::signing_public_key(&bytes)
}

fn use_key(bench: &mut Bench, reference: u8, block: &[u8; 256]) -> Result<[u8; 256], CardError> {
    let mut apdu = host::sign_block(0, block).unwrap().to_vec();
    apdu[3] = reference;
    host::signature(&bench.raw(&apdu).bytes)
}

fn get(bench: &mut Bench, tag: &[u8]) -> Result<Vec<u8>, CardError> {
    let length = u8::try_from(tag.len()).unwrap();
    let apdu = [&[0, 0xcb, 0x3f, 0xff, length + 2, 0x5c, length], tag, &[0]].concat();
    host::data(&bench.raw(&apdu).bytes).map(<[u8]>::to_vec)
}

#[test]
fn what_is_encrypted_for_the_key_management_key_is_decrypted_with_the_pin_given_once() {
    let mut bench = Bench::personalised();
    let public = generate(&mut bench, 0x9d).unwrap();
    let message = [7; 256].map(|byte: u8| byte - 7 + 1);
    let encrypted = {
        use rsa::{BoxedUint, RsaPublicKey, hazmat::rsa_encrypt, traits::PublicKeyParts};
        let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 2048).unwrap();
        let key = RsaPublicKey::new(number(public.modulus()), BoxedUint::from(65_537_u32)).unwrap();
        assert_eq!(key.size(), 256);
        let bytes = rsa_encrypt(&key, &number(&message)).unwrap().to_be_bytes();
        <[u8; 256]>::try_from(bytes.as_ref()).unwrap()
    };
    assert_ne!(encrypted, message);
    let refused = use_key(&mut bench, 0x9d, &encrypted);
    assert_eq!(refused, Err(CardError::PinRequired));
    bench.ok(host::verify_pin(PIN));
    assert_eq!(use_key(&mut bench, 0x9d, &encrypted), Ok(message));
    assert_eq!(use_key(&mut bench, 0x9d, &encrypted), Ok(message), "twice");
    bench.ok(host::forget_pin());
    let refused = use_key(&mut bench, 0x9d, &encrypted);
    assert_eq!(refused, Err(CardError::PinRequired));
}

#[test]
fn logging_in_and_decrypting_want_the_pin_once_and_signing_each_time() {
    let mut bench = Bench::personalised();
    for key in [0x9a, 0x9c, 0x9d, 0x82] {
        generate(&mut bench, key).unwrap();
    }
    for (key, again) in [
        (0x9a, Ok(())),
        (0x9d, Ok(())),
        (0x9c, Err(CardError::PinRequired)),
        (0x82, Err(CardError::PinRequired)),
    ] {
        let block = [1; 256];
        bench.ok(host::verify_pin(PIN));
        assert_eq!(use_key(&mut bench, key, &block).map(|_| ()), Ok(()));
        let second = use_key(&mut bench, key, &block).map(|_| ());
        assert_eq!(second, again, "{key:02x}");
    }
    bench.ok(host::verify_pin(PIN));
    use_key(&mut bench, 0x9a, &[1; 256]).unwrap();
    assert!(
        use_key(&mut bench, 0x9c, &[1; 256]).is_ok(),
        "a login uses up no signature"
    );
}

#[test]
fn each_of_pivs_keys_has_a_certificate_object_of_its_own() {
    let mut bench = Bench::personalised();
    let objects = [(0x9a, 0x05), (0x9c, 0x0a), (0x9d, 0x0b)];
    for (key, object) in objects {
        generate(&mut bench, key).unwrap();
        let put = [
            0, 0xdb, 0x3f, 0xff, 8, 0x5c, 3, 0x5f, 0xc1, object, 0x53, 1, key,
        ];
        assert_eq!(bench.status(&put), 0x9000);
        assert_eq!(bench.status(&put), 0x9000, "the same again");
        let other = [
            0, 0xdb, 0x3f, 0xff, 8, 0x5c, 3, 0x5f, 0xc1, object, 0x53, 1, 0,
        ];
        assert_eq!(bench.status(&other), 0x6982);
    }
    bench.card = Card::restore(&bench.card.state()).unwrap();
    bench.verify();
    for (key, object) in objects {
        assert_eq!(
            get(&mut bench, &[0x5f, 0xc1, object]),
            Ok(vec![0x53, 1, key])
        );
        assert_eq!(bench.status(&[0, 0xf6, 0xff, key]), 0x9000);
        assert_eq!(
            get(&mut bench, &[0x5f, 0xc1, object]),
            Err(CardError::NotFound)
        );
        assert_eq!(bench.status(&[0, 0xf6, 0xff, key]), 0x6a88);
    }
}

#[test]
fn the_card_is_discovered_as_piv_with_the_applets_own_pin() {
    let mut bench = Bench::blank();
    bench.select(Applet::Identity);
    let expected = [
        0x7e, 0x12, 0x4f, 11, 0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0, 0x5f, 0x2f, 2, 0x40, 0,
    ];
    assert_eq!(get(&mut bench, &[0x7e]), Ok(expected.to_vec()));
}

#[test]
fn the_card_is_named_after_its_signature_key_and_nobody_writes_its_name() {
    let mut bench = Bench::personalised();
    let (chuid, ccc) = ([0x5f, 0xc1, 0x02], [0x5f, 0xc1, 0x07]);
    assert_eq!(get(&mut bench, &chuid), Err(CardError::NotFound));
    assert_eq!(get(&mut bench, &ccc), Err(CardError::NotFound));
    generate(&mut bench, 0x9c).unwrap();
    let first = get(&mut bench, &chuid).unwrap();
    assert_eq!(first.len(), 2 + 27 + 18 + 10 + 2 + 2);
    assert_eq!(first[29..31], [0x34, 16], "the GUID");
    assert_eq!(
        (first[37] & 0xf0, first[39] & 0xc0),
        (0x80, 0x80),
        "RFC 9562"
    );
    assert_eq!(get(&mut bench, &ccc).unwrap()[..4], [0x53, 51, 0xf0, 21]);
    bench.card = Card::restore(&bench.card.state()).unwrap();
    bench.select(Applet::Identity);
    assert_eq!(get(&mut bench, &chuid).unwrap(), first);
    let put = [0, 0xdb, 0x3f, 0xff, 7, 0x5c, 3, 0x5f, 0xc1, 0x02, 0x53, 0];
    bench.ok(host::verify_pin(PIN));
    assert_eq!(bench.status(&put), 0x6982);
    generate(&mut bench, 0x9c).unwrap();
    assert_ne!(get(&mut bench, &chuid).unwrap(), first);
}
