//! What is stored of a prepaid card.

use minicbor::Encode;
use minicbor::bytes::ByteVec;
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::{Checkpoint, Endpoint, MovementVerdict, PurseNumber, PurseState};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use crate::bank::record::Said;
use crate::core::error::{ErrorKind, WalletError};

/// A prepaid card, from the instruction that asks for it on.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PrepaidRecord {
    /// [`FORMAT`](crate::bank::record::FORMAT).
    #[n(0)]
    pub format: u8,
    /// Names it in calls.
    #[n(1)]
    pub id: String,
    /// The account that asked for it, as the wallet names it: it is in the same card as that one's keys.
    #[n(2)]
    pub account: String,
    /// The bank.
    #[n(3)]
    pub bank: Domain,
    /// The bank's certified name.
    #[n(4)]
    pub bank_name: String,
    /// What it holds is in this currency.
    #[n(5)]
    pub currency: Currency,
    /// The question for it, until it is answered.
    #[n(6)]
    pub said: Option<Said>,
    /// What the bank signed about it, until the card has it.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub opening: Option<Vec<u8>>,
    /// What it is, once the bank has issued it.
    #[n(8)]
    pub issued: Option<IssuedCard>,
    /// Its place in the card, once it is there.
    #[n(9)]
    pub place: Option<u8>,
    /// What it holds, as the card said last.
    #[n(10)]
    pub state: Option<PurseState>,
    /// What the bank said last that it holds, as the card took it.
    #[n(11)]
    pub checkpoint: Option<Checkpoint>,
    /// What the bank signed for the card, in the order in which the card must hear it.
    #[n(12)]
    pub undelivered: Vec<ByteVec>,
    /// The card has set something aside of which the bank was not told: it has to be called off.
    #[n(13)]
    pub is_unsettled: bool,
    /// Why the bank issued none.
    #[n(14)]
    pub failure: Option<ErrorKind>,
    /// When it was asked for.
    #[n(15)]
    pub created_at: Timestamp,
}

/// A prepaid card that the bank has issued.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct IssuedCard {
    /// Its number.
    #[n(0)]
    pub number: PurseNumber,
    /// Until when it moves value.
    #[n(1)]
    pub expires_at: Timestamp,
}

impl PrepaidRecord {
    /// Whether that end of a movement is this card.
    #[must_use]
    pub fn is(&self, end: &Endpoint) -> bool {
        let issued = self.issued.as_ref();
        issued.is_some_and(|issued| *end == Endpoint::Prepaid(issued.number))
    }

    /// Its place in the card.
    ///
    /// # Errors
    /// [`ErrorKind::PurseState`] if it is not in the card yet.
    pub fn in_card(&self) -> Result<u8, WalletError> {
        self.place
            .ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }

    /// Whether the card has value in it, or on its way.
    #[must_use]
    pub fn has_value(&self) -> bool {
        let state = self.state.as_ref();
        state.is_some_and(|state| state.amount > 0 || state.pending_out > 0 || state.pending_in > 0)
    }

    /// Whether the bank signed something that the card has not heard.
    #[must_use]
    pub const fn has_to_hear(&self) -> bool {
        !self.undelivered.is_empty() || (self.opening.is_some() && self.place.is_none())
    }

    /// Whether a verdict, which was verified, is about this card: a word about its agent alone it does not take.
    #[must_use]
    pub fn is_told_by(&self, verdict: &[u8]) -> bool {
        let said = keyed::unverified::<MovementVerdict>(verdict);
        let number = said.map(|said| said.checkpoint.purse).ok();
        number.is_some() && number == self.issued.as_ref().map(|issued| issued.number)
    }

    /// Keeps something for the card to hear, unless that waits for it already.
    pub fn tell(&mut self, word: ByteVec) {
        if !self.undelivered.contains(&word) {
            self.undelivered.push(word);
        }
    }
}
