//! Each order has ended at everybody, and where nobody lied, everywhere in the same way: paid and on its way, or
//! neither.

use std::collections::BTreeSet;

use tallystick_wallet::view::{OrderState, OrderView};

use super::{none, orders_of, rows, state_of, states, texts};
use crate::cast::{COURIERS, SHOP};
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
    let payers = town.payers();
    if !town.lied.get().is_some_and(|liar| payers.contains(&liar)) {
        for holder in town.holders.borrow().iter() {
            money(town, holder, broken);
        }
    }
}

fn ended(town: &Town, broken: &mut Vec<String>) {
    let payers = town.payers();
    let is_open = |party: &str| match party {
        SHOP => "state NOT IN ('accepted', 'refused', 'expired')",
        payer if payers.contains(&payer) => "state = 'reserved'",
        _ => "state = 'accepted'",
    };
    for party in town.parties() {
        if let Some(table) = orders_of(party) {
            let sql = format!(
                "SELECT 'order ' || lower(hex(order_id)) || ' is ' || state FROM {table} WHERE {}",
                is_open(party)
            );
            none(town, broken, party, &sql, "something never ends");
        }
        let sql = "SELECT kind || ' to ' || domain FROM outbox";
        none(town, broken, party, sql, "a letter was never answered");
        let sql = "SELECT kind || ' about ' || reference FROM due WHERE stuck_at_ms IS NOT NULL";
        none(town, broken, party, sql, "something is stuck");
    }
}

/// Whoever was charged for something gets it, unless who hands it over or who charged it lied about that.
fn paid_only_if_accepted(town: &Town, broken: &mut Vec<String>) {
    let parcels = states(town, &COURIERS);
    let orders = states(town, &[SHOP]);
    for issuer in town.payers() {
        let sql = "SELECT lower(hex(order_id)), state, courier FROM issuer_reservations";
        for row in rows(town, issuer, sql) {
            let (Ok(order), Ok(state), Ok(courier)) = (row.text(0), row.text(1), row.text(2))
            else {
                continue;
            };
            // What no courier delivers the shop hands over itself.
            let (from, handed, done) = match courier {
                "" => (SHOP, &orders, "accepted"),
                courier => (courier, &parcels, "confirmed"),
            };
            let lied = |liar| liar == issuer || liar == from;
            if town.lied.get().is_some_and(lied) {
                continue;
            }
            let handed = handed.get(order).filter(|(who, _)| *who == from);
            let handed = handed.map_or("unknown", |(_, state)| state.as_str());
            if (state == "captured") != (handed == done) {
                broken.push(format!(
                    "order {order} is {state} at {issuer}, and its parcel {handed} at {from}"
                ));
            }
        }
    }
}

/// The shop and the issuers agree.
fn agree(town: &Town, broken: &mut Vec<String>) {
    let money = states(town, &town.payers());
    let known = states(town, &[SHOP]);
    for (order, (_, state)) in &known {
        let money = state_of(&money, order);
        if (state == "accepted") != (money == "captured") {
            broken.push(format!(
                "order {order} is {state} at the shop, and its money {money}"
            ));
        }
    }
    let forgotten = forgotten(town);
    let unknown = money.keys().filter(|order| !known.contains_key(*order));
    for order in unknown.filter(|order| !forgotten.contains(*order)) {
        broken.push(format!("the shop does not know order {order}"));
    }
}

/// What the shop forgot and knows to have signed something about. Of what came to nothing no wallet shows it again.
fn forgotten(town: &Town) -> BTreeSet<String> {
    let roots = texts(
        town,
        SHOP,
        "SELECT DISTINCT lower(hex(root)) FROM shop_forgotten",
    );
    let mut orders = BTreeSet::new();
    for payer in town.payers() {
        let sql = "SELECT lower(hex(root)), lower(hex(order_id)) FROM issuer_reservations WHERE state <> 'captured'";
        for row in rows(town, payer, sql) {
            if let (Ok(root), Ok(order)) = (row.text(0), row.text(1))
                && roots.iter().any(|known| known == root)
            {
                orders.insert(order.to_owned());
            }
        }
    }
    orders
}

/// The wallet says what is the case.
fn wallet(town: &Town, holder: &Holder, broken: &mut Vec<String>) {
    let name = holder.name;
    if !holder.is_settled.get() {
        broken.push(format!("{name}: the wallet never comes to rest"));
    }
    let money = states(town, &town.payers());
    for order in holder.orders.borrow().iter() {
        let number = order.order_id.as_deref().unwrap_or_default();
        let money = state_of(&money, number);
        if let Some(lie) = untrue(order, money) {
            broken.push(format!(
                "{name}: order {number}: {lie}, and its money is {money}"
            ));
        }
    }
}

/// Whoever else lies: what a wallet says about money is what the issuer has booked. It may still be asking.
fn money(town: &Town, holder: &Holder, broken: &mut Vec<String>) {
    let money = states(town, &town.payers());
    for order in holder.orders.borrow().iter() {
        let number = order.order_id.as_deref().unwrap_or_default();
        let money = state_of(&money, number);
        let said = order.strands.issuer.word;
        let is_unsaid = order
            .failure
            .as_ref()
            .is_some_and(|failure| failure.kind == "unanswered");
        let is_true = match said {
            "charged" | "refunded" => money == "captured",
            "released" | "refused" => money != "captured",
            _ => {
                !order.state.is_final()
                    || is_unsaid
                    || order.state == OrderState::Delivering
                    || money != "captured"
            }
        };
        if !is_true {
            let state = order.state.as_str();
            broken.push(format!(
                "{}: order {number}: the wallet says of the money {state} and {said}, and it is {money}",
                holder.name
            ));
        }
    }
}

fn untrue(order: &OrderView, money: &str) -> Option<String> {
    let said = order.strands.issuer.word;
    let state = order.state.as_str();
    let says = format!("the wallet says {state} and {said}");
    let is_true = match order.state {
        OrderState::Asked
        | OrderState::Approved
        | OrderState::Confirmed
        | OrderState::Sent
        | OrderState::Received
        | OrderState::Authorised
        | OrderState::Disowned => false,
        OrderState::Delivering if said == "released" => money == "released",
        OrderState::Delivering => money == "captured",
        _ if said == "charged" => money == "captured",
        _ => money != "captured",
    };
    (!is_true).then_some(says)
}
