//! MOVE KEY to nowhere (00 F6 FF key), which is how PIV cards that can delete a key are asked to.

use super::is_signature_key;
use crate::{StatusWord, apdu::Command, card::Session, outcome::Outcome, state::State};

const NOWHERE: u8 = 0xff;

/// Deletes a signature key, after the PIN was verified; with the first one, its certificate.
pub(crate) fn delete_key(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let reference = command.header.p2;
    if command.header.p1 != NOWHERE {
        return Err(StatusWord::WrongParameters);
    }
    if !is_signature_key(reference) || state.key(reference).is_none() {
        return Err(StatusWord::ReferenceNotFound);
    }
    session.require_verified()?;
    state.set_key(reference, None);
    Ok(Outcome::done().changing(true))
}
