//! Accounts at a bank and purses: the whole wallet, the real card and the real parties, all in one process, with
//! faults on demand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

#[path = "../../../parties/tests/purchase/ask.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod ask;
mod closing;
mod customer;
mod deaths;
#[path = "../purchase/device.rs"]
mod device;
mod dying;
mod endings;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "the tests of purchases use the rest")]
mod holder;
mod interruptions;
mod local;
mod opening;
mod overtaken;
mod paying;
mod prepaid;
mod prepaid_pays;
mod purse;
mod reader;
mod renewing;
mod revoked;
#[path = "../purchase/revoking.rs"]
mod revoking;
mod spaces;
mod time;
#[path = "../../../parties/tests/purchase/world.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod world;
