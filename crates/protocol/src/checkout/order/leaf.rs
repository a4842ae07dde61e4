//! Salted leaves and the root over them.

use crate::wire::registry::context;
use alloc::vec::Vec;
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

use super::header::OrderHeader;
use crate::checkout::policy::{Field, LEAF_COUNT};
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

/// The root of an order: SHA-256 over its header and all its leaves.
#[must_use]
pub(super) fn root(header: &OrderHeader, leaves: &[Leaf; LEAF_COUNT]) -> Root {
    let header: Vec<u8> = encode_value(header);
    let mut hash = Sha256::new();
    hash.update(ROOT_CONTEXT);
    hash.update(Sha256::digest(&header));
    for leaf in leaves {
        hash.update(leaf.0);
    }
    Root(hash.finalize().into())
}
