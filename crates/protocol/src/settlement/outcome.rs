//! What became of a settlement.

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::Alias;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::identifier::Root;
use crate::wire::money::Money;
use crate::wire::registry::{context, message};

crate::named_enum! {
    /// How far a settlement is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum SettlementState {
        /// The bill is right: the card may be held to the reader.
        #[n(1)]
        Ready => "ready",
        /// The card has paid, and signed so.
        #[n(2)]
        Settled => "settled",
        /// Nothing was taken from the card, and nothing will be.
        #[n(3)]
        Refused => "refused",
        /// The card was told to pay and its answer did not come: reading it again will say.
        #[n(4)]
        Unknown => "unknown",
    }
}

crate::named_enum! {
    /// Why nothing is taken from a card.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum SettlementRefusal {
        /// The request's time is over, or has not begun.
        #[n(1)]
        Expired => "expired",
        /// This order was asked for before, by other words.
        #[n(2)]
        Used => "used",
        /// There is too little on the card.
        #[n(3)]
        Short => "short",
        /// Another card than was read, or another balance on it.
        #[n(4)]
        OtherCard => "other-card",
        /// The bill is not what was proposed.
        #[n(5)]
        OtherBill => "other-bill",
        /// The reading is not known, or its time is over.
        #[n(6)]
        NoReading => "no-reading",
        /// The front said that the order is over.
        #[n(7)]
        Ended => "ended",
        /// The card is blocked.
        #[n(8)]
        Blocked => "blocked",
        /// The shop signed that for another settlement server.
        #[n(9)]
        OtherMall => "other-mall",
        /// The card is in another currency.
        #[n(10)]
        OtherCurrency => "other-currency",
    }
}

/// The security server says what became of a settlement (ST13). Settled and refused are its last words about it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SettlementOutcome {
    /// From the security server to anyone who takes part; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// SHA-256 of the shop's signed request.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub request: [u8; 32],
    /// What it is about.
    #[n(3)]
    pub amount: Money,
    /// How far it is.
    #[n(4)]
    pub state: SettlementState,
    /// Why it is refused; none otherwise.
    #[n(5)]
    pub refusal: Option<SettlementRefusal>,
    /// The card's alias, where a card is known.
    #[n(6)]
    pub alias: Option<Alias>,
    /// What is left on the card, once it has paid.
    #[n(7)]
    pub balance: Option<Money>,
}
signed_message!(
    SettlementOutcome,
    message::SETTLEMENT_OUTCOME,
    1024,
    context::SETTLEMENT_OUTCOME
);

/// The front says that an order is over: no card is told to pay it any more. Answered with the [`SettlementOutcome`], also if
/// its [`SettlementOrder`](super::SettlementOrder) never came: then none that comes later is followed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SettlementEnd {
    /// From the front to the security server; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// SHA-256 of the shop's signed request.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub request: [u8; 32],
    /// What it was about.
    #[n(3)]
    pub amount: Money,
}
signed_message!(
    SettlementEnd,
    message::SETTLEMENT_END,
    1024,
    context::SETTLEMENT_END
);

/// The front has heard a [`SettlementOutcome`], or a [`CreditOutcome`](super::CreditOutcome): it need not be said again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OutcomeReceipt {
    /// From the front to the security server; its transaction is that of what it heard.
    #[n(0)]
    pub envelope: Envelope,
    /// SHA-256 of the signed statement that it heard ([`signed_digest`](super::signed_digest)).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub outcome: [u8; 32],
}
signed_message!(
    OutcomeReceipt,
    message::OUTCOME_RECEIPT,
    1024,
    context::OUTCOME_RECEIPT
);
