//! The other side of the reader: command APDUs built and responses read, so that the bytes are written
//! once. Used with this card and, for the identity applet, with any PIV card.
//!
//! All commands are of extended length and take the whole response at once; [`Exchange`] is for cards
//! that do not.

mod build;
mod commands;
pub mod coupon;
mod derive_request;
mod error;
mod exchange;
pub mod home;
mod public_key;
pub mod purse;
mod replies;
pub mod settlement;
mod taken_slot;

pub use commands::{
    ask_if_from_factory, change_pin, change_puk, delete_signing_key, delete_slot, derive,
    forget_pin, generate_enrolment_key, generate_signing_key, get_certificate, list_slots, new_puk,
    pin_tries, prove, puk_tries, put_certificate, put_share, reset_pin, select, sign_block, status,
    verify_pin,
};
pub use derive_request::DeriveRequest;
pub use error::CardError;
pub use exchange::{Exchange, Form};
pub use public_key::SigningPublicKey;
pub use replies::{
    certificate, data, derived_key, done, enrolment_public_key, held_contexts, is_from_factory,
    proof, signature, signing_public_key, slots, tries_left,
};
pub use taken_slot::TakenSlot;

/// The PIN of a card from the factory, to be changed before anything else.
pub const FACTORY_PIN: &str = "123456";
/// The PUK of a card from the factory, to be changed before anything else.
pub const FACTORY_PUK: &[u8; 8] = crate::reference_data::FACTORY_PUK;
/// Wrong tries in a row until PIN or PUK is blocked.
pub const TRIES_MAX: u8 = crate::reference_data::TRIES_MAX;
/// How many enrolment keys a card holds; slots are numbered from 0.
pub const SLOTS: u8 = crate::applets::keys::SLOTS_MAX as u8;
