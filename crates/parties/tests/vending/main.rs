//! A vending machine at its HTTP boundary: its real bank, and people with whole wallets who buy from it while no bank can
//! be reached.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

mod alone;
#[path = "../purchase/ask.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod ask;
mod collecting;
#[path = "../../../wallet/tests/bank/customer.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod customer;
#[path = "../../../wallet/tests/purchase/device.rs"]
mod device;
#[path = "../../../wallet/tests/purchase/holder.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod holder;
mod machine;
mod opening;
mod power;
mod refusing;
mod rotation;
mod selling;
#[path = "../purchase/world.rs"]
#[allow(dead_code, reason = "what these tests do not use others do")]
mod world;
