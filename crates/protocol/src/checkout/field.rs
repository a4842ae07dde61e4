//! The fixed list of an order's fields.

use minicbor::{Decode, Encode};

crate::named_enum! {
    /// A field of an order. Its number is the number of its leaf; the list is fixed, so that
    /// neither the count nor the order of leaves tells anything about an order.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum Field {
        /// SHA-256 of the signed order form, which the shop itself supplied (step O1).
        #[n(0)]
        Form => "form",
        /// Names and quantities of the goods.
        #[n(1)]
        Items => "items",
        /// The shop's numbers of the goods.
        #[n(2)]
        ItemNumbers => "item-numbers",
        /// What is to be paid.
        #[n(3)]
        Amount => "amount",
        /// Which kind of instrument pays.
        #[n(4)]
        PaymentType => "payment-type",
        /// The card number (PAN).
        #[n(5)]
        CardNumber => "card-number",
        /// The card's last month.
        #[n(6)]
        CardExpiry => "card-expiry",
        /// The holder's name.
        #[n(7)]
        HolderName => "holder-name",
        /// The holder's telephone number.
        #[n(8)]
        HolderTelephone => "holder-telephone",
        /// The holder's own address.
        #[n(9)]
        HolderAddress => "holder-address",
        /// Whom the parcel is for.
        #[n(10)]
        DestinationName => "destination-name",
        /// Where the parcel goes.
        #[n(11)]
        DestinationAddress => "destination-address",
        /// The telephone number of whoever receives the parcel.
        #[n(12)]
        DestinationTelephone => "destination-telephone",
        /// What the instrument says to whoever pays, as [`Payment`](crate::instrument::Payment) encodes it. A
        /// card account speaks by its two fields above.
        #[n(13)]
        Payment => "payment",
        /// The lock whose key cancels the order; see [`cancellation`](super::cancellation).
        #[n(14)]
        Cancellation => "cancellation",
        /// The coupons that pay a part of the order, or all of it; see [`coupons`](super::coupons).
        #[n(15)]
        Coupons => "coupons",
        /// That the order is a gift, and the note to print; see [`gift`](super::gift).
        #[n(16)]
        Gift => "gift",
    }
}

/// Leaves of every order: one for each field, and some for fields that are still to come.
pub const LEAF_COUNT: usize = 20;
/// Leaves of an order that was made before there was the field *gift*.
pub const LEAF_COUNT_BEFORE: usize = 16;

impl Field {
    /// What the holder pays with: for whoever pays, and for nobody else, whatever a policy is called
    /// (T002-5).
    pub const PAYMENT: [Field; 3] = [Field::CardNumber, Field::CardExpiry, Field::Payment];

    /// Whether it is one of [`Field::PAYMENT`].
    #[must_use]
    pub fn is_payment(self) -> bool {
        Self::PAYMENT.contains(&self)
    }

    /// Whether it is about where a parcel goes.
    #[must_use]
    pub fn is_destination(self) -> bool {
        matches!(
            self,
            Field::DestinationName | Field::DestinationAddress | Field::DestinationTelephone
        )
    }

    /// The number of this field's leaf.
    #[must_use]
    pub fn leaf(self) -> usize {
        self as usize
    }

    /// Whether a shop may ask to read this field beyond its policy.
    #[must_use]
    pub fn may_be_requested(self) -> bool {
        !self.is_payment()
            && !matches!(
                self,
                Field::Form | Field::Cancellation | Field::Coupons | Field::Gift
            )
    }
}
