//! What is decided about an order is decided at one object of a party: at a courier the shard of its root, at the
//! shop that of its form's number, or the office, if that began it.

use std::collections::BTreeMap;

use tallystick_parties::office::place::Place;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::wire::cbor::decode;

use crate::cast::{COURIERS, SHOP, place_of};
use crate::town::Town;

/// What a courier decides about an order: to deliver it or not, or that it will not any more.
const DECIDED: &str = "SELECT lower(hex(root)) || ' ' || issuer FROM courier_deliveries
    UNION SELECT reference FROM statements WHERE kind = 'closed'";

/// A shop's orders, each with the form that it was made from.
const ORDERS: &str = "SELECT o.order_id, p.bytes FROM shop_orders o JOIN shop_papers p
    ON p.order_id = o.order_id AND p.kind = 'form'";

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    deliveries(town, broken);
    orders(town, broken);
}

fn orders(town: &Town, broken: &mut Vec<String>) {
    let (_, shards) = town.cast.get().spread(SHOP);
    let mut known = BTreeMap::new();
    for seat in town.objects(SHOP) {
        let place = place_of(seat.name);
        for row in seat.machine.database.run(ORDERS, &[]).unwrap_or_default() {
            let (Ok(order), Ok(form)) = (row.bytes32(0), row.blob(1)) else {
                continue;
            };
            let order = data_encoding::HEXLOWER.encode(&order);
            let own = decode::<OrderForm>(form).map(|form| shards.of(form.start()));
            if place != Place::Office && own.as_ref().ok() != Some(&place) {
                let name = seat.name;
                broken.push(format!("{name}: it has an order of {own:?}: {order}"));
            }
            if let Some(other) = known.insert(order.clone(), seat.name) {
                let two = format!("{other} and {}", seat.name);
                broken.push(format!("{two}: two objects have one order: {order}"));
            }
        }
    }
}

fn deliveries(town: &Town, broken: &mut Vec<String>) {
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
