//! The card's public signature key.

use alloc::vec::Vec;

use super::CardError;

/// SubjectPublicKeyInfo (RFC 5280 §4.1, RFC 8017 §A.1.1) up to the modulus: rsaEncryption, and a
/// modulus of 2048 bits, which as an INTEGER starts with a zero byte.
const BEFORE_MODULUS: [u8; 33] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01,
    0x00,
];
/// Exponent 65,537.
const AFTER_MODULUS: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// An RSA public key of exactly 2048 bits with exponent 65,537.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningPublicKey {
    modulus: [u8; 256],
}

impl SigningPublicKey {
    pub(crate) fn new(modulus: [u8; 256]) -> Result<Self, CardError> {
        let full_length = modulus[0] & 0x80 != 0;
        if full_length {
            Ok(Self { modulus })
        } else {
            Err(CardError::Malformed)
        }
    }

    /// The modulus, big-endian.
    #[must_use]
    pub const fn modulus(&self) -> &[u8; 256] {
        &self.modulus
    }

    /// As SubjectPublicKeyInfo in DER, 294 bytes.
    #[must_use]
    pub fn to_spki(&self) -> Vec<u8> {
        [&BEFORE_MODULUS[..], &self.modulus, &AFTER_MODULUS].concat()
    }
}
