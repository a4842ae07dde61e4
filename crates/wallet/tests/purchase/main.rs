//! Purchases of the whole wallet from the real parties, all in one process, with faults on demand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

mod access;
mod addresses;
#[path = "../../../parties/tests/purchase/ask.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod ask;
mod backup;
mod cancelling;
mod cards;
mod clocks;
mod consent;
mod device;
mod epochs;
mod forgetful_shop;
mod gift;
mod holder;
mod interruptions;
mod late;
mod lies;
mod lock;
mod names;
mod onboarding;
mod orders;
mod outages;
mod parcels;
mod reader;
mod reader_move;
mod refunds;
mod refused;
mod renewal;
mod revoked;
mod revoking;
#[path = "../../../parties/tests/purchase/search.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod search;
mod shards;
mod sheet;
mod spaces;
mod stock;
mod toy;
mod unknown;
mod without_courier;
#[path = "../../../parties/tests/purchase/world.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod world;
