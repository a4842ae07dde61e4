//! The security server at its HTTP boundary: real cards, a shop and a front that sign what a test tells them, and whoever carries what
//! server and card say to each other.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

mod bills;
mod cards;
mod console;
mod credits;
mod field;
mod fronts;
mod power;
mod relayed;
mod requests;
mod signers;
mod unknown;
mod world;
