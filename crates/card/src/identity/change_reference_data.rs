//! CHANGE REFERENCE DATA (SP 800-73-5 part 2, §3.2.2).

use crate::{
    StatusWord,
    apdu::Command,
    card::Session,
    outcome::Outcome,
    reference_data::{BYTES, PIN, PUK, is_pin, is_puk},
    state::State,
};

/// The old value and the new one, eight bytes each. A malformed new value costs no try. Afterwards the
/// PIN has to be verified again.
pub(crate) fn change_reference_data(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    if command.header.p1 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    let (reference, is_allowed): (_, fn(&[u8; BYTES]) -> bool) = match command.header.p2 {
        PIN => (&mut state.pin, is_pin),
        PUK => (&mut state.puk, is_puk),
        _ => return Err(StatusWord::ReferenceNotFound),
    };
    let ([old, new], []) = command.data.as_chunks::<BYTES>() else {
        return Err(StatusWord::WrongData);
    };
    if !is_allowed(new) {
        return Err(StatusWord::WrongData);
    }
    let before = reference.tries();
    session.set_verified(false);
    Ok(match reference.present(old) {
        Ok(()) => {
            reference.set(new);
            Outcome::done().changing(true)
        }
        Err(status) => Outcome::ended(status).changing(reference.tries() != before),
    })
}
