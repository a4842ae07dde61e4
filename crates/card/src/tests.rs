//! The card at its boundary: APDUs in, responses out.

mod apdu_form;
mod bench;
mod identity;
mod keys;
mod persistence;
mod pin;
mod secrecy;
