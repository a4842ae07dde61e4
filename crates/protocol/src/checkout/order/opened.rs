//! What a party finds in its part, and the proof that it belongs to the whole.

use alloc::vec::Vec;
use core::fmt;
use minicbor::Encode;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::fields::VALUE_MAX_BYTES;
use super::header::OrderHeader;
use super::leaf::{Leaf, Leaves, SALT_BYTES, root};
use super::padding::SIZE_CLASSES;
use super::part::{PartError, SealedPart};
use crate::checkout::policy::Field;
use crate::wire::cbor::{decode_value, encode_value};

/// One disclosed field: value and salt, which together give the leaf.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct Disclosed {
    /// Which field.
    #[n(0)]
    #[zeroize(skip)]
    pub field: Field,
    /// The leaf's salt.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub salt: [u8; SALT_BYTES],
    /// The field's content, at most [`VALUE_MAX_BYTES`] bytes.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub value: Vec<u8>,
}

impl fmt::Debug for Disclosed {
    /// Names the field and never its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosed({})", self.field.as_str())
    }
}

/// The plaintext of a part.
#[derive(Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct PartContent {
    #[n(0)]
    pub header: OrderHeader,
    #[n(1)]
    pub leaves: Leaves,
    #[n(2)]
    pub disclosed: Vec<Disclosed>,
    /// The holder's approval; in the issuer's part only, since at two shops it would link the holder's pseudonyms.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub approval: Option<Vec<u8>>,
    /// What the instrument's own element signed over the root, in the payer's part only: a purse's payment.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub payment: Option<Vec<u8>>,
}

impl PartContent {
    pub(super) fn encode(&self) -> Vec<u8> {
        encode_value(self)
    }

    pub(super) fn decode(plaintext: &[u8]) -> Result<Self, PartError> {
        decode_value(plaintext, SIZE_CLASSES[SIZE_CLASSES.len() - 1])
            .map_err(|_| PartError::Malformed)
    }

    /// Checks the content against the envelope it came in.
    pub(super) fn verify(self, sealed: &SealedPart) -> Result<OpenedPart, PartError> {
        let header = &self.header;
        let named = header.party(sealed.role());
        if header.order_id != sealed.order_id
            || header.holder != sealed.pair.holder
            || named != Some(sealed.party())
        {
            return Err(PartError::WrongOrder);
        }
        if root(header, &self.leaves) != sealed.root {
            return Err(PartError::WrongRoot);
        }
        let ascending = self
            .disclosed
            .windows(2)
            .all(|pair| pair[0].field < pair[1].field);
        let genuine = self.disclosed.iter().all(|disclosed| {
            disclosed.value.len() <= VALUE_MAX_BYTES
                && self.leaves.get(disclosed.field)
                    == Some(&Leaf::of(
                        &header.order_id,
                        disclosed.field,
                        &disclosed.salt,
                        &disclosed.value,
                    ))
        });
        if !ascending || !genuine {
            return Err(PartError::WrongLeaf);
        }
        Ok(OpenedPart {
            header: self.header,
            leaves: self.leaves,
            disclosed: self.disclosed,
            approval: self.approval,
            payment: self.payment,
        })
    }
}

/// A part that opened and was proved to belong to its order.
#[derive(Debug, Clone)]
pub struct OpenedPart {
    /// Who takes part in the order, and until when.
    pub header: OrderHeader,
    pub(super) leaves: Leaves,
    disclosed: Vec<Disclosed>,
    /// The holder's signed approval (COSE_Sign1), in the issuer's part only.
    pub approval: Option<Vec<u8>>,
    /// What the instrument's own element signed over the root ([`PursePayment`](crate::purse::PursePayment)), in the
    /// payer's part only.
    pub payment: Option<Vec<u8>>,
}

impl OpenedPart {
    /// Every field that this part discloses.
    #[must_use]
    pub fn disclosed(&self) -> &[Disclosed] {
        &self.disclosed
    }

    /// The content of a field, if this part discloses it.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&[u8]> {
        self.disclosed
            .iter()
            .find(|disclosed| disclosed.field == field)
            .map(|disclosed| &disclosed.value[..])
    }

    /// The content of a field that this reader cannot do without.
    ///
    /// # Errors
    /// [`PartError::MissingField`].
    pub fn require(&self, field: Field) -> Result<&[u8], PartError> {
        self.get(field)
            .ok_or(PartError::MissingField(field.as_str()))
    }

    /// The content of a text field that this reader cannot do without.
    ///
    /// # Errors
    /// [`PartError::MissingField`], or [`PartError::Malformed`] when it is not UTF-8.
    pub fn require_text(&self, field: Field) -> Result<&str, PartError> {
        core::str::from_utf8(self.require(field)?).map_err(|_| PartError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::split::PartKey;
    use super::*;
    use crate::checkout::policy::{LEAF_COUNT, LEAF_COUNT_BEFORE};
    use crate::keys::{Centres, DerivedKey, Epoch, KeyContext, PairContext, Space, Suite};
    use crate::test_keys::TestRng;
    use crate::wire::identifier::{Domain, HolderId, OrderId, Role};
    use crate::wire::time::Timestamp;
    use alloc::vec;

    fn header() -> OrderHeader {
        OrderHeader {
            order_id: OrderId([1; 32]),
            holder: HolderId::of_enrolment_key(&[7; 32]),
            shop: "shop.example".parse().unwrap(),
            issuer: "issuer.example".parse().unwrap(),
            courier: Some("courier.example".parse::<Domain>().unwrap()),
            sent_at: Timestamp(1_100),
            expires_at: Timestamp(2_000),
        }
    }

    fn key() -> PartKey {
        let header = header();
        PartKey {
            pair: PairContext {
                suite: Suite::NamesOnly,
                key: KeyContext {
                    space: Space {
                        role: Role::Shop,
                        index: 0,
                    },
                    epoch: Epoch(1),
                    centres: Centres::one("keys.example".parse().unwrap()),
                },
                holder: header.holder,
                role: Role::Shop,
                party: header.shop,
            },
            nonce: [3; 32],
            key: DerivedKey::from([4; 32]),
        }
    }

    /// The shop's part of an order of `count` leaves that discloses one field.
    fn opened(count: usize, field: Field) -> Result<OpenedPart, PartError> {
        let rng = &mut TestRng::new(1);
        let header = header();
        let (salt, value) = ([5; SALT_BYTES], vec![6; 3]);
        let mut leaves = Leaves::of_count(rng, count);
        leaves.set(field, Leaf::of(&header.order_id, field, &salt, &value));
        let root = root(&header, &leaves);
        let id = header.order_id;
        let content = PartContent {
            header,
            leaves,
            disclosed: vec![Disclosed { field, salt, value }],
            approval: None,
            payment: None,
        };
        let sealed = SealedPart::seal(rng, &key(), id, root, content.encode(), SIZE_CLASSES[0])?;
        sealed.open(&key().key)
    }

    #[test]
    fn what_was_made_before_there_was_a_field_gift_still_opens() {
        let part = opened(LEAF_COUNT_BEFORE, Field::Coupons).unwrap();
        assert_eq!(part.get(Field::Coupons), Some(&[6; 3][..]));
        assert!(part.get(Field::Gift).is_none());
    }

    #[test]
    fn an_order_without_the_leaf_of_a_field_does_not_have_that_field() {
        let refused = opened(LEAF_COUNT_BEFORE, Field::Gift).err();
        assert_eq!(refused, Some(PartError::WrongLeaf));
        assert!(opened(LEAF_COUNT, Field::Gift).is_ok());
    }

    #[test]
    fn no_other_count_of_leaves_is_an_order() {
        for count in [0, 1, 15, 17, 19, 21, 24] {
            let refused = opened(count, Field::Form).err();
            assert_eq!(refused, Some(PartError::Malformed), "{count}");
        }
    }
}
