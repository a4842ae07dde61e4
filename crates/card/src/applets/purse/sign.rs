//! SIGN (80 2A place P2): what a purse says about its key.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::bank::{KeyRenewal, KeyRenewed, PurseApplication};
use tallystick_protocol::wire::time::Timestamp;

use super::instruction::{APPLICATION, RENEWAL, RENEWED};
use super::make_key::at;
use super::work::Work;
use super::{asked, place};
use crate::StatusWord;
use crate::host::purse::{ApplicationTerms, RenewalTerms};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// An application for a purse (P2 = 01), the wish to have the next key certified (02), or that it is in its place (03);
/// after the PIN was verified.
pub(crate) fn sign(
    state: &State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let signed = match command.header.p2 {
        APPLICATION => application(state, session, place, asked(command)?, rng),
        RENEWAL => renewal(state, session, place, asked(command)?, rng),
        RENEWED => renewed(state, session, place, asked(command)?, rng),
        _ => Err(StatusWord::WrongParameters),
    };
    signed.map(Outcome::data)
}

/// By the key itself, which shows that the card has it (SZ4).
fn application(
    state: &State,
    session: &Session,
    place: u8,
    terms: ApplicationTerms,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, StatusWord> {
    let purse = at(state, place);
    let key = purse.key.as_ref().ok_or(StatusWord::ReferenceNotFound)?;
    if purse.value.is_some() {
        return Err(StatusWord::ConditionsNotSatisfied);
    }
    let application = PurseApplication {
        bank: terms.bank,
        account: terms.account,
        holder: terms.holder,
        purse_public_key: key.public.clone(),
        at: terms.at,
    };
    key.sign(place, session.require_verified()?, &application, rng)
}

/// By the key that is in use about the one that was made beside it (S6).
fn renewal(
    state: &State,
    session: &Session,
    place: u8,
    terms: RenewalTerms,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, StatusWord> {
    let work = Work::begin(state, place, terms.at)?;
    work.require_current()?;
    let next = work.purse.next_key.as_ref();
    let next = next.ok_or(StatusWord::ReferenceNotFound)?;
    let renewal = KeyRenewal {
        bank: work.terms.bank.clone(),
        purse: work.terms.number,
        new_public_key: next.public.clone(),
        fee: terms.fee,
        at: terms.at,
        amount: terms.amount,
    };
    work.sign(session, &renewal, rng)
}

/// By the key that has replaced another (S10).
fn renewed(
    state: &State,
    session: &Session,
    place: u8,
    at: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, StatusWord> {
    let work = Work::begin(state, place, at)?;
    let renewed = KeyRenewed {
        bank: work.terms.bank.clone(),
        purse: work.terms.number,
        old_key: work.purse.old_key.ok_or(StatusWord::ReferenceNotFound)?,
        at,
    };
    work.sign(session, &renewed, rng)
}
