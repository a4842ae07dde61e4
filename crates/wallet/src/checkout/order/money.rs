//! Where the money of an order is that did not go as it should. What the issuer signed decides, and
//! nothing else.

use tallystick_protocol::checkout::answers::MoneyState;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::record::OrderRecord;
use crate::checkout::GRACE_SECONDS;

tallystick_protocol::named_enum! {
    /// What is known of an order's money. The name is a key of the pages' catalogue.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Whereabouts {
        /// The issuer charged it.
        Charged => "charged",
        /// The issuer charged it, and gave it back.
        Refunded => "refunded",
        /// The issuer charged it, and gave some of it back.
        PartlyRefunded => "partly-refunded",
        /// The issuer released what it had reserved.
        Released => "released",
        /// The issuer has reserved it.
        Reserved => "reserved",
        /// The issuer refused it.
        Refused => "refused",
        /// The issuer signed that it had nothing of the order when nobody could bring it any more.
        NeverAsked => "never-asked",
        /// The shop could still have it charged.
        MayBeAsked => "may-be-asked",
        /// The time is over, and the issuer has not said yet.
        Open => "open",
        /// The issuer was asked for long, and did not say.
        NotSaid => "not-said",
    }
}

impl Whereabouts {
    /// Of an order that was sent; before that no money is involved.
    #[must_use]
    pub fn of(order: &OrderRecord, now: Timestamp) -> Option<Self> {
        if !order.was_sent() {
            return None;
        }
        Some(match order.money {
            Some(MoneyState::Captured) if order.is_refunded() => Self::Refunded,
            Some(MoneyState::Captured) if order.is_partly_refunded() => Self::PartlyRefunded,
            Some(MoneyState::Captured) => Self::Charged,
            Some(MoneyState::Released) => Self::Released,
            Some(MoneyState::Reserved) => Self::Reserved,
            _ if order.refused_by == Some(Role::Issuer) => Self::Refused,
            _ if order.issuer_has_none == Some(true) => Self::NeverAsked,
            // Nobody asks any more.
            _ if order.settled => Self::NotSaid,
            _ if now < until(order) => Self::MayBeAsked,
            _ => Self::Open,
        })
    }
}

/// Until when somebody could still ask the issuer for the money.
#[must_use]
pub fn until(order: &OrderRecord) -> Timestamp {
    order.expires_at().plus_seconds(GRACE_SECONDS)
}
