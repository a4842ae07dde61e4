//! What LIST answers.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::wire::identifier::HolderId;

/// A slot with an enrolment key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TakenSlot {
    /// Its number, below [`super::SLOTS`].
    #[n(0)]
    pub slot: u8,
    /// Whose slot it is: the hash of its enrolment key, 32 bytes.
    #[n(1)]
    pub holder: HolderId,
}
