//! A courier's memory is brought back by an hour while holders buy: its operator raises the generation, and the platform
//! puts back what was stored an hour ago.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tallystick_parties::Party as _;
use tallystick_parties::office::place::Shards;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::checkout::answers::{Acceptance, Refusal};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::time::Timestamp;

use crate::cast::{COURIER, Cast};
use crate::dice::Dice;
use crate::holder::Wish;
use crate::operator;
use crate::operators::Command;
use crate::people::PEOPLE;
use crate::run::holder_comes;
use crate::seat::Seat;
use crate::town::Town;
use crate::weather::Weather;

const MINUTE_MS: u64 = 60_000;
/// How long before the hour and after it holders buy.
const QUIET_MS: u64 = 8 * MINUTE_MS;
/// How far back the courier is brought.
const BACK_MS: u64 = 60 * MINUTE_MS;
/// How long it is known that the operator raised the generation before the courier is brought back.
const RAISED_MS: u64 = MINUTE_MS;
/// How long the courier is not there meanwhile.
const GONE_MS: u64 = 10_000;

/// How a courier is brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// As docs/operators.md says.
    ByTheBook,
    /// By somebody who puts its storage back, and raises no generation: a mistake that has to be noticed.
    Simply,
}

/// Everybody is one object: a party with shards is not brought back.
pub(crate) fn of_one_object(cast: Cast) -> Cast {
    Cast {
        shards: Shards::NONE,
        shop_shards: Shards::NONE,
        issuer_shards: Shards::NONE,
        ..cast
    }
}

/// Holders buy; meanwhile the courier forgets an hour.
pub(crate) fn courier_forgets(town: &Rc<Town>, anchors: &TrustAnchors, back: Back) -> bool {
    let dice = Dice::new(town.seed, "back");
    for index in 0..PEOPLE.len() {
        holder_comes(town, index, anchors, true);
    }
    let mut rests = town.run_for(2 * MINUTE_MS) & buys_for(town, &dice, QUIET_MS);
    let Some(seat) = town.seat(COURIER).cloned() else {
        return false;
    };
    let Ok(an_hour_ago) = seat.machine.database.bytes() else {
        return false;
    };
    let moment = Timestamp(seat.machine.clock.now_ms() / 1000);
    town.note("what the courier has stored by now is kept");
    town.weather.set(Weather {
        lost: 40,
        doubled: 40,
        delayed: 40,
    });
    rests &= buys_for(town, &dice, BACK_MS);
    if back == Back::ByTheBook {
        town.note("the courier enters generation 2");
        let restored = Some((COURIER, 2));
        town.cast.set(Cast {
            restored,
            ..town.cast.get()
        });
        seat.evict(town);
        seat.wake_at_once(town);
        rests &= town.run_for(RAISED_MS);
        rests &= is_commanded(town, &seat, moment);
    }
    town.note("the courier forgets an hour");
    seat.stop(town);
    rests &= town.run_for(GONE_MS);
    if seat.machine.database.restore(&an_hour_ago).is_err() {
        return false;
    }
    seat.start(town);
    rests & buys_for(town, &dice, QUIET_MS)
}

/// The courier's operator commands it, and the platform is told to which moment.
fn is_commanded(town: &Rc<Town>, seat: &Rc<Seat>, moment: Timestamp) -> bool {
    let command = Command {
        role: "courier",
        domain: COURIER,
        command: "restore",
        arguments: &[("moment", moment.0.to_string())],
        id: "an-hour-ago",
        at: Timestamp(seat.machine.clock.now_ms() / 1000),
    };
    operator::give(town, COURIER, command.signed());
    let rests = town.run_for(GONE_MS);
    let told = seat.running().and_then(|courier| courier.goes_back_to());
    assert_eq!(told, Some(moment), "the command was not followed");
    rests
}

/// Every few minutes somebody buys something.
fn buys_for(town: &Rc<Town>, dice: &Dice, milliseconds: u64) -> bool {
    let end_ms = town.scheduler.now_ms() + milliseconds;
    let mut rests = true;
    while town.scheduler.now_ms() < end_ms {
        let holders = town.holders.borrow().clone();
        let wish = if dice.chance(150) {
            Wish::ToTheIsland
        } else {
            Wish::Tea
        };
        dice.pick(&holders).wishes.borrow_mut().push_back(wish);
        rests &= town.run_for(dice.between(2 * MINUTE_MS, 6 * MINUTE_MS));
    }
    rests
}

/// In all that the courier ever signed, in each of its generations, no two statements contradict each other: one order is
/// accepted under one number, or refused.
pub(crate) fn contradictions(town: &Town) -> Vec<String> {
    let Some(seat) = town.seat(COURIER) else {
        return vec!["there is no courier".to_owned()];
    };
    let said = RefCell::new(BTreeMap::new());
    let broken = RefCell::new(Vec::new());
    seat.machine.signing.has_signed(|payload| {
        let accepted = decode::<Acceptance>(payload).map(|yes| (yes.root, yes.tracking));
        let refused = |_| decode::<Refusal>(payload).map(|no| (no.root, String::new()));
        if let Ok((root, number)) = accepted.or_else(refused) {
            let mut said = said.borrow_mut();
            let first = said.entry(root.0).or_insert_with(|| number.clone());
            if *first != number {
                let what = format!("the courier contradicts itself about order {root}");
                broken.borrow_mut().push(what);
            }
        }
        false
    });
    broken.into_inner()
}
