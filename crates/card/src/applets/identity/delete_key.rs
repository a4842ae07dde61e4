//! MOVE KEY to nowhere (00 F6 FF key), which is how PIV cards that can delete a key are asked to.

use super::KeyReference;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

const NOWHERE: u8 = 0xff;

/// Deletes a key, after the PIN was verified, and its certificate.
pub(crate) fn delete_key(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    if command.header.p1 != NOWHERE {
        return Err(StatusWord::WrongParameters);
    }
    let key = KeyReference::new(command.header.p2)?;
    if state.key(key).is_none() {
        return Err(StatusWord::ReferenceNotFound);
    }
    session.require_verified()?;
    state.delete_key(key);
    Ok(Outcome::done().changing(true))
}
