//! What the pages see of payments between purses. Amounts are minor units of the currency beside them, times seconds since
//! 1970-01-01 00:00 UTC.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

/// Which side of a payment this wallet is on, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum LocalState {
    /// A purse here asks: `text` is shown to the payer.
    #[n(1)]
    Asked,
    /// It took the payment: `text` is shown to the payer once more.
    #[n(2)]
    Taken,
    /// It refused it for good: `text` is shown to the payer.
    #[n(3)]
    Refused,
    /// A purse here has paid, the amount is set aside: `text` is shown to the payee.
    #[n(4)]
    Paid,
    /// The payee has it, by its card's signature.
    #[n(5)]
    Settled,
    /// The payee refused it, by its card's signature; the amount is back.
    #[n(6)]
    Returned,
}

/// A payment between purses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct LocalView {
    /// Names it in calls.
    pub id: String,
    /// The purse here.
    pub purse_id: String,
    /// How far it is.
    pub state: LocalState,
    /// How much, if it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub amount_minor: Option<u64>,
    /// ISO 4217 code.
    pub currency: String,
    /// The other purse's number, once it is known: the first digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub partner: Option<String>,
    /// What is shown to the other, if anything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub text: Option<String>,
    /// When it was begun.
    pub created_at: u64,
    /// When it last changed.
    pub updated_at: u64,
    /// It was paid from a prepaid card: the purse took it over, and what comes back is the purse's.
    pub is_prepaid: bool,
}

/// What a text from another wallet is, and what can be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct SeenText {
    /// What it is.
    pub kind: SeenKind,
    /// How much, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub amount_minor: Option<u64>,
    /// ISO 4217 code.
    pub currency: String,
    /// The other purse's number: the first digits.
    pub partner: String,
    /// The purses here that can pay it, or the one that is paid.
    pub purses: Vec<String>,
    /// The prepaid cards here from which it can be paid.
    pub prepaid: Vec<String>,
    /// When it was signed, by the other's clock.
    pub at: u64,
    /// How it was answered here, if it was: what the purse's list shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub answered: Option<LocalState>,
}

/// What a text from another wallet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum SeenKind {
    /// Somebody asks to be paid: `pay_purse`, from one of `purses` or `prepaid`.
    Request,
    /// Somebody pays a purse here: `answer_payment`.
    Payment,
    /// An answer to a payment from here, which is settled by it: `settle_payment`.
    Answer,
}
