//! Frames: `00 00 FF FF FF, length u16le, LCS, data, DCS, 00`. Each checksum and what it covers add up to 0.
//!
//! ACK is `00 00 FF 00 FF 00`, an error `00 00 FF FF FF` with or without `00`. The reader may also
//! send the short form `00 00 FF, length, LCS, data, DCS, 00`.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::Fault;

pub(super) const ACK: [u8; 6] = [0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00];
const START: [u8; 3] = [0x00, 0x00, 0xFF];
const EXTENDED: [u8; 2] = [0xFF, 0xFF];
const ERRORS: [&[u8]; 2] = [
    &[0x00, 0x00, 0xFF, 0xFF, 0xFF],
    &[0x00, 0x00, 0xFF, 0xFF, 0xFF, 0x00],
];
/// The longest data the reader has a reason to send: 290 bytes from a card, and what stands before them.
const DATA_BYTES_MAX: usize = 512;

/// A frame from the reader.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    Ack,
    Data(Zeroizing<Vec<u8>>),
}

/// Packets that came, of which a frame may fill several, or several one.
#[derive(Default)]
pub(super) struct Inbox(Zeroizing<Vec<u8>>);

impl Inbox {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes a packet.
    pub(super) fn put(&mut self, packet: &[u8]) -> Result<(), Fault> {
        if self.0.is_empty() && ERRORS.contains(&packet) {
            return Err(Fault::Protocol("the reader did not understand a frame"));
        }
        self.0.extend_from_slice(packet);
        Ok(())
    }

    /// The first frame, once it is whole.
    pub(super) fn take(&mut self) -> Result<Option<Received>, Fault> {
        let Some((received, length)) = read(&self.0)? else {
            return Ok(None);
        };
        let rest = self.0.split_off(length);
        self.0 = Zeroizing::new(rest);
        Ok(Some(received))
    }
}

/// The frame of a command; wiped when dropped.
pub(super) fn frame(data: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX).to_le_bytes();
    let mut frame = Zeroizing::new(Vec::with_capacity(data.len() + 10));
    frame.extend_from_slice(&START);
    frame.extend_from_slice(&EXTENDED);
    frame.extend_from_slice(&length);
    frame.push(checksum(&length));
    frame.extend_from_slice(data);
    frame.extend_from_slice(&[checksum(data), 0x00]);
    frame
}

/// What makes the sum of all bytes 0 modulo 256.
fn checksum(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0u8, |sum, byte| sum.wrapping_add(*byte))
        .wrapping_neg()
}

/// The frame that the bytes begin with and its length, or nothing while it is not whole.
fn read(bytes: &[u8]) -> Result<Option<(Received, usize)>, Fault> {
    let head = bytes.get(..START.len()).unwrap_or(bytes);
    if !START.starts_with(head) {
        return Err(Fault::Protocol("no frame begins here"));
    }
    if bytes.starts_with(&ACK) {
        return Ok(Some((Received::Ack, ACK.len())));
    }
    let Some((data_at, length)) = length_of(bytes)? else {
        return Ok(None);
    };
    if length > DATA_BYTES_MAX {
        return Err(Fault::Protocol("a frame that is too long"));
    }
    let end = data_at + length;
    let (Some(data), Some([dcs, postamble])) = (bytes.get(data_at..end), bytes.get(end..end + 2))
    else {
        return Ok(None);
    };
    if checksum(data) != *dcs || *postamble != 0 {
        return Err(Fault::Protocol("a frame with a wrong checksum"));
    }
    let data = Zeroizing::new(data.to_vec());
    Ok(Some((Received::Data(data), end + 2)))
}

/// Where the data begin and how many bytes they are.
fn length_of(bytes: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let (at, length, covered, lcs) = match bytes {
        [_, _, _, 0xFF, 0xFF, low, high, lcs, ..] => {
            (8, u16::from_le_bytes([*low, *high]), &bytes[5..7], lcs)
        }
        [_, _, _, 0xFF, 0xFF, ..] => return Ok(None),
        [_, _, _, length, lcs, ..] if [*length, *lcs] != [0x00, 0xFF] => {
            (5, u16::from(*length), &bytes[3..4], lcs)
        }
        _ => return Ok(None),
    };
    if checksum(covered) != *lcs {
        return Err(Fault::Protocol("a frame with a wrong length checksum"));
    }
    Ok(Some((at, usize::from(length))))
}
