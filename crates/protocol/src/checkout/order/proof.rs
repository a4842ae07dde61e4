//! What an order costs, proved to whoever knows only its root: header, leaves, and the one field. The rest of the
//! order stays closed.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::fields::amount_of;
use super::header::OrderHeader;
use super::leaf::{Leaf, Leaves, root};
use super::opened::{Disclosed, OpenedPart};
use super::part::PartError;
use super::split::PreparedOrder;
use crate::checkout::policy::Field;
use crate::wire::cbor::Message;
use crate::wire::identifier::Root;
use crate::wire::money::Money;
use crate::wire::registry::message;

/// That an order of a root costs so much, who is paid and who delivers, and until when. Not signed: whoever signed
/// the root signed this.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OrderProof {
    /// Who takes part, and until when.
    #[n(0)]
    pub header: OrderHeader,
    /// The leaves of all fields.
    #[n(1)]
    leaves: Leaves,
    /// The amount, with its salt.
    #[n(2)]
    amount: Disclosed,
}

impl Message for OrderProof {
    const TYPE: u16 = message::ORDER_PROOF;
    const LEN_MAX: usize = 4096;
}

impl OrderProof {
    /// What a part proves of its order's amount.
    ///
    /// # Errors
    /// [`PartError::MissingField`] of a part that does not say the amount.
    pub fn of(part: &OpenedPart) -> Result<Self, PartError> {
        let disclosed = part.disclosed().iter();
        let amount = disclosed.into_iter().find(|one| one.field == Field::Amount);
        let amount = amount.ok_or(PartError::MissingField(Field::Amount.as_str()))?;
        Ok(Self {
            header: part.header.clone(),
            leaves: part.leaves.clone(),
            amount: amount.clone(),
        })
    }

    /// What an order proves that waits for the holder's approval.
    ///
    /// # Errors
    /// [`PartError::MissingField`] of an order that does not say the amount.
    pub fn of_prepared(order: &PreparedOrder) -> Result<Self, PartError> {
        let missing = PartError::MissingField(Field::Amount.as_str());
        let amount = order.disclosed(Field::Amount).ok_or(missing)?;
        Ok(Self {
            header: order.header().clone(),
            leaves: order.leaves().clone(),
            amount,
        })
    }

    /// The root that header and leaves give.
    #[must_use]
    pub fn root(&self) -> Root {
        root(&self.header, &self.leaves)
    }

    /// The amount, if it is the one behind its leaf.
    ///
    /// # Errors
    /// [`PartError::WrongLeaf`]; [`PartError::Malformed`] of a field that is no amount.
    pub fn amount(&self) -> Result<Money, PartError> {
        let Disclosed { field, salt, value } = &self.amount;
        let leaf = Leaf::of(&self.header.order_id, Field::Amount, salt, value);
        if *field != Field::Amount || self.leaves.get(Field::Amount) != Some(&leaf) {
            return Err(PartError::WrongLeaf);
        }
        amount_of(value).map_err(|_| PartError::Malformed)
    }
}
