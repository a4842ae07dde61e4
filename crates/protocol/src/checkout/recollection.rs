//! What a party asks whose memory was brought back to an earlier moment: what it has signed since. Its peers hold that
//! as their evidence, and give it back, so that it says nothing twice in different words.

use alloc::vec::Vec;
use minicbor::Encode;
use minicbor::bytes::ByteVec;
use tallystick_codec::DecodeMap;

use crate::checkout::answers::STATEMENT_MAX_BYTES;
use crate::checkout::order::{CIPHERTEXT_MAX_BYTES, SealedPart};
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::identifier::Root;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// Longest mark of a page, in bytes.
pub const MARK_MAX_BYTES: usize = 64;
/// Most orders on one page.
pub const PAGE_ORDERS_MAX: usize = 32;
/// Most statements about one order.
pub const WORDS_MAX: usize = 8;
/// Longest page, in bytes: one order with all that can be said of it, and as much again.
pub const PAGE_MAX_BYTES: usize = 2 * (CIPHERTEXT_MAX_BYTES + WORDS_MAX * STATEMENT_MAX_BYTES);

/// A party asks what it has signed since a time, one page after the other. It is answered with a [`Recollection`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RecollectionRequest {
    /// From whoever forgot to its peer; its transaction is a random number.
    #[n(0)]
    pub envelope: Envelope,
    /// The generation in which it asks.
    #[n(1)]
    pub generation: u32,
    /// Since when it may have forgotten something.
    #[n(2)]
    pub since: Timestamp,
    /// Where the page begins, as the page before it says; nothing for the first. At most [`MARK_MAX_BYTES`] bytes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub after: Option<Vec<u8>>,
}
signed_message!(
    RecollectionRequest,
    message::RECOLLECTION_REQUEST,
    STATEMENT_MAX_BYTES,
    context::RECOLLECTION_REQUEST
);

/// What was signed about one order by whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Recollected {
    /// The order's root.
    #[n(0)]
    pub root: Root,
    /// The part of whoever asks, as the wallet sealed it, if that is kept.
    #[n(1)]
    pub part: Option<SealedPart>,
    /// The statements, 1 to [`WORDS_MAX`], each as it was signed.
    #[n(2)]
    pub words: Vec<ByteVec>,
}

/// One page of what a peer holds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Recollection {
    /// From the peer to whoever asks; its transaction is that of the question.
    #[n(0)]
    pub envelope: Envelope,
    /// The generation in which it was asked.
    #[n(1)]
    pub generation: u32,
    /// The orders, at most [`PAGE_ORDERS_MAX`].
    #[n(2)]
    pub orders: Vec<Recollected>,
    /// Where the next page begins; nothing if this is the last. At most [`MARK_MAX_BYTES`] bytes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub next: Option<Vec<u8>>,
}
signed_message!(
    Recollection,
    message::RECOLLECTION,
    PAGE_MAX_BYTES,
    context::RECOLLECTION
);

/// Whether a mark is short enough.
#[must_use]
pub fn is_mark(mark: Option<&[u8]>) -> bool {
    mark.is_none_or(|mark| mark.len() <= MARK_MAX_BYTES)
}

impl Recollection {
    /// Whether there is no more of anything than a page may have.
    #[must_use]
    pub fn is_within_limits(&self) -> bool {
        let is_short = |order: &Recollected| (1..=WORDS_MAX).contains(&order.words.len());
        self.orders.len() <= PAGE_ORDERS_MAX
            && self.orders.iter().all(is_short)
            && is_mark(self.next.as_deref())
    }
}
