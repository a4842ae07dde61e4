//! What a card has in its purse is what the bank's books say, but for what is under way and what purses paid each other,
//! of which the bank may hear later: at every moment to the unit, and when everything has come to rest without any difference, in the wallet's view as well.

use std::collections::BTreeMap;

use tallystick_card::host::purse::{PendingStep, PendingView, PurseView};
use tallystick_protocol::purse::{Endpoint, PurseNumber};
use tallystick_wallet::view::{MovementState, MovementView};

use super::bank::hex;
use super::books::sums;
use super::{between, rows};
use crate::cast::{BANK, CA, CENTRE};
use crate::holder::Holder;
use crate::town::Town;

/// What the bank knows of purses and of movements by purse and number.
struct Books {
    purses: BTreeMap<String, i64>,
    movements: BTreeMap<(String, String), String>,
}

impl Books {
    fn of(town: &Town) -> Self {
        let purses = sums(town, BANK, BY_THE_BANK).into_iter();
        let sql = "SELECT lower(hex(purse)), lower(hex(transaction_id)), state FROM bank_movements";
        let movements = rows(town, BANK, sql);
        let movements = movements.iter().filter_map(|row| {
            let key = (row.text(0).ok()?.to_owned(), row.text(1).ok()?.to_owned());
            Some((key, row.text(2).ok()?.to_owned()))
        });
        Self {
            purses: purses.collect(),
            movements: movements.collect(),
        }
    }

    fn state(&self, purse: &str, movement: &str) -> Option<&str> {
        let key = (purse.to_owned(), movement.to_owned());
        self.movements.get(&key).map(String::as_str)
    }
}

/// The number of an open purse.
fn number(purse: &PurseView) -> Option<PurseNumber> {
    purse.checkpoint.as_ref().map(|checkpoint| checkpoint.purse)
}

/// What the books have for each purse by what moved with the bank alone.
const BY_THE_BANK: &str =
    "SELECT name, credits_posted - debits_posted FROM accounts WHERE kind = 'purse'
     UNION ALL SELECT d.name, t.minor FROM transfers t JOIN accounts d ON d.account = t.debit AND d.kind = 'purse'
        JOIN accounts c ON c.account = t.credit AND c.kind = 'given' WHERE t.kind IN ('single', 'post')
     UNION ALL SELECT c.name, -t.minor FROM transfers t JOIN accounts c ON c.account = t.credit AND c.kind = 'purse'
        JOIN accounts d ON d.account = t.debit AND d.kind = 'given' WHERE t.kind IN ('single', 'post')";

/// Call it at any moment: what the bank has for a purse is what its card can spend, with what the card has set aside
/// and the bank has not moved, and what the bank has moved and the card has not heard of.
pub(super) fn explained(town: &Town, broken: &mut Vec<String>) {
    let mut objects = town.objects(BANK);
    if objects.any(|seat| seat.machine.database.is_spent()) {
        return;
    }
    let mut books = Books::of(town);
    let paid = between::Paid::of(town);
    for holder in town.holders.borrow().iter() {
        for purse in holder.purses() {
            let Some((own, state)) = number(&purse).zip(purse.state.as_ref()) else {
                continue;
            };
            let name = own.to_string();
            let has_moved = |pending: &PendingView| {
                books.state(&name, &hex(&pending.transaction.0)) == Some("completed")
            };
            let of_bank = purse.pending.iter();
            let of_bank = of_bank.filter(|pending| !paid.has(&pending.transaction));
            let under_way = of_bank.map(|pending| {
                let (source, destination) = (&pending.source, &pending.destination);
                let (is_out, is_in) = (
                    *source == Endpoint::Purse(own) && pending.step != PendingStep::Refused,
                    *destination == Endpoint::Purse(own),
                );
                // Between other ends it is neither.
                let counts = (is_out && !has_moved(pending)) || (is_in && has_moved(pending));
                if counts { pending.amount } else { 0 }
            });
            let with_bank =
                i64::try_from(state.amount + under_way.sum::<u64>()).unwrap_or(i64::MAX);
            let explained = with_bank - paid.came_to(&own);
            let booked = books.purses.remove(&format!("purse {name}")).unwrap_or(0);
            if town.between.has_copy(holder.name) {
                continue;
            }
            if booked != explained {
                broken.push(format!(
                    "{}: the card explains {explained} in purse {name} ({} to spend), and the bank has {booked}",
                    holder.name, state.amount
                ));
            }
        }
    }
    for (name, minor) in books.purses.iter().filter(|(_, minor)| **minor != 0) {
        broken.push(format!("{BANK}: {minor} are in {name}, which no card has"));
    }
}

/// Nothing is under way any more, and every wallet says what card and bank say. With a key that a centre or an authority
/// spoilt by lying, a card speaks to nobody, and what it has set aside stays so.
pub(super) fn at_rest(town: &Town, broken: &mut Vec<String>) {
    if town
        .lied
        .get()
        .is_some_and(|liar| [CENTRE, CA].contains(&liar))
    {
        return;
    }
    let books = Books::of(town);
    let holders = town.holders.borrow();
    // What was doctored says what it likes, and what is lost says nothing.
    let speaks = |holder: &&std::rc::Rc<Holder>| {
        !town.between.has_copy(holder.name) && !holder.money.is_lost.get()
    };
    for holder in holders.iter().filter(speaks) {
        for purse in holder.purses() {
            for pending in &purse.pending {
                broken.push(format!(
                    "{}: the card never hears how {} ended",
                    holder.name,
                    hex(&pending.transaction.0)
                ));
            }
        }
        shown(holder, broken);
        for movement in holder.money.movements.borrow().iter() {
            told(holder, &books, movement, broken);
        }
    }
}

/// The wallet shows what the card has.
fn shown(holder: &Holder, broken: &mut Vec<String>) {
    let purses = holder.purses();
    for shown in holder.money.purses.borrow().iter() {
        let is_it =
            |purse: &&PurseView| number(purse).is_some_and(|own| own.to_string() == shown.number);
        let amount = purses
            .iter()
            .find(is_it)
            .and_then(|purse| purse.state.as_ref());
        let amount = amount.map_or(0, |state| state.amount);
        if shown.amount_minor != amount || shown.out_minor != 0 || shown.in_minor != 0 {
            broken.push(format!(
                "{}: the card has {amount}, and the wallet shows {}, {} and {}",
                holder.name, shown.amount_minor, shown.out_minor, shown.in_minor
            ));
        }
        if !shown.waiting.is_empty() {
            broken.push(format!("{}: what waits is never taken", holder.name));
        }
    }
}

/// The wallet says of a movement what the bank decided.
fn told(holder: &Holder, books: &Books, movement: &MovementView, broken: &mut Vec<String>) {
    let purses = holder.money.purses.borrow();
    let Some(purse) = purses.iter().find(|purse| purse.id == movement.purse_id) else {
        return;
    };
    let state = books.state(&purse.number, &movement.id);
    let is_true = match movement.state {
        MovementState::Completed => state == Some("completed"),
        MovementState::NotCompleted => matches!(state, Some("refused" | "lapsed" | "barred")),
        _ => false,
    };
    if !is_true {
        broken.push(format!(
            "{}: the wallet says that movement {} is {:?}, and the bank that it is {state:?}",
            holder.name, movement.id, movement.state
        ));
    }
}
