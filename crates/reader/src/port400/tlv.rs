//! The reader's answers: data objects, then a status word.

use alloc::vec::Vec;

use crate::Fault;

/// Data objects.
const STATUS: u8 = 0xC0;
const RF_STATUS: u8 = 0x96;
const FRAME: u8 = 0x97;
/// First bytes of tags of two bytes.
const LONG_TAGS: [u8; 2] = [0x5F, 0xFF];
/// Status words of the status object.
const SUCCESS: [u8; 2] = [0x90, 0x00];
const HELD: [u8; 2] = [0x69, 0x8A];
/// No card answered: 6400 and 6401 [felica-rs], 6A81 and 6301 as seen on the device.
const NO_ANSWER: [[u8; 2]; 4] = [[0x64, 0x00], [0x64, 0x01], [0x6A, 0x81], [0x63, 0x01]];

/// What the reader did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done(Answer),
    /// There was no card to answer.
    NoAnswer,
}

/// What a card answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) frame: Option<Vec<u8>>,
    pub(super) rf_status: u8,
}

/// Reads an answer.
pub(super) fn read(bytes: &[u8]) -> Result<Outcome, Fault> {
    let Some((mut rest, status)) = bytes.split_last_chunk::<2>() else {
        return Err(Fault::Protocol("an answer without status word"));
    };
    if *status != SUCCESS {
        return failed(*status);
    }
    let mut answer = Answer::default();
    while !rest.is_empty() {
        let (tag, value, after) = object(rest)?;
        rest = after;
        match (tag, value) {
            (STATUS, [0x00, status @ ..]) if *status == SUCCESS => {}
            (STATUS, [_, high, low]) => return failed([*high, *low]),
            (STATUS, _) => return Err(Fault::Protocol("a status of another length")),
            (RF_STATUS, [status, ..]) => answer.rf_status = *status,
            (FRAME, frame) => answer.frame = Some(frame.to_vec()),
            // Bits of the last byte, answers to reset, the maker's own.
            _ => {}
        }
    }
    Ok(Outcome::Done(answer))
}

fn failed(status: [u8; 2]) -> Result<Outcome, Fault> {
    match status {
        HELD => Err(Fault::Held),
        status if NO_ANSWER.contains(&status) => Ok(Outcome::NoAnswer),
        [high, low] => Err(Fault::Reported(u32::from(high) << 8 | u32::from(low))),
    }
}

/// The first data object: the first byte of its tag, its value, what follows.
fn object(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Fault> {
    let cut = Fault::Protocol("a data object that ends early");
    let (&tag, mut rest) = bytes.split_first().ok_or(cut.clone())?;
    if LONG_TAGS.contains(&tag) {
        rest = rest.get(1..).ok_or(cut.clone())?;
    }
    let (length, rest) = match rest {
        [length @ 0..=0x7F, rest @ ..] | [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return Err(cut),
    };
    let (value, after) = rest.split_at_checked(length).ok_or(cut)?;
    Ok((tag, value, after))
}
