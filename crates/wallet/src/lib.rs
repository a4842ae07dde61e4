//! What the holder's side does: onboarding, sealing, addresses, and purchases from the shop's form
//! to the courier's label.
//!
//! The wallet runs over [`core::ports`]: the browser supplies storage, network and time, tests supply
//! their own. Every secret sits in a card, reached by APDUs; what rests on disk is [`sealing`]'s
//! matter. Each step of a purchase is persisted before the next begins.

mod account;
mod backup;
mod bank;
mod checkout;
pub mod core;
mod coupon;
mod holder;
mod home;
mod settlement;
mod slices;
pub mod view;

pub use crate::bank::local::text::asked_by_text;
pub use crate::core::error::{ErrorKind, WalletError};
pub use crate::core::wallet::Wallet;
pub use tallystick_sealing as sealing;

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
