//! Contactless cards: the whole wallet, the real card and the real security server, all in one process, with lies in between on
//! demand. The front is a reference there: it relays, pays charges and hands on what a shop has signed; `real` has the real one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

#[path = "../../../parties/tests/purchase/ask.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod ask;
mod charging;
#[path = "../purchase/device.rs"]
mod device;
mod front;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "the tests of purchases use the rest")]
mod holder;
mod pay;
mod reading;
mod real;
mod relaying;
mod security;
mod settling;
#[path = "../../../parties/tests/purchase/world.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod world;
