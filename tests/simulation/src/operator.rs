//! What the shop's operator does now and then: gives money back, whole or in part, and cancels orders; sometimes
//! the same command twice.

use std::rc::Rc;

use http::Request;
use tallystick_parties::Party as _;
use tallystick_parties::ports::Tables as _;

use crate::cast::SHOP;
use crate::dice::Dice;
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
    let orders = seat.machine.database.run(sql, &[]).unwrap_or_default();
    if orders.is_empty() {
        return;
    }
    let order = dice.pick(&orders);
    let (Ok(id), Ok(state), Ok(minor)) = (order.text(0), order.text(1), order.number::<u64>(2))
    else {
        return;
    };
    let key = dice.below(u64::MAX).to_string();
    let mut command = serde_json::json!({ "order_id": id, "key": key });
    let path = if state == "accepted" {
        if dice.chance(500) {
            command["amount_minor"] = dice.between(1, minor).into();
        }
        "/v1/console/refunds"
    } else {
        "/v1/console/cancellations"
    };
    let times = if dice.chance(300) { 2 } else { 1 };
    town.note(&format!(
        "{SHOP}: the operator says {path} of {state} {}",
        &id[..8]
    ));
    for _ in 0..times {
        give(town, path, command.to_string().into_bytes());
    }
}

/// The command reaches the shop from its own page, if the shop is there.
fn give(town: &Rc<Town>, path: &'static str, body: Vec<u8>) {
    let Some(seat) = town.seat(SHOP) else { return };
    let request = Request::post(format!("https://{SHOP}{path}"))
        .header("content-type", "application/json")
        .body(body);
    let (Some(running), Ok(request)) = (seat.running(), request) else {
        return;
    };
    town.scheduler.spawn(seat.owner(), async move {
        running.serve(request).await;
    });
}
