//! The pseudo-APDUs `FF 50 00 P2` of PC/SC part 3 (amendment 1 §3), as the reader takes them.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::contactless::Technology;

/// Tags of *manage session*.
pub(super) const START_SESSION: u8 = 0x81;
pub(super) const END_SESSION: u8 = 0x82;
pub(super) const FIELD_OFF: u8 = 0x83;
pub(super) const FIELD_ON: u8 = 0x84;
/// P2.
const MANAGE_SESSION: u8 = 0x00;
const TRANSPARENT_EXCHANGE: u8 = 0x01;
const SWITCH_PROTOCOL: u8 = 0x02;
/// Layer 3 of ISO/IEC 14443: from there on the host speaks to the card itself.
const LAYER_3: u8 = 0x03;

/// What the reader leaves to the host, in the bits of the flags' second byte.
#[derive(Clone, Copy)]
pub(super) struct Flags(u8);

impl Flags {
    const NO_CRC: u8 = 0x01 | 0x02;
    const NO_PARITY: u8 = 0x04 | 0x08;
    const NO_PROLOGUE: u8 = 0x10;

    pub(super) const fn of(technology: Technology, checksum: bool) -> Self {
        let parity = match technology {
            Technology::A => 0,
            Technology::B | Technology::F => Self::NO_PARITY,
        };
        let crc = if checksum { 0 } else { Self::NO_CRC };
        Self(Self::NO_PROLOGUE | parity | crc)
    }
}

/// Session and field.
pub(super) const fn manage_session(tag: u8) -> [u8; 8] {
    [0xFF, 0x50, 0x00, MANAGE_SESSION, 0x02, tag, 0x00, 0x00]
}

/// The technology of what follows.
pub(super) const fn switch_protocol(technology: Technology) -> [u8; 10] {
    let (mode, layer) = match technology {
        Technology::A => (0x00, LAYER_3),
        Technology::B => (0x01, LAYER_3),
        Technology::F => (0x03, 0x00),
    };
    [
        0xFF,
        0x50,
        0x00,
        SWITCH_PROTOCOL,
        0x04,
        0x8F,
        0x02,
        mode,
        layer,
        0x00,
    ]
}

/// A frame to the card; wiped when dropped. `bits` of the last byte: 0 means all eight from now on.
pub(super) fn transceive(
    frame: &[u8],
    flags: Flags,
    bits: Option<u8>,
    timeout_us: u32,
) -> Zeroizing<Vec<u8>> {
    let mut fields = Zeroizing::new(Vec::with_capacity(frame.len() + 18));
    fields.extend_from_slice(&[0x90, 0x02, 0x00, flags.0]);
    if let Some(bits) = bits {
        fields.extend_from_slice(&[0x91, 0x01, bits]);
    }
    fields.extend_from_slice(&[0x5F, 0x46, 0x04]);
    fields.extend_from_slice(&timeout_us.to_le_bytes());
    fields.extend_from_slice(&[0x95, 0x82]);
    fields.extend_from_slice(&length(frame));
    fields.extend_from_slice(frame);
    let mut apdu = Zeroizing::new(Vec::with_capacity(fields.len() + 10));
    apdu.extend_from_slice(&[0xFF, 0x50, 0x00, TRANSPARENT_EXCHANGE, 0x00]);
    apdu.extend_from_slice(&length(&fields));
    apdu.extend_from_slice(&fields);
    apdu.extend_from_slice(&[0x00, 0x00, 0x00]);
    apdu
}

fn length(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()
}
