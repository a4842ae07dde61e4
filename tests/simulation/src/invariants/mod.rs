//! What must hold after every run.

mod bank;
pub(crate) mod between;
mod books;
pub(crate) mod business;
pub(crate) mod coupons;
mod crossings;
mod endings;
mod lent;
pub(crate) mod parcels;
mod places;
mod purses;
mod refunds;
mod secrecy;
mod stock;
mod words;

use std::collections::BTreeMap;
use std::rc::Rc;

use tallystick_parties::ports::{Row, Tables as _};

use crate::cast::{BANK, COUPONS, COURIERS, ISSUERS, SHOP};
use crate::seat::Seat;
use crate::town::Town;

/// What parties say of orders: by the order's number in hexadecimal, who says it and in which state it is.
type States = BTreeMap<String, (&'static str, String)>;

/// The invariants that do not hold, in sentences.
pub(crate) fn broken(town: &Town) -> Vec<String> {
    let mut broken = Vec::new();
    books::check(town, &mut broken);
    crossings::check(town, &mut broken);
    crossings::at_rest(town, &mut broken);
    stock::check(town, &mut broken);
    parcels::check(town, &mut broken);
    refunds::check(town, &mut broken);
    words::check(town, &mut broken);
    endings::check(town, &mut broken);
    secrecy::check(town, &mut broken);
    places::check(town, &mut broken);
    lent::check(town, &mut broken);
    lent::at_rest(town, &mut broken);
    coupons::check(town, &mut broken);
    coupons::at_rest(town, &mut broken);
    if town.has_bank {
        town.between.histories.look(town);
        between::check(town, &mut broken);
        bank::check(town, &mut broken);
        purses::explained(town, &mut broken);
        purses::at_rest(town, &mut broken);
        between::at_rest(town, &mut broken);
    }
    broken
}

/// What must hold at every moment, however much is under way.
pub(crate) fn broken_now(town: &Town) -> Vec<String> {
    let mut broken = Vec::new();
    crossings::check(town, &mut broken);
    lent::check(town, &mut broken);
    coupons::check(town, &mut broken);
    if town.has_bank {
        town.between.histories.look(town);
        purses::explained(town, &mut broken);
        between::check(town, &mut broken);
    }
    broken
}

/// How many orders were delivered, and how many ended otherwise.
pub(crate) fn counts(town: &Town) -> [u64; 2] {
    let number = |sql| {
        let counts = rows(town, SHOP, sql);
        let counts = counts.iter().filter_map(|row| row.number::<u64>(0).ok());
        counts.sum()
    };
    [
        number("SELECT count(*) FROM shop_orders WHERE state = 'accepted'"),
        number("SELECT count(*) FROM shop_orders WHERE state <> 'accepted'"),
    ]
}

/// The objects of a party that ever served: the others have no tables yet.
fn that_served<'t>(town: &'t Town, party: &str) -> impl Iterator<Item = &'t Rc<Seat>> {
    let has_tables = |seat: &&Rc<Seat>| {
        let sql = "SELECT 1 FROM sqlite_master WHERE name = 'accounts'";
        let found = seat.machine.database.run(sql, &[]);
        found.is_ok_and(|rows| !rows.is_empty())
    };
    let objects: Vec<_> = town.objects(party).filter(has_tables).collect();
    objects.into_iter()
}

/// The rows that a party's databases give, one object after the other.
fn rows(town: &Town, party: &str, sql: &str) -> Vec<Row> {
    let objects = town.objects(party);
    let rows = objects.map(|seat| seat.machine.database.run(sql, &[]).unwrap_or_default());
    rows.flatten().collect()
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

/// The table in which a party keeps orders, if it does.
pub(crate) fn orders_of(party: &str) -> Option<&'static str> {
    if party == SHOP {
        Some("shop_orders")
    } else if ISSUERS.contains(&party) || party == BANK || party == COUPONS {
        Some("issuer_reservations")
    } else if COURIERS.contains(&party) {
        Some("courier_deliveries")
    } else {
        None
    }
}

/// The states of all orders at these parties, of which each order is known to one. Refused is as good as not
/// known.
fn states(town: &Town, parties: &[&'static str]) -> States {
    let mut states = States::new();
    for party in parties {
        let Some(table) = orders_of(party) else {
            continue;
        };
        let sql = format!("SELECT lower(hex(order_id)), state FROM {table}");
        for row in rows(town, party, &sql) {
            let (Ok(order), Ok(state)) = (row.text(0), row.text(1)) else {
                continue;
            };
            if state != "refused" || !states.contains_key(order) {
                states.insert(order.to_owned(), (party, state.to_owned()));
            }
        }
    }
    states
}

/// How an order stands there.
fn state_of<'a>(states: &'a States, order: &str) -> &'a str {
    states
        .get(order)
        .map_or("unknown", |(_, state)| state.as_str())
}
