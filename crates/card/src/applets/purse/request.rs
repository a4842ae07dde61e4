//! REQUEST (80 2C place P2): a movement begins (Sa1 and Sa2, Sd1 and Sd2).

use rand_core::CryptoRng;
use tallystick_protocol::purse::{Endpoint, MovementRequest, PrepaidState};
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::instruction::{BEGIN, DRAW};
use super::pending::{Pending, Side};
use super::stored::Value;
use super::work::Work;
use super::{asked, place};
use crate::StatusWord;
use crate::host::purse::{MovementTerms, PendingStep, Prepared};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Draws the movement's number, sets aside what the purse gives, and answers with the signed request; a prepaid purse,
/// with what it shows to the bank.
pub(crate) fn request(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    match command.header.p2 {
        BEGIN => {}
        DRAW => return draw(state, session, place, asked(command)?, rng),
        _ => return Err(StatusWord::WrongParameters),
    }
    let terms: MovementTerms = asked(command)?;
    let mut work = Work::begin(state, place, terms.at)?;
    let signs = work.require_bearer(session)?;
    work.require_current()?;
    let side = side(&work, &terms)?;
    if terms.amount.minor == 0 {
        return Err(StatusWord::WrongData);
    }
    if terms.amount.currency != work.terms.currency {
        return Err(StatusWord::NotForThisPurse);
    }
    let transaction = number(&mut work, &terms, side)?;
    let transaction = transaction.unwrap_or_else(|| TransactionId::random(rng));
    if work.value.find(transaction).is_some() {
        return Err(StatusWord::AlreadyThere);
    }
    let pending = Pending {
        transaction,
        source: terms.source.clone(),
        destination: terms.destination.clone(),
        amount: terms.amount.minor,
        at: terms.at,
        side,
        step: PendingStep::Asked,
        asked: None,
        reply: None,
        outgoing: None,
    };
    begin(&mut work, pending)?;
    let answer = if signs {
        let request = to_sign(&work, terms, transaction);
        let signed = work.sign(session, &request, rng)?;
        keep_signed(&mut work, &signed);
        signed
    } else {
        encode_value(&shown(&work, transaction))
    };
    Ok(Outcome::data(answer).changing(work.finish(state)))
}

/// Draws the number of a movement that this purse will take from a prepaid card, which is prepared for it first.
fn draw(
    state: &mut State,
    session: &Session,
    place: u8,
    at: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let mut work = Work::begin(state, place, at)?;
    work.require_bearer(session)?;
    let drawn = TransactionId::random(rng);
    work.value.drawn = Some(drawn);
    Ok(Outcome::data(drawn.0).changing(work.finish(state)))
}

/// The movement's number, where another card drew it. What takes value has drawn the number itself: else what the bank
/// once said about a number could be given to the card again.
fn number(
    work: &mut Work,
    terms: &MovementTerms,
    side: Side,
) -> Result<Option<TransactionId>, StatusWord> {
    let prepared = terms.prepaid.as_ref().map(|prepared| prepared.transaction);
    let is_bearer = work.purse.key.is_none();
    match (side, prepared, terms.transaction) {
        (_, None, None) => Ok(None),
        (Side::Takes, Some(number), None) if work.value.drawn == Some(number) => {
            work.value.drawn = None;
            Ok(Some(number))
        }
        (Side::Gives | Side::Signs, Some(number), None) if !is_bearer => Ok(Some(number)),
        (Side::Gives, None, Some(number)) if is_bearer => Ok(Some(number)),
        _ => Err(StatusWord::WrongData),
    }
}

/// Begins a movement: makes room, sets aside what the purse gives, and has it pending.
pub(super) fn begin(work: &mut Work, pending: Pending) -> Result<(), StatusWord> {
    work.value.make_room()?;
    match pending.side {
        Side::Gives => work.value.set_aside(&pending)?,
        Side::Takes => work.value.require_may_hold(pending.amount)?,
        Side::Signs => {}
    }
    work.value.pending.push(pending);
    Ok(())
}

/// Keeps what was signed of the movement that has just begun, to be sent again.
pub(super) fn keep_signed(work: &mut Work, signed: &[u8]) {
    if let Some(last) = work.value.pending.last_mut() {
        last.asked = Some(signed.to_vec());
    }
}

/// What the movement does to this purse, if a purse may ask for it.
fn side(work: &Work, terms: &MovementTerms) -> Result<Side, StatusWord> {
    let own = work.endpoint();
    let side = match (terms.source == own, terms.destination == own) {
        (true, false) => Side::Gives,
        (false, true) => Side::Takes,
        (false, false) if work.purse.key.is_some() => Side::Signs,
        (false, false) => return Err(StatusWord::NotForThisPurse),
        (true, true) => return Err(StatusWord::WrongData),
    };
    let is_prepaid = |end: &Endpoint| matches!(end, Endpoint::Prepaid(_)) && *end != own;
    let others = is_prepaid(&terms.source) || is_prepaid(&terms.destination);
    let both = is_prepaid(&terms.source) && is_prepaid(&terms.destination);
    if both || work.purse.key.is_some() && others != terms.prepaid.is_some() {
        return Err(StatusWord::WrongData);
    }
    match (&terms.source, &terms.destination) {
        (_, Endpoint::Waiting(_) | Endpoint::Shop(_)) | (Endpoint::Shop(_), _) => {
            Err(StatusWord::WrongData)
        }
        // What waits for this purse goes nowhere else, and nobody takes out of another's.
        (Endpoint::Waiting(_) | Endpoint::Purse(_), _) if side == Side::Signs => {
            Err(StatusWord::NotForThisPurse)
        }
        (Endpoint::Purse(_), _) if side == Side::Takes && work.purse.key.is_some() => {
            Err(StatusWord::NotForThisPurse)
        }
        _ => Ok(side),
    }
}

fn to_sign(work: &Work, terms: MovementTerms, transaction: TransactionId) -> MovementRequest {
    MovementRequest {
        bank: work.terms.bank.clone(),
        purse: work.terms.number,
        transaction,
        source: terms.source,
        destination: terms.destination,
        amount: terms.amount,
        state: work.value.state(),
        at: terms.at,
        prepaid: terms.prepaid.map(|prepared| prepared.state),
    }
}

/// What a prepaid purse shows (Fig 11).
fn shown(work: &Work, transaction: TransactionId) -> Prepared {
    Prepared {
        transaction,
        state: work.value.shown(),
    }
}

impl Value {
    /// A prepaid purse as it is shown (Fig 11).
    pub(super) fn shown(&self) -> PrepaidState {
        PrepaidState {
            certificate: self.certificate.clone(),
            checkpoint: self.checkpoint_message.clone(),
            state: self.state(),
        }
    }
}
