//! Mistakes of a coupon office.

use tallystick_parties::ledger::{self, Account, AccountKind, Transfer};
use tallystick_parties::ports::{Tables as _, Value};
use tallystick_protocol::wire::money::{Currency, Money};

use super::Plant;
use crate::cast::SHOP;
use crate::seat::Seat;

/// Makes the mistake, if there is an occasion.
pub(super) fn work(plant: Plant, seat: &Seat) {
    let run = |sql: &str| {
        // No occasion yet: the tables are not made.
        let _not_yet = seat.machine.database.run(sql, &[]);
    };
    match plant {
        Plant::HandOnTwice => run(
            "INSERT INTO coupon_history (coupon, step, change, owner, notice, at)
             SELECT coupon, step, change, owner, notice, at FROM coupon_history h WHERE step = 'handed-on'
                AND (SELECT count(*) FROM coupon_history o WHERE o.coupon = h.coupon AND o.change = h.change) = 1",
        ),
        Plant::SettleTwice => settle_again(seat),
        Plant::MoveCoupon => move_one(seat),
        Plant::ChargeCouponTwice => run(
            "INSERT INTO coupon_lines (account, kind, coupon, minor, currency, at, total)
             SELECT account, kind, coupon, minor, currency, at, total FROM coupon_lines l WHERE kind = 'charge'
                AND (SELECT count(*) FROM coupon_lines o WHERE o.kind = 'charge' AND o.coupon = l.coupon) = 1",
        ),
        Plant::ForgetLimit => {
            run("UPDATE coupon_campaigns SET issued = 0");
            run("DELETE FROM coupon_had");
        }
        Plant::NextNumber => draw_next(seat),
        _ => {}
    }
}

/// There is a coupon whose number is next to another one's.
fn draw_next(seat: &Seat) {
    let tables = &seat.machine.database;
    let some = "SELECT id FROM coupons WHERE (SELECT count(*) FROM coupons) = 1";
    for row in tables.run(some, &[]).unwrap_or_default() {
        let Ok(mut id) = row.blob(0).map(<[u8]>::to_vec) else {
            continue;
        };
        if let Some(last) = id.last_mut() {
            *last ^= 1;
        }
        let again = "INSERT INTO coupons (id, campaign, kind, funding, minor, currency, terms, not_before, valid_until,
                account, state, owner, change, owner_key, ownership)
            SELECT ?, campaign, kind, funding, minor, currency, terms, not_before, valid_until, account, state, owner,
                change, owner_key, ownership FROM coupons";
        let _drawn = tables.run(again, &[id.into()]);
    }
}

/// For what was spent the shop gets as much once more, past the ledger's own check.
fn settle_again(seat: &Seat) {
    let tables = &seat.machine.database;
    let taken = "SELECT lower(hex(id)), minor FROM coupons WHERE state = 'spent'";
    for row in tables.run(taken, &[]).unwrap_or_default() {
        let (Ok(coupon), Ok(minor)) = (row.text(0), row.number(1)) else {
            continue;
        };
        let payable = format!("payable to {SHOP}");
        let again = Transfer {
            id: &format!("again {coupon}"),
            at_ms: 0,
            order_id: None,
            memo: "Coupon spent",
            debit: Account {
                kind: AccountKind::Coupons,
                name: "coupons",
            },
            credit: Account {
                kind: AccountKind::Payable,
                name: &payable,
            },
            money: Money::new(minor, Currency::Jpy),
        };
        let _booked = ledger::transfer(tables, &again);
    }
}

/// A coupon that somebody has is another's, and nobody said so: once, and well kept in the books.
fn move_one(seat: &Seat) {
    let tables = &seat.machine.database;
    let some = "SELECT c.id, c.change + 1, (SELECT o.owner FROM coupons o WHERE o.owner <> c.owner
            AND substr(hex(o.owner), 1, 4) = '8200' LIMIT 1), c.owner_key, c.ownership
        FROM coupons c WHERE c.state = 'owned'
            AND NOT EXISTS (SELECT 1 FROM coupon_history WHERE step = 'reclaimed') LIMIT 1";
    let Ok(rows) = tables.run(some, &[]) else {
        return;
    };
    for row in rows {
        let (Ok(id), Ok(change), Ok(owner)) = (row.blob(0), row.integer(1), row.blob(2)) else {
            continue;
        };
        let values: [Value; 3] = [id.to_vec().into(), change.into(), owner.to_vec().into()];
        let _moved = tables.run(
            "UPDATE coupons SET change = ?2, owner = ?3 WHERE id = ?1",
            &values,
        );
        let _noted = tables.run(
            "INSERT INTO coupon_history (coupon, step, change, owner, notice, at) VALUES (?1, 'reclaimed', ?2, ?3, NULL, 0)",
            &values,
        );
    }
}
