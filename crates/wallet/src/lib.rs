//! What the holder's side does: onboarding, sealing, addresses, and purchases from the shop's form
//! to the courier's label.
//!
//! The wallet runs over [`ports`]: the browser supplies storage, network and time, tests supply
//! their own. Every secret sits in a card, reached by APDUs; what rests on disk is [`sealing`]'s
//! matter. Each step of a purchase is persisted before the next begins.

pub mod access;
mod addresses;
mod ask;
mod backup;
mod cards;
pub mod catalogue;
mod codes;
mod conversation;
mod desk;
pub mod error;
mod evidence;
mod exclusive;
mod insert_address;
mod join;
mod json;
pub mod lock;
mod onboarding;
mod order;
pub mod party_url;
pub mod ports;
mod profile;
mod purchase;
mod reader_card;
pub mod sealing;
mod secure_element;
pub mod software_card;
mod state;
#[cfg(test)]
mod testing;
pub mod view;
mod views;
mod wallet;

pub use error::{ErrorKind, WalletError};
pub use wallet::Wallet;

use rand_core::CryptoRng;

/// Sixteen random bytes in hexadecimal, to name something within the wallet.
fn random_id(rng: &mut dyn CryptoRng) -> String {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    base16ct::lower::encode_string(&bytes)
}

/// Thirty-two random bytes, such as a nonce.
fn random_32(rng: &mut dyn CryptoRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}
