//! Goods are on the shelf, held back for an order, or sold: none appear and none get lost.

use std::collections::BTreeMap;

use tallystick_parties::shop::catalogue::PRODUCTS;

use super::{none, rows};
use crate::cast::SHOP;
use crate::town::Town;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let by_sku = |sql| -> BTreeMap<String, i64> {
        let rows = rows(town, SHOP, sql).into_iter();
        rows.filter_map(|row| Some((row.text(0).ok()?.to_owned(), row.integer(1).ok()?)))
            .collect()
    };
    let shelf = by_sku("SELECT sku, pieces FROM shop_stock");
    let held = by_sku("SELECT sku, sum(pieces) FROM shop_reserved GROUP BY sku");
    for product in PRODUCTS {
        let opening = i64::from(product.opening_stock);
        let left = shelf.get(product.sku).copied().unwrap_or(opening);
        let held = held.get(product.sku).copied().unwrap_or(0);
        if left + held != opening {
            let sku = product.sku;
            broken.push(format!(
                "{SHOP}: of {opening} {sku} there are {left} and {held} for orders"
            ));
        }
    }
    none(
        town,
        broken,
        SHOP,
        "SELECT 'order ' || lower(hex(o.order_id)) FROM shop_orders o WHERE
             (o.state IN ('refused', 'expired')) = EXISTS (SELECT 1 FROM shop_reserved r WHERE r.order_id = o.order_id)",
        "an order holds goods that it should not, or none that it should",
    );
}
