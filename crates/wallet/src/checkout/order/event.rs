//! What happens to an order, as its history tells it.

use minicbor::{Decode, Encode};
use tallystick_protocol::wire::identifier::Role;

/// Something that happened. The name is a key of the pages' catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Event {
    /// The shop asked.
    #[n(0)]
    Asked,
    /// The holder approved; the order was split and sealed.
    #[n(1)]
    Approved,
    /// The holder declined.
    #[n(2)]
    Declined,
    /// The shop showed who it is.
    #[n(3)]
    ConfirmedShop,
    /// The issuer showed who it is.
    #[n(4)]
    ConfirmedIssuer,
    /// The courier showed who it is.
    #[n(5)]
    ConfirmedCourier,
    /// The order was sent to the shop.
    #[n(6)]
    Sent,
    /// The shop has it.
    #[n(7)]
    Received,
    /// The issuer reserved the amount.
    #[n(8)]
    Authorised,
    /// The courier accepted the parcel.
    #[n(9)]
    Accepted,
    /// The issuer charged the amount.
    #[n(10)]
    Charged,
    /// The issuer released what was reserved.
    #[n(11)]
    Released,
    /// Somebody refused.
    #[n(12)]
    Refused,
    /// It could not be sent.
    #[n(13)]
    Failed,
    /// Its time ran out.
    #[n(14)]
    Expired,
    /// New keys were fetched; the holder is asked once more.
    #[n(15)]
    KeysRenewed,
    /// The shop was silent; issuer and courier were asked directly.
    #[n(16)]
    AskedDirectly,
    /// The shop says that it came to nothing.
    #[n(17)]
    Disowned,
    /// The holder cancelled; the shop is told.
    #[n(18)]
    CancelAsked,
    /// It is cancelled.
    #[n(19)]
    Cancelled,
    /// The issuer gave back what was charged, or some of it.
    #[n(20)]
    Refunded,
}

impl Event {
    /// The key in the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::ConfirmedShop => "confirmed-shop",
            Self::ConfirmedIssuer => "confirmed-issuer",
            Self::ConfirmedCourier => "confirmed-courier",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Authorised => "authorised",
            Self::Accepted => "accepted",
            Self::Charged => "charged",
            Self::Released => "released",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::KeysRenewed => "keys-renewed",
            Self::AskedDirectly => "asked-directly",
            Self::Disowned => "disowned",
            Self::CancelAsked => "cancel-asked",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// That the party in that role showed who it is.
    #[must_use]
    pub const fn confirmed(role: Role) -> Self {
        match role {
            Role::Issuer => Self::ConfirmedIssuer,
            Role::Courier => Self::ConfirmedCourier,
            _ => Self::ConfirmedShop,
        }
    }
}
