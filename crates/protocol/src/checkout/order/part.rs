//! A sealed part: what one party reads, closed to everyone who relays it.

use crate::wire::registry::context;
use alloc::vec::Vec;
use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::opened::{OpenedPart, PartContent};
use super::padding::{SIZE_CLASSES, pad, unpad};
use crate::keys::encrypt0::{Encrypt0, IV_BYTES, OVERHEAD_MAX_BYTES, seal};
use crate::keys::{DerivedKey, PairContext};
use crate::wire::cbor::encode_value;
use crate::wire::identifier::{Domain, OrderId, Role, Root};

/// Largest sealed ciphertext in bytes: the largest size class and the COSE envelope around it.
pub const CIPHERTEXT_MAX_BYTES: usize = SIZE_CLASSES[SIZE_CLASSES.len() - 1] + OVERHEAD_MAX_BYTES;

const PART_CONTEXT: &str = context::ORDER_PART;

/// The part of one party, sealed under the pairwise key of holder and party and the part's own nonce.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SealedPart {
    /// Which key opens it: suite, key space, epoch, centres, holder and party.
    #[n(0)]
    pub pair: PairContext,
    /// The nonce of the key derivation, 32 random bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The order.
    #[n(2)]
    pub order_id: OrderId,
    /// The root of the order that this part belongs to.
    #[n(3)]
    pub root: Root,
    /// COSE_Encrypt0 (RFC 9052) with A256GCM, at most [`CIPHERTEXT_MAX_BYTES`] bytes.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

/// Why a part does not open, or does not belong to its order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// Over [`CIPHERTEXT_MAX_BYTES`].
    #[error("The sealed part is longer than {CIPHERTEXT_MAX_BYTES} bytes.")]
    TooLong,
    /// Not COSE_Encrypt0 with the one permitted algorithm.
    #[error("The sealed part is malformed.")]
    Malformed,
    /// Sealed for somebody else, or altered on the way.
    #[error("The part does not open: it is sealed for another party or was altered.")]
    DoesNotOpen,
    /// The content names another order, holder or party than the envelope.
    #[error("The part belongs to another order, holder or party.")]
    WrongOrder,
    /// The leaves do not give the root.
    #[error("The part does not belong to the whole: its leaves do not give the root.")]
    WrongRoot,
    /// A disclosed value is not the one behind its leaf.
    #[error("A field of the part is not the one that the order was made with.")]
    WrongLeaf,
    /// A field is missing that this reader needs.
    #[error("The part lacks the field {0}.")]
    MissingField(&'static str),
}

impl SealedPart {
    /// The role of the party that can open this part.
    #[must_use]
    pub fn role(&self) -> Role {
        self.pair.role
    }

    /// The party that can open this part.
    #[must_use]
    pub fn party(&self) -> &Domain {
        &self.pair.party
    }

    /// Opens the part and proves that it belongs to the whole: leaves give the root, every
    /// disclosed value is the one behind its leaf, and the header names this order and this pair.
    ///
    /// # Errors
    /// [`PartError`] says which of these failed.
    pub fn open(&self, key: &DerivedKey) -> Result<OpenedPart, PartError> {
        let padded = self.decrypt(key)?;
        let plaintext = unpad(&padded).ok_or(PartError::Malformed)?;
        PartContent::decode(plaintext)?.verify(self)
    }

    fn decrypt(&self, key: &DerivedKey) -> Result<Zeroizing<Vec<u8>>, PartError> {
        if self.ciphertext.len() > CIPHERTEXT_MAX_BYTES {
            return Err(PartError::TooLong);
        }
        Encrypt0::read(&self.ciphertext)
            .ok_or(PartError::Malformed)?
            .open(key, &self.associated_data())
            .map(Zeroizing::new)
            .ok_or(PartError::DoesNotOpen)
    }

    /// Everything about the part but its ciphertext, bound to it as associated data.
    fn associated_data(&self) -> Vec<u8> {
        encode_value(&AssociatedData {
            context: PART_CONTEXT,
            pair: &self.pair,
            nonce: self.nonce,
            order_id: self.order_id,
            root: self.root,
        })
    }

    /// Seals `content` padded to `class`. The key is used once: it is derived with a fresh nonce.
    pub(super) fn seal(
        rng: &mut impl CryptoRng,
        key: &super::split::PartKey,
        order_id: OrderId,
        root: Root,
        content: Vec<u8>,
        class: usize,
    ) -> Result<Self, PartError> {
        let mut part = Self {
            pair: key.pair.clone(),
            nonce: key.nonce,
            order_id,
            root,
            ciphertext: Vec::new(),
        };
        let mut iv = [0; IV_BYTES];
        rng.fill_bytes(&mut iv);
        let padded = Zeroizing::new(pad(content, class));
        part.ciphertext =
            seal(&key.key, iv, &padded, &part.associated_data()).ok_or(PartError::Malformed)?;
        Ok(part)
    }
}

#[derive(Encode)]
#[cbor(array)]
struct AssociatedData<'a> {
    #[n(0)]
    context: &'a str,
    #[n(1)]
    pair: &'a PairContext,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    nonce: [u8; 32],
    #[n(3)]
    order_id: OrderId,
    #[n(4)]
    root: Root,
}
