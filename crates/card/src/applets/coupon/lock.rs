//! PASSWORD (80 D2 00 P2) and LOCK (80 D0 place P2): coupons that nobody reads without a password (T001-13, T001-14).

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::{PASSWORD_BYTES_MAX, PASSWORD_BYTES_MIN};

use super::instruction::{CLOSE, FORGET, OPEN, PRESENT, SET, TRIES};
use super::stored::{Coupons, Record};
use super::{coupons, place};
use crate::StatusWord;
use crate::applets::purse::require_no_data;
use crate::door::{Behind, Door};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::safe::{SafeKey, SafeSlit};
use crate::session::Session;
use crate::state::{Keep, State};
use crate::stretch::Stretch;

/// The key to which locked coupons are sealed: its public half, and the private half behind the password.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Lock {
    #[n(0)]
    door: Door,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) slit: SafeSlit,
}

impl Lock {
    pub(super) fn is_valid(&self) -> bool {
        self.door.is_valid()
    }

    const fn tries(&self) -> StatusWord {
        match self.door.tries_left {
            0 => StatusWord::Blocked,
            left => StatusWord::TriesLeft(left),
        }
    }
}

/// Sets the password, 8 to 128 bytes (P2 = 00); gives it (01), which holds for the session; says how many tries it has left
/// (02); or takes back that it was given (03).
pub(crate) fn password(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    keep: Keep<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match (command.header.p1, command.header.p2) {
        (0, SET) => set(state, session, command.data, stretch, rng),
        (0, PRESENT) => present(state, session, command.data, keep),
        (0, TRIES) => {
            require_no_data(command)?;
            Err(known(state)?.tries())
        }
        (0, FORGET) => {
            require_no_data(command)?;
            session.coupons = None;
            Ok(Outcome::done())
        }
        _ => Err(StatusWord::WrongParameters),
    }
}

fn known(state: &State) -> Result<&Lock, StatusWord> {
    let lock = coupons(state)?.lock.as_ref();
    lock.ok_or(StatusWord::ReferenceNotFound)
}

/// After the PIN was verified. Where a coupon is locked, the password before has to have been given.
fn set(
    state: &mut State,
    session: &mut Session,
    password: &[u8],
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    if !(PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&password.len()) {
        return Err(StatusWord::WrongData);
    }
    session.require_verified()?;
    let mut coupons = state.coupons.clone().unwrap_or_default();
    let known = coupons.lock.as_ref().map(|lock| lock.slit);
    let (key, slit) = match (session.coupons.clone(), known) {
        (Some(key), Some(slit)) => (key, slit),
        _ if coupons.coupons.iter().any(Record::is_locked) => return Err(StatusWord::Locked),
        _ => SafeKey::generate(rng)?,
    };
    let behind = Behind::Coupons;
    let door = Door::new(behind, password, key.as_bytes(), stretch, rng)?;
    coupons.lock = Some(Lock { door, slit });
    state.coupons = Some(coupons);
    session.coupons = None;
    Ok(Outcome::done().changing(true))
}

/// The try is counted, and that is kept, before anything is compared. A wrong one takes back that the right one was given.
fn present(
    state: &mut State,
    session: &mut Session,
    password: &[u8],
    keep: Keep<'_>,
) -> Result<Outcome, StatusWord> {
    let before = known(state)?.door.tries_left;
    if before == 0 {
        return Err(StatusWord::Blocked);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(StatusWord::WrongData);
    }
    session.coupons = None;
    lock_mut(&mut state.coupons)?.door.take_try()?;
    keep(state)?;
    let lock = lock_mut(&mut state.coupons)?;
    let opened = lock.door.open(Behind::Coupons, password)?;
    let outcome = match &opened {
        Some(_) => Outcome::done(),
        None => Outcome::ended(lock.tries()),
    };
    session.coupons = opened.map(SafeKey::from_bytes);
    Ok(outcome.changing(lock.door.tries_left != before))
}

#[cfg(test)]
impl Coupons {
    /// As [`PRESENT`] does before it compares anything.
    pub(crate) fn take_try(&mut self) {
        self.lock.as_mut().unwrap().door.take_try().unwrap();
    }
}

fn lock_mut(coupons: &mut Option<Coupons>) -> Result<&mut Lock, StatusWord> {
    let lock = coupons.as_mut().and_then(|coupons| coupons.lock.as_mut());
    lock.ok_or(StatusWord::ReferenceNotFound)
}

/// Locks a coupon (P2 = 00), once there is a password; or unlocks it (01), once that was given.
pub(crate) fn lock(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    require_no_data(command)?;
    let mut record = coupons(state)?.at(place)?.clone();
    let slit = match command.header.p2 {
        CLOSE => Some(known(state)?.slit),
        OPEN => None,
        _ => return Err(StatusWord::WrongParameters),
    };
    if record.is_locked() == slit.is_some() {
        return Ok(Outcome::done());
    }
    let content = record.content(session.coupons.as_ref())?;
    record.keep(&content, slit.as_ref(), rng)?;
    if let Some(coupons) = &mut state.coupons {
        coupons.put(record);
    }
    Ok(Outcome::done().changing(true))
}
