//! A party's memory is brought back by an hour while holders buy: its operator raises the generation, and the platform
//! puts back what was stored an hour ago.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tallystick_parties::Party as _;
use tallystick_parties::office::place::Shards;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::checkout::answers::{
    Acceptance, Authorisation, AuthorisationRequest, DeliveryRequest, IssuerAnswer, MoneyState,
    Refusal,
};
use tallystick_protocol::checkout::refunds::{RefundAdvice, RefundRequest};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::time::Timestamp;

use crate::cast::{COURIER, Cast, ISSUER, SHOP};
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
/// How far back it is brought.
const BACK_MS: u64 = 60 * MINUTE_MS;
/// How long it is known that the operator raised the generation before it is brought back.
const RAISED_MS: u64 = MINUTE_MS;
/// How long it is not there meanwhile.
const GONE_MS: u64 = 10_000;
/// How long after that everybody has looked after their parcels, which they do every quarter of an hour.
const FOLLOWED_MS: u64 = 20 * MINUTE_MS;

/// Who forgets an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgetful {
    /// The first courier.
    Courier,
    /// The first issuer.
    Issuer,
    /// The first shop.
    Shop,
}

impl Forgetful {
    const fn party(self) -> &'static str {
        match self {
            Self::Courier => COURIER,
            Self::Issuer => ISSUER,
            Self::Shop => SHOP,
        }
    }

    const fn role(self) -> &'static str {
        match self {
            Self::Courier => "courier",
            Self::Issuer => "issuer",
            Self::Shop => "shop",
        }
    }
}

/// How it is brought back.
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

/// Holders buy; meanwhile somebody forgets an hour. Where it is an issuer, the shop's operator gives back and cancels; where it
/// is a shop, holders follow their parcels, so that it hears again of what it forgot.
pub(crate) fn somebody_forgets(
    town: &Rc<Town>,
    anchors: &TrustAnchors,
    (who, back): (Forgetful, Back),
) -> bool {
    let (dice, party) = (&Dice::new(town.seed, "back"), who.party());
    let operator = Dice::new(town.seed, "operator");
    let buys_for = |milliseconds| buys_for(town, who, (dice, &operator), milliseconds);
    for index in 0..PEOPLE.len() {
        let holder = holder_comes(town, index, anchors, true);
        holder.follows_parcels.set(who == Forgetful::Shop);
    }
    let mut rests = town.run_for(2 * MINUTE_MS) & buys_for(QUIET_MS);
    let Some(seat) = town.seat(party).cloned() else {
        return false;
    };
    let Ok(an_hour_ago) = seat.machine.database.bytes() else {
        return false;
    };
    let moment = Timestamp(seat.machine.clock.now_ms() / 1000);
    town.note(&format!("what {party} has stored by now is kept"));
    town.weather.set(Weather {
        lost: 40,
        doubled: 40,
        delayed: 40,
    });
    rests &= buys_for(BACK_MS);
    if back == Back::ByTheBook {
        town.note(&format!("{party} enters generation 2"));
        let restored = Some((party, 2));
        town.cast.set(Cast {
            restored,
            ..town.cast.get()
        });
        seat.evict(town);
        seat.wake_at_once(town);
        rests &= town.run_for(RAISED_MS);
        rests &= is_commanded(town, who, &seat, moment);
    }
    town.note(&format!("{party} forgets an hour"));
    seat.stop(town);
    rests &= town.run_for(GONE_MS);
    if seat.machine.database.restore(&an_hour_ago).is_err() {
        return false;
    }
    seat.start(town);
    rests &= buys_for(QUIET_MS);
    if who == Forgetful::Shop {
        rests &= town.run_for(FOLLOWED_MS);
    }
    rests
}

/// Its operator commands it, and the platform is told to which moment.
fn is_commanded(town: &Rc<Town>, who: Forgetful, seat: &Rc<Seat>, moment: Timestamp) -> bool {
    let command = Command {
        role: who.role(),
        domain: who.party(),
        command: "restore",
        arguments: &[("moment", moment.0.to_string())],
        id: "an-hour-ago",
        at: Timestamp(seat.machine.clock.now_ms() / 1000),
    };
    operator::give(town, who.party(), command.signed());
    let rests = town.run_for(GONE_MS);
    let told = seat.running().and_then(|party| party.goes_back_to());
    assert_eq!(told, Some(moment), "the command was not followed");
    rests
}

/// Every few minutes somebody buys something. Where an issuer forgets, cards pay too little now and then, and the shop's
/// operator is at work.
fn buys_for(
    town: &Rc<Town>,
    who: Forgetful,
    (dice, at_shop): (&Dice, &Dice),
    milliseconds: u64,
) -> bool {
    let end_ms = town.scheduler.now_ms() + milliseconds;
    let mut rests = true;
    while town.scheduler.now_ms() < end_ms {
        let holders = town.holders.borrow().clone();
        let wish = if dice.chance(150) {
            Wish::ToTheIsland
        } else if who == Forgetful::Issuer && dice.chance(100) {
            Wish::TooMuch
        } else {
            Wish::Tea
        };
        dice.pick(&holders).wishes.borrow_mut().push_back(wish);
        rests &= town.run_for(dice.between(2 * MINUTE_MS, 6 * MINUTE_MS));
        if who == Forgetful::Issuer {
            operator::work(town, at_shop);
        }
    }
    rests
}

/// In all that the party ever signed, in each of its generations, no two statements contradict each other.
pub(crate) fn contradictions(town: &Town, who: Forgetful) -> Vec<String> {
    let party = who.party();
    let Some(seat) = town.seat(party) else {
        return vec![format!("there is no {party}")];
    };
    let said = RefCell::new(BTreeMap::new());
    let broken = RefCell::new(Vec::new());
    let said_in = match who {
        Forgetful::Shop => asked_in,
        Forgetful::Courier | Forgetful::Issuer => answered_in,
    };
    seat.machine.signing.has_signed(|payload| {
        if let Some((about, word)) = said_in(payload) {
            let mut said = said.borrow_mut();
            let first = said.entry(about.clone()).or_insert_with(|| word.clone());
            if *first != word {
                let what = format!("{party} contradicts itself about {about}: {first}, {word}");
                broken.borrow_mut().push(what);
            }
        }
        false
    });
    broken.into_inner()
}

/// What an answer says for good, and about what: one order is accepted under one number or refused, paid or free, and one
/// refund has one outcome.
fn answered_in(payload: &[u8]) -> Option<(String, String)> {
    if let Ok(yes) = decode::<Acceptance>(payload) {
        return Some((format!("order {}", yes.root), yes.tracking));
    }
    if let Ok(yes) = decode::<Authorisation>(payload) {
        return Some((format!("order {}", yes.root), format!("{:?}", yes.amount)));
    }
    if let Ok(no) = decode::<Refusal>(payload) {
        return Some((format!("order {}", no.root), "refused".to_owned()));
    }
    if let Ok(advice) = decode::<RefundAdvice>(payload) {
        let about = format!("refund {} of order {}", advice.number, advice.root);
        return Some((about, format!("{:?} {:?}", advice.outcome, advice.amount)));
    }
    let answer = decode::<IssuerAnswer>(payload).ok()?;
    let at_rest = [MoneyState::Captured, MoneyState::Released];
    let money = answer.money.filter(|money| at_rest.contains(money))?;
    let about = format!("the money of order {}", answer.root);
    Some((about, format!("{money:?}")))
}

/// What a shop asks for good, and about what: each thing is asked, refused and given back in one way.
fn asked_in(payload: &[u8]) -> Option<(String, String)> {
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
    Some((about, format!("{payload:02x?}")))
}
