//! RESET RETRY COUNTER (SP 800-73-5 part 2, §3.2.3).

use rand_core::CryptoRng;

use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::reference_data::{BYTES, PIN, is_pin, present};
use crate::session::Session;
use crate::state::{Keep, State};
use crate::stretch::Stretch;

/// The PUK and a new PIN, eight bytes each. A malformed PIN costs no try.
pub(crate) fn reset_retry_counter(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    keep: Keep<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
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
    session.set_verified(None);
    let reset = present(state, |state| &mut state.puk, puk, keep)
        .and_then(|key| state.change(|state| &mut state.pin, pin, key, stretch, rng));
    Ok(match reset {
        Ok(()) => Outcome::done().changing(true),
        Err(status) => Outcome::ended(status).changing(state.puk.tries() != before),
    })
}
