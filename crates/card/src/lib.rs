//! The secure element: applets behind ISO/IEC 7816-4 APDUs.
//!
//! A card is a function from APDU and stored state to response and new state, with randomness as a
//! port; nothing in it awaits. The same code is the software card in the wallet and could run in a
//! hardware card. Nothing here gives out a private key, a key share or a raw pairwise value.
#![no_std]

extern crate alloc;

mod applets;
mod card;
mod door;
pub mod host;
mod instruction;
mod iso;
mod journal;
mod outcome;
mod persistent_card;
mod reference_data;
mod room;
mod safe;
mod secret_bytes;
mod session;
mod signing;
mod state;
pub mod stretch;

pub use card::{Card, Response};
pub use instruction::{Applet, Header, Instruction};
pub use iso::answer_to_reset::ATR;
pub use iso::status_word::StatusWord;
pub use journal::{MemoryFault, PAGE_BYTES, Page, Pages};
pub use persistent_card::{PersistentCard, StartError};
pub use state::RestoreError;

#[cfg(test)]
mod tests;
