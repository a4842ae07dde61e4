//! A courier's memory, or a shop's, is brought back by an hour while holders buy: its operator raises the generation, and the
//! platform puts back what was stored an hour ago.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tallystick_parties::Party as _;
use tallystick_parties::office::place::Shards;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::checkout::answers::{
    Acceptance, AuthorisationRequest, DeliveryRequest, Refusal,
};
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::time::Timestamp;

use crate::cast::{Cast, SHOP};
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
/// How far back the party is brought.
const BACK_MS: u64 = 60 * MINUTE_MS;
/// How long it is known that the operator raised the generation before the party is brought back.
const RAISED_MS: u64 = MINUTE_MS;
/// How long the party is not there meanwhile.
const GONE_MS: u64 = 10_000;

/// How long after that everybody has looked after their parcels.
const FOLLOWED_MS: u64 = 20 * MINUTE_MS;

/// How a party is brought back.
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

/// Holders buy; meanwhile a party forgets an hour. They follow their parcels, so that a shop hears again of what it forgot.
pub(crate) fn one_forgets(
    town: &Rc<Town>,
    anchors: &TrustAnchors,
    back: Back,
    who: &'static str,
) -> bool {
    let dice = Dice::new(town.seed, "back");
    for index in 0..PEOPLE.len() {
        let holder = holder_comes(town, index, anchors, true);
        holder.follows_parcels.set(who == SHOP);
    }
    let mut rests = town.run_for(2 * MINUTE_MS) & buys_for(town, &dice, QUIET_MS);
    let Some(seat) = town.seat(who).cloned() else {
        return false;
    };
    let Ok(an_hour_ago) = seat.machine.database.bytes() else {
        return false;
    };
    let moment = Timestamp(seat.machine.clock.now_ms() / 1000);
    town.note(&format!("what {who} has stored by now is kept"));
    town.weather.set(Weather {
        lost: 40,
        doubled: 40,
        delayed: 40,
    });
    rests &= buys_for(town, &dice, BACK_MS);
    if back == Back::ByTheBook {
        town.note(&format!("{who} enters generation 2"));
        let restored = Some((who, 2));
        town.cast.set(Cast {
            restored,
            ..town.cast.get()
        });
        seat.evict(town);
        seat.wake_at_once(town);
        rests &= town.run_for(RAISED_MS);
        rests &= is_commanded(town, &seat, moment);
    }
    town.note(&format!("{who} forgets an hour"));
    seat.stop(town);
    rests &= town.run_for(GONE_MS);
    if seat.machine.database.restore(&an_hour_ago).is_err() {
        return false;
    }
    seat.start(town);
    rests &= buys_for(town, &dice, QUIET_MS);
    // Parcels are looked after every quarter of an hour.
    rests & town.run_for(if who == SHOP { FOLLOWED_MS } else { 0 })
}

/// Its operator commands it, and the platform is told to which moment.
fn is_commanded(town: &Rc<Town>, seat: &Rc<Seat>, moment: Timestamp) -> bool {
    let command = Command {
        role: if seat.name == SHOP { "shop" } else { "courier" },
        domain: seat.name,
        command: "restore",
        arguments: &[("moment", moment.0.to_string())],
        id: "an-hour-ago",
        at: Timestamp(seat.machine.clock.now_ms() / 1000),
    };
    operator::give(town, seat.name, command.signed());
    let rests = town.run_for(GONE_MS);
    let told = seat.running().and_then(|party| party.goes_back_to());
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

/// In all that the party ever signed, in each of its generations, no two statements contradict each other.
pub(crate) fn contradictions(town: &Town, who: &str) -> Vec<String> {
    let Some(seat) = town.seat(who) else {
        return vec![format!("there is no {who}")];
    };
    let said = RefCell::new(BTreeMap::new());
    let broken = RefCell::new(Vec::new());
    let word = if who == SHOP {
        word_of_shop
    } else {
        word_of_courier
    };
    seat.machine.signing.has_signed(|payload| {
        if let Some((about, what)) = word(payload) {
            let mut said = said.borrow_mut();
            let first = said.entry(about.clone()).or_insert_with(|| what.clone());
            if *first != what {
                let what = format!("{who} contradicts itself about {about}");
                broken.borrow_mut().push(what);
            }
        }
        false
    });
    broken.into_inner()
}

/// One order is accepted under one number, or refused.
fn word_of_courier(payload: &[u8]) -> Option<(String, Vec<u8>)> {
    let accepted = decode::<Acceptance>(payload).map(|yes| (yes.root, yes.tracking));
    let refused = |_| decode::<Refusal>(payload).map(|no| (no.root, String::new()));
    let (root, number) = accepted.or_else(refused).ok()?;
    Some((format!("order {root}"), number.into_bytes()))
}

/// Each thing is asked, refused and given back in one way.
fn word_of_shop(payload: &[u8]) -> Option<(String, Vec<u8>)> {
    let about = if let Ok(said) = decode::<AuthorisationRequest>(payload) {
        format!("who pays order {}", said.part.root)
    } else if let Ok(said) = decode::<DeliveryRequest>(payload) {
        format!("who delivers order {}", said.part.root)
    } else if let Ok(said) = decode::<Refusal>(payload) {
        format!("the end of order {}", said.root)
    } else if let Ok(said) = decode::<RefundRequest>(payload) {
        format!("refund {} of order {}", said.number, said.root)
    } else {
        return None;
    };
    Some((about, payload.to_vec()))
}
