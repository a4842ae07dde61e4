//! Cards to lay on an emulated reader.
#![allow(dead_code, reason = "each file of tests uses a part")]

use tallystick_reader::{Contactless, Fault, Field};
use tallystick_reader_emulators::{Listener, Picc, Radio, mirror};

use super::run;

pub const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];

pub fn type_a() -> Picc {
    Picc::type_a(&[4, 1, 2, 3, 4, 5, 6], mirror())
}

pub fn type_b() -> Picc {
    Picc::type_b([0x12, 0x34, 0x56, 0x78], mirror())
}

pub fn nothing() -> Radio {
    Radio::with(Vec::new())
}

pub fn with(card: impl Listener + 'static) -> Radio {
    Radio::with(vec![Box::new(card)])
}

pub fn both(one: impl Listener + 'static, other: impl Listener + 'static) -> Radio {
    Radio::with(vec![Box::new(one), Box::new(other)])
}

/// A command of that length.
pub fn command(bytes: usize) -> Vec<u8> {
    (0..bytes)
        .map(|index| u8::try_from(index % 251).unwrap())
        .collect()
}

/// Finds the card and sends it one command.
pub fn answer<F: Field>(field: F, apdu: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut reader = Contactless::new(field);
    run(async {
        reader.look().await?.card()?;
        Ok(reader.transmit(apdu).await?.to_vec())
    })
}
