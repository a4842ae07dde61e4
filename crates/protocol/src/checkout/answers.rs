//! What the parties say to each other and to the holder about an order, all the way back
//! (EP 0 791 901, steps O8 to O11). Each is signed and names the root.

use crate::wire::registry::{context, message};
use alloc::{string::String, vec::Vec};
use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use crate::checkout::handing::SEALED_MAX_BYTES;
use crate::checkout::order::{CIPHERTEXT_MAX_BYTES, SealedPart};
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, Handle, OrderId, Role, Root};
use crate::wire::money::Money;
use crate::wire::time::Timestamp;

/// Longest signed statement without a sealed part, in bytes.
pub const STATEMENT_MAX_BYTES: usize = 8 * 1024;
/// Longest tracking number, in bytes.
pub const TRACKING_MAX_BYTES: usize = 40;
/// Most parcels in one delivery.
pub const PARCELS_MAX: u32 = 20;

const WITH_PART_MAX_BYTES: usize = CIPHERTEXT_MAX_BYTES + 2 * STATEMENT_MAX_BYTES;

/// The shop asks the issuer to authorise (step O8). Its envelope's transaction is the order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AuthorisationRequest {
    /// From the shop to the issuer.
    #[n(0)]
    pub envelope: Envelope,
    /// What the shop wants to be paid, as in its form.
    #[n(1)]
    pub amount: Money,
    /// The issuer's part, as the wallet sealed it.
    #[n(2)]
    pub part: SealedPart,
    /// The shop's signed [`SettlementRequest`](crate::settlement::SettlementRequest) (SIG1), for whoever settles by a contactless card; others
    /// do not look at it.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub settlement: Option<Vec<u8>>,
}
signed_message!(
    AuthorisationRequest,
    message::AUTHORISATION_REQUEST,
    WITH_PART_MAX_BYTES,
    context::AUTHORISATION_REQUEST
);

/// The issuer has authenticated the holder and reserved the amount (step O9). For the shop; single use.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Authorisation {
    /// From the issuer to the shop; its transaction is the order, its expiry ends the reservation.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root; also the key under which this is done exactly once.
    #[n(1)]
    pub root: Root,
    /// Who will be paid.
    #[n(2)]
    pub payee: Domain,
    /// What was reserved.
    #[n(3)]
    pub amount: Money,
    /// Says to the issuer where the amount is set aside, if that has several objects. Not in what release 0.1.0 said.
    #[n(4)]
    pub handle: Option<Handle>,
}
signed_message!(
    Authorisation,
    message::AUTHORISATION,
    STATEMENT_MAX_BYTES,
    context::AUTHORISATION
);

/// The issuer has authenticated the holder: the courier may act. It does not say how much was paid.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Clearance {
    /// From the issuer to the courier; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// The shop that may ask for the delivery.
    #[n(2)]
    pub payee: Domain,
    /// The courier that may deliver.
    #[n(3)]
    pub courier: Domain,
    /// Until when the issuer keeps the amount set aside for an acceptance that was made in time. Not
    /// in what release 0.1.0 said.
    #[n(4)]
    pub binds_until: Option<Timestamp>,
    /// Says to the issuer where the amount is set aside, if that has several objects. Not in what release 0.1.0 said.
    #[n(5)]
    pub handle: Option<Handle>,
}
signed_message!(
    Clearance,
    message::CLEARANCE,
    STATEMENT_MAX_BYTES,
    context::CLEARANCE
);

/// The statements of an issuer that authorises, each as signed bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AuthorisationAnswer {
    /// A signed [`Authorisation`].
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub authorisation: Vec<u8>,
    /// A signed [`Clearance`]; none if no courier delivers.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub clearance: Option<Vec<u8>>,
}
impl Message for AuthorisationAnswer {
    const TYPE: u16 = message::AUTHORISATION_ANSWER;
    const LEN_MAX: usize = 2 * STATEMENT_MAX_BYTES;
}

crate::named_enum! {
    /// Why a party refused. What would tell one party about another's field is only *declined*.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum RefusalReason {
        /// The issuer does not pay, or the courier does not deliver. Why is between them and the holder.
        #[n(1)]
        Declined => "declined",
        /// The shop cannot supply the goods.
        #[n(2)]
        OutOfStock => "out-of-stock",
        /// It took too long.
        #[n(3)]
        Expired => "expired",
        /// The part does not open or does not belong to the order.
        #[n(4)]
        BadPart => "bad-part",
        /// Amounts disagree.
        #[n(5)]
        AmountMismatch => "amount-mismatch",
        /// A party could not be reached or confirmed.
        #[n(6)]
        Unreachable => "unreachable",
        /// Holder or shop cancelled before the courier accepted.
        #[n(7)]
        Cancelled => "cancelled",
        /// A coupon that should pay was not to be had: spent, changed or over by now, or its office says no.
        #[n(8)]
        CouponRefused => "coupon-refused",
    }
}

/// A party will not do its part. Nothing stays reserved because of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Refusal {
    /// From the refusing party; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// The role in which the party refuses.
    #[n(2)]
    pub by: Role,
    /// Why.
    #[n(3)]
    pub reason: RefusalReason,
    /// Says to the issuer where the amount is set aside, as it gave it out. Not in what release 0.1.0 said.
    #[n(4)]
    pub handle: Option<Handle>,
}
signed_message!(
    Refusal,
    message::REFUSAL,
    STATEMENT_MAX_BYTES,
    context::REFUSAL
);

/// The shop asks the courier to deliver (step O10).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct DeliveryRequest {
    /// From the shop to the courier; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The courier's part, as the wallet sealed it.
    #[n(1)]
    pub part: SealedPart,
    /// The issuer's signed [`Clearance`].
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub clearance: Vec<u8>,
    /// How many parcels, 1 to [`PARCELS_MAX`].
    #[n(3)]
    pub parcels: u32,
}
signed_message!(
    DeliveryRequest,
    message::DELIVERY_REQUEST,
    WITH_PART_MAX_BYTES,
    context::DELIVERY_REQUEST
);

/// The courier will deliver (step O11). It captures what the issuer reserved for the same root.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Acceptance {
    /// From the courier to anyone who takes part; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// The shop that asked.
    #[n(2)]
    pub shop: Domain,
    /// The issuer that cleared.
    #[n(3)]
    pub issuer: Domain,
    /// What to ask the courier by, at most [`TRACKING_MAX_BYTES`] bytes.
    #[n(4)]
    pub tracking: String,
    /// Says to the issuer where the amount is set aside, as it gave it out. Not in what release 0.1.0 said.
    #[n(5)]
    pub handle: Option<Handle>,
}
signed_message!(
    Acceptance,
    message::ACCEPTANCE,
    STATEMENT_MAX_BYTES,
    context::ACCEPTANCE
);

/// The issuer asks the courier what became of an order whose time is over. It is answered with the
/// courier's signed [`Acceptance`] or [`Refusal`]: a courier that knows nothing of the order refuses,
/// and will not accept it any more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Inquiry {
    /// From the issuer to the courier; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// When the order's time was over.
    #[n(2)]
    pub expired_at: Timestamp,
}
signed_message!(
    Inquiry,
    message::INQUIRY,
    STATEMENT_MAX_BYTES,
    context::INQUIRY
);

/// Longest [`Evidence`], in bytes.
pub const EVIDENCE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// What a party holds as evidence of a month: statements as they were signed, its own and others', for
/// its operator to keep. One page of several.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Evidence {
    /// From the party to anyone; its transaction is a random number.
    #[n(0)]
    pub envelope: Envelope,
    /// The month, such as "2026-11".
    #[n(1)]
    pub month: String,
    /// The number of this page, from 0.
    #[n(2)]
    pub page: u32,
    /// The statements.
    #[n(3)]
    pub statements: Vec<minicbor::bytes::ByteVec>,
    /// Whether there is a next page.
    #[n(4)]
    pub has_more: bool,
}
signed_message!(
    Evidence,
    message::EVIDENCE,
    EVIDENCE_MAX_BYTES,
    context::EVIDENCE
);

crate::named_enum! {
    /// How far an order has come at the shop.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum ShopState {
        /// Received and checked; the goods are set aside.
        #[n(1)]
        Received => "received",
        /// The issuer is being asked.
        #[n(2)]
        Asking => "asking",
        /// The issuer has reserved the amount.
        #[n(3)]
        Authorised => "authorised",
        /// The courier is being asked.
        #[n(4)]
        Delivering => "delivering",
        /// The courier has accepted, or the shop has handed over what no courier delivers: the order is complete for the
        /// holder.
        #[n(5)]
        Accepted => "accepted",
        /// Somebody refused; nothing stays reserved.
        #[n(6)]
        Refused => "refused",
        /// Time ran out; nothing stays reserved.
        #[n(7)]
        Expired => "expired",
    }
}

impl ShopState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Accepted | Self::Refused | Self::Expired)
    }
}

/// What the shop tells the holder about the order, with the others' signed statements.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ShopReceipt {
    /// From the shop to the holder; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order.
    #[n(1)]
    pub order_id: OrderId,
    /// The order's root.
    #[n(2)]
    pub root: Root,
    /// How far it has come.
    #[n(3)]
    pub state: ShopState,
    /// A signed [`Authorisation`], once there is one.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub authorisation: Option<Vec<u8>>,
    /// A signed [`Acceptance`], once there is one.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub acceptance: Option<Vec<u8>>,
    /// A signed [`Refusal`], if somebody refused.
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    pub refusal: Option<Vec<u8>>,
    /// The shop's own signed [`HandingOver`](super::handing::HandingOver), once it handed over what no courier delivers.
    #[n(7)]
    #[cbor(with = "minicbor::bytes")]
    pub handing_over: Option<Vec<u8>>,
    /// What it handed over, sealed for the holder ([`HandedGoods`](super::handing::HandedGoods)), if that is a text.
    #[n(8)]
    #[cbor(with = "minicbor::bytes")]
    pub handed: Option<Vec<u8>>,
}
signed_message!(
    ShopReceipt,
    message::SHOP_RECEIPT,
    4 * STATEMENT_MAX_BYTES + SEALED_MAX_BYTES,
    context::SHOP_RECEIPT
);

crate::named_enum! {
    /// Where the money of an order is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum MoneyState {
        /// Set aside for the shop, still the holder's.
        #[n(1)]
        Reserved => "reserved",
        /// Paid.
        #[n(2)]
        Captured => "captured",
        /// Free again; nothing was paid.
        #[n(3)]
        Released => "released",
    }
}

/// The issuer tells whoever knows the root where the money is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct IssuerAnswer {
    /// From the issuer; its transaction is the order, or the root of an order that it does not know.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// Where the money is; nothing if the issuer refused or does not know the order.
    #[n(2)]
    pub money: Option<MoneyState>,
    /// The signed [`Refusal`], if the issuer refused.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub refusal: Option<Vec<u8>>,
}
signed_message!(
    IssuerAnswer,
    message::ISSUER_ANSWER,
    2 * STATEMENT_MAX_BYTES,
    context::ISSUER_ANSWER
);

impl IssuerAnswer {
    /// Whether it says that nothing is charged for the order of that root, which was over at `expires_at`, and never will
    /// be: it was set free, it was refused, or the issuer did not know it when it was over.
    #[must_use]
    pub fn frees(&self, root: &Root, expires_at: Timestamp) -> bool {
        let never_came =
            || self.envelope.transaction == root.0 && self.envelope.sent_at >= expires_at;
        self.root == *root
            && match (self.money, &self.refusal) {
                (Some(MoneyState::Released), _) | (None, Some(_)) => true,
                (None, None) => never_came(),
                _ => false,
            }
    }
}

/// The courier tells whoever knows the root what it decided.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CourierAnswer {
    /// A signed [`Acceptance`] or [`Refusal`].
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub statement: Vec<u8>,
    /// Whether the courier delivers. An acceptance of which the issuer heard too late says no.
    #[n(1)]
    pub accepted: bool,
}
impl Message for CourierAnswer {
    const TYPE: u16 = message::COURIER_ANSWER;
    const LEN_MAX: usize = 2 * STATEMENT_MAX_BYTES;
}
