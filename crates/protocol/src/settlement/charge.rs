//! The charge (T003-11): the holder's account pays value onto a card, which the wallet lets the card take only by the security
//! server's signature.

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::Alias;
use crate::trust::holder::HolderMessage;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The holder wants value on a card. Signed by the key of the account that pays it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ChargeRequest {
    /// The front, where the account is.
    #[n(0)]
    pub front: Domain,
    /// Whose account.
    #[n(1)]
    pub holder: HolderId,
    /// The card.
    #[n(2)]
    pub alias: Alias,
    /// How much; more than zero.
    #[n(3)]
    pub amount: Money,
    /// When, by the wallet's clock.
    #[n(4)]
    pub at: Timestamp,
    /// Drawn by the wallet: the same request again is the same charge.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
impl Message for ChargeRequest {
    const TYPE: u16 = message::CHARGE_REQUEST;
    const LEN_MAX: usize = 512;
}
impl HolderMessage for ChargeRequest {
    const CONTEXT: &'static str = context::CHARGE_REQUEST;
}

crate::named_enum! {
    /// How far a charge is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum ChargeState {
        /// The amount is set aside on the account; the card may be held to the reader.
        #[n(1)]
        Waiting => "waiting",
        /// It is on the card, and the account has paid it.
        #[n(2)]
        Done => "done",
        /// Nothing is charged.
        #[n(3)]
        Refused => "refused",
    }
}

crate::named_enum! {
    /// Why nothing is charged.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum ChargeRefusal {
        /// The account has too little, or is not to be used.
        #[n(1)]
        Declined => "declined",
        /// The card was not held to the reader in time.
        #[n(2)]
        Expired => "expired",
        /// More than is written to a card at once, or than it may hold.
        #[n(3)]
        TooMuch => "too-much",
    }
}

/// The front's word about a charge.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ChargeAnswer {
    /// From the front to the holder; its transaction is the credit's number: SHA-256 of the signed request.
    #[n(0)]
    pub envelope: Envelope,
    /// How far it is.
    #[n(1)]
    pub state: ChargeState,
    /// Why not, if it is refused.
    #[n(2)]
    pub refusal: Option<ChargeRefusal>,
    /// Until when the card can take it.
    #[n(3)]
    pub until: Timestamp,
}
signed_message!(
    ChargeAnswer,
    message::CHARGE_ANSWER,
    1024,
    context::CHARGE_ANSWER
);

/// What a block that writes value to a card is: signed by the security server, and verified by the wallet before the card gets
/// anything of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ValueUpdate {
    /// From the security server to anyone; its transaction is the nonce of the tap.
    #[n(0)]
    pub envelope: Envelope,
    /// The card.
    #[n(1)]
    pub alias: Alias,
    /// What is written to it by this block.
    #[n(2)]
    pub amount: Money,
    /// The block ([`block_digest`](super::block_digest)).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub block: [u8; 32],
}
signed_message!(
    ValueUpdate,
    message::VALUE_UPDATE,
    1024,
    context::VALUE_UPDATE
);
