//! Which states changed, for the readable sequence.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tallystick_parties::ports::Tables as _;

use crate::invariants::orders_of;
use crate::seat::Seat;
use crate::town::Town;

/// The states that were seen last, by party and order.
#[derive(Default)]
pub(crate) struct Watch(RefCell<BTreeMap<(&'static str, String), String>>);

impl Watch {
    /// Shows what changed at this party.
    pub(crate) fn look(&self, town: &Town, seat: &Seat) {
        let Some(table) = orders_of(seat.party) else {
            return;
        };
        let sql = format!(
            "SELECT lower(substr(hex(order_id), 1, 8)), state || coalesce(' (' || refused_reason || ')', '') FROM {table}"
        );
        let Ok(rows) = seat.machine.database.run(&sql, &[]) else {
            return;
        };
        for row in rows {
            let (Ok(order), Ok(state)) = (row.text(0), row.text(1)) else {
                continue;
            };
            let key = (seat.name, order.to_owned());
            let before = self.0.borrow_mut().insert(key, state.to_owned());
            if before.as_deref() != Some(state) {
                let now_ms = town.scheduler.now_ms();
                let line = format!("    {}: order {order} is {state}", seat.name);
                town.journal.show(now_ms, &line);
            }
        }
    }
}
