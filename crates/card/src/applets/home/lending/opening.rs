//! OPEN (80 52 00 00): the first password (H4).

use rand_core::CryptoRng;
use tallystick_protocol::home::password::answer_keys;
use tallystick_protocol::home::records::Side;
use tallystick_protocol::home::{HomeRefusal, Opening, OpeningAnswer};
use tallystick_protocol::wire::cbor::encode;
use zeroize::Zeroizing;

use super::call::Said;
use super::stored::{lending, lending_mut};
use crate::StatusWord;
use crate::applets::home::refused;
use crate::door::Behind;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::{Keep, State};

/// A known terminal's first password, sealed with the nonce it was given. Only what that terminal signed counts as a
/// try, and the try is kept before anything is compared. Answers with a record that has the gate.
pub(crate) fn take_opening(
    state: &mut State,
    command: &Command<'_>,
    keep: Keep<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let said: Said<Opening> = Said::read(state, command)?;
    let opening = &said.message;
    said.require(opening.terminal, opening.home)?;
    let known = lending(state)?;
    if known.first.tries_left == 0 {
        return Err(refused(HomeRefusal::Blocked));
    }
    if known.terminal(&opening.terminal)?.nonce != Some(opening.nonce) {
        return Err(refused(HomeRefusal::BadSignature));
    }
    let (password, exported) = opening
        .open(known.keys.sealing()?)
        .map_err(|_| refused(HomeRefusal::Malformed))?;
    let lending = lending_mut(state)?;
    lending.terminal_mut(&opening.terminal)?.nonce = None;
    lending.first.take_try()?;
    keep(state)?;
    let lending = lending_mut(state)?;
    let Some(gate) = lending.first.open(Behind::FirstPassword, &password)? else {
        return Ok(Outcome::ended(refused(HomeRefusal::WrongFirstPassword)).changing(true));
    };
    let mut answer = OpeningAnswer {
        gate: *gate,
        nonce: [0; 32],
    };
    rng.fill_bytes(&mut answer.nonce);
    let encoded = Zeroizing::new(encode(&answer));
    let record = answer_keys(&exported, &opening.nonce, Side::Responder).seal(&encoded, true);
    let record = record.map_err(|_| StatusWord::MemoryFailure)?;
    lending.terminal_mut(&opening.terminal)?.opened = Some(answer.nonce);
    Ok(Outcome::data(record).changing(true))
}
