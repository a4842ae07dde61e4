//! What the pages see of prepaid cards. Amounts and times are as in [`crate::bank::view`].

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::bank::view::EndView;
use crate::core::place::KeyPlace;

/// How far a prepaid card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum PrepaidStep {
    /// The bank has been asked for it. `tend_prepaid` asks again.
    Asked,
    /// The bank has issued it; the card that it is for must be in its reader (`tend_prepaid`).
    Writing,
    /// It holds value.
    Ready,
    /// The bank issued none: `failure` says why; `remove_prepaid` clears it away.
    Refused,
}

/// A prepaid card: it has no owner, and whoever has the card in which it is can spend it. Its parts are as a purse's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PrepaidView {
    /// Names it in calls.
    pub id: String,
    /// The account that asked for it.
    pub account_id: String,
    /// The purse that moves its value, as its agent; nothing while there is none that can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub agent_id: Option<String>,
    /// The bank's certified name.
    pub bank_name: String,
    /// The bank's domain.
    pub bank_domain: String,
    /// Its number, 32 hexadecimal digits; empty before the bank has issued it.
    pub number: String,
    /// It as an end of a movement: `prepaid:NUMBER`; empty before the bank has issued it.
    pub end: String,
    /// ISO 4217 code.
    pub currency: String,
    /// How far it is.
    pub step: PrepaidStep,
    /// The kind of error, if the bank issued none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub failure: Option<&'static str>,
    /// Confirmed: what can be spent.
    pub amount_minor: u64,
    /// Under way: what is set aside for movements that are not at their end.
    pub out_minor: u64,
    /// Under way: what was accepted and can be spent once the bank says that it is complete.
    pub in_minor: u64,
    /// When the bank said last what it should hold.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub checkpoint_at: Option<u64>,
    /// Until when it moves value.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub ends_at: Option<u64>,
    /// In which card it is.
    pub place: KeyPlace,
    /// That card must be in its reader for something that needs no PIN: `tend_prepaid`.
    pub wants_card: bool,
    /// It has set something aside of which the bank was never told: `settle_prepaid` calls that off, with the PIN.
    pub wants_settling: bool,
}

/// What a prepaid card says of itself: asked of nobody but the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PrepaidReading {
    /// Confirmed: what can be spent.
    pub amount_minor: u64,
    /// Under way: what is set aside.
    pub out_minor: u64,
    /// Under way: what is coming.
    pub in_minor: u64,
    /// What happened, newest first, as far as the card keeps it.
    pub entries: Vec<PrepaidEntry>,
}

/// An entry of a prepaid card's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PrepaidEntry {
    /// The movement.
    pub id: String,
    /// Whose value.
    pub from: EndView,
    /// Who got it.
    pub to: EndView,
    /// How much.
    pub amount_minor: u64,
    /// What the card held afterwards.
    pub balance_minor: u64,
    /// When, by the wallet's clock.
    pub at: u64,
}
