//! What is signed by a key that the reader knows beforehand: a card's purse key, or the key with which a bank signs
//! purses. A `COSE_Sign1` (RFC 9052 §4.2, tag 18) with nothing in its headers but the algorithm, so that it
//! stays short enough for a card and for a QR code (90 bytes over its payload with ES256); the message's context
//! string is its external data, so that none can stand in for another kind.
//!
//! Signing has two halves here, too: [`to_be_signed`], then [`assemble`].

use alloc::vec::Vec;

use minicbor::data::Tag;
use minicbor::{Decoder, Encoder};

use super::signature::{Algorithm, SIGNATURE_LEN_MAX, VerifyingKey};
use crate::wire::cbor::{CborError, Message, decode, encode};

/// The tag of `COSE_Sign1`.
const TAG: Tag = Tag::new(18);
/// The header parameter *alg* (RFC 9052 §3.1).
const ALG: u8 = 1;
/// What a `Sig_structure` (RFC 9052 §4.4) begins with.
const SIGNATURE1: &str = "Signature1";
/// The most bytes that are put around payload and signature.
const OVERHEAD_BYTES_MAX: usize = 16;

/// A message that is always signed by a key known beforehand.
pub trait KeyedMessage: Message {
    /// What is said, as text of its own: `tallystick/v1/…`. Part of what is signed.
    const CONTEXT: &'static str;
}

/// Why such a message is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyedError {
    /// Over the limit of this kind of message.
    #[error("The signed message is {0} bytes long, which is more than any of its kind.")]
    TooLong(usize),
    /// Not a `COSE_Sign1` in the one permitted form.
    #[error("The signed message is malformed.")]
    Malformed,
    /// Another key signed it, in another way, or something else.
    #[error("The signature does not match.")]
    BadSignature,
    /// What was signed is not the expected message.
    #[error(transparent)]
    Message(#[from] CborError),
}

/// The longest accepted signed message of kind `M`, in bytes.
#[must_use]
pub const fn max_len<M: KeyedMessage>() -> usize {
    M::LEN_MAX + SIGNATURE_LEN_MAX + OVERHEAD_BYTES_MAX
}

/// The bytes to sign (`Sig_structure`, RFC 9052 §4.4) for a key of that algorithm.
#[must_use]
pub fn to_be_signed<M: KeyedMessage>(message: &M, algorithm: Algorithm) -> Vec<u8> {
    structure(&encode(message), M::CONTEXT, algorithm)
}

/// The signed message of a payload (an encoded message) and its signature.
#[must_use]
pub fn assemble(payload: &[u8], algorithm: Algorithm, signature: &[u8]) -> Vec<u8> {
    let header = header(algorithm);
    encoded(|e| {
        e.tag(TAG)?.array(4)?.bytes(&header)?.map(0)?;
        e.bytes(payload)?.bytes(signature)?.ok()
    })
}

/// Verifies that `key` signed this message and reads it.
///
/// # Errors
/// [`KeyedError`] says what does not hold.
pub fn open<M: KeyedMessage>(bytes: &[u8], key: &VerifyingKey) -> Result<M, KeyedError> {
    Ok(decode(verified(bytes, max_len::<M>(), key, M::CONTEXT)?)?)
}

/// The payload, once its signature was verified.
fn verified<'a>(
    bytes: &'a [u8],
    limit: usize,
    key: &VerifyingKey,
    context: &str,
) -> Result<&'a [u8], KeyedError> {
    let (payload, signature) = parts(bytes, limit, key.algorithm())?;
    let signed = structure(payload, context, key.algorithm());
    key.verify(&signed, signature)
        .map_err(|_| KeyedError::BadSignature)?;
    Ok(payload)
}

/// Reads a message without verifying who signed it: to know where it belongs. Nothing may be decided by it.
///
/// # Errors
/// [`KeyedError`] if it is too long or no such message.
pub fn unverified<M: KeyedMessage>(bytes: &[u8]) -> Result<M, KeyedError> {
    Ok(decode(payload(bytes, max_len::<M>())?)?)
}

/// The payload, whoever signed it.
fn payload(bytes: &[u8], limit: usize) -> Result<&[u8], KeyedError> {
    let read = |algorithm| parts(bytes, limit, algorithm);
    let (payload, _) = read(Algorithm::Es256).or_else(|_| read(Algorithm::Ps256))?;
    Ok(payload)
}

/// Payload and signature of exactly what [`assemble`] writes.
fn parts(bytes: &[u8], limit: usize, algorithm: Algorithm) -> Result<(&[u8], &[u8]), KeyedError> {
    if bytes.len() > limit {
        return Err(KeyedError::TooLong(bytes.len()));
    }
    let read = || -> Result<(&[u8], &[u8]), minicbor::decode::Error> {
        let mut decoder = Decoder::new(bytes);
        decoder.tag()?;
        decoder.array()?;
        decoder.bytes()?;
        decoder.map()?;
        Ok((decoder.bytes()?, decoder.bytes()?))
    };
    read()
        .ok()
        .filter(|(payload, signature)| assemble(payload, algorithm, signature) == bytes)
        .ok_or(KeyedError::Malformed)
}

fn structure(payload: &[u8], context: &str, algorithm: Algorithm) -> Vec<u8> {
    let header = header(algorithm);
    encoded(|e| {
        e.array(4)?.str(SIGNATURE1)?.bytes(&header)?;
        e.bytes(context.as_bytes())?.bytes(payload)?.ok()
    })
}

/// The protected header: the algorithm.
fn header(algorithm: Algorithm) -> Vec<u8> {
    encoded(|e| e.map(1)?.u8(ALG)?.i8(algorithm.number())?.ok())
}

type Written = Result<(), minicbor::encode::Error<core::convert::Infallible>>;

fn encoded(write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Written) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    // Writing into a Vec cannot fail.
    let _infallible = write(&mut encoder);
    encoder.into_writer()
}

/// Declares the messages of this kind: type number, longest encoding and context string.
macro_rules! keyed_message {
    ($name:ident, $type:expr, $max:expr, $context:expr) => {
        impl $crate::wire::cbor::Message for $name {
            const TYPE: u16 = $type;
            const LEN_MAX: usize = $max;
        }
        impl $crate::trust::keyed::KeyedMessage for $name {
            const CONTEXT: &'static str = $context;
        }
    };
}
pub(crate) use keyed_message;

#[cfg(test)]
mod tests {
    use coset::{CborSerializable, TaggedCborSerializable};
    use minicbor::Encode;
    use tallystick_codec::DecodeMap;

    use super::*;
    use crate::test_keys::{TestRng, test_key};
    use crate::trust::signature::{sign_es256, sign_pss};

    #[derive(Debug, PartialEq, Encode, DecodeMap)]
    #[cbor(map)]
    struct Said {
        #[n(0)]
        word: u8,
    }
    keyed_message!(Said, 9_999, 64, "tallystick/v1/test");

    #[derive(Debug, Encode, DecodeMap)]
    #[cbor(map)]
    struct Other {
        #[n(0)]
        word: u8,
    }
    keyed_message!(Other, 9_999, 64, "tallystick/v1/other-test");

    const SECRET: [u8; 32] = [7; 32];

    fn p256() -> VerifyingKey {
        let key = p256::ecdsa::SigningKey::from_slice(&SECRET).unwrap();
        VerifyingKey::P256(*key.verifying_key())
    }

    fn said() -> Vec<u8> {
        let said = Said { word: 5 };
        let signature = sign_es256(&SECRET, &to_be_signed(&said, Algorithm::Es256)).unwrap();
        assemble(&encode(&said), Algorithm::Es256, &signature)
    }

    #[test]
    fn what_a_purse_key_signed_opens_with_it_and_with_no_other() {
        assert_eq!(open::<Said>(&said(), &p256()).unwrap(), Said { word: 5 });
        let rsa = VerifyingKey::Rsa(test_key(3).as_public_key().clone());
        assert_eq!(open::<Said>(&said(), &rsa), Err(KeyedError::Malformed));
        let other = open::<Other>(&said(), &p256()).map(|_| ());
        assert_eq!(other, Err(KeyedError::BadSignature), "another context");
        let mut altered = said();
        let end = altered.len() - 1;
        altered[end] ^= 1;
        assert_eq!(
            open::<Said>(&altered, &p256()),
            Err(KeyedError::BadSignature)
        );
        altered.push(0);
        assert_eq!(open::<Said>(&altered, &p256()), Err(KeyedError::Malformed));
    }

    #[test]
    fn an_rsa_key_signs_the_same_messages() {
        let said = Said { word: 6 };
        let key = test_key(3);
        let to_sign = to_be_signed(&said, Algorithm::Ps256);
        let signature = sign_pss(&mut TestRng::new(1), &key, &to_sign).unwrap();
        let signed = assemble(&encode(&said), Algorithm::Ps256, &signature);
        let rsa = VerifyingKey::Rsa(key.as_public_key().clone());
        assert_eq!(open::<Said>(&signed, &rsa).unwrap(), said);
    }

    #[test]
    fn a_general_cose_library_reads_it_and_says_the_same_bytes_are_signed() {
        let signed = coset::CoseSign1::from_tagged_slice(&said()).unwrap();
        let algorithm = coset::Algorithm::Assigned(coset::iana::Algorithm::ES256);
        assert_eq!(signed.protected.header.alg, Some(algorithm));
        let to_sign = signed.tbs_data(Said::CONTEXT.as_bytes());
        assert_eq!(to_sign, to_be_signed(&Said { word: 5 }, Algorithm::Es256));
        assert!(signed.clone().to_vec().is_ok());
        assert!(said().len() < 100);
    }

    #[test]
    fn a_key_of_p256_keeps_its_form() {
        let spki = p256().to_spki().unwrap();
        assert_eq!(spki.len(), 91);
        assert_eq!(VerifyingKey::from_spki(&spki).unwrap(), p256());
        let mut off_the_curve = spki.clone();
        off_the_curve[60] ^= 1;
        assert!(VerifyingKey::from_spki(&off_the_curve).is_err());
        assert!(VerifyingKey::from_spki(&spki[..90]).is_err());
        let rsa = crate::trust::signature::public_key_to_spki(test_key(3).as_public_key()).unwrap();
        assert!(VerifyingKey::from_spki(&rsa).unwrap().as_rsa().is_some());
    }
}
