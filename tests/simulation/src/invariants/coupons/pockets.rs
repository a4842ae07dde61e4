//! Whoever takes a coupon to be theirs is right, nobody else does, nobody has lost one, and a bill shows what was charged.

use std::collections::BTreeMap;

use tallystick_protocol::wire::cbor::encode_value;

use super::super::bank::hex;
use super::super::books::sums;
use super::super::rows;
use crate::cast::{CA, CENTRE, COUPONS};
use crate::coupons::customer::Customer;
use crate::town::Town;

/// A coupon as the registry has it.
struct Registered {
    owner: String,
    change: u32,
    state: String,
}

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    // With a key that a centre or an authority spoilt by lying, nobody hears what the office says.
    let liar = town.lied.get();
    if !town.coupons.is_on || liar.is_some_and(|liar| [CENTRE, CA].contains(&liar)) {
        return;
    }
    let sql = "SELECT lower(hex(id)), lower(hex(owner)), change, state FROM coupons";
    let rows = rows(town, COUPONS, sql);
    let registry = rows.iter().filter_map(|row| {
        let coupon = Registered {
            owner: row.text(1).ok()?.to_owned(),
            change: row.number(2).ok()?,
            state: row.text(3).ok()?.to_owned(),
        };
        Some((row.text(0).ok()?.to_owned(), coupon))
    });
    let registry: BTreeMap<_, _> = registry.collect();
    for customer in town.coupons.customers.borrow().iter() {
        if !customer.is_at_rest() {
            broken.push(format!("{}: something is never answered", customer.name));
        }
        pocket(customer, &registry, broken);
        bill(town, customer, broken);
    }
    let counter = town.coupons.counter.borrow();
    if counter
        .as_ref()
        .is_some_and(|counter| !counter.is_at_rest())
    {
        broken.push("the counter: something is never answered".to_owned());
    }
}

fn pocket(customer: &Customer, registry: &BTreeMap<String, Registered>, broken: &mut Vec<String>) {
    let name = customer.name;
    let Some(owner) = customer.as_owner() else {
        return broken.push(format!("{name} never gets an account"));
    };
    let owner = hex(&encode_value(&owner));
    let pocket = customer.pocket.borrow();
    for (id, kept) in &pocket.coupons {
        let registered = registry.get(&id.to_string());
        let is_theirs = registered.is_some_and(|coupon| coupon.owner == owner);
        let Some(state) = kept.state.filter(|_| kept.is_sure) else {
            if is_theirs {
                broken.push(format!("{name}: does not know of coupon {id}"));
            }
            continue;
        };
        let is_so = registered.is_some_and(|coupon| {
            // Its time may have come since.
            let is_in_it = coupon.state == state.as_str() || coupon.state == "expired";
            is_in_it && coupon.change == kept.change
        });
        if !is_theirs || !is_so {
            broken.push(format!("{name}: takes coupon {id} to be theirs, {state:?}"));
        }
    }
    let own = registry.iter().filter(|(_, coupon)| coupon.owner == owner);
    let has_lost = |id: &&String| !pocket.coupons.keys().any(|kept| kept.to_string() == **id);
    for id in own.map(|(id, _)| id).filter(has_lost) {
        broken.push(format!(
            "{name}: never hears of coupon {id}, which is theirs"
        ));
    }
}

/// The lines that a customer was shown are those of their account, and nobody else's.
fn bill(town: &Town, customer: &Customer, broken: &mut Vec<String>) {
    let name = customer.name;
    let Some(bill) = *customer.bill.borrow() else {
        return broken.push(format!("{name}: is never told what was charged"));
    };
    let owner = customer.as_owner();
    let Some(holder) = owner.as_ref().and_then(|owner| owner.holder()) else {
        return;
    };
    let of_holder = format!(
        "SELECT kind, minor FROM coupon_lines WHERE account =
            (SELECT account FROM issuer_holders WHERE lower(hex(holder)) = '{}')",
        hex(&holder.0)
    );
    let lines = sums(town, COUPONS, &of_holder);
    let sum = |kind: &str| lines.get(kind).copied().unwrap_or(0).cast_unsigned();
    let shown = [bill.charged, bill.converted];
    let booked = [sum("charge"), sum("conversion")];
    if shown != booked {
        broken.push(format!(
            "{name}: was shown {shown:?} as charged and converted, and {booked:?} is so"
        ));
    }
}
