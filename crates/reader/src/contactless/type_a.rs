//! Activation of a type A card: ISO/IEC 14443-3 §6 up to SELECT, and RATS of ISO/IEC 14443-4 §5.

use alloc::vec::Vec;

use super::field::{Field, Frame, Heard};
use super::link::Link;
use super::timing::{
    ACTIVATION_US, FSCI_DEFAULT, FSDI, frame_bytes, frame_waiting_default_us, frame_waiting_us,
    guard_ms,
};
use crate::Fault;

/// REQA wakes a card that was never asked, WUPA one that was halted too.
const REQUESTS: [u8; 2] = [0x26, 0x52];
/// SELECT of cascade levels 1 to 3.
const SELECTS: [u8; 3] = [0x93, 0x95, 0x97];
/// NVB: nothing of the identifier is known, all of it is.
const NVB_NONE: u8 = 0x20;
const NVB_ALL: u8 = 0x70;
/// SAK: the identifier goes on; the card speaks ISO/IEC 14443-4.
const SAK_CASCADE: u8 = 0x04;
const SAK_LAYER_4: u8 = 0x20;
const RATS: u8 = 0xE0;

/// Activates the card in the field, if there is one that takes APDUs.
pub(super) async fn activate<F: Field>(field: &mut F) -> Result<Option<Link>, Fault> {
    if field.selects()
        && let Some(card) = layer_4(field).await?
    {
        return Ok(Some(card));
    }
    for request in REQUESTS {
        if is_there(field, request).await? {
            return match select(field).await? {
                Some(sak) if sak & SAK_LAYER_4 != 0 => layer_4(field).await,
                _ => Ok(None),
            };
        }
    }
    Ok(None)
}

/// Whether a card answers the request. Two cards with different answers collide; the identifiers tell.
async fn is_there<F: Field>(field: &mut F, request: u8) -> Result<bool, Fault> {
    let frame = Frame {
        bytes: &[request],
        short: true,
        checksum: false,
        timeout_us: ACTIVATION_US,
    };
    Ok(field.exchange(frame).await? != Heard::Nothing)
}

/// Goes through the cascade levels; the last SAK, or nothing if the card is gone.
async fn select<F: Field>(field: &mut F) -> Result<Option<u8>, Fault> {
    for level in SELECTS {
        let Some(identifier) = anticollision(field, level).await? else {
            return Ok(None);
        };
        let mut command = Vec::from([level, NVB_ALL]);
        command.extend_from_slice(&identifier);
        let Heard::Frame(answer) = exchange(field, &command, true).await? else {
            return Ok(None);
        };
        let [sak] = answer[..] else {
            return Err(Fault::Protocol("a SAK that is not one byte"));
        };
        if sak & SAK_CASCADE == 0 {
            return Ok(Some(sak));
        }
    }
    Err(Fault::Protocol("an identifier with more than three levels"))
}

/// Four bytes of the identifier and their exclusive-or.
async fn anticollision<F: Field>(field: &mut F, level: u8) -> Result<Option<Vec<u8>>, Fault> {
    match exchange(field, &[level, NVB_NONE], false).await? {
        Heard::Frame(answer) => {
            let sum = answer.iter().fold(0, |sum, byte| sum ^ byte);
            if answer.len() != 5 || sum != 0 {
                return Err(Fault::Protocol("an identifier with a wrong check byte"));
            }
            Ok(Some(answer))
        }
        Heard::Collision => Err(Fault::SeveralCards),
        Heard::Garbled | Heard::Nothing => Ok(None),
    }
}

/// RATS, for frames of 256 bytes and without card number; the card's answer names its frames and times.
async fn layer_4<F: Field>(field: &mut F) -> Result<Option<Link>, Fault> {
    let Heard::Frame(ats) = exchange(field, &[RATS, FSDI << 4], true).await? else {
        return Ok(None);
    };
    let (link, sfgi) = read_ats(&ats)?;
    field.wait(guard_ms(sfgi)).await;
    Ok(Some(link))
}

async fn exchange<F: Field>(field: &mut F, bytes: &[u8], checksum: bool) -> Result<Heard, Fault> {
    let frame = Frame {
        bytes,
        short: false,
        checksum,
        timeout_us: ACTIVATION_US,
    };
    field.exchange(frame).await
}

/// The link and SFGI of an answer to select: TL, then T0, TA, TB, TC as far as they are there (§5.2).
fn read_ats(ats: &[u8]) -> Result<(Link, u8), Fault> {
    let (&length, rest) = ats.split_first().ok_or(Fault::Protocol("an empty ATS"))?;
    if usize::from(length) != ats.len() {
        return Err(Fault::Protocol("an ATS of another length than it says"));
    }
    let Some((&format, mut rest)) = rest.split_first() else {
        let link = Link::new(frame_bytes(FSCI_DEFAULT), frame_waiting_default_us());
        return Ok((link, 0));
    };
    let mut next = |bit: u8| -> Result<Option<u8>, Fault> {
        if format & bit == 0 {
            return Ok(None);
        }
        let (&byte, after) = rest
            .split_first()
            .ok_or(Fault::Protocol("an ATS that ends early"))?;
        rest = after;
        Ok(Some(byte))
    };
    let _bit_rates = next(0x10)?;
    let times = next(0x20)?;
    let waiting_us = times.map_or(frame_waiting_default_us(), |times| {
        frame_waiting_us(times >> 4)
    });
    let link = Link::new(frame_bytes(format & 0x0F), waiting_us);
    Ok((link, times.unwrap_or(0) & 0x0F))
}
