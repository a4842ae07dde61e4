//! What parties are asked about an order.

use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use crate::account::question::ShareWanted;

/// What is asked, and about which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A key centre, for a share that the order needs.
    Share {
        /// The order.
        order: String,
        /// The share.
        wanted: ShareWanted,
    },
    /// A party, to show who it is.
    Confirmation {
        /// The order.
        order: String,
        /// The party's role.
        role: Role,
        /// When it was asked.
        sent_at: Timestamp,
    },
    /// A party, in which key spaces it is.
    Identity {
        /// The order.
        order: String,
        /// The party's role.
        role: Role,
    },
    /// The shop, to take the order.
    Send(String),
    /// The shop, which has forgotten it, to take the order again.
    Again(String),
    /// The shop, how the order stands.
    Receipt(String),
    /// The issuer, where the money is.
    Money(String),
    /// The courier, what it decided.
    Courier(String),
    /// The shop, what the issuer signed about refunds.
    Refunds(String),
    /// The shop, what the courier signed of the parcel.
    Tracking(String),
}
