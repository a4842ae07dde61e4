//! GET DATA and PUT DATA (SP 800-73-5 part 2, §3.1.2 and §3.3.1).

use alloc::vec::Vec;

use super::{KeyReference, card_identifier};
use crate::Applet;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::iso::tlv;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// The longest content of a certificate object, in bytes.
pub(crate) const CERTIFICATE_MAX: usize = 4 * 1024;
const TAG_LIST: u32 = 0x5c;
const CONTENT: u32 = 0x53;
/// Discovery object (SP 800-73-5 part 1, §3.3.2).
const DISCOVERY: u32 = 0x7e;

/// A data object that this card can have.
enum Object {
    Certificate(KeyReference),
    /// 5FC102: card holder unique identifier.
    UniqueIdentifier,
    /// 5FC107: card capability container.
    Capabilities,
    /// 7E: which applet this is and what its PIN is for.
    Discovery,
}

/// The content of the object in the template it was written in, or the discovery object as it is.
pub(crate) fn get_data(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let (object, rest) = object_meant(command)?;
    if !rest.is_empty() {
        return Err(StatusWord::WrongData);
    }
    let content = match object {
        Object::Certificate(key) => state.certificate(key).ok_or(StatusWord::NotFound)?.to_vec(),
        Object::UniqueIdentifier => card_identifier::unique_identifier(state)?,
        Object::Capabilities => card_identifier::capabilities(state)?,
        Object::Discovery => return Ok(Outcome::data(discovery())),
    };
    Ok(Outcome::data(tlv::object(CONTENT, &content)))
}

/// Writes a certificate object: freely while there is none, afterwards only with the PIN.
pub(crate) fn put_data(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let (object, rest) = object_meant(command)?;
    let Object::Certificate(key) = object else {
        return Err(StatusWord::SecurityStatusNotSatisfied);
    };
    let Some((CONTENT, content, [])) = tlv::read(rest) else {
        return Err(StatusWord::WrongData);
    };
    if content.len() > CERTIFICATE_MAX {
        return Err(StatusWord::NotEnoughMemory);
    }
    let before = state.certificate(key).unwrap_or_default();
    let changed = before != content;
    if changed && !before.is_empty() {
        session.require_verified()?;
    }
    if changed {
        state.set_certificate(key, content);
    }
    Ok(Outcome::done().changing(changed))
}

/// The object that the tag list names, and what follows the list.
fn object_meant<'a>(command: &Command<'a>) -> Result<(Object, &'a [u8]), StatusWord> {
    if (command.header.p1, command.header.p2) != (0x3f, 0xff) {
        return Err(StatusWord::WrongParameters);
    }
    let Some((TAG_LIST, tag, rest)) = tlv::read(command.data) else {
        return Err(StatusWord::WrongData);
    };
    let object = match *tag {
        [0x7e] => Object::Discovery,
        [0x5f, 0xc1, 0x02] => Object::UniqueIdentifier,
        [0x5f, 0xc1, 0x07] => Object::Capabilities,
        [0x5f, 0xc1, object] => {
            Object::Certificate(KeyReference::of_certificate(object).ok_or(StatusWord::NotFound)?)
        }
        _ => return Err(StatusWord::NotFound),
    };
    Ok((object, rest))
}

/// The applet's name, and that the applet's own PIN is the one that counts.
fn discovery() -> Vec<u8> {
    let parts = [
        tlv::object(0x4f, Applet::Identity.aid()),
        tlv::object(0x5f2f, &[0x40, 0x00]),
    ];
    tlv::object(DISCOVERY, &parts.concat())
}
