//! A coupon office at its HTTP boundary: issue, hand on, ask, spend, charge, convert, give away. What a holder's card signs is
//! signed with a test key.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

mod alone;
mod alone_paying;
#[path = "../purchase/ask.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod ask;
mod asking;
mod billing;
mod buyer;
mod campaigns;
mod checkout;
mod claims;
mod coupon;
mod gateway;
mod handed_over;
mod handing_on;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod holder;
mod links;
mod paying;
mod paying_back;
mod paying_letters;
mod paying_refused;
mod power;
mod random;
mod recollecting;
mod refusing;
mod rotation;
mod spread;
#[path = "../purchase/talk.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod talk;
#[path = "../purchase/world.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod world;
