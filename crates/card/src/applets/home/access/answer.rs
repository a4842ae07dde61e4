//! ANSWER (80 AE kind 00): what the proxy answers within the session.

use alloc::vec::Vec;

use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::agreement::Handover;
use tallystick_protocol::home::calls::SessionAnswer;
use tallystick_protocol::home::channel::{RefusedAtHome, ReleaseAnswer, Signed};
use tallystick_protocol::home::records::Side;
use tallystick_protocol::wire::cbor::{decode, encode_value};
use zeroize::Zeroizing;

use super::agree::not_agreed;
use super::ask::keep_key;
use super::stored::{Entering, Procedure, Step, at_step, put, take};
use crate::StatusWord;
use crate::applets::home::instruction::{END_ASK, ENTER_ASK, RELEASE_ASK, SIGN_ASK};
use crate::applets::home::require_p1_alone;
use crate::host::home::access::Answered;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// The proxy's record. Answers with what came of it, or with why nothing did.
pub(crate) fn take_answer(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let kind = require_p1_alone(command.header)?;
    let step = match kind {
        RELEASE_ASK => Step::Released,
        ENTER_ASK => Step::Entered,
        SIGN_ASK => Step::Signed,
        END_ASK => Step::Ended,
        _ => return Err(StatusWord::WrongParameters),
    };
    let (_, mut procedure) = at_step(state, step)?;
    let session = procedure.session.as_mut();
    let session = session.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let content = session.open(command.data);
    let content = content.map_err(|_| StatusWord::WrongData)?;
    let answer: SessionAnswer = decode(&content).map_err(|_| StatusWord::WrongData)?;
    let said = match answer.refusal {
        Some(refusal) => Err(refusal),
        None => match step {
            Step::Released => released(&mut procedure, &answer.content)?,
            Step::Entered => entered(state, &mut procedure, &answer.content)?,
            Step::Signed => signed(&mut procedure, &answer.content)?,
            _ => Ok(Vec::new()),
        },
    };
    procedure.left = None;
    procedure.step = Step::Ask;
    if step == Step::Ended {
        procedure.step = Step::Over;
        (procedure.session, procedure.channel, procedure.key) = (None, None, None);
    }
    put(state, procedure)?;
    let (refusal, content) = match said {
        Ok(content) => (None, content),
        Err(refusal) => (Some(refusal), Vec::new()),
    };
    let answered = Zeroizing::new(encode_value(&Answered { refusal, content }));
    Ok(Outcome::data(answered.to_vec()).changing(true))
}

type Said = Result<Vec<u8>, HomeRefusal>;

/// What the home card said.
fn from_card(procedure: &mut Procedure, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
    let channel = procedure.channel.as_mut();
    let channel = channel.ok_or(StatusWord::ConditionsNotSatisfied)?;
    channel.open(record).map_err(|_| StatusWord::WrongData)
}

fn released(procedure: &mut Procedure, record: &[u8]) -> Result<Said, StatusWord> {
    let content = from_card(procedure, record)?;
    let answer: ReleaseAnswer = decode(&content).map_err(|_| StatusWord::WrongData)?;
    keep_key(procedure, &answer);
    Ok(Ok(Vec::new()))
}

/// The key, once this card has seen by its roots that the shop itself agreed on it with this card's share; answers with
/// the name of the session there.
fn entered(state: &State, procedure: &mut Procedure, content: &[u8]) -> Result<Said, StatusWord> {
    let handover: Handover = decode(content).map_err(|_| StatusWord::WrongData)?;
    let entering: Entering = take(procedure.left.as_ref())?;
    let missing = StatusWord::ConditionsNotSatisfied;
    let anchors = state.purses.as_ref().and_then(|purses| purses.anchors());
    let anchors = anchors.ok_or(missing)?;
    let now = procedure.agreed_at.ok_or(missing)?;
    let asked = (&entering.shop, entering.profile);
    let key = handover.key_with(asked, entering.second.as_ref(), &anchors, now);
    let key = key.map_err(|error| not_agreed(&error))?;
    procedure.shop = Some(key.record_keys(Side::Initiator));
    Ok(Ok(handover.session.to_vec()))
}

/// What the home card signed, or why it did not: its own word, whatever stands around it.
fn signed(procedure: &mut Procedure, record: &[u8]) -> Result<Said, StatusWord> {
    let content = from_card(procedure, record)?;
    if let Ok(refused) = decode::<RefusedAtHome>(&content) {
        return Ok(Err(refused.reason));
    }
    let _signed: Signed = decode(&content).map_err(|_| StatusWord::WrongData)?;
    Ok(Ok(content.to_vec()))
}
