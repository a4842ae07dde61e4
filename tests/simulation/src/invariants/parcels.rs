//! No parcel leaves before it is paid: looked at when the courier lets it go, not at the end, when it may have
//! been paid after all.

use std::cell::RefCell;
use std::collections::BTreeSet;

use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::{IssuerAnswer, MoneyState};
use tallystick_protocol::wire::cbor::decode;

use crate::cast::COURIERS;
use crate::seat::Seat;
use crate::town::Town;

/// Parcels that left, by courier and order's root.
#[derive(Default)]
pub(crate) struct Gate {
    left: RefCell<BTreeSet<(&'static str, [u8; 32])>>,
    unpaid: RefCell<Vec<String>>,
}

impl Gate {
    /// Looks at what this courier has let go since it was looked at last.
    pub(crate) fn look(&self, town: &Town, seat: &Seat) {
        if !COURIERS.contains(&seat.party) {
            return;
        }
        let sql = "SELECT root, issuer FROM courier_deliveries WHERE state = 'confirmed'";
        let rows = seat.machine.database.run(sql, &[]).unwrap_or_default();
        for row in rows {
            let (Ok(root), Ok(issuer)) = (row.bytes32(0), row.text(1)) else {
                continue;
            };
            let parcel = (seat.name, root);
            if self.left.borrow().contains(&parcel) {
                continue;
            }
            // While the issuer's power is gone nobody can look; it decides nothing meanwhile either.
            let Some(is_paid) = is_paid(town, issuer, &root) else {
                continue;
            };
            self.left.borrow_mut().insert(parcel);
            if !is_paid {
                let order = data_encoding::HEXLOWER.encode(&root);
                self.unpaid.borrow_mut().push(format!(
                    "{}: a parcel left before {issuer} had charged for it: {order}",
                    seat.name
                ));
            }
        }
    }
}

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    broken.extend(town.gate.unpaid.borrow().iter().cloned());
}

/// Whether the issuer's books say so. What an issuer that lies has signed counts as well.
fn is_paid(town: &Town, issuer: &str, root: &[u8; 32]) -> Option<bool> {
    let sql = "SELECT 1 FROM issuer_reservations WHERE root = ? AND state = 'captured'";
    let lied = town.lied.get() == Some(issuer);
    let mut is_seen = true;
    for seat in town.objects(issuer) {
        let captured = seat.machine.database.run(sql, &[root.into()]);
        if captured.as_ref().is_ok_and(|rows| !rows.is_empty()) || (lied && has_said_so(seat, root))
        {
            return Some(true);
        }
        is_seen &= captured.is_ok();
    }
    is_seen.then_some(false)
}

fn has_said_so(seat: &Seat, root: &[u8; 32]) -> bool {
    seat.machine.signing.has_signed(|payload| {
        decode::<IssuerAnswer>(payload).is_ok_and(|answer| {
            answer.root.0 == *root && answer.money == Some(MoneyState::Captured)
        })
    })
}
