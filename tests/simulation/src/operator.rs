//! What the shop's operator does now and then: gives money back, whole or in part, and cancels orders; sometimes
//! the same command twice.

use std::rc::Rc;

use http::Request;
use tallystick_parties::Party as _;
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_protocol::wire::time::Timestamp;

use crate::cast::SHOP;
use crate::dice::Dice;
use crate::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};
use crate::seat::Seat;
use crate::town::Town;

/// How often in a thousand steps the operator does something.
const WORKS: u32 = 300;

/// One look at the orders, and perhaps a command.
pub(crate) fn work(town: &Rc<Town>, dice: &Dice) {
    if !dice.chance(WORKS) {
        return;
    }
    let Some(seat) = town.seat(SHOP) else { return };
    let sql = "SELECT lower(hex(order_id)), state, minor FROM shop_orders ORDER BY order_id";
    let at = |seat: &Rc<Seat>| seat.machine.database.run(sql, &[]).unwrap_or_default();
    let orders: Vec<_> = town.objects(SHOP).flat_map(at).collect();
    if orders.is_empty() {
        return;
    }
    let order = dice.pick(&orders);
    let (Ok(id), Ok(state), Ok(minor)) = (order.text(0), order.text(1), order.number::<u64>(2))
    else {
        return;
    };
    let mut arguments = vec![("order", id.to_owned())];
    let command = if state == "accepted" {
        let amount = if dice.chance(500) {
            dice.between(1, minor)
        } else {
            minor
        };
        arguments.push(("amount", amount.to_string()));
        "refund"
    } else {
        "cancel"
    };
    let signed = Command {
        role: "shop",
        domain: SHOP,
        command,
        arguments: &arguments,
        id: &dice.below(u64::MAX).to_string(),
        at: Timestamp(seat.machine.clock.now_ms() / 1000),
    };
    let signed = signed.signed();
    let times = if dice.chance(300) { 2 } else { 1 };
    town.note(&format!(
        "{SHOP}: the operator says {command} of {state} {}",
        &id[..8]
    ));
    for _ in 0..times {
        give(town, SHOP, signed.clone());
    }
}

/// The command reaches a party from its own page, which registers the operator's key first, if the party is there.
pub(crate) fn give(town: &Rc<Town>, party: &str, signed: Vec<u8>) {
    let Some(seat) = town.seat(party) else { return };
    let to = |path, kind, body| {
        Request::post(format!("https://{party}{path}"))
            .header("content-type", kind)
            .body(body)
    };
    let (Some(running), Ok(register), Ok(command)) = (
        seat.running(),
        to(OPERATORS, "application/json", registration()),
        to(COMMANDS, MEDIA_TYPE, signed),
    ) else {
        return;
    };
    town.scheduler.spawn(seat.owner(), async move {
        running.serve(register).await;
        running.serve(command).await;
    });
}
