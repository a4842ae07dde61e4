//! What is decided about an order is decided at one object of a party: the shard of its root, or the office, if
//! that began it.

use std::collections::BTreeMap;

use tallystick_parties::office::place::Place;
use tallystick_parties::ports::Tables as _;

use crate::cast::{COURIERS, place_of};
use crate::town::Town;

/// What a courier decides about an order: to deliver it or not, or that it will not any more.
const DECIDED: &str = "SELECT lower(hex(root)) || ' ' || issuer FROM courier_deliveries
    UNION SELECT reference FROM statements WHERE kind = 'closed'";

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    for courier in COURIERS {
        let (_, shards) = town.cast.get().spread(courier);
        let mut decided = BTreeMap::new();
        for seat in town.objects(courier) {
            let place = place_of(seat.name);
            for row in seat.machine.database.run(DECIDED, &[]).unwrap_or_default() {
                let about = row.text(0).unwrap_or_default().to_owned();
                let first = about
                    .get(..2)
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                let own = first.map_or(Place::Office, |first| shards.of(first));
                if place != own && place != Place::Office {
                    broken.push(format!(
                        "{}: it decided about an order of {own}: {about}",
                        seat.name
                    ));
                }
                if let Some(other) = decided.insert(about.clone(), seat.name) {
                    let two = format!("{other} and {}", seat.name);
                    broken.push(format!(
                        "{two}: two objects decided about one order: {about}"
                    ));
                }
            }
        }
    }
}
