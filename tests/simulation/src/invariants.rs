//! What must hold after every run.

mod books;
mod endings;
mod secrecy;
mod stock;

use tallystick_parties::ports::{Row, Tables as _};

use crate::cast::{COURIER, ISSUER, SHOP};
use crate::town::Town;

/// The invariants that do not hold, in sentences.
pub(crate) fn broken(town: &Town) -> Vec<String> {
    let mut broken = Vec::new();
    books::check(town, &mut broken);
    stock::check(town, &mut broken);
    endings::check(town, &mut broken);
    secrecy::check(town, &mut broken);
    broken
}

/// How many orders were delivered, and how many ended otherwise.
pub(crate) fn counts(town: &Town) -> [u64; 2] {
    let number = |sql| {
        let first = rows(town, SHOP, sql).into_iter().next();
        first.and_then(|row| row.number(0).ok()).unwrap_or(0)
    };
    [
        number("SELECT count(*) FROM shop_orders WHERE state = 'accepted'"),
        number("SELECT count(*) FROM shop_orders WHERE state <> 'accepted'"),
    ]
}

/// The rows that a party's database gives.
fn rows(town: &Town, party: &str, sql: &str) -> Vec<Row> {
    let seat = town.seat(party);
    seat.and_then(|seat| seat.machine.database.run(sql, &[]).ok())
        .unwrap_or_default()
}

/// Each row's text in the first column.
fn texts(town: &Town, party: &str, sql: &str) -> Vec<String> {
    let text = |row: &Row| row.text(0).unwrap_or_default().to_owned();
    rows(town, party, sql).iter().map(text).collect()
}

/// Complains about each row there is.
fn none(town: &Town, broken: &mut Vec<String>, party: &str, sql: &str, complaint: &str) {
    for what in texts(town, party, sql) {
        broken.push(format!("{party}: {complaint}: {what}"));
    }
}

/// The states of all orders at a party, by the order's number in hexadecimal.
fn states(town: &Town, party: &str) -> std::collections::BTreeMap<String, String> {
    let table = match party {
        SHOP => "shop_orders",
        ISSUER => "issuer_reservations",
        COURIER => "courier_deliveries",
        _ => return Default::default(),
    };
    let sql = format!("SELECT lower(hex(order_id)), state FROM {table}");
    let rows = rows(town, party, &sql).into_iter();
    rows.filter_map(|row| Some((row.text(0).ok()?.to_owned(), row.text(1).ok()?.to_owned())))
        .collect()
}
