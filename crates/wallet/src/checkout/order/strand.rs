//! The three strands of an order: how far each party is.

use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::checkout::tracking::ParcelStep;
use tallystick_protocol::wire::identifier::Role;

use super::parcel::Parcel;
use super::record::OrderRecord;
use crate::checkout::order::state::OrderState;
use crate::checkout::view::{StrandState, Strands};

/// The strands of an order.
#[must_use]
pub fn of(order: &OrderRecord) -> Strands {
    Strands {
        shop: strand(order, Role::Shop),
        issuer: strand(order, Role::Issuer),
        courier: order.has_courier().then(|| strand(order, Role::Courier)),
    }
}

fn strand(order: &OrderRecord, role: Role) -> StrandState {
    let (fill, word) = settled_word(order, role).unwrap_or_else(|| word_on_the_way(order, role));
    StrandState { fill, word }
}

/// The word of a party that has decided, or of an order that has ended.
fn settled_word(order: &OrderRecord, role: Role) -> Option<(u8, &'static str)> {
    if order.refused_by == Some(role) {
        return Some((0, "refused"));
    }
    if role == Role::Issuer {
        match order.money {
            Some(MoneyState::Captured) if order.is_refunded() => return Some((0, "refunded")),
            Some(MoneyState::Captured) => return Some((3, "charged")),
            Some(MoneyState::Released) => return Some((0, "released")),
            Some(MoneyState::Reserved) => return Some((2, "reserved")),
            _ => {}
        }
    }
    if role == Role::Courier && order.tracking.is_some() {
        let step = order.parcel.as_ref().map(Parcel::step);
        return Some((3, step.map_or("label", word_of)));
    }
    match order.state {
        OrderState::Declined => Some((0, "declined")),
        OrderState::Failed | OrderState::Refused => Some((0, "stopped")),
        OrderState::Expired => Some((0, "expired")),
        _ => None,
    }
}

const fn word_of(step: ParcelStep) -> &'static str {
    match step {
        ParcelStep::LabelMade => "label",
        other => other.as_str(),
    }
}

fn word_on_the_way(order: &OrderRecord, role: Role) -> (u8, &'static str) {
    let confirmed = order.approval.as_ref().is_some_and(|approval| {
        approval
            .confirmations
            .iter()
            .any(|confirmation| confirmation.pair.role == role && confirmation.is_done())
    });
    match (order.state, role) {
        (OrderState::Asked, _) => (0, "waiting"),
        (OrderState::Approved, _) if !confirmed => (1, "sealed"),
        (OrderState::Approved | OrderState::Confirmed, _) => (1, "confirmed"),
        (OrderState::Sent, Role::Shop) => (1, "sending"),
        (OrderState::Delivering, Role::Shop) if !order.has_courier() => (3, "handed-over"),
        (OrderState::Delivering, Role::Shop) => (3, "accepted"),
        (_, Role::Shop) => (2, "received"),
        (OrderState::Received, Role::Issuer) => (1, "asking"),
        (_, Role::Courier) if order.shop_state == Some(ShopState::Delivering) => (2, "asking"),
        (OrderState::Authorised, Role::Courier) => (2, "asking"),
        _ => (1, "confirmed"),
    }
}
