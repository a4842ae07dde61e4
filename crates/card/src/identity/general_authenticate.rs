//! GENERAL AUTHENTICATE (SP 800-73-5 part 2, §3.2.4): signs a block that the host has padded.

use rand_core::CryptoRng;

use super::{RSA_2048, is_signature_key, signature_key};
use crate::{StatusWord, apdu::Command, card::Session, outcome::Outcome, state::State, tlv};

const TEMPLATE: u32 = 0x7c;
const CHALLENGE: u32 = 0x81;
const RESPONSE: u32 = 0x82;

/// A challenge of 256 bytes in a dynamic authentication template that asks for a response.
pub(crate) fn general_authenticate(
    state: &State,
    session: &mut Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match (command.header.p1, command.header.p2) {
        (_, reference) if !is_signature_key(reference) => {
            return Err(StatusWord::ReferenceNotFound);
        }
        (RSA_2048, _) => {}
        _ => return Err(StatusWord::WrongParameters),
    }
    let block = challenge(command.data).ok_or(StatusWord::WrongData)?;
    let key = state
        .key(command.header.p2)
        .ok_or(StatusWord::ReferenceNotFound)?;
    if !session.may_sign {
        return Err(StatusWord::SecurityStatusNotSatisfied);
    }
    let signature = signature_key::sign_raw(key, block, rng)?;
    session.may_sign = false;
    Ok(Outcome::data(tlv::object(
        TEMPLATE,
        &tlv::object(RESPONSE, &signature),
    )))
}

fn challenge(data: &[u8]) -> Option<&[u8; signature_key::BLOCK]> {
    let (TEMPLATE, template, []) = tlv::read(data)? else {
        return None;
    };
    let asked = tlv::find(template, RESPONSE)?.is_empty();
    tlv::find(template, CHALLENGE)?
        .try_into()
        .ok()
        .filter(|_| asked)
}
