//! Orders that coupons pay: what an order comes to is what its coupons gave and what whoever paid the rest charged; the office
//! and the shop say the same of each coupon; and nothing stays held.

use std::collections::BTreeMap;

use super::super::books::{Sums, differing, sums};
use super::super::rows;
use crate::cast::{COUPONS, SHOP};
use crate::town::Town;

pub(super) fn at_rest(town: &Town, broken: &mut Vec<String>) {
    if town.lied.get().is_some() {
        return;
    }
    totals(town, broken);
    shares(town, broken);
    for row in rows(
        town,
        COUPONS,
        "SELECT lower(hex(id)) FROM coupons WHERE state = 'held'",
    ) {
        let id = row.text(0).unwrap_or_default();
        broken.push(format!("{COUPONS}: coupon {id} is held for ever"));
    }
}

/// What was charged and what coupons gave is what the order came to.
fn totals(town: &Town, broken: &mut Vec<String>) {
    let wanted = "SELECT lower(hex(order_id)), minor FROM shop_orders WHERE state = 'accepted'";
    let wanted = sums(town, SHOP, wanted);
    let given = "SELECT lower(hex(order_id)), minor FROM shop_coupons WHERE state = 'taken'";
    let mut paid = sums(town, SHOP, given);
    for payer in town.payers() {
        let charged =
            "SELECT lower(hex(order_id)), minor FROM issuer_reservations WHERE state = 'captured'";
        for (order, minor) in sums(town, payer, charged) {
            *paid.entry(order).or_default() += minor;
        }
    }
    let other = "an order is not paid by coupons and whoever paid the rest, to the unit";
    differing(SHOP, other, &paid, &wanted, broken);
}

/// What the shop took and gave back of each coupon, the office has booked.
fn shares(town: &Town, broken: &mut Vec<String>) {
    let shop = "SELECT lower(hex(coupon)) || ' ' || state, minor FROM shop_coupons";
    let open: Vec<_> = sums(town, SHOP, shop).into_keys().collect();
    let is_over = |what: &&String| {
        let mut ends = ["taken", "free", "refused"].into_iter();
        ends.any(|end| what.ends_with(end))
    };
    for what in open.iter().filter(|what| !is_over(what)) {
        broken.push(format!("{SHOP}: coupon {what} never comes to its end"));
    }
    let taken = "SELECT lower(hex(coupon)), minor FROM shop_coupons WHERE state = 'taken'";
    let taken = sums(town, SHOP, taken);
    let back = "SELECT lower(hex(c.coupon)), r.minor FROM shop_coupon_refunds r
        JOIN shop_coupons c ON c.order_id = r.order_id AND c.place = r.place WHERE r.outcome = 'done'";
    let back = sums(town, SHOP, back);
    let of_office = rows(
        town,
        COUPONS,
        "SELECT lower(hex(coupon)), minor, given_back FROM coupon_taken",
    );
    let at_counter: Vec<_> = match &*town.coupons.counter.borrow() {
        Some(counter) => counter
            .told
            .borrow()
            .keys()
            .map(ToString::to_string)
            .collect(),
        None => Vec::new(),
    };
    let mut booked = BTreeMap::new();
    for row in &of_office {
        let (Ok(id), Ok(minor), Ok(given_back)) = (row.text(0), row.integer(1), row.integer(2))
        else {
            continue;
        };
        // What was taken at the counter is no order's.
        if !at_counter.iter().any(|coupon| coupon == id) {
            booked.insert(id.to_owned(), (minor, given_back));
        }
    }
    let of = |which: fn(&(i64, i64)) -> i64| {
        let all = booked.iter().map(|(id, both)| (id.clone(), which(both)));
        all.filter(|(_, minor)| *minor != 0).collect::<Sums>()
    };
    let other = "what a coupon gave for an order is not what its office booked";
    differing(SHOP, other, &of(|both| both.0), &taken, broken);
    let other = "what a coupon was given back is not what its office booked";
    differing(SHOP, other, &of(|both| both.1), &back, broken);
}
