//! No value is made or lost, and nothing is charged twice, or without the holder.

use super::{none, rows};
use crate::cast::ISSUER;
use crate::town::Town;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    for (complaint, sql) in BOOKS {
        none(town, broken, ISSUER, sql, complaint);
    }
    approved(town, broken);
}

/// Each query gives what is wrong.
const BOOKS: [(&str, &str); 9] = [
    (
        "an entry does not balance",
        "SELECT 'entry ' || entry FROM ledger_postings GROUP BY entry, currency HAVING sum(minor) <> 0",
    ),
    (
        "all accounts together are not zero",
        "SELECT currency FROM ledger_balances GROUP BY currency HAVING sum(minor) <> 0",
    ),
    (
        "an account is not the sum of its postings",
        "SELECT b.account FROM ledger_balances b LEFT JOIN
             (SELECT account, currency, sum(minor) AS minor FROM ledger_postings GROUP BY account, currency) p
             ON p.account = b.account AND p.currency = b.currency WHERE b.minor IS NOT p.minor",
    ),
    (
        "a holder's account is below zero",
        "SELECT account FROM ledger_balances WHERE account LIKE 'holder %' AND minor < 0",
    ),
    (
        "what is set aside is not what orders have reserved",
        "SELECT 'holder ' || a.account FROM issuer_accounts a WHERE
             coalesce((SELECT minor FROM ledger_balances WHERE account = 'holder ' || a.account || ' reserved'), 0)
             <> coalesce((SELECT sum(minor) FROM issuer_reservations r
                          WHERE r.account = a.account AND r.state = 'reserved'), 0)",
    ),
    (
        "what can be spent is not the limit less what is reserved and charged",
        "SELECT 'holder ' || a.account FROM issuer_accounts a WHERE
             coalesce((SELECT minor FROM ledger_balances WHERE account = 'holder ' || a.account || ' available'), 0)
             <> a.limit_minor - coalesce((SELECT sum(minor) FROM issuer_reservations r
                          WHERE r.account = a.account AND r.state IN ('reserved', 'captured')), 0)",
    ),
    (
        "a shop is not owed what was captured for it",
        "SELECT b.account FROM ledger_balances b WHERE b.account LIKE 'payable to %' AND b.minor
             <> coalesce((SELECT sum(minor) FROM issuer_reservations r
                          WHERE 'payable to ' || r.shop = b.account AND r.state = 'captured'), 0)",
    ),
    (
        "an order was captured more than once",
        "SELECT 'order ' || e.order_id FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry
             WHERE p.account LIKE 'payable to %' GROUP BY e.order_id HAVING count(*) > 1",
    ),
    (
        "an order was captured that is not booked as captured, or for another amount",
        "SELECT 'order ' || lower(hex(r.order_id)) FROM issuer_reservations r WHERE
             coalesce((SELECT sum(p.minor) FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry
                       WHERE p.account LIKE 'payable to %' AND e.order_id = lower(hex(r.order_id))), 0)
             <> CASE r.state WHEN 'captured' THEN r.minor ELSE 0 END",
    ),
];

/// What was reserved was approved by its holder, at that price.
fn approved(town: &Town, broken: &mut Vec<String>) {
    let holders = town.holders.borrow();
    let sql =
        "SELECT lower(hex(order_id)), minor FROM issuer_reservations WHERE state <> 'refused'";
    for row in rows(town, ISSUER, sql) {
        let (Ok(number), Ok(minor)) = (row.text(0), row.number::<u64>(1)) else {
            continue;
        };
        let wanted = holders.iter().any(|holder| {
            let orders = holder.orders.borrow();
            let mut orders = orders.iter();
            orders.any(|order| {
                order.order_id.as_deref() == Some(number)
                    && order.total_minor == minor
                    && holder.approved.borrow().contains(&order.request_id)
            })
        });
        if !wanted {
            broken.push(format!(
                "{ISSUER}: nobody approved order {number} over {minor}"
            ));
        }
    }
}
