//! Orders, and what proves their amount.

use minicbor::Encode;
use minicbor::bytes::ByteArray;
use tallystick_protocol::checkout::order::{Disclosed, Leaf, OrderHeader, OrderProof};
use tallystick_protocol::checkout::policy::{Field, LEAF_COUNT};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::money::{Currency, Money};

use super::{SHOP, World};
use crate::host::home::access::SignTerms;
use crate::tests::bench::domain;

impl World {
    pub(in crate::tests::home) fn header(&self) -> OrderHeader {
        OrderHeader {
            order_id: OrderId([4; 32]),
            holder: self.holder,
            shop: domain(SHOP),
            issuer: domain("asahi-card.localhost"),
            courier: Some(domain("swift.localhost")),
            sent_at: self.at,
            expires_at: self.at.plus_seconds(900),
        }
    }

    pub(in crate::tests::home) fn signing(&self, proof: OrderProof) -> SignTerms {
        SignTerms {
            loan: 1,
            proof,
            certificate: self.certificate.clone(),
            contexts: self.contexts.clone(),
            nonces: (0..6).map(|number| ByteArray::from([number; 32])).collect(),
            purse: None,
        }
    }

    /// An order of so many yen.
    pub(in crate::tests::home) fn order(&self, minor: u64) -> SignTerms {
        self.signing(proof(self.header(), Money::new(minor, Currency::Jpy)))
    }
}

#[derive(Encode)]
#[cbor(map)]
struct WrittenProof {
    #[n(0)]
    header: OrderHeader,
    #[n(1)]
    leaves: [Leaf; LEAF_COUNT],
    #[n(2)]
    amount: Disclosed,
}

/// What proves an order's amount.
pub(in crate::tests::home) fn proof(header: OrderHeader, amount: Money) -> OrderProof {
    proof_saying(header, amount, amount)
}

/// The same, where the leaf is of one amount and another is said.
pub(in crate::tests::home) fn proof_saying(
    header: OrderHeader,
    amount: Money,
    said: Money,
) -> OrderProof {
    let leaf = Leaf::of(
        &header.order_id,
        Field::Amount,
        &[8; 32],
        &encode_value(&amount),
    );
    let mut leaves = [Leaf::absent(&mut TestRng::new(3)); LEAF_COUNT];
    leaves[Field::Amount.leaf()] = leaf;
    let written = WrittenProof {
        header,
        leaves,
        amount: Disclosed {
            field: Field::Amount,
            salt: [8; 32],
            value: encode_value(&said),
        },
    };
    decode_value(&encode_value(&written), 8192).unwrap()
}
