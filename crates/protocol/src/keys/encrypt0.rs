//! The one form of `COSE_Encrypt0` (RFC 9052 §5.2) that is written and accepted: AES-256-GCM, the
//! algorithm protected, the nonce beside it. Hand-written for the same reason as `COSE_Sign1`;
//! a test holds it against a general COSE library.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use alloc::vec::Vec;
use minicbor::{Decoder, Encoder};

use super::DerivedKey;
use crate::wire::cbor::encode_value;

/// Bytes that the envelope adds to the plaintext, at most: headers, nonce, tag and lengths.
pub(crate) const OVERHEAD_MAX_BYTES: usize = 64;
/// Length of the nonce in bytes (SP 800-38D §8.2).
pub(crate) const IV_BYTES: usize = 12;

/// The protected header {1: 3}: *alg* is A256GCM (RFC 9053 §4.1).
const PROTECTED: [u8; 3] = [0xa1, 0x01, 0x03];
/// The header parameter *IV* (RFC 9052 §3.1).
const IV: u8 = 5;

/// Seals `plaintext`; nothing comes back if it is longer than AES-GCM can take.
pub(crate) fn seal(
    key: &DerivedKey,
    iv: [u8; IV_BYTES],
    plaintext: &[u8],
    external: &[u8],
) -> Option<Vec<u8>> {
    let aad = enc_structure(external);
    let sealed = cipher(key)
        .encrypt(
            &Nonce::from(iv),
            Payload {
                msg: plaintext,
                aad: &aad,
            },
        )
        .ok()?;
    Some(write(&iv, &sealed))
}

/// A sealed envelope, taken apart.
pub(crate) struct Encrypt0<'bytes> {
    iv: [u8; IV_BYTES],
    ciphertext: &'bytes [u8],
}

impl<'bytes> Encrypt0<'bytes> {
    /// Reads an envelope; only the exact bytes that [`seal`] writes are accepted.
    pub(crate) fn read(bytes: &'bytes [u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        decoder.array().ok()?;
        decoder.bytes().ok()?;
        decoder.map().ok()?;
        decoder.u8().ok()?;
        let iv = decoder.bytes().ok()?.try_into().ok()?;
        let ciphertext = decoder.bytes().ok()?;
        (write(&iv, ciphertext) == bytes).then_some(Self { iv, ciphertext })
    }

    /// Opens it; nothing comes back if key, ciphertext or external data are not those it was sealed with.
    pub(crate) fn open(&self, key: &DerivedKey, external: &[u8]) -> Option<Vec<u8>> {
        let aad = enc_structure(external);
        let payload = Payload {
            msg: self.ciphertext,
            aad: &aad,
        };
        cipher(key).decrypt(&Nonce::from(self.iv), payload).ok()
    }
}

fn write(iv: &[u8; IV_BYTES], ciphertext: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::with_capacity(ciphertext.len() + OVERHEAD_MAX_BYTES));
    // Writing into a Vec cannot fail.
    let _infallible = encoder
        .array(3)
        .and_then(|e| e.bytes(&PROTECTED))
        .and_then(|e| e.map(1))
        .and_then(|e| e.u8(IV))
        .and_then(|e| e.bytes(iv))
        .and_then(|e| e.bytes(ciphertext));
    encoder.into_writer()
}

/// The `Enc_structure` (RFC 9052 §5.3).
fn enc_structure(external: &[u8]) -> Vec<u8> {
    use minicbor::bytes::ByteSlice;
    encode_value(&(
        "Encrypt0",
        <&ByteSlice>::from(&PROTECTED[..]),
        <&ByteSlice>::from(external),
    ))
}

fn cipher(key: &DerivedKey) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::{CborSerializable, CoseEncrypt0, CoseEncrypt0Builder, HeaderBuilder, iana};

    fn key() -> DerivedKey {
        DerivedKey::from([1; 32])
    }

    #[test]
    fn a_general_cose_library_opens_what_is_sealed_here() {
        let sealed = seal(&key(), [2; IV_BYTES], b"tea", b"external").unwrap();
        let read = CoseEncrypt0::from_slice(&sealed).unwrap();
        let opened = read.decrypt_ciphertext(
            b"external",
            || "no ciphertext",
            |ciphertext, aad| {
                let payload = Payload {
                    msg: ciphertext,
                    aad,
                };
                cipher(&key())
                    .decrypt(&Nonce::from([2; IV_BYTES]), payload)
                    .map_err(|_| "does not open")
            },
        );
        assert_eq!(opened.unwrap(), b"tea");
    }

    #[test]
    fn what_a_general_cose_library_seals_is_opened_here() {
        let protected = HeaderBuilder::new()
            .algorithm(iana::Algorithm::A256GCM)
            .build();
        let sealed = CoseEncrypt0Builder::new()
            .protected(protected)
            .unprotected(HeaderBuilder::new().iv(vec![2; IV_BYTES]).build())
            .create_ciphertext(b"tea", b"external", |msg, aad| {
                cipher(&key())
                    .encrypt(&Nonce::from([2; IV_BYTES]), Payload { msg, aad })
                    .unwrap()
            })
            .build()
            .to_vec()
            .unwrap();
        assert_eq!(
            Encrypt0::read(&sealed)
                .unwrap()
                .open(&key(), b"external")
                .unwrap(),
            b"tea"
        );
    }

    #[test]
    fn another_algorithm_a_longer_integer_or_trailing_bytes_are_refused() {
        let sealed = seal(&key(), [2; IV_BYTES], b"tea", b"").unwrap();
        let mut another_algorithm = sealed.clone();
        another_algorithm[4] = 1;
        let mut trailing = sealed.clone();
        trailing.push(0);
        let tagged: Vec<u8> = [&[0xd0][..], &sealed].concat();
        for bytes in [another_algorithm, trailing, tagged] {
            assert!(Encrypt0::read(&bytes).is_none());
        }
        assert!(Encrypt0::read(&sealed).is_some());
    }

    use alloc::vec;
}
