//! What every party stands on: bootstrap, key shares, confirmations, outbox, books, crashes.
#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach their helpers"
)]

mod bad_input;
mod banking;
mod books;
mod bootstrap;
mod confirmations;
mod crash;
mod holders;
mod iso20022;
mod key_centre;
mod masters;
mod outbox;
mod revoking;
mod rotation;
mod safe_settings;
mod support;
mod tickets;
