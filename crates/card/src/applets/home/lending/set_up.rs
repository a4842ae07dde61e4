//! SET UP and STATUS (80 40 00 P2).

use rand_core::CryptoRng;
use tallystick_protocol::home::{PASSWORD_BYTES_MAX, PASSWORD_BYTES_MIN};
use tallystick_protocol::wire::cbor::encode_value;

use super::stored::{Lending, lending_mut};
use super::view;
use crate::StatusWord;
use crate::applets::home::instruction::{PASSWORDS, STATE};
use crate::applets::home::key_pair::KeyPair;
use crate::applets::home::{asked, require_no_data};
use crate::door::{Behind, Door, Secret};
use crate::host::home::lending::Passwords;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;
use crate::stretch::Stretch;

/// Two passwords, after the PIN was verified; answers with the public keys, which are made once. Another time, the
/// passwords are new, all tries are back, and nothing is released any more.
pub(crate) fn set_up(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match (command.header.p1, command.header.p2) {
        (0, PASSWORDS) => {}
        (0, STATE) => {
            require_no_data(command)?;
            return view::state(state);
        }
        _ => return Err(StatusWord::WrongParameters),
    }
    let passwords: Passwords = asked(command)?;
    let safe = session.require_verified()?;
    for password in [&passwords.first, &passwords.second] {
        if !(PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&password.len()) {
            return Err(StatusWord::WrongData);
        }
    }
    if passwords.first == passwords.second {
        return Err(StatusWord::WrongData);
    }
    let mut gate = Secret::default();
    rng.fill_bytes(gate.as_mut());
    let behind = Behind::FirstPassword;
    let first = Door::new(behind, &passwords.first, &gate, stretch, rng)?;
    let behind = Behind::SecondPassword(&gate);
    let second = Door::new(behind, &passwords.second, safe.as_bytes(), stretch, rng)?;
    if let Ok(lending) = lending_mut(state) {
        (lending.first, lending.second) = (first, second);
        lending.forget_sessions();
        let public = lending.keys.public()?;
        return Ok(Outcome::data(encode_value(&public)).changing(true));
    }
    let keys = KeyPair::generate(rng)?;
    let public = keys.public()?;
    state.home.get_or_insert_default().lending = Some(Lending {
        keys,
        first,
        second,
        terminals: Default::default(),
        loans: Default::default(),
        newest_loan: 0,
        registration: 0,
        decisions: Default::default(),
        decided: 0,
        remembered: Default::default(),
        releases: Default::default(),
    });
    Ok(Outcome::data(encode_value(&public)).changing(true))
}
