//! What holder and office say to each other about coupons, sealed ([`conversation`](crate::keys::conversation)).

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::CouponId;
use crate::keys::conversation::{
    CONVERSATION_BYTES_MAX, Conversation, ConversationError, Direction,
};
use crate::keys::{DerivedKey, PairContext};
use crate::wire::cbor::Message;
use crate::wire::registry::{context, message};

/// A holder says something to the office: what the route says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponConversation {
    /// Which key opens it.
    #[n(0)]
    pub pair: PairContext,
    /// The nonce of the key derivation, 32 random bytes ([`Purpose::Coupons`](crate::keys::Purpose::Coupons)). Several things may
    /// be said under one: each is sealed with an IV of its own, and each answer names what it answers.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The coupon or campaign that it is about, 16 bytes, by which the office finds the object that has it; none of what
    /// is about the holder.
    #[n(2)]
    pub about: Option<CouponId>,
    /// COSE_Encrypt0 with A256GCM, at most [`CONVERSATION_BYTES_MAX`] bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

impl Message for CouponConversation {
    const TYPE: u16 = message::COUPON_CONVERSATION;
    const LEN_MAX: usize = 48 * 1024;
}

/// The office's answer, sealed under the key of the question.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponConversationAnswer {
    /// COSE_Encrypt0 with A256GCM, at most [`CONVERSATION_BYTES_MAX`] bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

impl Message for CouponConversationAnswer {
    const TYPE: u16 = message::COUPON_CONVERSATION_ANSWER;
    const LEN_MAX: usize = CONVERSATION_BYTES_MAX + 64;
}

/// One question and its answer.
#[derive(Debug, Clone, Copy)]
pub struct CouponTalk<'a>(Conversation<'a>);

impl<'a> CouponTalk<'a> {
    /// Between these, under that nonce.
    #[must_use]
    pub const fn new(pair: &'a PairContext, nonce: [u8; 32]) -> Self {
        Self(Conversation {
            context: context::COUPON_CONVERSATION,
            pair,
            nonce,
        })
    }

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
        self.0.seal(rng, key, direction, said)
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
        self.0.open(key, direction, ciphertext)
    }
}
