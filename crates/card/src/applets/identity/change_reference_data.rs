//! CHANGE REFERENCE DATA (SP 800-73-5 part 2, §3.2.2).

use rand_core::CryptoRng;

use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::reference_data::{BYTES, Of, PIN, PUK, is_pin, is_puk, present};
use crate::session::Session;
use crate::state::{Keep, State};
use crate::stretch::Stretch;

/// In P1: only the new value is given.
const WITHOUT_OLD: u8 = 0x01;

/// The old value and the new one, eight bytes each. A malformed new value costs no try. Afterwards the
/// PIN has to be verified again. With P1 = 01 (ISO/IEC 7816-4 §11.5.7) the new PUK alone, once the PIN was
/// verified: for who has lost the one before.
pub(crate) fn change_reference_data(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    keep: Keep<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match command.header.p1 {
        0 => {}
        WITHOUT_OLD => return new_puk(state, session, command, stretch, rng),
        _ => return Err(StatusWord::WrongParameters),
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
    session.set_verified(None);
    let changed =
        present(state, of, old, keep).and_then(|key| state.change(of, new, key, stretch, rng));
    Ok(match changed {
        Ok(()) => Outcome::done().changing(true),
        Err(status) => Outcome::ended(status).changing(of(state).tries() != before),
    })
}

fn new_puk(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    if command.header.p2 != PUK {
        return Err(StatusWord::ReferenceNotFound);
    }
    let new = command.data.try_into();
    let new: &[u8; BYTES] = new.map_err(|_| StatusWord::WrongData)?;
    if !is_puk(new) {
        return Err(StatusWord::WrongData);
    }
    let key = session.require_verified()?;
    state.puk.set(new, key, stretch, rng)?;
    Ok(Outcome::done().changing(true))
}
