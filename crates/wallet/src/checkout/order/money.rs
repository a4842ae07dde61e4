//! Where the money of an order is that did not go as it should. What the issuer signed decides, and
//! nothing else.

use tallystick_protocol::checkout::answers::MoneyState;
use tallystick_protocol::wire::identifier::Role;

use super::record::OrderRecord;
use crate::checkout::GRACE_SECONDS;
use crate::core::catalogue::filled_by_name;

/// What is known of an order's money. The name is a key of the pages' catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// The issuer charged it.
    Charged,
    /// The issuer released what it had reserved.
    Released,
    /// The issuer has reserved it.
    Reserved,
    /// The issuer refused it.
    Refused,
    /// The issuer signed that it had nothing of the order when nobody could bring it any more.
    NeverAsked,
    /// The shop could still have it charged.
    MayBeAsked,
    /// The time is over, and the issuer has not said yet.
    Open,
    /// The issuer was asked for long, and did not say.
    NotSaid,
}

impl Whereabouts {
    /// Of an order that was sent; before that no money is involved.
    #[must_use]
    pub fn of(order: &OrderRecord, now: u64) -> Option<Self> {
        if !order.was_sent() {
            return None;
        }
        Some(match order.money {
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

    /// The key in the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.text().0
    }

    /// The sentence. `until` is the time of day until which the shop could have it charged.
    #[must_use]
    pub fn sentence(self, issuer: &str, until: &str) -> String {
        filled_by_name(self.text().1, &[("issuer", issuer), ("until", until)])
    }

    #[rustfmt::skip] // A table reads best as one.
    const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Charged => ("charged", "{issuer} has charged your card."),
            Self::Released => ("released", "Nothing is charged: {issuer} has released what was reserved."),
            Self::Reserved => ("reserved", "{issuer} holds the amount reserved. It is charged only if the courier accepted the parcel; otherwise it is released."),
            Self::Refused => ("refused", "Nothing was charged."),
            Self::NeverAsked => ("never-asked", "Nothing was charged: nobody asked {issuer} for it while the order was valid."),
            Self::MayBeAsked => ("may-be-asked", "Until {until} the shop could still have your card charged. The wallet keeps asking {issuer}."),
            Self::Open => ("open", "Your card was charged once or not at all; the wallet says which as soon as {issuer} answers."),
            Self::NotSaid => ("not-said", "{issuer} has not said whether your card was charged. Ask it."),
        }
    }
}

/// Until when somebody could still ask the issuer for the money, in seconds.
#[must_use]
pub fn until(order: &OrderRecord) -> u64 {
    order.expires_at().saturating_add(GRACE_SECONDS)
}
