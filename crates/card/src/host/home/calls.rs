//! What a proxy asks a home card: from a [`HomeCall`] to a command, and from its response to a [`HomeReply`]. Select
//! [`Applet::Home`](crate::Applet::Home) before. None of these needs the PIN.

use alloc::vec::Vec;

use minicbor::Encode;
use minicbor::bytes::ByteVec;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::{HomeCall, HomeCallKind, HomeReply};
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::applets::home::instruction as ins;
use crate::host::build::long_apdu;
use crate::host::{CardError, data};
use crate::iso::apdu::DATA_MAX;

/// The longest content of a call that is no entrance, in bytes: less than a command carries.
const CONTENT_MAX: usize = DATA_MAX - 64;

/// What the proxy asks for whom.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Call {
    /// For whom.
    #[n(0)]
    pub(crate) terminal: TerminalId,
    /// What was said, as it came.
    #[n(1)]
    pub(crate) content: ByteVec,
    /// Now, by the clock at home.
    #[n(2)]
    pub(crate) at: Timestamp,
}

/// The command that a call is; `at` is now.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn apdu_for(call: &HomeCall, at: Timestamp) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let instruction = match call.kind {
        HomeCallKind::Access => ins::ANSWER_ACCESS,
        HomeCallKind::Open => ins::TAKE_OPENING,
        HomeCallKind::Release => ins::TAKE_RELEASE,
        HomeCallKind::Enter => ins::ENTER,
        HomeCallKind::Sign => ins::SIGN_ORDER,
        HomeCallKind::Stop => ins::STOP_FROM_AWAY,
        HomeCallKind::End => ins::END,
    };
    let asked = Call {
        terminal: call.terminal,
        content: call.content.clone().into(),
        at,
    };
    let apdu = long_apdu([0x80, instruction, 0, 0], &encode_value(&asked))?;
    // What only an entrance may be.
    if call.kind != HomeCallKind::Enter && call.content.len() > CONTENT_MAX {
        return Err(CardError::TooLarge);
    }
    Ok(apdu)
}

/// What is answered to a call, by the card's response to [`apdu_for`].
#[must_use]
pub fn reply_of(call: &HomeCall, response: &[u8]) -> HomeReply {
    let (refusal, content) = match data(response) {
        Ok(content) => (None, content.to_vec()),
        Err(error) => (Some(refusal_of(error)), Vec::new()),
    };
    HomeReply {
        number: call.number,
        refusal,
        content,
    }
}

/// What is answered to a call that never reached the card, or that the card refused.
#[must_use]
pub const fn refusal_of(error: CardError) -> HomeRefusal {
    match error {
        CardError::AtHome(refusal) => refusal,
        CardError::TooLarge => HomeRefusal::Malformed,
        _ => HomeRefusal::NoCard,
    }
}
