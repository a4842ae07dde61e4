//! Public keys as subject public key info: RSA (RFC 5280 §4.1.2.7, RFC 8017 appendix A.1.1) and P-256 (RFC 5480 §2).
//!
//! Written and read here rather than by the `spki` and `pkcs1` crates, whose code for every other
//! kind of key would be 15 KB of the wallet's WebAssembly.

use crate::trust::certificate::elements::{Elements, tag};
use alloc::vec::Vec;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPublicKey};

/// The algorithm rsaEncryption with its parameters NULL (RFC 8017 appendix A.1).
const RSA_ENCRYPTION: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// What stands before the point of a P-256 key: id-ecPublicKey with secp256r1 (RFC 5480 §2.1), and the bit string.
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, // id-ecPublicKey
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, // secp256r1
    0x03, 0x42, 0x00, // BIT STRING without unused bits
];

/// The key, unless `spki` is not exactly what [`write`] makes of it.
pub(super) fn read(spki: &[u8]) -> Option<RsaPublicKey> {
    let mut info = Elements::inside(spki, tag::SEQUENCE).ok()?;
    let _algorithm = info.raw().ok()?;
    let (_unused_bits, key) = info.value(tag::BIT_STRING).ok()?.split_first()?;
    let mut numbers = Elements::inside(key, tag::SEQUENCE).ok()?;
    let modulus = number(numbers.value(tag::INTEGER).ok()?)?;
    let exponent = number(numbers.value(tag::INTEGER).ok()?)?;
    let key = RsaPublicKey::new(modulus, exponent).ok()?;
    // All that was not looked at shows when it is written again.
    (write(&key)? == spki).then_some(key)
}

/// The key as DER; nothing for one longer than 64 KiB.
pub(super) fn write(key: &RsaPublicKey) -> Option<Vec<u8>> {
    let numbers = [integer(&key.n_bytes())?, integer(&key.e_bytes())?].concat();
    let mut bits = alloc::vec![0];
    bits.extend(element(tag::SEQUENCE, &numbers)?);
    let info = [&RSA_ENCRYPTION[..], &element(tag::BIT_STRING, &bits)?].concat();
    element(tag::SEQUENCE, &info)
}

/// Whether it says that it is an RSA key.
pub(super) fn is_rsa(spki: &[u8]) -> bool {
    let algorithm = Elements::inside(spki, tag::SEQUENCE).and_then(|mut info| info.raw());
    algorithm.is_ok_and(|algorithm| algorithm == RSA_ENCRYPTION)
}

/// The uncompressed point (SEC 1 §2.3.3, 65 bytes) of a key that is exactly what [`write_p256`] makes of it.
pub(super) fn read_p256(spki: &[u8]) -> Option<&[u8]> {
    spki.strip_prefix(&P256_PREFIX)
        .filter(|point| point.len() == 65)
}

/// A point of P-256 (65 bytes) as DER.
pub(super) fn write_p256(point: &[u8]) -> Vec<u8> {
    [&P256_PREFIX[..], point].concat()
}

fn number(integer: &[u8]) -> Option<BoxedUint> {
    let digits = integer.strip_prefix(&[0]).unwrap_or(integer);
    let bits = u32::try_from(8 * digits.len()).ok()?;
    BoxedUint::from_be_slice(digits, bits).ok()
}

/// A positive number: with a zero before it if it would look negative.
fn integer(magnitude: &[u8]) -> Option<Vec<u8>> {
    match magnitude.first() {
        Some(0x80..) => element(tag::INTEGER, &[&[0], magnitude].concat()),
        _ => element(tag::INTEGER, magnitude),
    }
}

fn element(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(content.len()).ok()?.to_be_bytes();
    let head: &[u8] = match (high, low) {
        (0, 0..=0x7f) => &[tag, low],
        (0, _) => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    Some([head, content].concat())
}
