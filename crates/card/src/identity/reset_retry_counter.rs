//! RESET RETRY COUNTER (SP 800-73-5 part 2, §3.2.3).

use crate::{
    StatusWord,
    apdu::Command,
    card::Session,
    outcome::Outcome,
    reference_data::{BYTES, PIN, is_pin, present},
    state::{Keep, State},
};

/// The PUK and a new PIN, eight bytes each. A malformed PIN costs no try.
pub(crate) fn reset_retry_counter(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    keep: Keep<'_>,
) -> Result<Outcome, StatusWord> {
    match (command.header.p1, command.header.p2) {
        (0x00, PIN) => {}
        (0x00, _) => return Err(StatusWord::ReferenceNotFound),
        _ => return Err(StatusWord::WrongParameters),
    }
    let ([puk, pin], []) = command.data.as_chunks::<BYTES>() else {
        return Err(StatusWord::WrongData);
    };
    if !is_pin(pin) {
        return Err(StatusWord::WrongData);
    }
    let before = state.puk.tries();
    session.set_verified(false);
    Ok(match present(state, |state| &mut state.puk, puk, keep) {
        Ok(()) => {
            state.pin.set(pin);
            Outcome::done().changing(true)
        }
        Err(status) => Outcome::ended(status).changing(state.puk.tries() != before),
    })
}
