//! What is done where there is a bank: errands of holders, cards that are pulled out or lose their power in the middle
//! of a write, and everybody there failing like the others.

use std::rc::Rc;

use tallystick_parties::office::place::Shards;

use crate::cast::{AUTHORITY, BANK, BANKING_SYSTEM, CA, DIRECTORY, SHOP};
use crate::dice::Dice;
use crate::holder::banking::Errand;
use crate::holder::{Holder, Wish};
use crate::town::Town;

/// Who fails beside those that [`crate::steps`] picks from; the bank more often than the others.
const PARTIES: [&str; 8] = [
    BANK,
    BANK,
    BANK,
    BANK,
    AUTHORITY,
    DIRECTORY,
    BANKING_SYSTEM,
    CA,
];

/// How many of a thousand steps are these.
const SHARE: u32 = 650;

/// One step at the bank, or nothing if this one is another. Returns the milliseconds until the next.
pub(crate) fn take(town: &Rc<Town>, dice: &Dice) -> Option<u64> {
    if !dice.chance(SHARE) {
        return None;
    }
    let holders = town.holders.borrow().clone();
    let first: Vec<_> = holders.iter().filter(|one| one.is_first()).collect();
    let holder = dice.pick(&first);
    let party = *dice.pick(&PARTIES);
    match dice.below(100) {
        0..46 => wish(holder, some_errand(dice)),
        46..60 => holder.wishes.borrow_mut().push_back(Wish::Tea),
        60..70 => fail_after_writes(town, party, dice),
        70..74 => {
            let objects: Vec<_> = town.objects(party).map(|seat| seat.name).collect();
            town.crash(dice.pick::<&str>(&objects));
        }
        74..78 if town.cast.get().bank_shards.is_none() => {
            town.note("the bank is spread over four shards");
            town.spread(BANK, Shards::new(4).unwrap());
        }
        74..84 => lose_card(town, holder, dice),
        84..90 => {
            let length_ms = dice.between(5_000, 240_000);
            town.note(&format!(
                "{} and {BANK} are cut off from each other for {length_ms} ms",
                holder.name
            ));
            let until_ms = town.scheduler.now_ms() + length_ms;
            town.cuts.borrow_mut().between(holder.name, BANK, until_ms);
        }
        90..93 => {
            let length_ms = dice.between(5_000, 1_800_000);
            let other = *dice.pick(&[SHOP, AUTHORITY, DIRECTORY]);
            town.note(&format!(
                "{BANK} and {other} are cut off from each other for {length_ms} ms"
            ));
            let until_ms = town.scheduler.now_ms() + length_ms;
            town.cuts.borrow_mut().between(BANK, other, until_ms);
        }
        93..96 => {
            let length_ms = dice.between(5_000, 600_000);
            town.note(&format!("{party} hangs for {length_ms} ms"));
            let until_ms = town.scheduler.now_ms() + length_ms;
            town.cuts.borrow_mut().hang(party, until_ms);
        }
        _ => {
            town.power_will_fail(holder, dice, 12);
        }
    }
    Some(dice.between(100, 15_000))
}

fn wish(holder: &Holder, errand: Errand) {
    holder
        .wishes
        .borrow_mut()
        .push_back(Wish::AtTheBank(errand));
}

fn some_errand(dice: &Dice) -> Errand {
    match dice.below(20) {
        0..3 => Errand::PutIn(dice.between(5_000, 20_000)),
        3..9 => Errand::Load(dice.between(1, 12_000)),
        9..13 => Errand::Unload(dice.between(1, 3_000)),
        13..19 => Errand::Give(dice.between(1, 3_000)),
        _ => Errand::Report,
    }
}

fn fail_after_writes(town: &Town, party: &str, dice: &Dice) {
    let writes = u32::try_from(dice.below(12)).unwrap_or(0);
    let objects: Vec<_> = town.objects(party).collect();
    if let Some(seat) = objects.get(dice.index(objects.len())) {
        town.note(&format!(
            "{}: the power will fail after {writes} writes",
            seat.name
        ));
        seat.machine.database.fail_after(writes + 1);
    }
}

/// The card is pulled out between two commands, or its power fails in the middle of a write.
fn lose_card(town: &Town, holder: &Holder, dice: &Dice) {
    let count = u32::try_from(dice.below(12)).unwrap_or(0);
    if dice.chance(500) {
        town.note(&format!(
            "{}: the card will be pulled out after {count} commands",
            holder.name
        ));
        holder.device.reader().pull_after(count, dice.chance(500));
    } else {
        let writes = u32::try_from(dice.below(60)).unwrap_or(0);
        town.note(&format!(
            "{}: the card’s power will fail after {writes} writes",
            holder.name
        ));
        holder.money.card.fail_after(writes);
    }
}
