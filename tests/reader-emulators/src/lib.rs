//! The devices' side of every dialect, for tests.
//!
//! Written from the sources that `docs/cards.md` names and without a line of `crates/reader`, so that
//! a mistake there does not meet the same mistake here. A device panics when the host breaks its
//! protocol: a test then fails where the mistake was made.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a device in a test fails the test"
)]

mod canokey;
mod ledger;
mod picc;
mod port100;
mod port400;
mod radio;

pub use canokey::CanoKeyDevice;
pub use ledger::LedgerDevice;
pub use picc::Picc;
pub use port100::Port100Device;
pub use port400::Port400Device;
pub use radio::{Air, Event, Listener, Radio, Sound, Spoken};

/// A device: packets in, packets out.
pub trait Device {
    /// Takes one packet from the host; what the device sends then, in order.
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>>;
}

impl<D: Device + ?Sized> Device for Box<D> {
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        (**self).take(packet)
    }
}

/// A card: from command APDU to response APDU.
pub type Card = Box<dyn FnMut(&[u8]) -> Vec<u8>>;

/// A card that answers with the bytes of the command in reverse and 9000, so that every byte counts.
#[must_use]
pub fn mirror() -> Card {
    Box::new(mirrored)
}

/// What [`mirror`] answers.
#[must_use]
pub fn mirrored(apdu: &[u8]) -> Vec<u8> {
    let mut answer: Vec<u8> = apdu.iter().rev().copied().collect();
    answer.extend([0x90, 0x00]);
    answer
}
