//! What is done to the town, one step after the other.

use std::rc::Rc;

use crate::cast::{CA, CENTRE, COURIER, ISSUER, SHOP};
use crate::dice::Dice;
use crate::holder::{Holder, Wish};
use crate::town::Town;
use crate::weather::Weather;

/// Parties that may fail, be cut off or lie. The other shop is only a bystander.
const PARTIES: [&str; 5] = [SHOP, ISSUER, COURIER, CENTRE, CA];

/// Who lies in this run, if anybody, and how often in a thousand messages.
pub(crate) fn liar(dice: &Dice) -> Option<(&'static str, u32)> {
    // The three that orders go through lie more often than the two that only new holders need.
    let liars = [SHOP, ISSUER, COURIER, SHOP, ISSUER, COURIER, CENTRE, CA];
    let share = u32::try_from(dice.between(50, 500)).unwrap_or(0);
    let liar = *dice.pick(&liars);
    dice.chance(500).then_some((liar, share))
}

/// One step: a wish or a fault. Returns the milliseconds until the next.
pub(crate) fn take(town: &Rc<Town>, dice: &Dice) -> u64 {
    let holders = town.holders.borrow().clone();
    let holder = dice.pick(&holders);
    let party = *dice.pick(&PARTIES);
    let now_ms = town.scheduler.now_ms();
    match dice.below(100) {
        0..40 => {
            let to_island = dice.chance(100);
            let wish = if to_island {
                Wish::ToTheIsland
            } else {
                Wish::Anything
            };
            holder.wishes.borrow_mut().push_back(wish);
        }
        40..52 => {
            let writes = u32::try_from(dice.below(25)).unwrap_or(0);
            if let Some(seat) = town.seat(party) {
                town.note(&format!(
                    "{party}: the power will fail after {writes} writes"
                ));
                seat.machine.database.fail_after(writes + 1);
            }
        }
        52..58 => town.crash(party),
        58..66 => {
            let events = u32::try_from(dice.below(12)).unwrap_or(0);
            town.note(&format!(
                "{}: the power will fail after {events} writes and calls",
                holder.name
            ));
            holder.device.fail_after(events + 1, dice.chance(500));
        }
        66..70 => town.crash(holder.name),
        70..80 => {
            let (a, b) = pair(holder, dice);
            let length_ms = dice.between(1_000, 120_000);
            town.note(&format!(
                "{a} and {b} are cut off from each other for {length_ms} ms"
            ));
            town.cuts.borrow_mut().between(a, b, now_ms + length_ms);
        }
        80..86 => {
            let name = if dice.chance(400) { holder.name } else { party };
            let length_ms = dice.between(5_000, 1_800_000);
            town.note(&format!("{name} is cut off for {length_ms} ms"));
            town.cuts.borrow_mut().off(name, now_ms + length_ms);
        }
        86..95 => {
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

fn pair(holder: &Holder, dice: &Dice) -> (&'static str, &'static str) {
    let everybody = [SHOP, ISSUER, COURIER, CENTRE, CA, holder.name];
    let first = dice.index(everybody.len());
    let second = (first + 1 + dice.index(everybody.len() - 1)) % everybody.len();
    (everybody[first], everybody[second])
}
