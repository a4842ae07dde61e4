//! GET DATA and PUT DATA (SP 800-73-5 part 2, §3.1.2 and §3.3.1).

use crate::{StatusWord, apdu::Command, card::Session, outcome::Outcome, state::State, tlv};

/// The longest content of the certificate object, in bytes.
pub(crate) const MAX_CERTIFICATE: usize = 4 * 1024;
/// The X.509 certificate for the digital signature (SP 800-73-5 part 1, table 3).
const CERTIFICATE: &[u8] = &[0x5f, 0xc1, 0x0a];
const TAG_LIST: u32 = 0x5c;
const CONTENT: u32 = 0x53;

/// The certificate object, in the template it was written in.
pub(crate) fn get_data(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let rest = object_meant(command)?;
    if !rest.is_empty() {
        return Err(StatusWord::WrongData);
    }
    if state.certificate.is_empty() {
        return Err(StatusWord::NotFound);
    }
    Ok(Outcome::data(tlv::object(CONTENT, &state.certificate)))
}

/// Writes the certificate object: freely while there is none, afterwards only with the PIN.
pub(crate) fn put_data(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let Some((CONTENT, content, [])) = tlv::read(object_meant(command)?) else {
        return Err(StatusWord::WrongData);
    };
    if content.len() > MAX_CERTIFICATE {
        return Err(StatusWord::NotEnoughMemory);
    }
    let changed = state.certificate != content;
    if changed && !state.certificate.is_empty() {
        session.require_verified()?;
    }
    if changed {
        state.certificate = content.to_vec();
    }
    Ok(Outcome::done().changing(changed))
}

/// What follows the tag list, if that names the certificate.
fn object_meant<'a>(command: &Command<'a>) -> Result<&'a [u8], StatusWord> {
    if (command.header.p1, command.header.p2) != (0x3f, 0xff) {
        return Err(StatusWord::WrongParameters);
    }
    match tlv::read(command.data) {
        Some((TAG_LIST, CERTIFICATE, rest)) => Ok(rest),
        Some((TAG_LIST, _, _)) => Err(StatusWord::NotFound),
        _ => Err(StatusWord::WrongData),
    }
}
