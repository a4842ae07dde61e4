//! ACCESS KEYS (80 A0 P1 00).

use rand_core::CryptoRng;
use tallystick_protocol::home::loan::account_info;
use tallystick_protocol::keys::sealed::open_sealed;
use tallystick_protocol::wire::cbor::encode_value;

use super::stored::{Access, access};
use crate::StatusWord;
use crate::applets::home::key_pair::KeyPair;
use crate::applets::home::{asked, require_no_data, require_p1_alone};
use crate::host::home::access::AccountTerms;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Answers with the terminal's public keys, which are made once (P1 = 00); or opens an account that is lent to it (01).
pub(crate) fn access_keys(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match require_p1_alone(command.header)? {
        0 => {}
        1 => return account(state, command),
        _ => return Err(StatusWord::WrongParameters),
    }
    require_no_data(command)?;
    if let Ok(access) = access(state) {
        return Ok(Outcome::data(encode_value(&access.keys.public()?)));
    }
    let keys = KeyPair::generate(rng)?;
    let public = keys.public()?;
    state.home.get_or_insert_default().access = Some(Access {
        keys,
        procedure: None,
    });
    Ok(Outcome::data(encode_value(&public)).changing(true))
}

fn account(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let asked: AccountTerms = asked(command)?;
    let keys = &access(state)?.keys;
    let info = account_info(&asked.home, &keys.public()?.terminal());
    let sealed = &asked.sealed;
    let opened = open_sealed(
        keys.sealing()?,
        &info,
        &sealed.encapsulated,
        &sealed.ciphertext,
    );
    let opened = opened.map_err(|_| StatusWord::WrongData)?;
    Ok(Outcome::data(opened.to_vec()))
}
