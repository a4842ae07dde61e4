//! MAKE KEY (80 20 place P2).

use rand_core::CryptoRng;
use tallystick_protocol::trust::signature::Algorithm;

use super::instruction::{ES256, RSA_2048};
use super::key::PurseKey;
use super::stored::Purse;
use super::{place, require_no_data};
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Answers with the public key of the place (subject public key info, DER), and makes it if there is none. Where a purse
/// is open it is the key that is to replace the one it has (key option D2), after the PIN was verified.
pub(crate) fn make_key(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let algorithm = match command.header.p2 {
        ES256 => Algorithm::Es256,
        RSA_2048 => Algorithm::Ps256,
        _ => return Err(StatusWord::WrongParameters),
    };
    require_no_data(command)?;
    let purse = at(state, place);
    if let Some(known) = current(&purse)? {
        if known.algorithm() == algorithm {
            return Ok(Outcome::data(known.public.clone()));
        }
        if purse.value.is_none() {
            return Err(StatusWord::AlreadyThere);
        }
    }
    if purse.value.is_some() {
        session.require_verified()?;
    }
    let key = PurseKey::generate(place, algorithm, state.safe.as_ref(), rng)?;
    Ok(put(state, purse, key))
}

/// What stands at a place.
pub(super) fn at(state: &State, place: u8) -> Purse {
    let purse = state.purses.as_ref().and_then(|purses| purses.at(place));
    purse.cloned().unwrap_or(Purse::empty(place))
}

/// The key that was made last and has not come into use: of an open purse the next one.
pub(super) fn current(purse: &Purse) -> Result<Option<&PurseKey>, StatusWord> {
    match (&purse.value, &purse.key) {
        (Some(_), None) => Err(StatusWord::ConditionsNotSatisfied),
        (Some(_), Some(_)) => Ok(purse.next_key.as_ref()),
        (None, key) => Ok(key.as_ref()),
    }
}

/// Puts a key where the next one of the place belongs.
pub(super) fn put(state: &mut State, mut purse: Purse, key: PurseKey) -> Outcome {
    let public = key.public.clone();
    match purse.value {
        Some(_) => purse.next_key = Some(key),
        None => purse.key = Some(key),
    }
    state.purses.get_or_insert_default().put(purse);
    Outcome::data(public).changing(true)
}
