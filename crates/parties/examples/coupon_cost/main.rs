//! What coupons cost their office, for the benchmark: a coupon handed on, on one object and on several, and with a thousand
//! coupons and many more; a coupon verified, by whoever was shown it and by the office; a thousand who want one of fifty at
//! once; and the links of a campaign. Each is the signed and sealed request at the office's own HTTP boundary. Counted is the
//! processor time of the office alone, its SQLite included; holders and the parties around are played beside it.
//!
//! `cargo run --profile simulation --example coupon_cost -p tallystick-parties --features native -- ROUNDS EACH MANY LINKS`:
//! so many rounds of so many of each, so many coupons beside a thousand, and so many links. Prints JSON, times in milliseconds.
//! With `turns` it hands on as many coupons as each line on its input says, and answers with what they took.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks here ends the measurement"
)]

#[path = "../../tests/purchase/ask.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod ask;
#[path = "../../tests/coupon_office/coupon.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod coupon;
mod hall;
#[path = "../../tests/purchase/holder.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod holder;
#[path = "../bank_cost/meter.rs"]
mod meter;
#[path = "../bank_cost/processor.rs"]
mod processor;
mod rush;
#[path = "../../tests/purchase/talk.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod talk;
#[path = "../../tests/purchase/world.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod world;

use serde_json::{Value as Json, json};

use self::hall::Hall;
use self::meter::Took;

/// Over how many objects the office is spread.
const OBJECTS: [u16; 3] = [1, 4, 16];
/// The number of coupons beside which many are measured.
const FEW: u32 = 1_000;

fn main() {
    let mut words = std::env::args().skip(1).peekable();
    if words.next_if_eq("turns").is_some() {
        return turns();
    }
    let mut numbers = words.map(|text| text.parse().unwrap());
    let mut next = |default: u32| numbers.next().unwrap_or(default);
    let (rounds, each, many, links) = (next(7), next(100), next(1_000_000), next(100_000));
    let keys = hall::keys();
    let spread = OBJECTS.map(|objects| {
        let hall = Hall::new(objects, 0, &keys);
        (json!({ "objects": objects }), hall)
    });
    let objects = measured(spread.into(), rounds, each);
    let sizes = [FEW, many].map(|coupons| {
        let hall = Hall::new(1, coupons, &keys);
        (json!({ "coupons": coupons }), hall)
    });
    let coupons = measured(sizes.into(), rounds, each);
    let rush = rush::rush(rounds);
    let issued = Hall::new(1, 0, &keys).issue_links(links);
    println!(
        "{}",
        json!({ "objects": objects, "coupons": coupons, "rush": rush, "links": { "count": links, "processorMs": issued.processor_ms } })
    );
}

/// Turn by turn, so that whatever else the machine does falls on all; the first round does not count.
fn measured(halls: Vec<(Json, Hall)>, rounds: u32, each: u32) -> Vec<Json> {
    let (mut rows, mut halls): (Vec<Json>, Vec<Hall>) = halls.into_iter().unzip();
    for round in 0..=rounds {
        for (row, hall) in rows.iter_mut().zip(&mut halls) {
            let took = [
                ("transfer", hall.hand_on(each)),
                ("verdict", hall.ask_verdict(each)),
                ("verification", hall.verify(each)),
            ];
            if round > 0 {
                for (name, took) in took {
                    append(row, name, &took);
                }
            }
        }
    }
    halls.iter().for_each(Hall::require_books);
    rows
}

/// Adds a round's figures to those before it.
fn append(row: &mut Json, name: &str, took: &Took) {
    let about = &mut row[name];
    if about.is_null() {
        *about = json!({ "processorMs": [], "ms": [] });
    }
    for (name, value) in [("processorMs", took.processor_ms), ("ms", took.wall_ms)] {
        about[name].as_array_mut().unwrap().push(json!(value));
    }
}

/// Hands on as many as each line says.
fn turns() {
    let mut hall = Hall::new(1, 0, &hall::keys());
    println!("{}", json!({ "ready": true }));
    for line in std::io::stdin().lines() {
        let count: u32 = line.unwrap().trim().parse().unwrap();
        let Took {
            processor_ms,
            wall_ms,
        } = hall.hand_on(count);
        println!("{}", json!({ "processorMs": processor_ms, "ms": wall_ms }));
    }
}
