//! Settlement with contactless cards at the HTTP boundary: shop, front, security server and courier, and real cards whose commands
//! and responses somebody carries, directly or by way of the front.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

mod alone;
#[path = "../purchase/ask.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod ask;
mod billing;
mod charging;
mod desk;
#[path = "../settlement_security/field.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod field;
mod giving_back;
mod handed_over;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod holder;
mod late;
mod losing;
mod paying;
mod power;
mod requests;
mod rotation;
mod stacks;
#[path = "../purchase/talk.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod talk;
#[path = "../purchase/world.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod world;
