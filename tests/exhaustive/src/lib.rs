//! Every state that two purses and their bank can come to: no sampling.
//!
//! Two real cards over memories of pages and the real bank over its database pay each other up to three times. Every message
//! may be lost, repeated and overtaken, and the power is cut at every write. In every state that is reached it must hold that
//! no value was created and that all of it is accounted for ([`check::cards`]); that what is set aside can come to its end
//! ([`ends`]); and that whoever reports to the bank, and in whatever order, the books say what the purses hold, and nobody
//! is named ([`reconcile`]).
//!
//! What a card or the bank makes of one command or report is computed once for each of its states ([`card`], [`bank`]); how
//! these meet is then followed exhaustively, breadth first ([`explore`]). So the first counterexample is a shortest one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach what they share"
)]

#[path = "../../../crates/parties/tests/purchase/ask.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod ask;
#[path = "../../../crates/parties/tests/bank/authority.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod authority;
mod bank;
mod books;
mod card;
mod check;
mod ends;
mod explore;
mod held;
#[path = "../../../crates/parties/tests/purchase/holder.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod holder;
mod memory;
mod message;
mod people;
mod reconcile;
mod scope;
mod state;
#[path = "../../../crates/parties/tests/purchase/talk.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod talk;
#[path = "../../../crates/parties/tests/purchase/world.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod world;
mod world_of_two;

pub use card::Command;
pub use check::Broken;
pub use explore::{Counterexample, Found, explore};
pub use scope::{Plant, Scope};
pub use state::Move;
