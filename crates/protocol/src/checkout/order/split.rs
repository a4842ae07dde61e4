//! Splitting an order: leaves and root first, because the card signs the root, then the sealed parts.

use crate::wire::registry::message;
use alloc::vec::Vec;
use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::fields::OrderFields;
use super::header::OrderHeader;
use super::leaf::{Leaf, Leaves, SALT_BYTES, root};
use super::opened::{Disclosed, PartContent};
use super::padding::{SIZE_CLASSES, size_class};
use super::part::{CIPHERTEXT_MAX_BYTES, PartError, SealedPart};
use crate::checkout::gift;
use crate::checkout::policy::{Field, LEAF_COUNT, Policy};
use crate::keys::{DerivedKey, PairContext};
use crate::wire::cbor::{Message, encode_value};
use crate::wire::identifier::{Role, Root};

/// The key of one part, as the card derives it: for one pair, one purpose and one nonce.
pub struct PartKey {
    /// Which pair, space and epoch it belongs to.
    pub pair: PairContext,
    /// The nonce it was derived with, 32 random bytes, used for nothing else.
    pub nonce: [u8; 32],
    /// The key.
    pub key: DerivedKey,
}

/// Why an order cannot be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// The key for a reader is missing, or is for another pair than the order's.
    #[error("There is no key for the {0} of this order.")]
    MissingKey(&'static str),
    /// A part is larger than the largest size class.
    #[error("The order is too large: a part exceeds {} bytes.", SIZE_CLASSES[SIZE_CLASSES.len() - 1])]
    TooLarge,
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] PartError),
}

/// An order whose root is fixed and waits for the holder's approval.
pub struct PreparedOrder {
    header: OrderHeader,
    fields: OrderFields,
    salts: Zeroizing<[[u8; SALT_BYTES]; LEAF_COUNT]>,
    leaves: Leaves,
    root: Root,
}

impl PreparedOrder {
    /// Draws the salts, hashes the fields and fixes the root.
    #[must_use]
    pub fn new(rng: &mut impl CryptoRng, header: OrderHeader, fields: OrderFields) -> Self {
        let mut salts = Zeroizing::new([[0; SALT_BYTES]; LEAF_COUNT]);
        for salt in salts.iter_mut() {
            rng.fill_bytes(salt);
        }
        let mut leaves = Leaves::absent(rng);
        for field in Field::ALL {
            if let Some(value) = fields.get(field) {
                let leaf = Leaf::of(&header.order_id, field, &salts[field.leaf()], value);
                leaves.set(field, leaf);
            }
        }
        let root = root(&header, &leaves);
        Self {
            header,
            fields,
            salts,
            leaves,
            root,
        }
    }

    /// The root, which stands for the whole order.
    #[must_use]
    pub fn root(&self) -> Root {
        self.root
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &OrderHeader {
        &self.header
    }

    /// Seals the parts of all readers. All are padded to the same size class, so that their lengths
    /// tell nothing apart, and to one in which there would be room for the longest note, so that they do not tell a gift. `approval` goes into the issuer's part only, and so does `payment`, what the
    /// instrument's own element signed over the root, if it signs anything.
    ///
    /// # Errors
    /// [`SplitError`] when a key is missing or a part is too large.
    pub fn seal(
        self,
        rng: &mut impl CryptoRng,
        policy: &Policy,
        keys: &[PartKey],
        approval: &[u8],
        payment: Option<&[u8]>,
    ) -> Result<SplitOrder, SplitError> {
        let content = |role| {
            let content = self.content(policy, role, (approval, payment)).encode();
            (role, Zeroizing::new(content))
        };
        let contents: Vec<_> = self.header.readers().map(content).collect();
        let longest = contents
            .iter()
            .map(|(role, content)| content.len() + self.room_for_gift(*role))
            .max()
            .unwrap_or(0);
        let class = size_class(longest).ok_or(SplitError::TooLarge)?;
        let mut parts = Vec::with_capacity(contents.len());
        for (role, content) in &contents {
            let key = self.key_for(*role, keys)?;
            let id = self.header.order_id;
            parts.push(SealedPart::seal(
                rng,
                key,
                id,
                self.root,
                content.to_vec(),
                class,
            )?);
        }
        Ok(SplitOrder {
            header: self.header,
            root: self.root,
            parts,
            form_start: Some(self.fields.form_start),
        })
    }

    /// The leaves of all fields.
    pub(super) fn leaves(&self) -> &Leaves {
        &self.leaves
    }

    /// How many bytes are kept free in a part for what its order does not say of a gift.
    fn room_for_gift(&self, role: Role) -> usize {
        if role != Role::Shop || self.header.courier.is_none() {
            return 0;
        }
        let said = self.disclosed(Field::Gift);
        let said = said.map_or(0, |gift| encode_value(&gift).len());
        gift::ROOM_BYTES.saturating_sub(said)
    }

    /// A field with its salt, if the order has it.
    pub(super) fn disclosed(&self, field: Field) -> Option<Disclosed> {
        Some(Disclosed {
            field,
            salt: self.salts[field.leaf()],
            value: self.fields.get(field)?.to_vec(),
        })
    }

    fn key_for<'k>(&self, role: Role, keys: &'k [PartKey]) -> Result<&'k PartKey, SplitError> {
        keys.iter()
            .find(|key| {
                key.pair.role == role
                    && key.pair.holder == self.header.holder
                    && Some(&key.pair.party) == self.header.party(role)
            })
            .ok_or(SplitError::MissingKey(role.as_str()))
    }

    fn content(
        &self,
        policy: &Policy,
        role: Role,
        (approval, payment): (&[u8], Option<&[u8]>),
    ) -> PartContent {
        let fields = policy.fields_of(role);
        let disclosed = fields.filter_map(|field| self.disclosed(field)).collect();
        PartContent {
            header: self.header.clone(),
            leaves: self.leaves.clone(),
            disclosed,
            approval: (role == Role::Issuer).then(|| approval.to_vec()),
            payment: payment.filter(|_| role == Role::Issuer).map(<[u8]>::to_vec),
        }
    }
}

/// The whole order as it goes to the shop in one message (step O6).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SplitOrder {
    /// Who takes part, and until when; the clear holder identifier is in here.
    #[n(0)]
    pub header: OrderHeader,
    /// The root.
    #[n(1)]
    pub root: Root,
    /// The parts of shop, issuer and courier, in this order; of shop and issuer if no courier delivers.
    #[n(2)]
    pub parts: Vec<SealedPart>,
    /// The first byte of the form's number, in clear, so that a shop finds which of its objects has the form. The
    /// shop alone sees it: issuer and courier are sent no more than their parts. None in what release 0.1.0 sent.
    #[n(3)]
    pub form_start: Option<u8>,
}

impl Message for SplitOrder {
    const TYPE: u16 = message::SPLIT_ORDER;
    const LEN_MAX: usize = 3 * (CIPHERTEXT_MAX_BYTES + 2048) + 2048;
}

impl SplitOrder {
    /// The part for `role`, if the order has one for each reader, in their order, and it belongs to
    /// this order.
    #[must_use]
    pub fn part(&self, role: Role) -> Option<&SealedPart> {
        let part = self.parts.iter().find(|part| part.role() == role)?;
        let belongs = self
            .parts
            .iter()
            .map(SealedPart::role)
            .eq(self.header.readers())
            && part.root == self.root
            && part.order_id == self.header.order_id
            && part.pair.holder == self.header.holder
            && Some(part.party()) == self.header.party(role);
        belongs.then_some(part)
    }
}
