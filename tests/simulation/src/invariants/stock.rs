//! Goods are on the shelf, held back for an order, or sold: none appear and none get lost, at whichever of the shop's
//! objects they and the orders are.

use std::collections::{BTreeMap, BTreeSet};

use super::{rows, texts};
use crate::cast::{SHOP, SHOP_STOCK, goods, opening_stock};
use crate::town::Town;

/// What is on the shelf where it is: with shards the stock has it from the office once it was asked for something.
const SHELF: &str = "SELECT sku, pieces FROM shop_stock";
const TAKEN_OVER: &str = "SELECT name FROM facts WHERE name = 'stock-taken-over'";
const HELD: &str = "SELECT sku, pieces FROM shop_reserved";

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let is_taken_over = !texts(town, SHOP, TAKEN_OVER).is_empty();
    let at = if is_taken_over { SHOP_STOCK } else { SHOP };
    let shelf = sums(town.seat(at).map_or_else(Vec::new, |seat| {
        use tallystick_parties::ports::Tables as _;
        seat.machine.database.run(SHELF, &[]).unwrap_or_default()
    }));
    let held = sums(rows(town, SHOP, HELD));
    for product in &goods().products {
        let sku = product.sku.as_str();
        let opening = i64::from(opening_stock(sku));
        let left = shelf.get(sku).copied().unwrap_or(opening);
        let held = held.get(sku).copied().unwrap_or(0);
        if left + held != opening {
            broken.push(format!(
                "{SHOP}: of {opening} {sku} there are {left} and {held} for orders"
            ));
        }
    }
    let held = texts(town, SHOP, "SELECT lower(hex(order_id)) FROM shop_reserved");
    let held: BTreeSet<String> = held.into_iter().collect();
    let mut orders = BTreeSet::new();
    for row in rows(
        town,
        SHOP,
        "SELECT lower(hex(order_id)), state FROM shop_orders",
    ) {
        let (order, state) = (
            row.text(0).unwrap_or_default(),
            row.text(1).unwrap_or_default(),
        );
        let has_ended = matches!(state, "refused" | "expired");
        if has_ended == held.contains(order) {
            broken.push(format!(
                "{SHOP}: an order holds goods that it should not, or none that it should: order {order}"
            ));
        }
        orders.insert(order.to_owned());
    }
    for order in held.difference(&orders) {
        broken.push(format!("{SHOP}: goods are held for no order: {order}"));
    }
}

fn sums(rows: Vec<tallystick_parties::ports::Row>) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        if let (Ok(sku), Ok(pieces)) = (row.text(0), row.integer(1)) {
            *sums.entry(sku.to_owned()).or_insert(0) += pieces;
        }
    }
    sums
}
