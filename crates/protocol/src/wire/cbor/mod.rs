//! Deterministic CBOR (RFC 8949 §4.2): one encoding for each message, and no other is accepted.
//!
//! A message is `[version, type, body]`. The body is a map with integer keys.
//! Decoding is strict: what was read is encoded again and must give the same bytes, so
//! indefinite lengths, longer integers, unknown or repeated keys and trailing bytes are refused.

mod map_fields;

pub use map_fields::MapFields;

use alloc::vec::Vec;
use minicbor::{Decode, Decoder, Encode, Encoder};

/// The version that every message of this release carries.
pub const VERSION: u8 = 1;

/// Something that is said on the wire.
///
/// `TYPE` is unique among all messages, so that none can stand in for another;
/// `LEN_MAX` is the largest encoding accepted, in bytes, checked before anything is allocated.
pub trait Message: Encode<()> + for<'bytes> Decode<'bytes, ()> {
    /// The message type, the second element on the wire.
    const TYPE: u16;
    /// The longest accepted encoding in bytes.
    const LEN_MAX: usize;
}

/// Why bytes are not the message that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// Over the limit of this message.
    #[error("The message is {actual} bytes long; at most {limit} are accepted.")]
    TooLong {
        /// Bytes received.
        actual: usize,
        /// Bytes accepted.
        limit: usize,
    },
    /// Another version of the protocol.
    #[error("The message has version {0}; this software speaks version {VERSION}.")]
    UnsupportedVersion(u64),
    /// A message of another kind stands where this one belongs.
    #[error("The message is of type {actual} where type {expected} belongs.")]
    WrongType {
        /// Type expected.
        expected: u16,
        /// Type received.
        actual: u64,
    },
    /// Not CBOR, truncated, or a value out of its range.
    #[error("The message is malformed.")]
    Malformed,
    /// Well-formed, but not the one deterministic encoding.
    #[error("The message is not encoded in the one permitted way.")]
    NotDeterministic,
}

/// Encodes a message.
#[must_use]
pub fn encode<M: Message>(message: &M) -> Vec<u8> {
    let mut encoder = begun(M::TYPE);
    // Writing into a Vec cannot fail; the encoders of the messages raise no errors of their own.
    let _infallible = encoder.encode(message);
    encoder.into_writer()
}

/// What stands before a message's body. Not generic: it is there once, and not once for each kind of message.
fn begun(kind: u16) -> Encoder<Vec<u8>> {
    let mut encoder = Encoder::new(Vec::new());
    let _infallible = encoder
        .array(3)
        .and_then(|e| e.u8(VERSION))
        .and_then(|e| e.u16(kind).map(|_| ()));
    encoder
}

/// Decodes a message and refuses every encoding but the deterministic one.
///
/// # Errors
/// [`CborError`] says what is wrong with the bytes.
pub fn decode<M: Message>(bytes: &[u8]) -> Result<M, CborError> {
    let mut decoder = head(bytes, M::TYPE, M::LEN_MAX)?;
    let message: M = decoder.decode().map_err(malformed)?;
    require_same(&encode(&message), bytes)?;
    Ok(message)
}

/// Reads what stands before a message's body; as [`begun`] not generic.
fn head(bytes: &[u8], kind: u16, limit: usize) -> Result<Decoder<'_>, CborError> {
    require_short(bytes, limit)?;
    let mut decoder = Decoder::new(bytes);
    if decoder.array().map_err(malformed)? != Some(3) {
        return Err(CborError::Malformed);
    }
    let version = decoder.u64().map_err(malformed)?;
    if version != u64::from(VERSION) {
        return Err(CborError::UnsupportedVersion(version));
    }
    let actual = decoder.u64().map_err(malformed)?;
    if actual != u64::from(kind) {
        return Err(CborError::WrongType {
            expected: kind,
            actual,
        });
    }
    Ok(decoder)
}

const fn require_short(bytes: &[u8], limit: usize) -> Result<(), CborError> {
    if bytes.len() > limit {
        return Err(CborError::TooLong {
            actual: bytes.len(),
            limit,
        });
    }
    Ok(())
}

fn require_same(encoded: &[u8], bytes: &[u8]) -> Result<(), CborError> {
    if encoded == bytes {
        Ok(())
    } else {
        Err(CborError::NotDeterministic)
    }
}

/// Encodes a value that is part of a key derivation or of associated data, not a message.
#[must_use]
pub fn encode_value<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let _infallible = encoder.encode(value);
    encoder.into_writer()
}

/// Decodes a value that stands alone, such as the content of an order's leaf, as strictly as a message.
///
/// # Errors
/// [`CborError::TooLong`], [`CborError::Malformed`] or [`CborError::NotDeterministic`].
pub fn decode_value<T>(bytes: &[u8], max_len: usize) -> Result<T, CborError>
where
    T: Encode<()> + for<'bytes> Decode<'bytes, ()>,
{
    require_short(bytes, max_len)?;
    let value: T = minicbor::decode(bytes).map_err(malformed)?;
    require_same(&encode_value(&value), bytes)?;
    Ok(value)
}

/// Reads a list of at most `limit` items, for a field's `decode_with`.
pub(crate) fn decode_list<'b, C, T: minicbor::Decode<'b, C>>(
    decoder: &mut minicbor::Decoder<'b>,
    context: &mut C,
    limit: usize,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let count = decoder
        .array()?
        .and_then(|count| usize::try_from(count).ok());
    let count = count
        .filter(|count| *count <= limit)
        .ok_or_else(|| minicbor::decode::Error::message("there are too many of them"))?;
    (0..count).map(|_| T::decode(decoder, context)).collect()
}

/// Reads the head of an array that has to have this length.
pub(crate) fn array_of(
    decoder: &mut minicbor::Decoder<'_>,
    length: u64,
) -> Result<(), minicbor::decode::Error> {
    if decoder.array()? == Some(length) {
        Ok(())
    } else {
        Err(minicbor::decode::Error::message(
            "an array of another length",
        ))
    }
}

fn malformed(_: minicbor::decode::Error) -> CborError {
    CborError::Malformed
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_codec::DecodeMap;

    #[derive(Debug, PartialEq, Encode, DecodeMap)]
    #[cbor(map)]
    struct Greeting {
        #[n(0)]
        count: u32,
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        tag: [u8; 4],
    }

    impl Message for Greeting {
        const TYPE: u16 = 65_000;
        const LEN_MAX: usize = 64;
    }

    fn greeting() -> Vec<u8> {
        encode(&Greeting {
            count: 5,
            tag: *b"tali",
        })
    }

    #[test]
    fn what_was_encoded_is_read_back() {
        assert_eq!(
            decode::<Greeting>(&greeting()),
            Ok(Greeting {
                count: 5,
                tag: *b"tali"
            })
        );
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = greeting();
        for end in 0..bytes.len() {
            assert!(
                decode::<Greeting>(&bytes[..end]).is_err(),
                "accepted at {end} bytes"
            );
        }
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let mut bytes = greeting();
        bytes.push(0);
        assert_eq!(decode::<Greeting>(&bytes), Err(CborError::NotDeterministic));
    }

    #[test]
    fn a_longer_integer_than_needed_is_refused() {
        // 5 as one byte becomes 5 as 0x18 0x05.
        let bytes = greeting();
        let at = bytes
            .windows(2)
            .position(|pair| pair == [0x00, 0x05])
            .map(|i| i + 1)
            .unwrap();
        let mut longer = bytes[..at].to_vec();
        longer.extend([0x18, 0x05]);
        longer.extend(&bytes[at + 1..]);
        assert_eq!(
            decode::<Greeting>(&longer),
            Err(CborError::NotDeterministic)
        );
    }

    #[test]
    fn another_version_or_type_is_named() {
        let mut bytes = greeting();
        bytes[1] = 2;
        assert_eq!(
            decode::<Greeting>(&bytes),
            Err(CborError::UnsupportedVersion(2))
        );
        let mut bytes = greeting();
        bytes[4] ^= 1;
        assert!(matches!(
            decode::<Greeting>(&bytes),
            Err(CborError::WrongType { .. })
        ));
    }

    #[test]
    fn over_the_limit_is_refused_before_reading() {
        assert_eq!(
            decode::<Greeting>(&[0xff; 65]),
            Err(CborError::TooLong {
                actual: 65,
                limit: 64
            })
        );
    }
}
