//! What a card is found to be (ST8).

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::{Alias, ReadingId};
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};

/// The security server has read a card. Good until its envelope's expiry, [`READING_SECONDS`](super::READING_SECONDS) at most.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardReading {
    /// From the security server to anyone; its transaction is the nonce of the tap.
    #[n(0)]
    pub envelope: Envelope,
    /// Its number, which an order names.
    #[n(1)]
    pub reading: ReadingId,
    /// The card's alias.
    #[n(2)]
    pub alias: Alias,
    /// What is on the card.
    #[n(3)]
    pub balance: Money,
    /// What waits to be written to it, in minor units of the same currency.
    #[n(4)]
    pub waiting: u64,
}
signed_message!(
    CardReading,
    message::CARD_READING,
    1024,
    context::CARD_READING
);
