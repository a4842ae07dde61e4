//! The issuer's offer of a card account.

use super::CardRecord;
use crate::instrument::Instrument;
use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::Message;
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use minicbor::Encode;
use tallystick_codec::DecodeMap;

/// A card, and the grant to enrol a wallet for it. From the issuer to the holder, for its wallet alone.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AccountOffer {
    /// From the issuer to the holder; its transaction is a random number.
    #[n(0)]
    pub envelope: Envelope,
    /// The card.
    #[n(1)]
    pub card: CardRecord,
    /// The most that can be reserved and charged, if the issuer wants it shown.
    #[n(2)]
    pub limit: Option<Money>,
    /// 32 random bytes with which one wallet can be enrolled, once.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub grant: [u8; 32],
    /// What orders are paid with from this account: a card account if nothing is said, as in release 0.1.0.
    #[n(4)]
    pub instrument: Option<Instrument>,
}

impl core::fmt::Debug for AccountOffer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AccountOffer")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}

impl Message for AccountOffer {
    const TYPE: u16 = message::ACCOUNT_OFFER;
    const LEN_MAX: usize = 2048;
}

impl SignedMessage for AccountOffer {
    const CONTEXT: &'static str = context::ACCOUNT_OFFER;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}
