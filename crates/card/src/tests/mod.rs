//! The card at its boundary: APDUs in, responses out.

mod apdu_form;
mod bench;
mod coupon;
mod exchange;
mod home;
mod identity;
mod keys;
mod memory;
mod persistence;
mod pin;
mod power_failure;
mod purse;
mod scenarios;
mod secrecy;
mod settlement;
