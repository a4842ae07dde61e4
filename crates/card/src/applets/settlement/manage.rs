//! PREPARE, FORGET and SHOW (80 D6 P1 00).

use rand_core::CryptoRng;
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::wire::cbor::encode_value;
use zeroize::Zeroizing;

use super::instruction::{FORGET, PERSONALISE, PREPARE, SHOW};
use super::personalise::personalise;
use super::stored::Settlement;
use crate::StatusWord;
use crate::applets::purse::require_no_data;
use crate::host::settlement::{SettlementView, ShownCard};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::secret_bytes::SecretBytes;
use crate::session::Session;
use crate::state::State;

/// What makes a contactless card, and ends it.
pub(crate) fn manage(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match (command.header.p1, command.header.p2) {
        (PREPARE, 0) => prepare(state, command, rng),
        (PERSONALISE, 0) => personalise(state, command),
        (FORGET, 0) => forget(state, session, command),
        (SHOW, 0) => show(state, command),
        _ => Err(StatusWord::WrongParameters),
    }
}

/// Makes a key (X25519) and answers with its public half; the same again until the card is personalised.
fn prepare(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    require_no_data(command)?;
    let known = state.settlement.as_ref();
    if known.is_some_and(|settlement| settlement.card.is_some()) {
        return Err(StatusWord::AlreadyThere);
    }
    if let Some(secret) = known.and_then(|settlement| settlement.secret.as_ref()) {
        let secret = secret.as_slice().try_into();
        return answer(secret.map_err(|_| StatusWord::MemoryFailure)?);
    }
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(secret.as_mut());
    let outcome = answer(&secret)?;
    state.settlement = Some(Settlement {
        secret: Some(SecretBytes::from(secret.as_slice())),
        card: None,
    });
    Ok(outcome.changing(true))
}

fn answer(secret: &[u8; 32]) -> Result<Outcome, StatusWord> {
    let public = public_key(secret).map_err(|_| StatusWord::MemoryFailure)?;
    Ok(Outcome::data(public))
}

/// After the PIN was verified, and of a card that holds nothing: what is on it would be lost.
fn forget(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    require_no_data(command)?;
    let settlement = state.settlement.as_ref();
    let settlement = settlement.ok_or(StatusWord::ReferenceNotFound)?;
    session.require_verified()?;
    if settlement
        .card
        .as_ref()
        .is_some_and(|card| card.balance > 0)
    {
        return Err(StatusWord::NotSettled);
    }
    state.settlement = None;
    Ok(Outcome::done().changing(true))
}

fn show(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_data(command)?;
    let settlement = state.settlement.as_ref();
    let card = settlement.and_then(|settlement| settlement.card.as_ref());
    let view = SettlementView {
        is_prepared: settlement.is_some_and(|settlement| settlement.secret.is_some()),
        card: card.map(|card| ShownCard {
            server: card.server.clone(),
            currency: card.currency,
            alias: card.alias,
            key_version: card.key_version,
        }),
    };
    Ok(Outcome::data(encode_value(&view)))
}
