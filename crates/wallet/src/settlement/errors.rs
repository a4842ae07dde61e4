//! What can go wrong with contactless cards.

use crate::core::error::error_kinds;

error_kinds! {
    /// There is no such contactless card.
    NoSuchContactless = 133, "no-such-contactless";
    /// The card cannot be a contactless card.
    NoSettlementInCard = 134, "no-settlement-in-card";
    /// The settlement server could not be reached.
    SettlementUnreachable = 135, "settlement-unreachable";
    /// The settlement server refused.
    SettlementRefused = 136, "settlement-refused";
    /// What the settlement server said is not what it should be: none of it went to the card.
    SettlementAnswerInvalid = 137, "settlement-answer-invalid";
    /// The contactless card was not read, or too long ago.
    CardNotRead = 138, "card-not-read";
    /// There is too little on the contactless card.
    ContactlessShort = 139, "contactless-short";
    /// Another contactless card than the one that is meant.
    OtherContactless = 220, "other-contactless";
    /// The account does not pay the charge.
    ChargeDeclined = 221, "charge-declined";
    /// That is more than is put on a card at once, or than it may hold.
    ChargeTooMuch = 222, "charge-too-much";
    /// The card was not held to the reader in time.
    ChargeExpired = 223, "charge-expired";
    /// There is value on the contactless card, or something is under way with it.
    ContactlessInUse = 224, "contactless-in-use";
    /// There is no account at that settlement server.
    NoSettlementAccount = 233, "no-settlement-account";
    /// What the shop signed to be paid is not what was ordered: the card was told nothing.
    SettlementRequestWrong = 234, "settlement-request-wrong";
    /// The contactless card is of a settlement server that is not known here.
    ContactlessElsewhere = 235, "contactless-elsewhere";
}
