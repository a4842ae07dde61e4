//! What every capability stands on: the desk and how work is performed at it, what is stored and how it is read,
//! the card and the parties as they are reached, locking and unlocking, errors.

pub mod access;
pub mod ask;
pub mod at_one_go;
pub mod conversation;
pub mod deployment;
pub mod desk;
pub mod error;
pub mod exclusive;
pub mod hosted;
pub mod join;
pub mod json;
pub mod lock;
pub mod party_url;
pub mod place;
pub mod ports;
pub mod revocations;
pub mod secure_element;
pub mod state;
pub mod wallet;
