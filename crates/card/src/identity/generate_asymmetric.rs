//! GENERATE ASYMMETRIC KEY PAIR (SP 800-73-5 part 2, §3.3.2).

use rand_core::CryptoRng;

use super::{RSA_2048, is_signature_key, signature_key};
use crate::{StatusWord, apdu::Command, card::Session, outcome::Outcome, state::State, tlv};

/// Makes a signature key and answers with its public half. The certificate of the key before, if
/// any, is removed with it.
pub(crate) fn generate_asymmetric(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    match (command.header.p1, command.header.p2) {
        (0x00, reference) if is_signature_key(reference) => {}
        (0x00, _) => return Err(StatusWord::ReferenceNotFound),
        _ => return Err(StatusWord::WrongParameters),
    }
    // Control reference template: algorithm RSA-2048.
    if command.data != [0xac, 3, 0x80, 1, RSA_2048] {
        return Err(StatusWord::WrongData);
    }
    let reference = command.header.p2;
    if state.key(reference).is_some() {
        session.require_verified()?;
    }
    let (primes, modulus) = signature_key::generate(rng)?;
    state.set_key(reference, Some(primes));
    let parts = [tlv::object(0x81, &modulus), tlv::object(0x82, &[1, 0, 1])];
    Ok(Outcome::data(tlv::object(0x7f49, &parts.concat())).changing(true))
}
