//! What a purchase with a contactless card costs whom, for the benchmark: the card is read; then the shop's request (SIG1), the
//! proposal, the bill (SIG2), the tap in which the card pays, and the letter with the outcome. Each is the signed request at the
//! security server's own HTTP boundary, with real cards in memory. Counted is the processor time of each by itself: the security
//! server with its SQLite, the card with its memory, the wallet that relays; of shop and front what they sign and verify, nothing
//! of their books. In turn with it, as yardsticks: a bare session of SCP03, and one signature.
//!
//! `cargo run --profile simulation --example settlement_cost -p tallystick-parties --features native -- ROUNDS EACH MANY`: so
//! many rounds of so many purchases, and so many cards and settlements in the tables beside a thousand. Prints milliseconds for
//! each as JSON, round by round.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks here ends the measurement"
)]

mod clocks;
mod copies;
#[path = "../bank_cost/copying.rs"]
mod copying;
#[path = "../../tests/settlement_security/field.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod field;
mod market;
mod peers;
#[path = "../bank_cost/processor.rs"]
mod processor;
#[path = "../../tests/settlement_security/signers.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod signers;
#[path = "../../tests/settlement_security/world.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod world;

use serde_json::{Value as Json, json};

use self::clocks::{Clocks, Took};
use self::market::{Exchanges, Market};

/// The number of cards and settlements beside which many are measured.
const FEW: u32 = 1_000;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse().unwrap());
    let mut next = |default: u32| numbers.next().unwrap_or(default);
    let (rounds, each, many) = (next(9), next(50), next(100_000));
    let [read, settled] = Market::new(0).exchanges().map(written);
    let mut markets = [FEW, many].map(|others| (json!({ "others": others }), Market::new(others)));
    let mut peers = json!({});
    let clocks = Clocks::new();
    // In turn, so that whatever else the machine does falls on all; the first round does not count.
    for round in 0..=rounds {
        for (row, market) in &mut markets {
            let (read, settled) = market.pay(each);
            if round > 0 {
                append(&mut row["reading"], &read);
                append(&mut row["settlement"], &settled);
            }
        }
        let measured = [
            ("session", peers::sessions(&clocks, each)),
            ("signature", peers::signatures(&clocks, each)),
        ];
        for (name, took) in measured.iter().filter(|_| round > 0) {
            append(&mut peers[*name], took);
        }
    }
    markets
        .iter()
        .for_each(|(_, market)| market.require_books());
    let rows = markets.map(|(row, _)| row);
    println!(
        "{}",
        json!({ "rows": rows, "peers": peers, "exchanges": { "reading": read, "settlement": settled } })
    );
}

fn written(exchanges: Exchanges) -> Json {
    json!({ "requests": exchanges.requests, "commands": exchanges.commands })
}

/// Adds a round's figures to those before it.
fn append(about: &mut Json, took: &Took) {
    if about.is_null() {
        *about = json!({});
    }
    for (name, ms) in took {
        let list = &mut about[*name];
        if list.is_null() {
            *list = json!([]);
        }
        list.as_array_mut().unwrap().push(json!(ms));
    }
}
