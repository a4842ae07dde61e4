//! In each issuer's books no value is made or lost, and nothing is charged twice, without the holder, or for an
//! account that has moved elsewhere.

use std::collections::BTreeMap;

use super::{none, orders_of, rows, texts};
use crate::cast::{COURIERS, ISSUERS};
use crate::holder::{Approved, Holder, Payer};
use crate::people::AccountName;
use crate::town::Town;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let payers = town.payers();
    for payer in &payers {
        for (complaint, sql) in BOOKS {
            none(town, broken, payer, sql, complaint);
        }
        approved(town, payer, broken);
    }
    for issuer in ISSUERS {
        let sums = |sql: &str| sums(town, issuer, sql);
        for (complaint, booked, said) in SUMS {
            differing(issuer, complaint, &sums(booked), &sums(said), broken);
        }
    }
    apart(town, &payers, broken);
    apart(town, &COURIERS, broken);
}

/// Each query gives what is wrong.
const BOOKS: [(&str, &str); 5] = [
    (
        "debits and credits of all accounts are not equal",
        "SELECT currency FROM accounts GROUP BY currency
         HAVING sum(debits_posted) <> sum(credits_posted) OR sum(debits_pending) <> sum(credits_pending)",
    ),
    (
        "an account is not the sum of its transfers",
        "SELECT a.name FROM accounts a WHERE
             a.debits_posted <> (SELECT coalesce(sum(minor), 0) FROM transfers t
                 WHERE t.debit = a.account AND t.kind IN ('single', 'post'))
             OR a.credits_posted <> (SELECT coalesce(sum(minor), 0) FROM transfers t
                 WHERE t.credit = a.account AND t.kind IN ('single', 'post'))
             OR a.debits_pending <> (SELECT coalesce(sum(minor), 0) FROM transfers t
                 WHERE t.debit = a.account AND t.kind = 'pending'
                     AND NOT EXISTS (SELECT 1 FROM transfers e WHERE e.pending_id = t.id))",
    ),
    (
        "a holder's account is below zero",
        "SELECT name FROM accounts WHERE kind = 'holder' AND credits_posted < debits_posted + debits_pending",
    ),
    (
        "an order was captured more than once",
        "SELECT 'order ' || lower(hex(t.order_id)) FROM transfers t JOIN accounts a ON a.account = t.credit
             WHERE a.kind = 'payable' AND t.kind IN ('single', 'post') AND t.order_id IS NOT NULL
             GROUP BY t.order_id HAVING count(*) > 1",
    ),
    (
        "an order was captured that is not booked as captured, or for another amount",
        "SELECT 'order ' || lower(hex(r.order_id)) FROM issuer_reservations r WHERE
             coalesce((SELECT sum(t.minor) FROM transfers t JOIN accounts a ON a.account = t.credit
                       WHERE a.kind = 'payable' AND t.kind IN ('single', 'post') AND t.order_id = r.order_id), 0)
             <> CASE r.state WHEN 'captured' THEN r.minor ELSE 0 END",
    ),
];

/// What must be equal over all objects of an issuer together, by account: a query for each side.
const SUMS: [(&str, &str, &str); 3] = [
    (
        "what is set aside is not what orders have reserved",
        "SELECT name, debits_pending FROM accounts WHERE kind = 'holder'
         UNION ALL SELECT d.name, -t.minor FROM transfers t JOIN accounts d ON d.account = t.debit
            JOIN accounts c ON c.account = t.credit AND c.kind = 'between'
            WHERE t.kind = 'pending' AND NOT EXISTS (SELECT 1 FROM transfers e WHERE e.pending_id = t.id)",
        "SELECT 'holder ' || account, minor FROM issuer_reservations WHERE state = 'reserved'",
    ),
    (
        "what can be spent is not the limit less what is reserved and charged, and given back",
        "SELECT name, credits_posted - debits_posted - debits_pending FROM accounts WHERE kind = 'holder'",
        // A shard's copy of an account, which has no grant, is not another one.
        "SELECT 'holder ' || account, limit_minor FROM issuer_accounts WHERE length(grant_digest) = 32
         UNION ALL SELECT 'holder ' || account, -minor FROM issuer_reservations
            WHERE state IN ('reserved', 'captured')
         UNION ALL SELECT 'holder ' || r.account, f.minor FROM payer_refunds f
            JOIN issuer_reservations r ON r.root = f.root WHERE f.outcome = 'refunded'",
    ),
    (
        "a shop is not owed what was captured for it and not given back",
        "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'payable'",
        "SELECT 'payable to ' || shop, minor FROM issuer_reservations WHERE state = 'captured'
         UNION ALL SELECT 'payable to ' || r.shop, -f.minor FROM payer_refunds f
            JOIN issuer_reservations r ON r.root = f.root WHERE f.outcome = 'refunded'",
    ),
];

/// Amounts by the name of an account of the ledger, without those that are nothing.
pub(super) type Sums = BTreeMap<String, i64>;

/// Adds up what a query gives over all objects of a party: a name and an amount in each row.
pub(super) fn sums(town: &Town, party: &str, sql: &str) -> Sums {
    let mut sums = Sums::new();
    for row in rows(town, party, sql) {
        if let (Ok(name), Ok(minor)) = (row.text(0), row.integer(1)) {
            *sums.entry(name.to_owned()).or_default() += minor;
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// Complains about each name whose amounts are not equal.
pub(super) fn differing(
    party: &str,
    complaint: &str,
    booked: &Sums,
    said: &Sums,
    broken: &mut Vec<String>,
) {
    for name in booked.keys().chain(said.keys()) {
        if booked.get(name) != said.get(name) {
            broken.push(format!("{party}: {complaint}: {name}"));
        }
    }
}

/// No two of these do the same order.
fn apart(town: &Town, parties: &[&'static str], broken: &mut Vec<String>) {
    let mut done = BTreeMap::new();
    for party in parties {
        let Some(table) = orders_of(party) else {
            continue;
        };
        let sql = format!("SELECT lower(hex(order_id)) FROM {table} WHERE state <> 'refused'");
        for order in texts(town, party, &sql) {
            if let Some(other) = done.insert(order.clone(), party) {
                broken.push(format!("{other} and {party} both have order {order}"));
            }
        }
    }
}

/// A reservation as the issuer has booked it.
struct Booked<'a> {
    order: &'a str,
    minor: u64,
    holder_name: &'a str,
    account: AccountName,
}

/// What was reserved was approved by its holder, at that price, for that account, which was not moved away before.
fn approved(town: &Town, issuer: &str, broken: &mut Vec<String>) {
    let holders = town.holders.borrow();
    let sql = "SELECT lower(hex(r.order_id)), r.minor, a.holder_name, substr(a.card_number, -4)
         FROM issuer_reservations r LEFT JOIN issuer_accounts a ON a.account = r.account
         WHERE r.state <> 'refused'";
    // What an issuer that lies has told of its accounts, nobody can compare.
    let is_honest = town.lied.get() != Some(issuer);
    for row in rows(town, issuer, sql) {
        let (Ok(order), Ok(minor), Ok(holder_name), Ok(last4)) =
            (row.text(0), row.number(1), row.text(2), row.text(3))
        else {
            broken.push(format!("{issuer}: an order is reserved for no account"));
            continue;
        };
        let booked = Booked {
            order,
            minor,
            holder_name,
            account: (issuer.to_owned(), last4.to_owned()),
        };
        if !holders
            .iter()
            .any(|holder| has_approved(town, holder, &booked, is_honest))
        {
            broken.push(format!(
                "{issuer}: nobody approved order {order} over {minor} for the account of {holder_name} that ends in {last4}"
            ));
        }
    }
}

fn has_approved(town: &Town, holder: &Holder, booked: &Booked<'_>, is_honest: bool) -> bool {
    let orders = holder.orders.borrow();
    let mut orders = orders.iter().filter(|order| {
        order.order_id.as_deref() == Some(booked.order) && order.rest_minor == booked.minor
    });
    let of_this_account = |approved: &Approved| match &approved.payer {
        Payer::Own(account) => is_of(holder, account, approved.at_ms, booked),
        Payer::Lent(home, number) => town.holder(home).is_some_and(|home| {
            let accounts = home.lending.accounts.borrow();
            let account = accounts.get(number);
            account.is_some_and(|account| is_of(&home, account, approved.at_ms, booked))
        }),
    };
    orders.any(|order| {
        let approved = holder.approved.borrow();
        let mut approved = approved.iter();
        approved
            .any(|one| one.request_id == order.request_id && (!is_honest || of_this_account(one)))
    })
}

/// Whether it is booked on this account, which was at this computer then.
fn is_of(holder: &Holder, account: &AccountName, at_ms: u64, booked: &Booked<'_>) -> bool {
    holder.person.name == booked.holder_name
        && *account == booked.account
        && holder.papers.is_at(account, holder.name, at_ms)
}
