//! What is done where cards are lent: holders lend, stop, lend more and let in no more; others buy with that; the proxy
//! fails, lines are cut. And a run in which proxy and home browser are in hostile hands.

use std::rc::Rc;

use tallystick_protocol::trust::certificate::TrustAnchors;

use crate::cast::{HOME_PROXY, ISSUER};
use crate::dice::Dice;
use crate::holder::lending::Away;
use crate::holder::{Holder, Wish};
use crate::run::holder_comes;
use crate::town::Town;

/// How many of a thousand steps are these.
const SHARE: u32 = 600;
const MINUTE_MS: u64 = 60_000;
const DAY_SECONDS: u64 = 86_400;

/// One step at home or away, or nothing if this one is another. Returns the milliseconds until the next.
pub(crate) fn take(town: &Rc<Town>, dice: &Dice) -> Option<u64> {
    if !dice.chance(SHARE) {
        return None;
    }
    let holders = town.holders.borrow().clone();
    let first: Vec<_> = holders.iter().filter(|one| one.is_first()).collect();
    let holder = dice.pick(&first);
    let now_ms = town.scheduler.now_ms();
    match dice.below(100) {
        0..30 => wish(holder, some_wish(dice)),
        30..62 => holder.wishes.borrow_mut().push_back(Wish::Tea),
        62..70 => {
            let writes = u32::try_from(dice.below(10)).unwrap_or(0);
            if let Some(seat) = town.seat(HOME_PROXY) {
                town.note(&format!(
                    "{HOME_PROXY}: the power will fail after {writes} writes"
                ));
                seat.machine.database.fail_after(writes + 1);
            }
        }
        70..76 => town.crash(HOME_PROXY),
        76..82 => {
            town.note(&format!("the line of {} is cut", holder.name));
            town.hang_up(holder.name);
        }
        82..88 => {
            let length_ms = dice.between(5_000, 240_000);
            town.note(&format!(
                "{} and {HOME_PROXY} are cut off from each other for {length_ms} ms",
                holder.name
            ));
            let until_ms = now_ms + length_ms;
            town.cuts
                .borrow_mut()
                .between(holder.name, HOME_PROXY, until_ms);
        }
        88..91 => {
            let length_ms = dice.between(5_000, 300_000);
            town.note(&format!("{HOME_PROXY} hangs for {length_ms} ms"));
            town.cuts.borrow_mut().hang(HOME_PROXY, now_ms + length_ms);
        }
        91..94 => town.crash(holder.name),
        _ => {
            town.power_will_fail(holder, dice, 12);
        }
    }
    Some(dice.between(100, 15_000))
}

fn wish(holder: &Holder, away: Away) {
    holder.wishes.borrow_mut().push_back(Wish::Away(away));
}

fn some_wish(dice: &Dice) -> Away {
    match dice.below(20) {
        0..10 => {
            // No sum that anything costs: the proxy reads it.
            let each = dice.between(150, 900) * 10 + 3;
            let total = each * dice.between(1, 3);
            let count = u32::try_from(dice.between(1, 4)).unwrap_or(1);
            Away::Lend(each, total, count, dice.between(1_200, DAY_SECONDS))
        }
        10..13 => Away::TopUp(
            dice.between(1, 5_000),
            u32::try_from(dice.below(3)).unwrap_or(0),
        ),
        13..15 => Away::Stop(dice.chance(300)),
        15 => Away::Revoke,
        16 => Away::StopEverything,
        _ => Away::Fetch,
    }
}

/// One holder lends to another, and goes; then those have proxy and home browser who should not. They do what they like
/// while the other buys, until everything is stopped, and then once more.
pub(crate) fn with_thieves(town: &Rc<Town>, anchors: &TrustAnchors, steps: u32) -> bool {
    let dice = Dice::new(town.seed, "steps with thieves");
    let home = holder_comes(town, 0, anchors, true);
    let guest = holder_comes(town, 1, anchors, true);
    // The wallet's first card is its own; the next one's keys are made in the reader.
    let mut rests = town.run_for(MINUTE_MS);
    home.wishes.borrow_mut().push_back(Wish::Card(ISSUER));
    rests &= town.run_for(4 * MINUTE_MS);
    for (each, total, count, seconds) in [
        (3_003, 9_000, 4, DAY_SECONDS),
        (2_503, 30_000, 9, 40 * DAY_SECONDS),
        (9_003, 9_003, 1, 1_800),
    ] {
        wish(&home, Away::Lend(each, total, count, seconds));
        rests &= town.run_for(MINUTE_MS);
    }
    wish(&guest, Away::Fetch);
    guest.wishes.borrow_mut().push_back(Wish::Tea);
    rests &= town.run_for(MINUTE_MS);
    // They find the card as its holder left it: without power, and so without the PIN.
    if let Some(card) = home.device.reader().card() {
        card.lose_power();
    }
    for step in 0..steps {
        town.thieves.go_to_work();
        if step == steps - steps / 4 {
            town.thieves.rest();
            town.note("everything is stopped at home");
            wish(&home, Away::Stop(true));
            rests &= town.run_for(MINUTE_MS);
            town.thieves.go_to_work();
        }
        guest.wishes.borrow_mut().push_back(Wish::Tea);
        for _ in 0..dice.between(1, 8) {
            town.thieves.act(town);
            rests &= town.run_for(dice.between(50, 20_000));
        }
        town.notice(crate::invariants::broken_now(town));
    }
    rests
}
