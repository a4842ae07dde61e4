//! Salted leaves and the root over them.

use crate::wire::registry::context;
use alloc::vec::Vec;
use minicbor::{Decode, Decoder, Encode};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

use super::header::OrderHeader;
use crate::checkout::policy::{Field, LEAF_COUNT, LEAF_COUNT_BEFORE};
use crate::wire::cbor::encode_value;
use crate::wire::identifier::{OrderId, Root};

/// Length of a leaf's salt in bytes. A salt as long as the hash hides even a value that could be guessed.
pub const SALT_BYTES: usize = 32;

const LEAF_CONTEXT: &[u8] = context::ORDER_LEAF.as_bytes();
const ROOT_CONTEXT: &[u8] = context::ORDER_ROOT.as_bytes();

/// The hash that stands for one field, 32 bytes. For an absent field it is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Leaf(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

impl Leaf {
    /// SHA-256(context ‖ order ‖ number of the leaf ‖ salt ‖ value). All but the value have a fixed
    /// length, so no two lists of inputs give the same bytes.
    #[must_use]
    pub fn of(order: &OrderId, field: Field, salt: &[u8; SALT_BYTES], value: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(LEAF_CONTEXT);
        hash.update(order.0);
        hash.update([field.leaf() as u8]);
        hash.update(salt);
        hash.update(value);
        Self(hash.finalize().into())
    }

    /// The leaf of an absent field, which looks like any other.
    pub fn absent(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

/// The leaves of all fields of an order: [`LEAF_COUNT`], or [`LEAF_COUNT_BEFORE`] of one that an earlier release made.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
#[cbor(transparent)]
pub(super) struct Leaves(#[n(0)] Vec<Leaf>);

impl Leaves {
    /// The leaves of an order without any field.
    pub(super) fn absent(rng: &mut impl CryptoRng) -> Self {
        Self::of_count(rng, LEAF_COUNT)
    }

    /// As an earlier release made them, or nobody did.
    pub(super) fn of_count(rng: &mut impl CryptoRng, count: usize) -> Self {
        Self((0..count).map(|_| Leaf::absent(rng)).collect())
    }

    /// Puts the leaf of a field into its place.
    pub(super) fn set(&mut self, field: Field, leaf: Leaf) {
        if let Some(place) = self.0.get_mut(field.leaf()) {
            *place = leaf;
        }
    }

    /// The leaf of a field; none of one that came after the order.
    pub(super) fn get(&self, field: Field) -> Option<&Leaf> {
        self.0.get(field.leaf())
    }
}

impl<'b, C> Decode<'b, C> for Leaves {
    fn decode(d: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        let count = match d.array()? {
            Some(count) if count == LEAF_COUNT as u64 => LEAF_COUNT,
            Some(count) if count == LEAF_COUNT_BEFORE as u64 => LEAF_COUNT_BEFORE,
            _ => return Err(minicbor::decode::Error::message("no such count of leaves")),
        };
        let leaves = (0..count).map(|_| Leaf::decode(d, context));
        Ok(Self(leaves.collect::<Result<_, _>>()?))
    }
}

/// The root of an order: SHA-256 over its header and all its leaves.
#[must_use]
pub(super) fn root(header: &OrderHeader, leaves: &Leaves) -> Root {
    let header: Vec<u8> = encode_value(header);
    let mut hash = Sha256::new();
    hash.update(ROOT_CONTEXT);
    hash.update(Sha256::digest(&header));
    for leaf in &leaves.0 {
        hash.update(leaf.0);
    }
    Root(hash.finalize().into())
}
