//! PUT KEY (80 22 place slot).

use rand_core::CryptoRng;
use tallystick_protocol::purse::SealedSecret;

use super::key::PurseKey;
use super::make_key::{at, current, put};
use super::{asked, place};
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::secret_bytes::SecretBytes;
use crate::session::Session;
use crate::state::State;

/// A key that was made elsewhere (SZ9; key option C2), sealed to the enrolment key of a slot, after the PIN was
/// verified. It goes where MAKE KEY would put a new one; answers with its public half.
pub(crate) fn put_key(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let sealed: SealedSecret = asked(command)?;
    let slot = state.slot(command.header.p2);
    let slot = slot.ok_or(StatusWord::ReferenceNotFound)?;
    session.require_verified()?;
    let enrolment = slot.secret.as_slice().try_into();
    let secret = sealed
        .open(enrolment.map_err(|_| StatusWord::MemoryFailure)?)
        .map_err(|_| StatusWord::WrongData)?;
    let secret = SecretBytes::from(secret);
    let key = PurseKey::of(place, sealed.algorithm(), secret, state.safe.as_ref(), rng)?;
    let purse = at(state, place);
    match current(&purse)? {
        Some(known) if known.public == key.public => Ok(Outcome::data(key.public)),
        Some(_) if purse.value.is_none() => Err(StatusWord::AlreadyThere),
        _ if purse
            .key
            .as_ref()
            .is_some_and(|now| now.public == key.public) =>
        {
            Err(StatusWord::AlreadyThere)
        }
        _ => Ok(put(state, purse, key)),
    }
}
