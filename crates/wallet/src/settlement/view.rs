//! What the pages see of contactless cards. Amounts are minor units of the currency beside them, times seconds since
//! 1970-01-01 00:00 UTC.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::place::KeyPlace;

tallystick_protocol::named_enum! {
    /// By which way a card talks to its security server.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "typescript", derive(Tsify))]
    #[serde(rename_all = "kebab-case")]
    pub enum SettlementRoute {
        /// The wallet reaches the security server itself.
        Direct => "direct",
        /// The front passes on what they say.
        Front => "front",
    }
}

/// A settlement server at whose front an account can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct SettlementSiteView {
    /// The front's domain.
    pub domain: String,
    /// Where its page is.
    pub url: String,
    /// The security server's domain.
    pub security_domain: String,
}

/// An account at a front. It charges contactless cards, and answers for orders that they pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct SettlementAccountView {
    /// Names the account in calls.
    pub account_id: String,
    /// The front's domain.
    pub domain: String,
    /// Its certified name.
    pub name: String,
    /// ISO 4217 code of what is on it; empty if the front told no limit.
    pub currency: String,
    /// What was on it when it was opened, in minor units, if the front told it.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub limit_minor: Option<u64>,
    /// Whether the account is enrolled.
    pub ready: bool,
    /// Where the account's keys are: their PIN is asked for.
    pub place: KeyPlace,
}

/// How far a charge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum ChargeStanding {
    /// The front has still to say whether it is paid.
    Asked,
    /// It is paid, and waits for the card.
    Waiting,
    /// It is on the card.
    Done,
    /// Nothing is charged.
    Refused,
}

/// Value that an account puts on a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ChargeView {
    /// Its number, in hexadecimal.
    pub id: String,
    /// How much.
    pub minor: u64,
    /// When it was asked for.
    pub at: u64,
    /// How far it is.
    pub state: ChargeStanding,
    /// Until when the card can take it.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub until: Option<u64>,
    /// Why it came to nothing, or not further: the kind of an error.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub failure: Option<&'static str>,
}

/// A contactless card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ContactlessView {
    /// Names the card in calls, and when an order is approved.
    pub id: String,
    /// The last characters of that, to tell cards apart.
    pub last4: String,
    /// The front's domain.
    pub front_domain: String,
    /// Its certified name; its domain while there is no account.
    pub front_name: String,
    /// The account at the front that charges it; none while there is none.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub account_id: Option<String>,
    /// Where that account's keys are: their PIN is asked for.
    #[cfg_attr(feature = "typescript", tsify(type = "KeyPlace | null"))]
    pub account_place: Option<KeyPlace>,
    /// In which element it is.
    pub place: KeyPlace,
    /// ISO 4217 code.
    pub currency: String,
    /// What was on it last; none before it was read.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub balance_minor: Option<u64>,
    /// When that was.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub read_at: Option<u64>,
    /// What waited then to be written to it.
    pub waiting_minor: u64,
    /// Until when an order may be approved by what was read; none if it has to be read first.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub good_until: Option<u64>,
    /// Charges, newest first.
    pub charges: Vec<ChargeView>,
}

tallystick_protocol::named_enum! {
    /// How far an order is that a contactless card pays.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "typescript", derive(Tsify))]
    #[serde(rename_all = "kebab-case")]
    pub enum TapState {
        /// It is on its way to the shop, or the card waits to be held to the reader.
        Waiting => "waiting",
        /// The card was told to pay, and nobody knows whether it has: it is to be held to the reader once more.
        Unknown => "unknown",
        /// The card has paid.
        Paid => "paid",
        /// Nothing was taken from the card, and nothing will be.
        Refused => "refused",
    }
}

/// How an order stands with the card that pays it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct OrderTapView {
    /// The card, as calls name it.
    pub card_id: String,
    /// In which element it is.
    pub place: KeyPlace,
    /// How far it is.
    pub state: TapState,
    /// Whether `tap_order` does something now.
    pub due: bool,
    /// Why nothing is taken: key of the sentence, under `tap.refused.`.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub refusal: Option<&'static str>,
    /// What is left on the card, once it has paid.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub balance_minor: Option<u64>,
    /// Why the last try came to nothing: the kind of an error.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub trouble: Option<&'static str>,
}
