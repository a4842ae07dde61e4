//! What the settlement applet shows in clear, to whoever asks.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::settlement::card::Alias;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;

/// Whether it is a contactless card, and whose.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SettlementView {
    /// The card, once it is personalised.
    #[n(0)]
    pub card: Option<ShownCard>,
    /// Whether it has made a key and waits for its keys.
    #[n(1)]
    pub is_prepared: bool,
}

/// A card that is personalised. What it holds and which it is, only its security server reads.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ShownCard {
    /// The security server that has its keys.
    #[n(0)]
    pub server: Domain,
    /// In what it pays.
    #[n(1)]
    pub currency: Currency,
    /// By what the server finds its keys.
    #[n(2)]
    pub alias: Alias,
    /// The version of its keys.
    #[n(3)]
    pub key_version: u8,
}
