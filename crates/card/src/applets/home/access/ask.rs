//! ASK (80 AC kind 00): within the session with the proxy (H5 to H7).

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::home::calls::{Enter, SessionAsk, SessionAskKind};
use tallystick_protocol::home::channel::{EnterAsk, ReleaseAnswer, SignAsk};
use tallystick_protocol::home::password::channel_keys;
use tallystick_protocol::home::records::Side;
use tallystick_protocol::home::{OpeningAnswer, Release};
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::wire::cbor::{Message, encode};
use zeroize::Zeroizing;

use super::stored::{Access, Entering, Procedure, Step, at_step, leave, put, take};
use crate::StatusWord;
use crate::applets::home::instruction::{END_ASK, ENTER_ASK, RELEASE_ASK, SIGN_ASK};
use crate::applets::home::{asked, require_no_data, require_p1_alone};
use crate::host::home::access::{EnterTerms, ReleaseTerms, SignTerms};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// To release proxying, to enter a shop, to have an order signed, or to end; answers with the record for the proxy.
pub(crate) fn ask(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let kind = require_p1_alone(command.header)?;
    let (access, mut procedure) = at_step(state, Step::Ask)?;
    let (ask, step) = match kind {
        RELEASE_ASK => release(&access, &mut procedure, &asked(command)?, rng)?,
        ENTER_ASK => enter(&mut procedure, asked(command)?, rng)?,
        SIGN_ASK => sign(&mut procedure, asked(command)?)?,
        END_ASK => {
            require_no_data(command)?;
            (of(SessionAskKind::End, Vec::new()), Step::Ended)
        }
        _ => return Err(StatusWord::WrongParameters),
    };
    let session = procedure.session.as_mut();
    let session = session.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let encoded = encode(&ask);
    if encoded.len() > SessionAsk::LEN_MAX {
        return Err(StatusWord::WrongData);
    }
    let record = session.seal(&encoded, kind == END_ASK);
    let record = record.map_err(|_| StatusWord::ConditionsNotSatisfied)?;
    procedure.step = step;
    put(state, procedure)?;
    Ok(Outcome::data(record).changing(true))
}

const fn of(kind: SessionAskKind, sealed: Vec<u8>) -> SessionAsk {
    SessionAsk {
        kind,
        sealed,
        enter: None,
    }
}

/// Gate and second password, sealed to the home card and bound to this session. What opened the card is used up.
fn release(
    access: &Access,
    procedure: &mut Procedure,
    terms: &ReleaseTerms,
    rng: &mut impl CryptoRng,
) -> Result<(SessionAsk, Step), StatusWord> {
    let opened: OpeningAnswer = take(procedure.opened.as_ref())?;
    let missing = StatusWord::ConditionsNotSatisfied;
    let session = procedure.transcript.ok_or(missing)?;
    let sealing = procedure.sealing.ok_or(missing)?;
    let password = core::str::from_utf8(&terms.password).map_err(|_| StatusWord::WrongData)?;
    let home = (procedure.home, &sealing);
    let terminal = access.keys.public()?.terminal();
    let (release, channel) = Release::new(rng, home, terminal, &opened, session, password)
        .map_err(|_| StatusWord::WrongData)?;
    procedure.opened = None;
    procedure.channel = Some(channel_keys(&channel, &session, Side::Initiator));
    let signed = access.keys.sign(&release)?;
    Ok((of(SessionAskKind::Release, signed), Step::Released))
}

/// Lets the home card show its holder; a share of this card's own, if the proxy is not to know the key.
fn enter(
    procedure: &mut Procedure,
    terms: EnterTerms,
    rng: &mut impl CryptoRng,
) -> Result<(SessionAsk, Step), StatusWord> {
    let mut entering = Entering {
        shop: terms.shop.clone(),
        profile: terms.profile,
        second: None,
    };
    let mut second = None;
    if terms.is_joint {
        let secret = entering.second.insert([0; 32]);
        rng.fill_bytes(secret);
        second = Some(public_key(secret).map_err(|_| StatusWord::MemoryFailure)?);
    }
    let ask = EnterAsk {
        key: key(procedure)?,
        loan: terms.loan,
        shop: terms.shop.clone(),
        profile: terms.profile,
        second,
    };
    let sealed = to_card(procedure, &ask)?;
    procedure.left = Some(leave(&entering));
    procedure.shop = None;
    let ask = SessionAsk {
        kind: SessionAskKind::Enter,
        sealed,
        enter: Some(Enter {
            shop: terms.shop,
            form_start: terms.form_start,
            profile: terms.profile,
            second,
            certificate: terms.certificate,
        }),
    };
    Ok((ask, Step::Entered))
}

fn sign(procedure: &mut Procedure, terms: SignTerms) -> Result<(SessionAsk, Step), StatusWord> {
    let ask = SignAsk {
        key: key(procedure)?,
        loan: terms.loan,
        proof: terms.proof,
        certificate: terms.certificate,
        contexts: terms.contexts,
        nonces: terms.nonces,
        purse: terms.purse,
    };
    let sealed = to_card(procedure, &ask)?;
    Ok((of(SessionAskKind::Sign, sealed), Step::Signed))
}

/// What the home card signs by, once proxying was released.
fn key(procedure: &Procedure) -> Result<[u8; 32], StatusWord> {
    let answer: ReleaseAnswer = take(procedure.key.as_ref())?;
    Ok(answer.key)
}

fn to_card<M: Message>(procedure: &mut Procedure, ask: &M) -> Result<Vec<u8>, StatusWord> {
    let channel = procedure.channel.as_mut();
    let channel = channel.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let encoded = Zeroizing::new(encode(ask));
    let sealed = channel.seal(&encoded, false);
    sealed.map_err(|_| StatusWord::ConditionsNotSatisfied)
}

/// The release's key, as it is kept.
pub(super) fn keep_key(procedure: &mut Procedure, answer: &ReleaseAnswer) {
    procedure.key = Some(leave(answer));
}
