//! VERIFY (SP 800-73-5 part 2, §3.2.1).

use rand_core::CryptoRng;

use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::reference_data::{BYTES, PIN, PUK, present};
use crate::session::Session;
use crate::state::{Keep, State};
use crate::stretch::Stretch;

/// With data: presents the PIN. Without: says how many tries are left (of the PUK, too), or for the
/// PIN that it is verified. With P1 = FF: forgets that it was.
pub(crate) fn verify(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    keep: Keep<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match (command.header.p1, command.header.p2, command.data) {
        (0x00, PIN, []) if session.is_verified() => Ok(Outcome::done()),
        (0x00, PIN, []) => Err(state.pin.tries()),
        (0x00, PUK, []) => Err(state.puk.tries()),
        (0xff, PIN, []) => {
            session.set_verified(None);
            Ok(Outcome::done())
        }
        (0x00, PIN, value) => {
            let value = value.try_into().map_err(|_| StatusWord::WrongData)?;
            Ok(present_pin(state, session, value, keep, stretch, rng))
        }
        (0x00 | 0xff, _, _) => Err(StatusWord::ReferenceNotFound),
        _ => Err(StatusWord::WrongParameters),
    }
}

/// Presents the PIN, 8 bytes as on the wire of VERIFY.
pub(crate) fn present_pin(
    state: &mut State,
    session: &mut Session,
    value: &[u8; BYTES],
    keep: Keep<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Outcome {
    let before = (state.pin.tries(), state.safe);
    session.set_verified(None);
    let result = present(state, |state| &mut state.pin, value, keep)
        .and_then(|key| state.in_safe(key, stretch, rng));
    let outcome = match result {
        Ok(key) => {
            session.set_verified(Some(key));
            Outcome::done()
        }
        Err(status) => Outcome::ended(status),
    };
    outcome.changing((state.pin.tries(), state.safe) != before)
}
