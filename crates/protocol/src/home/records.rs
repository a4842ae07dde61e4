//! Records: what two sides say to each other under an agreed key (H8). AES-256-GCM (SP 800-38D); each side has a key of
//! its own, and the nonce is the record's number, so that no nonce is ever used twice under a key. A record is opened only
//! in its turn: replayed, reordered and left-out records are refused, and what ends without a last record was cut off.

use alloc::vec::Vec;
use core::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hkdf::Hkdf;
use minicbor::Encode;
use sha2::Sha256;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, Zeroizing};

use crate::wire::cbor::{Message, decode, encode};
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};

/// The longest content of a record, in bytes.
pub const CONTENT_BYTES_MAX: usize = 200 * 1024;

/// Which side one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Whoever spoke first.
    Initiator,
    /// Whoever answered.
    Responder,
}

/// Why a record is refused. The session is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Not a record.
    #[error("The record is malformed.")]
    Malformed,
    /// It was there before, comes too early, or comes after the last one.
    #[error("The record is not the next one.")]
    OutOfTurn,
    /// It was sealed under another key, or altered.
    #[error("The record does not open.")]
    DoesNotOpen,
    /// More than [`CONTENT_BYTES_MAX`].
    #[error("The content is too long for a record.")]
    TooLong,
}

/// A record on its way.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Record {
    /// Its number among those of its side, from zero.
    #[cbor(n(0), decode_with = "decode_whole")]
    pub number: u64,
    /// Whether none comes after it.
    #[n(1)]
    pub is_last: bool,
    /// The content and its tag.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

impl Message for Record {
    const TYPE: u16 = message::RECORD;
    const LEN_MAX: usize = CONTENT_BYTES_MAX + 64;
}

/// One direction: its key, and how many records went.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
struct Direction {
    #[cbor(n(0), with = "minicbor::bytes")]
    key: [u8; 32],
    #[n(1)]
    next: u64,
    #[n(2)]
    is_over: bool,
}

impl Drop for Direction {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// The keys of one side of a session. They can be stored, and go on where they were. Whoever stores them does so before
/// a record leaves: keys that are older than what was sent would seal two contents with one nonce.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RecordKeys {
    #[n(0)]
    sends: Direction,
    #[n(1)]
    receives: Direction,
}

impl fmt::Debug for RecordKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordKeys")
            .field("sent", &self.sends.next)
            .field("received", &self.receives.next)
            .finish_non_exhaustive()
    }
}

impl RecordKeys {
    /// The keys that follow from a shared secret and from what was said about it (HKDF-SHA256, RFC 5869).
    #[must_use]
    pub fn new(secret: &[u8; 32], transcript: &[u8; 32], side: Side) -> Self {
        let keys = Hkdf::<Sha256>::new(Some(transcript), secret);
        let direction = |from: Side| {
            let mut key = [0; 32];
            let label = match from {
                Side::Initiator => b"initiator",
                Side::Responder => b"responder",
            };
            // 32 bytes are far below the limit of HKDF.
            let _infallible =
                keys.expand_multi_info(&[context::RECORD.as_bytes(), label], &mut key);
            Direction {
                key,
                next: 0,
                is_over: false,
            }
        };
        let (initiator, responder) = (direction(Side::Initiator), direction(Side::Responder));
        let (sends, receives) = match side {
            Side::Initiator => (initiator, responder),
            Side::Responder => (responder, initiator),
        };
        Self { sends, receives }
    }

    /// Seals the next record of this side.
    ///
    /// # Errors
    /// [`RecordError::TooLong`]; [`RecordError::OutOfTurn`] after the last one.
    pub fn seal(&mut self, content: &[u8], is_last: bool) -> Result<Vec<u8>, RecordError> {
        if content.len() > CONTENT_BYTES_MAX {
            return Err(RecordError::TooLong);
        }
        let number = self.sends.turn()?;
        let payload = Payload {
            msg: content,
            aad: &aad(is_last),
        };
        let ciphertext = self.sends.cipher().encrypt(&nonce(number), payload);
        let record = Record {
            number,
            is_last,
            ciphertext: ciphertext.map_err(|_| RecordError::TooLong)?,
        };
        self.sends.advance(is_last);
        Ok(encode(&record))
    }

    /// Opens the next record of the other side.
    ///
    /// # Errors
    /// [`RecordError`] says what does not hold; nothing has changed then.
    pub fn open(&mut self, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, RecordError> {
        let record: Record = decode(record).map_err(|_| RecordError::Malformed)?;
        if record.number != self.receives.turn()? {
            return Err(RecordError::OutOfTurn);
        }
        let payload = Payload {
            msg: &record.ciphertext,
            aad: &aad(record.is_last),
        };
        let opened = self
            .receives
            .cipher()
            .decrypt(&nonce(record.number), payload);
        let opened = opened.map_err(|_| RecordError::DoesNotOpen)?;
        self.receives.advance(record.is_last);
        Ok(Zeroizing::new(opened))
    }

    /// Whether the other side has said its last: what ends before was cut off.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.receives.is_over
    }
}

impl Direction {
    /// The number of the next record.
    fn turn(&self) -> Result<u64, RecordError> {
        if self.is_over || self.next >= crate::wire::number::WHOLE_MAX {
            return Err(RecordError::OutOfTurn);
        }
        Ok(self.next)
    }

    fn advance(&mut self, is_last: bool) {
        self.next = self.next.saturating_add(1);
        self.is_over = is_last;
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&Key::<Aes256Gcm>::from(self.key))
    }
}

fn nonce(number: u64) -> Nonce<aes_gcm::aead::consts::U12> {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    Nonce::from(nonce)
}

fn aad(is_last: bool) -> Vec<u8> {
    [context::RECORD.as_bytes(), &[u8::from(is_last)]].concat()
}
