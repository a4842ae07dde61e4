//! What the wallet knows of the order that a purse pays.

use tallystick_protocol::checkout::answers::MoneyState;

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
    pub fn of(movement: &MovementRecord, slices: &Slices) -> Self {
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
