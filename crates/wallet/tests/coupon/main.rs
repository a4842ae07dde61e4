//! Coupons: the whole wallet, the real card and the real office, all in one process, with faults on demand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

#[path = "../../../parties/tests/purchase/ask.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod ask;
mod asking;
mod buying;
mod campaigns;
mod converting;
mod customer;
#[path = "../purchase/device.rs"]
mod device;
mod dying;
mod giving;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "the tests of purchases use the rest")]
mod holder;
mod links;
mod locking;
mod other_device;
mod shop;
mod spaces;
#[path = "../../../parties/tests/purchase/world.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod world;
