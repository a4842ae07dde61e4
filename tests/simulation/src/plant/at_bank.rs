//! Mistakes of a bank and of a card.

use std::rc::Rc;

use tallystick_parties::ledger::{self, Account, AccountKind, Transfer};
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_wallet::view::KeyPlace;

use super::Plant;
use crate::holder::Holder;
use crate::seat::Seat;
use crate::town::Town;

/// From which kind of account to which value is booked once more: loads, what waits (whoever gave it), what another
/// purse gave, deposits.
fn ends(plant: Plant) -> [AccountKind; 2] {
    match plant {
        Plant::LoadTwice => [AccountKind::Holder, AccountKind::Purse],
        Plant::CreditPaymentTwice => [AccountKind::Given, AccountKind::Purse],
        Plant::WaitTwice => [AccountKind::Outside, AccountKind::Waiting],
        _ => [AccountKind::Outside, AccountKind::Holder],
    }
}

/// Books once more what was booked, under another name, past the ledger's own check.
pub(super) fn book_again(plant: Plant, seat: &Seat) {
    let tables = &seat.machine.database;
    let kinds = ends(plant);
    let sql = "SELECT t.id, d.name, c.name, t.minor FROM transfers t
        JOIN accounts d ON d.account = t.debit AND (d.kind = ? OR ?)
        JOIN accounts c ON c.account = t.credit AND c.kind = ?
        WHERE t.kind IN ('single', 'post') AND t.id NOT LIKE 'again %'";
    let is_whoevers = plant == Plant::WaitTwice;
    let [from, to] = kinds.map(AccountKind::as_str);
    let values = [from.into(), i64::from(is_whoevers).into(), to.into()];
    for row in tables.run(sql, &values).unwrap_or_default() {
        let (Ok(id), Ok(from), Ok(to), Ok(minor)) =
            (row.text(0), row.text(1), row.text(2), row.number(3))
        else {
            continue;
        };
        let from = if is_whoevers { "outside" } else { from };
        let account = |kind, name| Account { kind, name };
        let again = Transfer {
            id: &format!("again {id}"),
            at_ms: 0,
            order_id: None,
            memo: "Once more",
            debit: account(kinds[0], from),
            credit: account(kinds[1], to),
            money: Money::new(minor, Currency::Jpy),
        };
        let _booked = ledger::transfer(tables, &again);
    }
}

/// What the bank gave back of an offer that nobody answered is held again: under the movement's name once more.
pub(super) fn hold_unanswered(seat: &Seat) {
    let tables = &seat.machine.database;
    let sql = "SELECT t.id, d.name, d.kind, c.name, c.kind, t.minor FROM transfers t
        JOIN accounts d ON d.account = t.debit JOIN accounts c ON c.account = t.credit
        JOIN bank_movements m ON m.state = 'lapsed'
            AND t.pending_id = 'move ' || lower(hex(m.transaction_id)) || ' ' || lower(hex(m.purse))
        WHERE t.kind = 'void'";
    for row in tables.run(sql, &[]).unwrap_or_default() {
        let text = |at| row.text(at).unwrap_or_default();
        let kind = |at| AccountKind::from_name(text(at));
        let (Some(from), Some(to), Ok(minor)) = (kind(2), kind(4), row.number(5)) else {
            continue;
        };
        let account = |kind, name| Account { kind, name };
        let held = Transfer {
            id: &format!("again {}", text(0)),
            at_ms: 0,
            order_id: None,
            memo: "Held for a movement",
            debit: account(from, text(1)),
            credit: account(to, text(3)),
            money: Money::new(minor, Currency::Jpy),
        };
        let _held = ledger::reserve(tables, &held);
    }
}

/// The card of a reader is put back to what it was when it held most.
pub(super) fn restore_card(town: &Town) {
    for holder in town.holders.borrow().iter() {
        if holder.money.place == KeyPlace::Reader {
            restore(holder);
        }
    }
}

fn restore(holder: &Rc<Holder>) {
    let purses = holder.money.card.purses();
    let held = purses.iter().filter_map(|purse| purse.state.as_ref());
    let held: u64 = held.map(|state| state.amount).sum();
    let is_idle = purses.iter().all(|purse| purse.pending.is_empty());
    let mut most = holder.money.most.borrow_mut();
    match &*most {
        Some((before, pages)) if held < *before && is_idle => holder.money.card.put_back(pages),
        Some((before, _)) if held <= *before => {}
        _ => *most = Some((held, holder.money.card.copied())),
    }
}
