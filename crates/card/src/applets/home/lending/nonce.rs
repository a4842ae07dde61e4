//! ACCESS (80 50 00 00).

use rand_core::CryptoRng;
use tallystick_protocol::home::{AccessAnswer, AccessPurpose, AccessRequest, HomeRefusal};
use tallystick_protocol::wire::cbor::encode;

use super::call::Said;
use super::stored::lending_mut;
use crate::StatusWord;
use crate::applets::home::refused;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Gives a known terminal a nonce for its first password. It replaces the one before.
pub(crate) fn answer_access(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let said: Said<AccessRequest> = Said::read(state, command)?;
    said.require(said.message.terminal, said.message.home)?;
    if said.message.purpose != AccessPurpose::Open {
        return Err(refused(HomeRefusal::Malformed));
    }
    let lending = lending_mut(state)?;
    if lending.first.tries_left == 0 || lending.second.tries_left == 0 {
        return Err(refused(HomeRefusal::Blocked));
    }
    let mut nonce = [0; 32];
    rng.fill_bytes(&mut nonce);
    lending.terminal_mut(&said.message.terminal)?.nonce = Some(nonce);
    Ok(Outcome::data(encode(&AccessAnswer { nonce })).changing(true))
}
