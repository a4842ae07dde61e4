//! OPEN (80 28 place 00).

use tallystick_protocol::purse::{CheckpointNotice, HISTORY_START, PurseCertificate, PurseKind};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::time::Timestamp;

use super::make_key::at;
use super::stored::{Purse, Purses, Value};
use super::work::{Work, purses};
use super::{asked, notice, place_alone};
use crate::StatusWord;
use crate::host::purse::OpeningGiven;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// What the bank signed about a purse. At a place with a key and no purse, or with nothing, it opens one (SZ9, the
/// second a prepaid one). At a place with a purse it renews that: where the certificate is of the next key, this
/// replaces the key (S9).
pub(crate) fn open(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let given: OpeningGiven = asked(command)?;
    let purse = at(state, place);
    let claimed: PurseCertificate =
        keyed::unverified(&given.certificate).map_err(|_| StatusWord::WrongData)?;
    let known = purses(state)?;
    let known_banks = known.known_banks();
    let now = known_banks.now(&claimed.bank, given.at)?;
    let terms: PurseCertificate = known_banks.open(&claimed.bank, &given.certificate, now)?;
    if terms.expires_at <= now {
        return Err(StatusWord::Expired);
    }
    if purse.value.is_some() {
        return renew(state, place, &given, &terms);
    }
    require_fits(&purse, &terms)?;
    if known.has(&terms.bank, terms.number) {
        return Err(StatusWord::AlreadyThere);
    }
    let value = first(known, &given, &terms, now)?;
    let heard = terms.issued_at.max(value.checkpoint.at);
    if let Some(purses) = &mut state.purses {
        purses.hear(&terms.bank, heard);
        purses.put(Purse {
            value: Some(value),
            ..purse
        });
    }
    Ok(Outcome::done().changing(true))
}

/// A certificate of an account's purse is of the key that is there; a prepaid purse has none.
fn require_fits(purse: &Purse, terms: &PurseCertificate) -> Result<(), StatusWord> {
    match (terms.kind, &purse.key, terms.key) {
        (PurseKind::Account, Some(key), Some(digest)) if key.digest() == digest => Ok(()),
        (PurseKind::Account, Some(_), _) => Err(StatusWord::NotForThisPurse),
        (PurseKind::Account, None, _) => Err(StatusWord::ReferenceNotFound),
        (PurseKind::Prepaid, None, None) => Ok(()),
        (PurseKind::Prepaid, Some(_), _) => Err(StatusWord::AlreadyThere),
        _ => Err(StatusWord::WrongData),
    }
}

/// A purse begins empty, whatever its bank says: else the same opening would be worth something twice.
fn first(
    purses: &Purses,
    given: &OpeningGiven,
    terms: &PurseCertificate,
    now: Timestamp,
) -> Result<Value, StatusWord> {
    let message = given.notice.as_ref().ok_or(StatusWord::WrongData)?;
    let notice: CheckpointNotice = purses.known_banks().open(&terms.bank, message, now)?;
    let checkpoint = notice.checkpoint;
    if checkpoint.purse != terms.number {
        return Err(StatusWord::NotForThisPurse);
    }
    if (checkpoint.purse_amount, checkpoint.through) != (0, 0) {
        return Err(StatusWord::WrongData);
    }
    Ok(Value {
        certificate: given.certificate.clone(),
        checkpoint,
        checkpoint_message: message.clone(),
        amount: 0,
        pending: alloc::vec::Vec::new(),
        history: alloc::vec::Vec::new(),
        sequence: 0,
        head: HISTORY_START,
        drawn: None,
        asked: alloc::vec::Vec::new(),
        given: alloc::vec::Vec::new(),
    })
}

fn renew(
    state: &mut State,
    place: u8,
    given: &OpeningGiven,
    terms: &PurseCertificate,
) -> Result<Outcome, StatusWord> {
    let mut work = Work::begin(state, place, given.at)?;
    let same = |of: &PurseCertificate| (of.bank.clone(), of.kind, of.number, of.currency);
    if same(terms) != same(&work.terms) {
        return Err(StatusWord::NotForThisPurse);
    }
    if terms.issued_at < work.terms.issued_at {
        return Err(StatusWord::OlderCheckpoint);
    }
    if terms.key != work.terms.key {
        install(&mut work.purse, terms.key)?;
    }
    work.value.certificate.clone_from(&given.certificate);
    work.hear(terms.issued_at);
    if let Some(message) = &given.notice {
        notice::take(&mut work, state, message)?;
    }
    Ok(Outcome::done().changing(work.finish(state)))
}

/// Puts the next key in the place of the key (S9).
fn install(purse: &mut Purse, digest: Option<[u8; 32]>) -> Result<(), StatusWord> {
    let next = purse.next_key.take();
    let next = next.filter(|next| Some(next.digest()) == digest);
    let next = next.ok_or(StatusWord::NotForThisPurse)?;
    purse.old_key = purse.key.as_ref().map(super::key::PurseKey::digest);
    purse.key = Some(next);
    Ok(())
}
