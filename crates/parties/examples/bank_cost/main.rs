//! What a movement costs a bank, for the benchmark: withdrawals into a purse, deposits out of it, transfers from
//! account to account, and payments from purse to purse that both report afterwards; with the bank on one object and on several, and with a thousand accounts and many more. Each
//! is the request with its offer, and the reply with its verdict, at the bank's own HTTP boundary. Counted is the
//! processor time of the bank alone, its jobs and its SQLite included; holders, purses and the authorities around them
//! are played beside it, and count for nothing.
//!
//! `cargo run --profile simulation --example bank_cost -p tallystick-parties --features native -- ROUNDS EACH MANY`:
//! so many rounds of so many movements of each kind, and so many accounts beside a thousand. Prints milliseconds a
//! movement as JSON, round by round.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks here ends the measurement"
)]

#[path = "../../tests/purchase/ask.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod ask;
#[path = "../../tests/bank/authority.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod authority;
mod copies;
mod copying;
#[path = "../../tests/purchase/holder.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod holder;
mod meter;
#[path = "../../tests/bank/local/people.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod people;
mod processor;
#[path = "../../tests/bank/purse.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod purse;
#[path = "../../tests/purchase/talk.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod talk;
mod town;
#[path = "../../tests/purchase/world.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod world;

use rsa::RsaPrivateKey;
use serde_json::{Value as Json, json};
use tallystick_protocol::test_keys::TestRng;

use self::town::{HOLDERS, Kind, Town};

/// Over how many objects the bank is spread.
const OBJECTS: [u16; 3] = [1, 4, 16];
/// The number of accounts beside which many are measured.
const FEW: u32 = 1_000;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse().unwrap());
    let mut next = |default: u32| numbers.next().unwrap_or(default);
    let (rounds, each, many) = (next(5), next(100), next(1_000_000));
    let mut rng = TestRng::new(1);
    let keys = (0..HOLDERS).map(|_| RsaPrivateKey::new(&mut rng, 2048).unwrap());
    let keys: Vec<_> = keys.collect();
    let spread = OBJECTS.map(|objects| {
        let town = Town::new(objects, 0, &keys);
        (json!({ "objects": objects }), town)
    });
    let sizes = [FEW, many].map(|accounts| {
        let town = Town::new(1, accounts, &keys);
        (json!({ "accounts": accounts }), town)
    });
    println!(
        "{}",
        json!({ "objects": measured(spread.into(), rounds, each), "accounts": measured(sizes.into(), rounds, each) })
    );
}

/// Turn by turn, so that whatever else the machine does falls on all; the first round does not count.
fn measured(towns: Vec<(Json, Town)>, rounds: u32, each: u32) -> Vec<Json> {
    let (mut rows, mut towns): (Vec<Json>, Vec<Town>) = towns.into_iter().unzip();
    for round in 0..=rounds {
        for (row, town) in rows.iter_mut().zip(&mut towns) {
            for kind in Kind::ALL {
                let took = town.moves(kind, each);
                if round > 0 {
                    append(row, kind, &took);
                }
            }
        }
    }
    towns.iter().for_each(Town::require_balanced);
    rows
}

/// Adds a round's figures to those before it.
fn append(row: &mut Json, kind: Kind, took: &meter::Took) {
    let about = &mut row[kind.as_str()];
    if about.is_null() {
        *about = json!({ "processorMs": [], "ms": [] });
    }
    for (name, value) in [("processorMs", took.processor_ms), ("ms", took.wall_ms)] {
        about[name].as_array_mut().unwrap().push(json!(value));
    }
}
