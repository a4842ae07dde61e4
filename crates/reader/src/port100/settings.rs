//! The protocol settings of the field, and which of them have to be told the reader.

use alloc::vec::Vec;

use crate::contactless::Technology;

/// Keys of InSetProtocol [nfcpy, `in_set_protocol`].
const INITIAL_GUARD_TIME: u8 = 0x00;
const ADD_CRC: u8 = 0x01;
const CHECK_CRC: u8 = 0x02;
const ADD_PARITY: u8 = 0x04;
const CHECK_PARITY: u8 = 0x05;
const LAST_BYTE_BITS: u8 = 0x07;
const ADD_SOF: u8 = 0x09;
const CHECK_SOF: u8 = 0x0A;
const ADD_EOF: u8 = 0x0B;
const CHECK_EOF: u8 = 0x0C;
/// One more than the last key.
const KEYS: usize = 0x14;

/// What every driver sets first. There is no key 0D.
const DEFAULTS: [(u8, u8); 19] = [
    (0x00, 0x18),
    (0x01, 0x01),
    (0x02, 0x01),
    (0x03, 0x00),
    (0x04, 0x00),
    (0x05, 0x00),
    (0x06, 0x00),
    (0x07, 0x08),
    (0x08, 0x00),
    (0x09, 0x00),
    (0x0A, 0x00),
    (0x0B, 0x00),
    (0x0C, 0x00),
    (0x0E, 0x04),
    (0x0F, 0x00),
    (0x10, 0x00),
    (0x11, 0x00),
    (0x12, 0x00),
    (0x13, 0x06),
];

/// What the reader was told since the field was set.
#[derive(Default)]
pub(super) struct Settings([Option<u8>; KEYS]);

impl Settings {
    /// Keys and values that the reader does not have yet; from now on it has them.
    pub(super) fn changes(&mut self, wanted: impl IntoIterator<Item = (u8, u8)>) -> Vec<u8> {
        let mut changes = Vec::new();
        for (key, value) in wanted {
            if let Some(told) = self.0.get_mut(usize::from(key))
                && told.replace(value) != Some(value)
            {
                changes.extend_from_slice(&[key, value]);
            }
        }
        changes
    }
}

/// The parameters of InSetRF: type and speed of sending and receiving.
pub(super) const fn rf(technology: Technology) -> [u8; 4] {
    match technology {
        Technology::A => [0x02, 0x03, 0x0F, 0x03],
        Technology::B => [0x03, 0x07, 0x0F, 0x07],
        Technology::F => [0x01, 0x01, 0x0F, 0x01],
    }
}

/// What is set first for every technology.
pub(super) const fn defaults() -> [(u8, u8); 19] {
    DEFAULTS
}

/// What a frame needs beyond the defaults.
pub(super) fn of(technology: Technology, short: bool, checksum: bool) -> Vec<(u8, u8)> {
    let checksum = u8::from(checksum);
    let mut settings = Vec::from([(ADD_CRC, checksum), (CHECK_CRC, checksum)]);
    match technology {
        Technology::A => settings.extend_from_slice(&[
            (INITIAL_GUARD_TIME, 0x06),
            (ADD_PARITY, u8::from(!short)),
            (CHECK_PARITY, 1),
            (LAST_BYTE_BITS, if short { 7 } else { 8 }),
        ]),
        Technology::B => settings.extend_from_slice(&[
            (INITIAL_GUARD_TIME, 0x14),
            (ADD_SOF, 1),
            (CHECK_SOF, 1),
            (ADD_EOF, 1),
            (CHECK_EOF, 1),
        ]),
        Technology::F => settings.push((INITIAL_GUARD_TIME, 0x18)),
    }
    settings
}
