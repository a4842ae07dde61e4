//! What the wallet knows of the order that a purse pays.

use tallystick_protocol::checkout::answers::MoneyState;
use tallystick_protocol::wire::time::Timestamp;

use super::record::MovementRecord;
use crate::slices::Slices;

/// As far as the purse is concerned.
#[derive(Default)]
pub struct PaidOrder {
    is_open: bool,
    money: Option<MoneyState>,
    /// How much has been given back, in minor units.
    pub refunded: u64,
}

impl PaidOrder {
    /// The order that a movement pays. One that is gone, or was approved anew with another root, is open no more.
    #[must_use]
    pub fn of(movement: &MovementRecord, slices: &Slices, now: Timestamp) -> Self {
        if movement.request_id.is_none() {
            return Self::of_another(movement, slices, now);
        }
        let mut orders = slices.orders.records();
        let order = orders.find(|order| {
            let root = order.approval.as_ref().map(|approval| approval.root.0);
            root == Some(movement.transaction.0)
                && movement.request_id.as_ref() == Some(&order.request_id)
        });
        order.map_or_else(Self::default, |order| Self {
            is_open: !order.settled,
            money: order.money,
            refunded: order.refunded.map_or(0, |refunded| refunded.minor),
        })
    }

    /// An order of somebody to whom the purse is lent. Whether it came to nothing because the bank never saw it, the bank
    /// does not say: then it knows of no verdict.
    fn of_another(movement: &MovementRecord, slices: &Slices, now: Timestamp) -> Self {
        let mut uses = slices.homes.own.iter().flat_map(|own| &own.uses);
        let one = uses.find(|one| one.root.0 == movement.transaction.0);
        one.map_or_else(Self::default, |one| Self {
            is_open: one.is_open(now),
            money: one.is_paid().then_some(MoneyState::Captured),
            refunded: 0,
        })
    }

    /// Whether the bank has said that the money moved, or never will.
    #[must_use]
    pub const fn is_decided(&self) -> bool {
        matches!(
            self.money,
            Some(MoneyState::Captured | MoneyState::Released)
        )
    }

    /// Whether the bank can be asked for its verdict.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        !self.is_open || self.is_decided()
    }
}
