//! OPENING (80 A4 P1 00): H4.

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::password::answer_keys;
use tallystick_protocol::home::records::Side;
use tallystick_protocol::home::{Opening, OpeningAnswer};
use tallystick_protocol::wire::cbor::decode;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::stored::{Step, at_step, leave, put, take};
use crate::StatusWord;
use crate::applets::home::instruction::{SEAL, TAKE};
use crate::applets::home::{asked, require_p1_alone};
use crate::host::home::access::OpeningTerms;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Under what the home card answers.
#[derive(Clone, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
struct Waiting {
    #[cbor(n(0), with = "minicbor::bytes")]
    exported: [u8; 32],
    #[cbor(n(1), with = "minicbor::bytes")]
    nonce: [u8; 32],
}

/// Seals the first password to the home card (P1 = 00), or takes its answer (01).
pub(crate) fn opening(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match require_p1_alone(command.header)? {
        SEAL => seal(state, command, rng),
        TAKE => opened(state, command),
        _ => Err(StatusWord::WrongParameters),
    }
}

fn seal(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let terms: OpeningTerms = asked(command)?;
    let (access, mut procedure) = at_step(state, Step::Opening)?;
    procedure.require_home(&terms.home)?;
    let password = core::str::from_utf8(&terms.password).map_err(|_| StatusWord::WrongData)?;
    let home = (procedure.home, &terms.home.sealing);
    let terminal = access.keys.public()?.terminal();
    let (opening, exported) = Opening::new(rng, home, terminal, terms.nonce, password)
        .map_err(|_| StatusWord::WrongData)?;
    let signed = access.keys.sign(&opening)?;
    procedure.sealing = Some(terms.home.sealing);
    procedure.left = Some(leave(&Waiting {
        exported: *exported,
        nonce: terms.nonce,
    }));
    procedure.step = Step::Opened;
    put(state, procedure)?;
    Ok(Outcome::data(signed).changing(true))
}

fn opened(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let (_, mut procedure) = at_step(state, Step::Opened)?;
    let waiting: Waiting = take(procedure.left.as_ref())?;
    let exported = zeroize::Zeroizing::new(waiting.exported);
    let mut keys = answer_keys(&exported, &waiting.nonce, Side::Initiator);
    let content = keys.open(command.data);
    let content = content.map_err(|_| StatusWord::WrongData)?;
    let answer: OpeningAnswer = decode(&content).map_err(|_| StatusWord::WrongData)?;
    procedure.opened = Some(leave(&answer));
    procedure.left = None;
    procedure.step = Step::Hello;
    put(state, procedure)?;
    Ok(Outcome::done().changing(true))
}
