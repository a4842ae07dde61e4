//! What a session by way of home takes, for the benchmark and for tests on workerd: from the terminal's first word to what it
//! asks the shop under the key (source document 000, H1 to H8), stage by stage. Terminal, home card and home browser are
//! played here; proxy and shop are the parties, reached by HTTP over TCP.
//!
//! `cargo run --profile simulation --example home_session -p tallystick-parties --features native -- native MS PORT`: all
//! of them here, each on a thread of its own, with so many milliseconds for a round trip on every way, and such a way to
//! another port besides; `… -- workerd PORT`: with the parties at that port. A procedure is gone through for each line of
//! the standard input, in the profile that it names (`x25519`, `rsa-oaep`), and said in a line of JSON. Of each stage there
//! are the milliseconds by the clock, the processor's of each station and the round trips on each way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks here ends the measurement"
)]

#[path = "../../tests/purchase/ask.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod ask;
#[path = "../../tests/purchase/holder.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod holder;
mod home_end;
mod home_proxy;
mod http1;
mod native;
mod procedure;
mod relay;
mod station;
#[path = "../../tests/purchase/talk.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod talk;
mod workerd;
#[path = "../../tests/purchase/world.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
mod world;

use std::time::Duration;

fn main() {
    // Whoever waits for a thread that has failed would wait for ever.
    let said = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        said(info);
        std::process::exit(1);
    }));
    let words: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["native", round_trip, beside] => {
            let round_trip: f64 = round_trip.parse().unwrap();
            native::run(
                Duration::from_secs_f64(round_trip / 1e3),
                beside.parse().unwrap(),
            );
        }
        ["workerd", port] => workerd::run(port.parse().unwrap()),
        _ => panic!("home_session native MS PORT, or home_session workerd PORT"),
    }
}
