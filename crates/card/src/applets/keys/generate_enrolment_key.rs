//! GENERATE ENROLMENT KEY (80 10 slot 00).

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::wire::identifier::HolderId;
use zeroize::Zeroizing;

use super::slot_number;
use crate::StatusWord;
use crate::applets::keys::Slot;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

const KEEP: u8 = 0x00;
const REPLACE: u8 = 0x01;

/// Answers with the X25519 public key of the slot, 32 bytes, and makes one if there is none. With
/// P2 = 01 it makes a new one in any case, after the PIN was verified; the shares of the old one are
/// lost.
pub(crate) fn generate_enrolment_key(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let number = slot_number(command.header)?;
    if !command.data.is_empty() {
        return Err(StatusWord::WrongLength);
    }
    match (command.header.p2, state.slot(number)) {
        (KEEP, Some(slot)) => return public_key(slot.secret.as_slice()).map(Outcome::data),
        (REPLACE, Some(_)) => {
            session.require_verified()?;
        }
        (KEEP | REPLACE, None) => {}
        _ => return Err(StatusWord::WrongParameters),
    }
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(secret.as_mut());
    let public = public_key(secret.as_slice())?;
    let slot = Slot {
        number,
        holder: HolderId::of_enrolment_key(&public),
        secret: secret.as_slice().into(),
        shares: Vec::new(),
    };
    state.slots.retain(|slot| slot.number != number);
    let place = state.slots.partition_point(|slot| slot.number < number);
    state.slots.insert(place, slot);
    Ok(Outcome::data(public).changing(true))
}

fn public_key(secret: &[u8]) -> Result<[u8; 32], StatusWord> {
    let secret = secret.try_into().map_err(|_| StatusWord::MemoryFailure)?;
    enrolment_public_key(secret).map_err(|_| StatusWord::MemoryFailure)
}
