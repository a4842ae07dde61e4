//! The blocks of ISO/IEC 14443-4 §7.1, without card number (CID) and node address (NAD).

use alloc::vec::Vec;
use zeroize::Zeroizing;

/// PCB of an I-block, R(ACK), R(NAK) and S(WTX).
const I: u8 = 0x02;
const ACK: u8 = 0xA2;
const NAK: u8 = 0xB2;
const WTX: u8 = 0xF2;
/// In an I-block: more blocks follow.
const CHAINED: u8 = 0x10;
/// The block number.
const NUMBER: u8 = 0x01;
/// The multiplier of S(WTX); the other bits state the power that reaches the card.
const MULTIPLIER: u8 = 0x3F;
const MULTIPLIER_MAX: u8 = 59;

/// A block from a card.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block<'a> {
    Information {
        number: u8,
        chained: bool,
        content: &'a [u8],
    },
    Acknowledgement {
        number: u8,
    },
    MoreTime {
        multiplier: u8,
    },
}

impl<'a> Block<'a> {
    /// Reads a block; nothing if it is none that a card may send here.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&pcb, content) = bytes.split_first()?;
        let number = pcb & NUMBER;
        if pcb & !(NUMBER | CHAINED) == I {
            return Some(Self::Information {
                number,
                chained: pcb & CHAINED != 0,
                content,
            });
        }
        match (pcb & !NUMBER, content) {
            (ACK, []) => Some(Self::Acknowledgement { number }),
            (WTX, [time]) if pcb == WTX => {
                let multiplier = time & MULTIPLIER;
                (1..=MULTIPLIER_MAX)
                    .contains(&multiplier)
                    .then_some(Self::MoreTime { multiplier })
            }
            _ => None,
        }
    }
}

/// An I-block; wiped when dropped.
pub(super) fn information(number: u8, chained: bool, content: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut block = Zeroizing::new(Vec::with_capacity(1 + content.len()));
    block.push(I | number | if chained { CHAINED } else { 0 });
    block.extend_from_slice(content);
    block
}

/// R(ACK).
pub(super) const fn acknowledgement(number: u8) -> [u8; 1] {
    [ACK | number]
}

/// R(NAK).
pub(super) const fn refusal(number: u8) -> [u8; 1] {
    [NAK | number]
}

/// The answer to S(WTX).
pub(super) const fn more_time(multiplier: u8) -> [u8; 2] {
    [WTX, multiplier]
}
