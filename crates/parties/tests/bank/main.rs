//! A bank at its HTTP boundary: accounts, purses, what moves between them, and orders that are paid from them. The
//! purse in the holder's card is played with a test key.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

#[path = "../purchase/ask.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod ask;
mod auditing;
mod authority;
mod closing;
mod closing_account;
mod commanding;
mod crash;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod holder;
mod kitsune;
mod local;
mod lost;
mod moving;
mod opening;
mod ordering;
mod outside;
mod paying;
mod prepaid;
mod purse;
mod purse_opening;
mod renewal;
mod renewing;
mod reporting;
mod rotation;
mod statements;
#[path = "../purchase/talk.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod talk;
mod transferring;
#[path = "../purchase/world.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod world;
