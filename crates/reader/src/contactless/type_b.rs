//! Activation of a type B card: REQB and ATTRIB (ISO/IEC 14443-3 §7).
//!
//! The PUPI with which a card answers is random at each tap, so it identifies nobody and is not shown.

use alloc::vec::Vec;

use super::field::{Field, Frame, Heard};
use super::link::Link;
use super::timing::{ACTIVATION_US, FSDI, frame_bytes, frame_waiting_us};
use crate::Fault;

/// REQB, and WUPB for a halted card: every application, one slot.
const REQUESTS: [[u8; 3]; 2] = [[0x05, 0x00, 0x00], [0x05, 0x00, 0x08]];
/// What an ATQB begins with.
const ATQB: u8 = 0x50;
const ATTRIB: u8 = 0x1D;
/// Protocol type: the card speaks ISO/IEC 14443-4.
const LAYER_4: u8 = 0x01;

/// Activates the card in the field, if there is one that takes APDUs.
pub(super) async fn activate<F: Field>(field: &mut F) -> Result<Option<Link>, Fault> {
    for request in REQUESTS {
        match exchange(field, &request).await? {
            Heard::Frame(atqb) => return attrib(field, &atqb).await,
            // One slot: two cards answer at once.
            Heard::Garbled | Heard::Collision => return Err(Fault::SeveralCards),
            Heard::Nothing => {}
        }
    }
    Ok(None)
}

/// Selects the card that answered, at 106 kbit/s and without card number.
async fn attrib<F: Field>(field: &mut F, atqb: &[u8]) -> Result<Option<Link>, Fault> {
    // PUPI, application data, then bit rates, frame size and protocol type, waiting time.
    let [ATQB, pupi @ .., _, _, _, _, _, sizes, times] = atqb.get(..12).unwrap_or_default() else {
        return Err(Fault::Protocol("an ATQB that is too short or none"));
    };
    if sizes & LAYER_4 == 0 {
        return Ok(None);
    }
    let mut command = Vec::from([ATTRIB]);
    command.extend_from_slice(pupi);
    command.extend_from_slice(&[0x00, FSDI, LAYER_4, 0x00]);
    match exchange(field, &command).await? {
        // The lower half is the card number, which is not used.
        Heard::Frame(answer) if answer.first().is_some_and(|first| first & 0x0F == 0) => {
            let link = Link::new(frame_bytes(sizes >> 4), frame_waiting_us(times >> 4));
            Ok(Some(link))
        }
        Heard::Frame(_) => Err(Fault::Protocol("an answer to ATTRIB for another card")),
        _ => Ok(None),
    }
}

async fn exchange<F: Field>(field: &mut F, bytes: &[u8]) -> Result<Heard, Fault> {
    let frame = Frame {
        bytes,
        short: false,
        checksum: true,
        timeout_us: ACTIVATION_US,
    };
    field.exchange(frame).await
}
