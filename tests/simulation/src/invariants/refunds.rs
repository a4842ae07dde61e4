//! What was given back was asked for by the shop that was paid, once each, never more than was taken; and the
//! holder's wallet says so much and no more.

use std::collections::BTreeMap;

use super::{none, rows};
use crate::cast::SHOP;
use crate::town::Town;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    for issuer in town.payers() {
        for (complaint, sql) in BOOKS {
            none(town, broken, issuer, sql, complaint);
        }
    }
    let lied = |who: &str| town.lied.get() == Some(who);
    if !lied(SHOP) && !town.payers().into_iter().any(lied) {
        asked_for(town, broken);
    }
    if town.lied.get().is_none() {
        let sql =
            "SELECT lower(hex(order_id)) || ' ' || number FROM shop_refunds WHERE outcome IS NULL";
        none(town, broken, SHOP, sql, "a refund was never answered");
    }
    told(town, broken);
}

/// Each query gives what is wrong.
const BOOKS: [(&str, &str); 2] = [
    (
        "more was given back than was taken",
        "SELECT 'order ' || lower(hex(r.order_id)) FROM issuer_reservations r WHERE
             coalesce((SELECT sum(f.minor) FROM payer_refunds f
                       WHERE f.root = r.root AND f.outcome = 'refunded'), 0)
             > CASE r.state WHEN 'captured' THEN r.minor ELSE 0 END",
    ),
    (
        "what was given back is not what was decided",
        "SELECT 'order ' || lower(hex(r.order_id)) FROM issuer_reservations r WHERE
             coalesce((SELECT sum(t.minor) FROM transfers t JOIN accounts a ON a.account = t.debit
                       WHERE a.kind = 'payable' AND t.kind IN ('single', 'post') AND t.order_id = r.order_id), 0)
             <> coalesce((SELECT sum(f.minor) FROM payer_refunds f
                          WHERE f.root = r.root AND f.outcome = 'refunded'), 0)",
    ),
];

/// By order and number: how much, and what came of it.
type Refunds = BTreeMap<(String, u64), (u64, String)>;

fn refunds(town: &Town, party: &str, sql: &str) -> Refunds {
    let rows = rows(town, party, sql);
    let read = rows.iter().filter_map(|row| {
        let order = row.text(0).ok()?.to_owned();
        let outcome = row.text(3).ok()?.to_owned();
        Some(((order, row.number(1).ok()?), (row.number(2).ok()?, outcome)))
    });
    read.collect()
}

/// The shop asked for each refund, and heard what came of it.
fn asked_for(town: &Town, broken: &mut Vec<String>) {
    let asked = refunds(
        town,
        SHOP,
        "SELECT lower(hex(order_id)), number, minor, coalesce(outcome, 'unheard') FROM shop_refunds",
    );
    for issuer in town.payers() {
        let decided = refunds(
            town,
            issuer,
            "SELECT lower(hex(r.order_id)), f.number, f.minor, f.outcome FROM payer_refunds f
             JOIN issuer_reservations r ON r.root = f.root",
        );
        for ((order, number), decided) in decided {
            let asked = asked.get(&(order.clone(), number));
            if asked != Some(&decided) {
                broken.push(format!(
                    "{issuer}: refund {number} of order {order} is {decided:?}, and the shop has {asked:?}"
                ));
            }
        }
    }
}

/// No wallet says that more was given back than its issuer has booked; where nobody lied, it says all of it.
fn told(town: &Town, broken: &mut Vec<String>) {
    let mut given = BTreeMap::new();
    for issuer in town.payers() {
        let sql = "SELECT lower(hex(r.order_id)), f.minor FROM payer_refunds f
            JOIN issuer_reservations r ON r.root = f.root WHERE f.outcome = 'refunded'";
        for row in rows(town, issuer, sql) {
            if let (Ok(order), Ok(minor)) = (row.text(0), row.number::<u64>(1)) {
                *given.entry(order.to_owned()).or_insert(0) += minor;
            }
        }
    }
    let payers = town.payers();
    if town.lied.get().is_some_and(|liar| payers.contains(&liar)) {
        return;
    }
    for holder in town.holders.borrow().iter() {
        for order in holder.orders.borrow().iter() {
            let number = order.order_id.as_deref().unwrap_or_default();
            let booked = given.get(number).copied().unwrap_or(0);
            let said = order.refunded_minor.unwrap_or(0);
            let knows_all = town.lied.get().is_none() && order.state.as_str() == "delivering";
            if said > booked || (knows_all && said < booked) {
                broken.push(format!(
                    "{}: of order {number} {booked} were given back, and the wallet says {said}",
                    holder.name
                ));
            }
        }
    }
}
