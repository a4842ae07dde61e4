//! In the bank's books every account is what was decided: what came in from outside, less what went to shops, is on
//! accounts, in purses or waits for one. Each movement was done once or not at all, each refund went back once to where
//! it came from, and no honest card raised an alert.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::wire::cbor::decode_value;

use super::books::{Sums, differing, sums};
use super::{between, none, rows, texts};
use crate::cast::{AUTHORITY, BANK};
use crate::town::Town;

/// The longest endpoint that is stored, in bytes.
const ENDPOINT_BYTES_MAX: usize = 300;
/// What the ledger says of every account but those between two objects.
const BOOKED: &str =
    "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind <> 'between'";
/// Each query gives what is wrong.
const AT_REST: [(&str, &str); 4] = [
    (
        "a movement never ends",
        "SELECT lower(hex(transaction_id)) || ' is ' || state FROM bank_movements
         WHERE state IN ('offered', 'reserved')",
    ),
    (
        "something is set aside and nothing is under way",
        "SELECT name FROM accounts WHERE debits_pending <> 0 OR credits_pending <> 0",
    ),
    (
        "a movement has ended and has no verdict",
        "SELECT lower(hex(m.transaction_id)) FROM bank_movements m WHERE NOT EXISTS (
            SELECT 1 FROM bank_statements s WHERE s.kind = 'movement-verdict'
                AND s.reference = lower(hex(m.transaction_id)) || ' ' || lower(hex(m.purse)))",
    ),
    (
        "what waits was taken by a movement that was not done, or by none",
        "SELECT lower(hex(w.transaction_id)) FROM bank_waiting w WHERE w.taken_by IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM bank_movements m WHERE m.purse = w.purse
                AND m.transaction_id = w.taken_by AND m.state = 'completed')",
    ),
];

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    for (complaint, sql) in AT_REST {
        none(town, broken, BANK, sql, complaint);
    }
    let booked = sums(town, BANK, BOOKED);
    let other = "an account is not what was decided about it";
    differing(BANK, other, &booked, &decided(town, broken), broken);
    waiting(town, &booked, broken);
    refunds(town, broken);
    opened(town, broken);
}

/// A movement as it was decided.
struct Movement {
    purse: String,
    transaction: String,
    source: Option<Endpoint>,
    destination: Option<Endpoint>,
    minor: i64,
}

/// Every movement that was done by the bank: what purses paid each other without it is told by `bank_local`.
fn completed(town: &Town) -> Vec<Movement> {
    let sql = "SELECT lower(hex(purse)), lower(hex(transaction_id)), source, destination, minor
        FROM bank_movements m WHERE state = 'completed'
            AND NOT EXISTS (SELECT 1 FROM bank_local l WHERE l.transaction_id = m.transaction_id)";
    let rows = rows(town, BANK, sql);
    let read = rows.iter().filter_map(|row| {
        let end = |at| decode_value(row.blob(at).ok()?, ENDPOINT_BYTES_MAX).ok();
        Some(Movement {
            purse: row.text(0).ok()?.to_owned(),
            transaction: row.text(1).ok()?.to_owned(),
            source: end(2),
            destination: end(3),
            minor: row.integer(4).ok()?,
        })
    });
    read.collect()
}

/// What every account should be, by what came in and what was decided since.
fn decided(town: &Town, broken: &mut Vec<String>) -> Sums {
    let mut sums = Sums::new();
    let mut add = |name: String, minor: i64| *sums.entry(name).or_default() += minor;
    let accounts = accounts(town);
    let holder = |number: u64| {
        let account = accounts.get(&number.to_string());
        account.map_or_else(
            || format!("nobody's {number}"),
            |account| format!("holder {account}"),
        )
    };
    for (number, minor) in came_in(town, broken) {
        add(holder(number), minor);
        add("outside".to_owned(), -minor);
    }
    let movements = completed(town);
    let mut paid_by = BTreeMap::new();
    for movement in &movements {
        let (Some(source), Some(destination)) = (&movement.source, &movement.destination) else {
            broken.push(format!("{BANK}: a movement without ends was done"));
            continue;
        };
        if matches!(destination, Endpoint::Shop(_)) {
            paid_by.insert(movement.transaction.clone(), movement.purse.clone());
            continue;
        }
        let from = match source {
            Endpoint::Account(number) => holder(*number),
            Endpoint::Waiting(_) => format!("waiting {}", movement.purse),
            _ => format!("purse {}", movement.purse),
        };
        let to = match destination {
            Endpoint::Account(number) => holder(*number),
            Endpoint::Purse(number) if number.to_string() != movement.purse => {
                format!("waiting {number}")
            }
            _ => format!("purse {}", movement.purse),
        };
        add(from, -movement.minor);
        add(to, movement.minor);
    }
    for order in orders(town) {
        let (taken, back) = match paid_by.remove(&order.root) {
            Some(purse) => (format!("purse {purse}"), format!("waiting {purse}")),
            None => (
                format!("holder {}", order.account),
                format!("holder {}", order.account),
            ),
        };
        let payable = format!("payable to {}", order.shop);
        add(taken, -order.minor);
        add(back, order.refunded);
        add(payable, order.minor - order.refunded);
    }
    for (name, minor) in between::moved(town) {
        add(name, minor);
    }
    for root in paid_by.keys() {
        broken.push(format!(
            "{BANK}: a purse paid for order {root}, which was not charged"
        ));
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// The bank's accounts: number and account of the ledger.
fn accounts(town: &Town) -> BTreeMap<String, i64> {
    let rows = rows(
        town,
        BANK,
        "SELECT card_number, account FROM issuer_accounts",
    );
    let read = rows
        .iter()
        .filter_map(|row| Some((row.text(0).ok()?.to_owned(), row.integer(1).ok()?)));
    read.collect()
}

/// What came from outside and was booked, by account: no more than holders have put in, and all that they were told was
/// booked.
fn came_in(town: &Town, broken: &mut Vec<String>) -> Vec<(u64, i64)> {
    let sql = "SELECT substr(id, 9), minor FROM transfers WHERE id LIKE 'deposit %'";
    let mut booked = sums(town, BANK, sql);
    let mut came = Vec::new();
    for holder in town.holders.borrow().iter() {
        for deposit in holder.money.deposits.borrow().iter() {
            let asked = i64::try_from(deposit.minor).unwrap_or(i64::MAX);
            match booked.remove(&deposit.reference) {
                Some(minor) if minor == asked => came.push((deposit.account, minor)),
                None if !deposit.is_booked => {}
                other => broken.push(format!(
                    "{BANK}: of {}, which is {asked}, {other:?} came in",
                    deposit.reference
                )),
            }
        }
    }
    for reference in booked.keys() {
        broken.push(format!("{BANK}: nobody put {reference} in"));
    }
    came
}

/// An order that was charged.
struct Order {
    root: String,
    account: i64,
    shop: String,
    minor: i64,
    refunded: i64,
}

fn orders(town: &Town) -> Vec<Order> {
    let sql = "SELECT lower(hex(r.root)), r.account, r.shop, r.minor, coalesce((SELECT sum(f.minor)
            FROM payer_refunds f WHERE f.root = r.root AND f.outcome = 'refunded'), 0)
        FROM issuer_reservations r WHERE r.state = 'captured'";
    let rows = rows(town, BANK, sql);
    let read = rows.iter().filter_map(|row| {
        Some(Order {
            root: row.text(0).ok()?.to_owned(),
            account: row.integer(1).ok()?,
            shop: row.text(2).ok()?.to_owned(),
            minor: row.integer(3).ok()?,
            refunded: row.integer(4).ok()?,
        })
    });
    read.collect()
}

/// What waits for purses is what the books have for them.
fn waiting(town: &Town, booked: &Sums, broken: &mut Vec<String>) {
    let sql =
        "SELECT 'waiting ' || lower(hex(purse)), minor FROM bank_waiting WHERE taken_by IS NULL";
    let waits = sums(town, BANK, sql);
    let booked = booked
        .iter()
        .filter(|(name, _)| name.starts_with("waiting "));
    let booked = booked.map(|(name, minor)| (name.clone(), *minor)).collect();
    let other = "what waits is not on the account of what waits";
    differing(BANK, other, &booked, &waits, broken);
    let mut taken = BTreeSet::new();
    for movement in completed(town) {
        if let Some(Endpoint::Waiting(credit)) = movement.source
            && !taken.insert((movement.purse, credit))
        {
            broken.push(format!("{BANK}: what waited was taken twice: {credit}"));
        }
    }
}

/// Each refund of an order that a purse paid waits, or waited, for this very purse, once.
fn refunds(town: &Town, broken: &mut Vec<String>) {
    let sql = "SELECT lower(hex(m.purse)) || ' ' || f.minor FROM payer_refunds f
        JOIN bank_movements m ON m.transaction_id = f.root AND m.reference IS NOT NULL
        WHERE f.outcome = 'refunded'";
    let mut given = texts(town, BANK, sql);
    let sql = "SELECT lower(hex(purse)), minor, origin FROM bank_waiting";
    let rows = rows(town, BANK, sql);
    let of_shops = rows.iter().filter_map(|row| {
        let origin = decode_value(row.blob(2).ok()?, ENDPOINT_BYTES_MAX).ok()?;
        let (purse, minor) = (row.text(0).ok()?, row.integer(1).ok()?);
        matches!(origin, Endpoint::Shop(_)).then(|| format!("{purse} {minor}"))
    });
    let mut arrived: Vec<_> = of_shops.collect();
    given.sort();
    arrived.sort();
    if given != arrived {
        broken.push(format!(
            "{BANK}: {given:?} was given back to purses, and {arrived:?} came to them"
        ));
    }
}

/// Each account was opened for one registration, each purse for one application, and both sides say so.
fn opened(town: &Town, broken: &mut Vec<String>) {
    let both = [
        (
            "an account",
            "SELECT lower(hex(registration)) FROM bank_accounts",
            "SELECT lower(hex(number)) FROM ra_registrations WHERE outcome = 'opened'",
        ),
        (
            "a purse",
            "SELECT lower(hex(number)) FROM bank_purses",
            "SELECT lower(hex(number)) FROM ra_purses",
        ),
    ];
    for (what, at_bank, at_authority) in both {
        let (mut here, mut there) = (
            texts(town, BANK, at_bank),
            texts(town, AUTHORITY, at_authority),
        );
        here.sort();
        there.sort();
        if here != there {
            broken.push(format!(
                "{what} is not the same at {BANK} ({here:?}) and {AUTHORITY} ({there:?})"
            ));
        }
    }
}

/// A number as the tables show it.
pub(in crate::invariants) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}
