//! The purse applet at its boundary; a test key plays the bank.

pub(super) mod bank;
mod conservation;
mod history;
pub(super) mod holder;
mod keys;
pub(super) mod lived;
mod local;
mod movements;
mod notices;
mod payments;
mod power_failure;
mod prepaid;
mod renewal;
mod trust;
