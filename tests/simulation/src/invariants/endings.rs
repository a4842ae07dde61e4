//! Each order has ended at everybody, and where nobody lied, everywhere in the same way: paid and on its way, or
//! neither.

use tallystick_wallet::view::{OrderState, OrderView};

use super::{none, states, texts};
use crate::cast::{COURIER, ISSUER, NAMES, SHOP};
use crate::holder::Holder;
use crate::town::Town;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    ended(town, broken);
    paid_only_if_accepted(town, broken);
    if town.lied.get().is_none() {
        agree(town, broken);
        for holder in town.holders.borrow().iter() {
            wallet(town, holder, broken);
        }
    }
}

fn ended(town: &Town, broken: &mut Vec<String>) {
    let open = [
        (
            SHOP,
            "SELECT 'order ' || lower(hex(order_id)) || ' is ' || state FROM shop_orders WHERE state NOT IN ('accepted', 'refused', 'expired')",
        ),
        (
            ISSUER,
            "SELECT 'order ' || lower(hex(order_id)) || ' is ' || state FROM issuer_reservations WHERE state = 'reserved'",
        ),
        (
            COURIER,
            "SELECT 'order ' || lower(hex(order_id)) || ' is ' || state FROM courier_deliveries WHERE state = 'accepted'",
        ),
    ];
    for (party, sql) in open {
        none(town, broken, party, sql, "something never ends");
    }
    for party in NAMES {
        let sql = "SELECT kind || ' to ' || domain || ' after ' || attempts FROM outbox";
        none(town, broken, party, sql, "a letter was never answered");
    }
}

/// Whoever was charged for something gets it, unless the courier or the issuer lied about that.
fn paid_only_if_accepted(town: &Town, broken: &mut Vec<String>) {
    if matches!(town.lied.get(), Some(COURIER | ISSUER)) {
        return;
    }
    let parcels = states(town, COURIER);
    for (order, state) in states(town, ISSUER) {
        let parcel = parcels.get(&order).map_or("unknown", String::as_str);
        if (state == "captured") != (parcel == "confirmed") {
            broken.push(format!("order {order} is {state}, and its parcel {parcel}"));
        }
    }
}

/// Shop and issuer agree.
fn agree(town: &Town, broken: &mut Vec<String>) {
    let money = states(town, ISSUER);
    for (order, state) in states(town, SHOP) {
        let money = money.get(&order).map_or("unknown", String::as_str);
        if (state == "accepted") != (money == "captured") {
            broken.push(format!(
                "order {order} is {state} at the shop, and its money {money}"
            ));
        }
    }
    let sql = "SELECT lower(hex(order_id)) FROM shop_orders";
    let known = texts(town, SHOP, sql);
    for order in money.keys().filter(|order| !known.contains(order)) {
        broken.push(format!("the shop does not know order {order}"));
    }
}

/// The wallet says what is the case.
fn wallet(town: &Town, holder: &Holder, broken: &mut Vec<String>) {
    let name = holder.name;
    if !holder.is_settled.get() {
        broken.push(format!("{name}: the wallet never comes to rest"));
    }
    let money = states(town, ISSUER);
    for order in holder.orders.borrow().iter() {
        let number = order.order_id.as_deref().unwrap_or_default();
        let money = money.get(number).map_or("unknown", String::as_str);
        if let Some(lie) = untrue(order, money) {
            broken.push(format!(
                "{name}: order {number}: {lie}, and its money is {money}"
            ));
        }
    }
}

fn untrue(order: &OrderView, money: &str) -> Option<String> {
    let said = order.strands.issuer.word;
    let state = order.state.name();
    let says = format!("the wallet says {state} and {said}");
    let is_true = match order.state {
        OrderState::Asked
        | OrderState::Approved
        | OrderState::Confirmed
        | OrderState::Sent
        | OrderState::Received
        | OrderState::Authorised => false,
        OrderState::Delivering if said == "released" => money == "released",
        OrderState::Delivering => money == "captured",
        _ if said == "charged" => money == "captured",
        _ => money != "captured",
    };
    (!is_true).then_some(says)
}
