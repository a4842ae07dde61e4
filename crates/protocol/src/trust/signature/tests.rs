use super::*;
use crate::test_keys::{TestRng, test_key, test_signature, test_spki};
use rsa::BoxedUint;
use rsa::hazmat::rsa_decrypt_and_check;

const MESSAGE: &[u8] = b"one order, three readers";

#[test]
fn a_signature_verifies_under_its_key_and_message_alone() {
    let signature = sign_pss(&mut TestRng::new(1), &test_key(0), MESSAGE).unwrap();
    let key = test_key(0).to_public_key();
    assert_eq!(verify_pss(&key, MESSAGE, &signature), Ok(()));
    let other = test_key(1).to_public_key();
    let mismatch = Err(SignatureError::Mismatch);
    assert_eq!(verify_pss(&other, MESSAGE, &signature), mismatch);
    assert_eq!(verify_pss(&key, b"another", &signature), mismatch);
    for wrong_length in [&signature[1..], &[&[0], signature.as_slice()].concat(), &[]] {
        assert_eq!(verify_pss(&key, MESSAGE, wrong_length), mismatch);
    }
}

#[test]
fn every_flipped_bit_of_a_signature_is_refused() {
    let mut signature = test_signature(0, MESSAGE);
    let key = test_key(0).to_public_key();
    for bit in 0..signature.len() * 8 {
        signature[bit / 8] ^= 1 << (bit % 8);
        assert!(verify_pss(&key, MESSAGE, &signature).is_err(), "bit {bit}");
        signature[bit / 8] ^= 1 << (bit % 8);
    }
}

/// What a card does with the block: the raw RSA operation.
fn raw_rsa(key: &RsaPrivateKey, block: &[u8]) -> Vec<u8> {
    let block = BoxedUint::from_be_slice(block, key.n_bits_precision()).unwrap();
    let result = rsa_decrypt_and_check(key, Some(&mut TestRng::new(2)), &block).unwrap();
    let bytes = result.to_be_bytes();
    bytes[bytes.len() - key.size()..].to_vec()
}

#[test]
fn a_card_with_raw_rsa_alone_signs_the_same_scheme() {
    let key = test_key(0);
    let block = emsa_pss_encode(MESSAGE, &[7; SALT_LEN], 2048).unwrap();
    assert_eq!(block.len(), 256);
    let signature = raw_rsa(&key, &block);
    assert_eq!(
        verify_pss(&key.to_public_key(), MESSAGE, &signature),
        Ok(())
    );
}

#[test]
fn a_modulus_of_an_odd_number_of_bits_has_a_shorter_block() {
    let key = RsaPrivateKey::new(&mut TestRng::new(4), 2049).unwrap();
    let block = emsa_pss_encode(MESSAGE, &[7; SALT_LEN], 2049).unwrap();
    assert_eq!(block.len(), 256);
    let signature = raw_rsa(&key, &block);
    assert_eq!(signature.len(), 257);
    assert_eq!(
        verify_pss(&key.to_public_key(), MESSAGE, &signature),
        Ok(())
    );
}

#[test]
fn keys_outside_the_limits_are_refused() {
    let small = RsaPrivateKey::new(&mut TestRng::new(5), 1024).unwrap();
    let public = small.to_public_key();
    let unsupported = SignatureError::UnsupportedKey;
    let signed = sign_pss(&mut TestRng::new(1), &small, MESSAGE);
    assert_eq!(signed, Err(unsupported));
    assert_eq!(verify_pss(&public, MESSAGE, &[0; 128]), Err(unsupported));
    let spki = public_key_to_spki(&public).unwrap();
    assert_eq!(public_key_from_spki(&spki), Err(unsupported));
    for bits in [0, 1024, 2047, 4097] {
        assert_eq!(
            emsa_pss_encode(MESSAGE, &[0; SALT_LEN], bits),
            Err(unsupported)
        );
    }
}

#[test]
fn a_public_key_has_one_encoding() {
    let spki = test_spki(0);
    assert!(public_key_from_spki(&spki).is_ok());
    let trailing = [spki.as_slice(), &[0]].concat();
    for refused in [&spki[1..], &trailing, &[0; PUBLIC_KEY_LEN_MAX + 1], &[]] {
        assert_eq!(
            public_key_from_spki(refused),
            Err(SignatureError::UnsupportedKey)
        );
    }
}
