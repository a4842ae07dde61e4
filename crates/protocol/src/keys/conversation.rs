//! What a holder and a party say to each other outside of an order, sealed under their pairwise key.
//!
//! One key, derived with a fresh nonce, serves for one question and its answer. What kind of conversation it is and the
//! direction are associated data, so that nothing said can be sent back, or said elsewhere.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::encrypt0::{Encrypt0, IV_BYTES, seal};
use super::{DerivedKey, PairContext};
use crate::wire::cbor::encode_value;

/// The longest sealed content in bytes: a whole report of a purse, signed.
pub const CONVERSATION_BYTES_MAX: usize = 132 * 1024;

/// Why something said does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConversationError {
    /// Over [`CONVERSATION_BYTES_MAX`].
    #[error("What was said is longer than {CONVERSATION_BYTES_MAX} bytes.")]
    TooLong,
    /// Not the one form of COSE_Encrypt0.
    #[error("What was said is malformed.")]
    Malformed,
    /// Sealed for somebody else, or altered on the way.
    #[error("What was said does not open: it is for another party or holder, or was altered.")]
    DoesNotOpen,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The holder asks.
    ToParty,
    /// The party answers.
    ToHolder,
}

#[derive(Encode)]
struct AssociatedData<'a> {
    #[n(0)]
    context: &'a str,
    #[n(1)]
    pair: &'a PairContext,
    #[cbor(n(2), with = "minicbor::bytes")]
    nonce: [u8; 32],
    #[n(3)]
    to_party: bool,
}

/// Which conversation something belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Conversation<'a> {
    /// What is talked about: a context string.
    pub context: &'static str,
    /// Between whom.
    pub pair: &'a PairContext,
    /// The nonce of the key derivation, used once.
    pub nonce: [u8; 32],
}

impl Conversation<'_> {
    /// Seals what is said.
    ///
    /// # Errors
    /// [`ConversationError::TooLong`].
    pub fn seal(
        &self,
        rng: &mut impl CryptoRng,
        key: &DerivedKey,
        direction: Direction,
        said: &[u8],
    ) -> Result<Vec<u8>, ConversationError> {
        let mut iv = [0; IV_BYTES];
        rng.fill_bytes(&mut iv);
        let sealed = seal(key, iv, said, &self.associated_data(direction))
            .ok_or(ConversationError::TooLong)?;
        if sealed.len() > CONVERSATION_BYTES_MAX {
            return Err(ConversationError::TooLong);
        }
        Ok(sealed)
    }

    /// Opens what was said.
    ///
    /// # Errors
    /// [`ConversationError`] says what does not hold.
    pub fn open(
        &self,
        key: &DerivedKey,
        direction: Direction,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ConversationError> {
        if ciphertext.len() > CONVERSATION_BYTES_MAX {
            return Err(ConversationError::TooLong);
        }
        Encrypt0::read(ciphertext)
            .ok_or(ConversationError::Malformed)?
            .open(key, &self.associated_data(direction))
            .map(Zeroizing::new)
            .ok_or(ConversationError::DoesNotOpen)
    }

    fn associated_data(&self, direction: Direction) -> Vec<u8> {
        encode_value(&AssociatedData {
            context: self.context,
            pair: self.pair,
            nonce: self.nonce,
            to_party: direction == Direction::ToParty,
        })
    }
}
