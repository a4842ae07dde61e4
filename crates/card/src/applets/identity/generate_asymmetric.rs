//! GENERATE ASYMMETRIC KEY PAIR (SP 800-73-5 part 2, §3.3.2).

use rand_core::CryptoRng;

use super::{KeyReference, RSA_2048, rsa_key};
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::iso::tlv;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Makes a key and answers with its public half. The certificate of the key before, if
/// any, is removed with it.
pub(crate) fn generate_asymmetric(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    if command.header.p1 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    let reference = KeyReference::new(command.header.p2)?;
    // Control reference template: algorithm RSA-2048.
    if command.data != [0xac, 3, 0x80, 1, RSA_2048] {
        return Err(StatusWord::WrongData);
    }
    if state.key(reference).is_some() {
        session.require_verified()?;
    }
    let (primes, modulus) = rsa_key::generate(rng)?;
    state.set_key(reference, primes, &modulus, rng)?;
    let parts = [tlv::object(0x81, &modulus), tlv::object(0x82, &[1, 0, 1])];
    Ok(Outcome::data(tlv::object(0x7f49, &parts.concat())).changing(true))
}
