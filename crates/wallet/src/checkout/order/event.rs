//! What happens to an order, as its history tells it.

use minicbor::{Decode, Encode};
use tallystick_protocol::wire::identifier::Role;

tallystick_protocol::named_enum! {
    /// Something that happened. The name is a key of the pages' catalogue.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum Event {
        /// The shop asked.
        #[n(0)]
        Asked => "asked",
        /// The holder approved; the order was split and sealed.
        #[n(1)]
        Approved => "approved",
        /// The holder declined.
        #[n(2)]
        Declined => "declined",
        /// The shop showed who it is.
        #[n(3)]
        ConfirmedShop => "confirmed-shop",
        /// The issuer showed who it is.
        #[n(4)]
        ConfirmedIssuer => "confirmed-issuer",
        /// The courier showed who it is.
        #[n(5)]
        ConfirmedCourier => "confirmed-courier",
        /// The order was sent to the shop.
        #[n(6)]
        Sent => "sent",
        /// The shop has it.
        #[n(7)]
        Received => "received",
        /// The issuer reserved the amount.
        #[n(8)]
        Authorised => "authorised",
        /// The courier accepted the parcel.
        #[n(9)]
        Accepted => "accepted",
        /// The issuer charged the amount.
        #[n(10)]
        Charged => "charged",
        /// The issuer released what was reserved.
        #[n(11)]
        Released => "released",
        /// Somebody refused.
        #[n(12)]
        Refused => "refused",
        /// It could not be sent.
        #[n(13)]
        Failed => "failed",
        /// Its time ran out.
        #[n(14)]
        Expired => "expired",
        /// New keys were fetched; the holder is asked once more.
        #[n(15)]
        KeysRenewed => "keys-renewed",
        /// The shop was silent; issuer and courier were asked directly.
        #[n(16)]
        AskedDirectly => "asked-directly",
        /// The shop says that it came to nothing.
        #[n(17)]
        Disowned => "disowned",
        /// The holder cancelled; the shop is told.
        #[n(18)]
        CancelAsked => "cancel-asked",
        /// It is cancelled.
        #[n(19)]
        Cancelled => "cancelled",
        /// The issuer gave back what was charged, or some of it.
        #[n(20)]
        Refunded => "refunded",
        /// The shop handed the parcel over to the courier.
        #[n(21)]
        HandedOver => "parcel-handed-over",
        /// The courier is on the way with it.
        #[n(22)]
        OnTheWay => "parcel-on-the-way",
        /// The courier delivered it.
        #[n(23)]
        Delivered => "parcel-delivered",
        /// The shop handed over what no courier delivers.
        #[n(24)]
        HandedOverByShop => "handed-over",
    }
}

impl Event {
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
