//! What is stored of contactless cards, each in a record of its own. A record is only ever replaced by its successor, before
//! the step that the successor allows.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::settlement::{
    Alias, ChargeRefusal, ChargeState, ReadingId, SettlementRefusal, SettlementState,
};
use tallystick_protocol::wire::identifier::{Domain, Root};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::core::error::ErrorKind;
use crate::core::place::KeyPlace;

/// The format that this release writes.
pub const FORMAT: u8 = 1;
/// The longest record accepted, in bytes.
pub const BYTES_MAX: usize = 64 * 1024;

/// A reading of a card, which an order names.
#[derive(Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct KeptReading {
    /// Its number.
    #[n(0)]
    pub reading: ReadingId,
    /// Until when an order may name it.
    #[n(1)]
    pub expires_at: Timestamp,
}

/// A contactless card.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// What the card says of itself in clear.
    #[n(1)]
    pub alias: Alias,
    /// The front of its settlement server.
    #[n(2)]
    pub front: Domain,
    /// The security server that has its keys.
    #[n(3)]
    pub security: Domain,
    /// What it holds.
    #[n(4)]
    pub currency: Currency,
    /// In which element it is.
    #[n(5)]
    pub place: KeyPlace,
    /// What was on it last.
    #[n(6)]
    pub balance: Option<Money>,
    /// When that was.
    #[n(7)]
    pub read_at: Option<Timestamp>,
    /// What waited then to be written to it, in minor units.
    #[n(8)]
    pub waiting: u64,
    /// The reading that an order may name; none once what was read has changed.
    #[n(9)]
    pub reading: Option<KeptReading>,
    /// Since when the wallet has it.
    #[n(10)]
    pub since: Timestamp,
}

impl CardRecord {
    /// How it is named in calls, and by orders that it pays.
    #[must_use]
    pub fn id(&self) -> String {
        self.alias.to_string()
    }

    /// The reading that an order may name at that moment.
    #[must_use]
    pub fn good_reading(&self, now: Timestamp) -> Option<KeptReading> {
        self.reading.filter(|reading| now < reading.expires_at)
    }

    /// Takes up what is on it by a word of the security server: what was read before counts no more.
    pub fn take_balance(&mut self, balance: Money, at: Timestamp) {
        self.balance = Some(balance);
        self.read_at = Some(at);
        self.reading = None;
    }
}

/// A card that is being had: the same request again is the same card.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct GettingRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// In which element.
    #[n(1)]
    pub place: KeyPlace,
    /// Of which security server.
    #[n(2)]
    pub security: Domain,
    /// The key that the card made for it (X25519).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub recipient: [u8; 32],
    /// The nonce of the request.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
}

/// A charge: value that an account puts on a card.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ChargeRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Its number at front and security server: SHA-256 of the signed request.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub number: [u8; 32],
    /// The account that pays it, as the wallet names it.
    #[n(2)]
    pub account: String,
    /// The card.
    #[n(3)]
    pub alias: Alias,
    /// How much.
    #[n(4)]
    pub amount: Money,
    /// When it was signed.
    #[n(5)]
    pub at: Timestamp,
    /// The signed request; said again until the front has said its last word.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signed: Vec<u8>,
    /// How far it is, by the front's signed word.
    #[n(7)]
    pub state: Option<ChargeState>,
    /// Why not, if it is refused.
    #[n(8)]
    pub refusal: Option<ChargeRefusal>,
    /// Until when the card can take it.
    #[n(9)]
    pub until: Option<Timestamp>,
    /// Whether the security server signed that it is on the card.
    #[n(10)]
    pub is_written: bool,
    /// What somebody in the front's place said of it and nobody signed: it is shown, and ends nothing.
    #[n(11)]
    pub told: Option<ErrorKind>,
}

impl ChargeRecord {
    /// Whether the front has still to say its last word.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, None | Some(ChargeState::Waiting))
    }

    /// Whether the card has still to take it.
    #[must_use]
    pub const fn is_to_be_written(&self) -> bool {
        self.is_open() && !self.is_written
    }
}

/// What became of an order that a contactless card pays, as far as card and security server go.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OutcomeRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// What it is about.
    #[n(2)]
    pub amount: Money,
    /// How far it is.
    #[n(3)]
    pub state: SettlementState,
    /// Why it is refused.
    #[n(4)]
    pub refusal: Option<SettlementRefusal>,
    /// What is left on the card.
    #[n(5)]
    pub balance: Option<Money>,
    /// The security server's signed word, kept as evidence; none while only the wallet knows that the card was told to pay.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signed: Option<Vec<u8>>,
    /// When.
    #[n(7)]
    pub at: Timestamp,
}

impl OutcomeRecord {
    /// Whether that is the last word about it.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(
            self.state,
            SettlementState::Settled | SettlementState::Refused
        )
    }
}

/// What the holder has chosen.
#[derive(Clone, Copy, Default, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SettingsRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Whether cards talk to the security server through the front, instead of directly.
    #[n(1)]
    pub is_through_front: bool,
}
