//! What is done to the town, one step after the other.

use std::rc::Rc;

use tallystick_parties::office::place::Shards;

use crate::cast::{CA, CENTRE, COURIER, ISSUER, ISSUERS, OTHER_COURIER, OTHER_ISSUER, SHOP};
use crate::dice::Dice;
use crate::holder::{Holder, Wish};
use crate::town::Town;
use crate::weather::Weather;

/// Parties that may fail, be cut off or lie. The other shop is only a bystander.
const PARTIES: [&str; 7] = [
    SHOP,
    ISSUER,
    OTHER_ISSUER,
    COURIER,
    OTHER_COURIER,
    CENTRE,
    CA,
];

/// Who lies in this run, if anybody, and how often in a thousand messages.
pub(crate) fn liar(dice: &Dice) -> Option<(&'static str, u32)> {
    // The shop, which all orders go through, lies more often than those that only some need.
    let liars = [
        SHOP,
        SHOP,
        ISSUER,
        ISSUER,
        OTHER_ISSUER,
        COURIER,
        COURIER,
        OTHER_COURIER,
        CENTRE,
        CA,
    ];
    let share = u32::try_from(dice.between(50, 500)).unwrap_or(0);
    let liar = *dice.pick(&liars);
    dice.chance(500).then_some((liar, share))
}

/// How often in a thousand times an idle party is evicted in this run: never, now and then, all the time.
pub(crate) fn forgets(dice: &Dice) -> u32 {
    *dice.pick(&[0, 5, 50, 500])
}

/// One step: a wish or a fault. Returns the milliseconds until the next.
pub(crate) fn take(town: &Rc<Town>, dice: &Dice) -> u64 {
    let holders = town.holders.borrow().clone();
    let holder = dice.pick(&holders);
    let party = *dice.pick(&PARTIES);
    let now_ms = town.scheduler.now_ms();
    match dice.below(100) {
        0..34 => {
            let to_island = dice.chance(100);
            let wish = if to_island {
                Wish::ToTheIsland
            } else {
                Wish::Anything
            };
            holder.wishes.borrow_mut().push_back(wish);
        }
        34..38 => {
            let issuer = *dice.pick(&ISSUERS);
            holder.wishes.borrow_mut().push_back(Wish::Card(issuer));
        }
        38..40 => holder.wishes.borrow_mut().push_back(Wish::NoCard),
        40..44 => {
            let other = other_computer(town, holder);
            other.wishes.borrow_mut().push_back(Wish::Account);
            if dice.chance(500) {
                holder.wishes.borrow_mut().push_back(Wish::Backup);
                other.wishes.borrow_mut().push_back(Wish::Restore);
            }
        }
        44..54 => {
            let writes = u32::try_from(dice.below(25)).unwrap_or(0);
            let objects: Vec<_> = town.objects(party).collect();
            if let Some(seat) = objects.get(dice.index(objects.len())) {
                let party = seat.name;
                town.note(&format!(
                    "{party}: the power will fail after {writes} writes"
                ));
                seat.machine.database.fail_after(writes + 1);
            }
        }
        54..60 => {
            let objects: Vec<_> = town.objects(party).map(|seat| seat.name).collect();
            town.crash(dice.pick::<&str>(&objects));
        }
        60..62 if town.cast.get().shards.is_none() => {
            town.note("the courier is spread over four shards");
            town.spread(COURIER, Shards::new(4).unwrap());
        }
        62..64 if town.cast.get().shop_shards.is_none() => {
            town.note("the shop is spread over four shards");
            town.spread(SHOP, Shards::new(4).unwrap());
        }
        64..66 if town.cast.get().issuer_shards.is_none() => {
            town.note("the issuer is spread over four shards");
            town.spread(ISSUER, Shards::new(4).unwrap());
        }
        60..68 => {
            town.power_will_fail(holder, dice, 12);
        }
        68..72 => town.crash(holder.name),
        72..81 => {
            let (a, b) = pair(holder, dice);
            let length_ms = dice.between(1_000, 120_000);
            town.note(&format!(
                "{a} and {b} are cut off from each other for {length_ms} ms"
            ));
            town.cuts.borrow_mut().between(a, b, now_ms + length_ms);
        }
        81..85 => {
            let name = if dice.chance(400) { holder.name } else { party };
            let length_ms = dice.between(5_000, 1_800_000);
            town.note(&format!("{name} is cut off for {length_ms} ms"));
            town.cuts.borrow_mut().off(name, now_ms + length_ms);
        }
        85..87 => {
            let length_ms = dice.between(5_000, 600_000);
            town.note(&format!("{party} hangs for {length_ms} ms"));
            town.cuts.borrow_mut().hang(party, now_ms + length_ms);
        }
        87..90 => {
            let length_ms = dice.between(5_000, 600_000);
            town.note(&format!("somebody answers for {party} for {length_ms} ms"));
            town.cuts.borrow_mut().answer_for(party, now_ms + length_ms);
        }
        90..95 => {
            let weather = Weather::some(dice);
            let Weather {
                lost,
                doubled,
                delayed,
            } = weather;
            town.note(&format!(
                "of 1000 messages {lost} are lost, {doubled} doubled, {delayed} delayed"
            ));
            town.weather.set(weather);
        }
        _ => {
            town.note("time passes");
            return dice.between(60_000, 1_500_000);
        }
    }
    dice.between(100, 15_000)
}

/// The other computer of this holder, which is bought when it is first needed.
fn other_computer(town: &Rc<Town>, holder: &Rc<Holder>) -> Rc<Holder> {
    let is_other =
        |one: &&Rc<Holder>| std::ptr::eq(one.person, holder.person) && one.name != holder.name;
    let found = town.holders.borrow().iter().find(is_other).cloned();
    found.unwrap_or_else(|| {
        let other = holder.beside(town);
        town.note(&format!("{} has another computer", holder.person.name));
        town.holders.borrow_mut().push(other.clone());
        other.start(town);
        other
    })
}

fn pair(holder: &Holder, dice: &Dice) -> (&'static str, &'static str) {
    let everybody = [&PARTIES[..], &[holder.name]].concat();
    let first = dice.index(everybody.len());
    let second = (first + 1 + dice.index(everybody.len() - 1)) % everybody.len();
    (everybody[first], everybody[second])
}
