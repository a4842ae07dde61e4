//! How far parcels came: rows of steps, and the only place that adds one. A parcel goes one way.

use tallystick_protocol::checkout::tracking::{ParcelMove, ParcelStep};
use tallystick_protocol::wire::identifier::Root;
use tallystick_protocol::wire::time::Timestamp;

use super::deliveries::Delivery;
use super::state::DeliveryState;
use crate::moves::IllegalMove;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A parcel came so far.
    pub struct Moved in "courier_moves" {
        /// The root of its order.
        pub root: Root = "root",
        /// How far.
        pub step: ParcelStep = "step",
        /// When.
        pub at: Timestamp = "at",
    }
}

/// How a parcel came so far, the oldest first; nothing if it has no label.
///
/// # Errors
/// Only the database's own.
pub fn of(tables: &(impl Tables + ?Sized), root: &Root) -> Result<Vec<ParcelMove>, DatabaseError> {
    let those = "root = ? ORDER BY number";
    let moved: Vec<Moved> = typed::find_all(tables, those, &[root.0.into()])?;
    let moves = moved
        .into_iter()
        .map(|Moved { step, at, .. }| ParcelMove { step, at });
    Ok(moves.collect())
}

/// Notes a step as it is said, whatever came before it.
///
/// # Errors
/// The database's own, also if this step was noted before.
pub fn note(
    tables: &dyn Tables,
    root: &Root,
    step: ParcelStep,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    typed::insert(
        tables,
        &Moved {
            root: *root,
            step,
            at,
        },
    )
}

/// Moves a parcel on to `step` and returns where it was. Only one that may leave is moved, and never back; a step in
/// between may be left out. Call it in the transaction that decides.
///
/// # Errors
/// [`Kind::Conflict`] if the issuer has not confirmed the charge, or naming both steps if there is no such move.
pub fn move_on(
    tables: &dyn Tables,
    delivery: &Delivery,
    step: ParcelStep,
    now: Timestamp,
) -> Result<ParcelStep, Fault> {
    if delivery.state != DeliveryState::Confirmed {
        let said = "Only a parcel that may leave is moved.";
        return Err(Fault::new(Kind::Conflict, said));
    }
    let last = of(tables, &delivery.root)?.last().copied();
    let last = last.ok_or_else(Fault::internal)?;
    let moved = moved(last.step, step).map_err(|illegal| Fault::new(Kind::Conflict, illegal))?;
    // The clock may have been set back meanwhile: what came later is not said to be earlier.
    note(tables, &delivery.root, moved, now.max(last.at))?;
    Ok(last.step)
}

/// From one step to another.
///
/// # Errors
/// [`IllegalMove`] unless it leads on.
fn moved(from: ParcelStep, to: ParcelStep) -> Result<ParcelStep, IllegalMove> {
    if from < to {
        Ok(to)
    } else {
        Err(IllegalMove {
            what: "a parcel",
            from: from.as_str(),
            to: to.as_str(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_goes_on_and_never_back() {
        for (place, from) in ParcelStep::ALL.into_iter().enumerate() {
            for (other, to) in ParcelStep::ALL.into_iter().enumerate() {
                let leads_on = other > place;
                assert_eq!(moved(from, to).is_ok(), leads_on, "{from:?} {to:?}");
            }
        }
    }
}
