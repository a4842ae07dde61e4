//! CHANGE REFERENCE DATA (SP 800-73-5 part 2, §3.2.2).

use crate::{
    StatusWord,
    apdu::Command,
    card::Session,
    outcome::Outcome,
    reference_data::{BYTES, Of, PIN, PUK, is_pin, is_puk, present},
    state::{Keep, State},
};

/// The old value and the new one, eight bytes each. A malformed new value costs no try. Afterwards the
/// PIN has to be verified again.
pub(crate) fn change_reference_data(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    keep: Keep<'_>,
) -> Result<Outcome, StatusWord> {
    if command.header.p1 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    let (of, is_allowed): (Of, fn(&[u8; BYTES]) -> bool) = match command.header.p2 {
        PIN => (|state| &mut state.pin, is_pin),
        PUK => (|state| &mut state.puk, is_puk),
        _ => return Err(StatusWord::ReferenceNotFound),
    };
    let ([old, new], []) = command.data.as_chunks::<BYTES>() else {
        return Err(StatusWord::WrongData);
    };
    if !is_allowed(new) {
        return Err(StatusWord::WrongData);
    }
    let before = of(state).tries();
    session.set_verified(false);
    Ok(match present(state, of, old, keep) {
        Ok(()) => {
            of(state).set(new);
            Outcome::done().changing(true)
        }
        Err(status) => Outcome::ended(status).changing(of(state).tries() != before),
    })
}
