//! GENERAL AUTHENTICATE (SP 800-73-5 part 2, §3.2.4): signs a block that the host has padded, or
//! decrypts one whose padding the host will take off.

use rand_core::CryptoRng;

use super::{KeyReference, RSA_2048, rsa_key};
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::iso::tlv;
use crate::outcome::Outcome;
use crate::safe::Place;
use crate::session::Session;
use crate::state::State;

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
    let reference = KeyReference::new(command.header.p2)?;
    if command.header.p1 != RSA_2048 {
        return Err(StatusWord::WrongParameters);
    }
    let block = challenge(command.data).ok_or(StatusWord::WrongData)?;
    let key = state.key(reference).ok_or(StatusWord::ReferenceNotFound)?;
    reference.authorise(session)?;
    let place = Place::SigningKey(reference.number());
    let primes = session.require_verified()?.open(&place, key)?;
    let result = rsa_key::private_operation(&primes, block, rng)?;
    Ok(Outcome::data(tlv::object(
        TEMPLATE,
        &tlv::object(RESPONSE, &result),
    )))
}

fn challenge(data: &[u8]) -> Option<&[u8; rsa_key::BLOCK]> {
    let (TEMPLATE, template, []) = tlv::read(data)? else {
        return None;
    };
    let asked = tlv::find(template, RESPONSE)?.is_empty();
    tlv::find(template, CHALLENGE)?
        .try_into()
        .ok()
        .filter(|_| asked)
}
