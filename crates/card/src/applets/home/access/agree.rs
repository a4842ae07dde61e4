//! HELLO (80 A6 00 00), FINISH (80 A8 00 00) and CONFIRM (80 AA 00 00): H3.

use rand_core::CryptoRng;
use tallystick_protocol::home::agreement::{
    Agreed, AgreementError, Confirmation, HelloAnswer, Initiator, Profile,
};
use tallystick_protocol::home::calls::TerminalProof;
use tallystick_protocol::home::records::Side;
use tallystick_protocol::trust::statement::StatementError;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use super::stored::{Step, at_step, leave, put, take};
use crate::StatusWord;
use crate::applets::home::{asked, require_no_data, require_no_parameters};
use crate::host::home::access::GivenAt;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Speaks first.
pub(crate) fn hello(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    require_no_data(command)?;
    let (_, mut procedure) = at_step(state, Step::Hello)?;
    let proxy = procedure.proxy.clone();
    let initiator = Initiator::new(rng, proxy, Profile::KeyAgreement, None);
    let hello = encode(initiator.hello());
    procedure.left = Some(leave(&initiator));
    procedure.step = Step::Finish;
    put(state, procedure)?;
    Ok(Outcome::data(hello).changing(true))
}

/// Verifies by the card's roots that the proxy answered, and shows the terminal to it.
pub(crate) fn finish(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let given: GivenAt = asked(command)?;
    let answer: HelloAnswer = decode(&given.given).map_err(|_| StatusWord::WrongData)?;
    let (access, mut procedure) = at_step(state, Step::Finish)?;
    let initiator: Initiator = take(procedure.left.as_ref())?;
    let anchors = state.purses.as_ref().and_then(|purses| purses.anchors());
    let anchors = anchors.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let received = initiator.receive(answer, &anchors, given.at, Role::HomeProxy);
    let received = received.map_err(|error| not_agreed(&error))?;
    let proof = TerminalProof {
        home: procedure.home,
        terminal: access.keys.public()?.terminal(),
        proxy: procedure.proxy.clone(),
        transcript: *received.transcript(),
    };
    let signed = access.keys.sign(&proof)?;
    let finished = received.finish(rng, &signed);
    let (finish, agreed) = finished.map_err(|error| not_agreed(&error))?;
    procedure.left = Some(leave(&agreed));
    procedure.agreed_at = Some(given.at);
    procedure.step = Step::Confirm;
    put(state, procedure)?;
    Ok(Outcome::data(encode(&finish)).changing(true))
}

/// Takes the proxy's confirmation of the key.
pub(crate) fn confirm(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let said: Confirmation = decode(command.data).map_err(|_| StatusWord::WrongData)?;
    let (_, mut procedure) = at_step(state, Step::Confirm)?;
    let agreed: Agreed = take(procedure.left.as_ref())?;
    let key = agreed.confirm(&said).map_err(|error| not_agreed(&error))?;
    procedure.session = Some(key.record_keys(Side::Initiator));
    procedure.transcript = Some(key.transcript);
    procedure.left = None;
    procedure.step = Step::Ask;
    put(state, procedure)?;
    Ok(Outcome::done().changing(true))
}

/// Why no key was agreed on. What the other side signed is a matter of its certificate and its signature.
pub(super) const fn not_agreed(error: &AgreementError) -> StatusWord {
    match error {
        AgreementError::Statement(StatementError::Expired) => StatusWord::Expired,
        AgreementError::Statement(statement) if statement.is_about_the_clock() => {
            StatusWord::Expired
        }
        AgreementError::Statement(_) | AgreementError::NotConfirmed => StatusWord::BadSignature,
        _ => StatusWord::WrongData,
    }
}
