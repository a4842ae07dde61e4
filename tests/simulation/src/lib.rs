//! Wallets with their software cards and all parties in one process, under one seeded clock, network
//! and store: the same seed and steps give the same run to the byte.
//!
//! [`run`] lets holders get cards of two issuers, buy by two couriers, remove cards and take accounts and orders to
//! another computer, and the shop's operator refund and cancel, while messages are lost, doubled, delayed and overtaken, participants are cut off from each other,
//! the power fails between any two writes, and one party may lie in whatever it sends. Then everything heals,
//! time passes, and [`invariants`] are checked: no value made or lost, each order captured at most once and at
//! its end, and no party knows what it must not.
//!
//! Participants run the code they run in production, over ports of their own ([`town`]); what the wallet's and
//! the parties' own tests need of such a process is here too ([`cast`], [`device`], [`search`]).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach what they share"
)]

pub mod banking;
mod between;
pub mod cast;
mod coupons;
pub mod device;
mod dice;
mod held_card;
mod holder;
mod invariants;
mod journal;
mod lending;
mod lies;
mod lines;
mod machine;
mod network;
mod operator;
pub mod operators;
mod pen;
mod people;
mod plant;
mod prime_pool;
mod purses;
pub mod reader;
mod run;
pub mod running;
mod scheduler;
pub mod search;
mod seat;
pub mod sought;
mod steps;
mod steps_at_bank;
mod steps_at_coupons;
mod steps_away;
mod steps_back;
mod steps_between;
mod sweep;
mod thieves;
mod town;
mod watch;
mod weather;

pub use invariants::between::Counts;
pub use lending::Lending;
pub use plant::Plant;
pub use run::{Crash, Options, Outcome, run};
pub use steps_back::{Back, Forgetful};
pub use sweep::{Sweep, every_step_or};
