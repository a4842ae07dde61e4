//! What the pages see of accounts at banks and of purses, and what they hand over about them.
//!
//! All amounts are minor units of the currency beside them, all times seconds since 1970-01-01 00:00 UTC.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

pub use crate::bank::local::view::*;
pub use crate::bank::prepaid::view::*;
use crate::core::place::KeyPlace;

/// What the holder tells to have an account opened (EP 1 221 669, SZ1). The password is handed over beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct RegistrationForm {
    /// The bank's domain: one of [`BankView::domain`].
    pub bank: String,
    /// The holder's name, as the ordinary bank has it.
    pub name: String,
    /// The holder's address.
    pub address: String,
    /// The holder's telephone number.
    pub telephone: String,
    /// The account at the ordinary bank (ISO 13616), with or without spaces.
    pub iban: String,
    /// ISO 4217 code.
    pub currency: String,
}

/// A bank at which an account can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct BankView {
    /// Its domain.
    pub domain: String,
    /// Its address on the web.
    pub url: String,
}

/// How far the opening of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum OpeningStep {
    /// The registration authority and the bank have been asked; `continue_opening` asks again.
    Registering,
    /// The bank has opened it; `open_account` makes its keys with the PIN.
    Keys,
    /// The bank refused: `failure` says why; `forget_opening` clears it away.
    Refused,
}

/// An account on its way. Once its keys are made it is among the accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct OpeningView {
    /// Names it in calls.
    pub id: String,
    /// The bank's domain.
    pub bank_domain: String,
    /// The bank's certified name, once it has answered.
    pub bank_name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// How far it is.
    pub step: OpeningStep,
    /// The kind of error, if the bank refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub failure: Option<&'static str>,
    /// When it was begun.
    pub created_at: u64,
}

/// An account at a bank. Its `id` serves wherever a card's does: `approve`, `move_card`, `remove_card`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct BankAccountView {
    /// Names the account in calls; also what pays an order with it.
    pub id: String,
    /// The bank's certified name.
    pub bank_name: String,
    /// The bank's domain.
    pub bank_domain: String,
    /// The account's number, digits.
    pub number: String,
    /// It as an end of a movement: `account:NUMBER`.
    pub end: String,
    /// The holder's name.
    pub holder_name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What can be spent of it, as the bank said last; nothing before the first word.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub available_minor: Option<u64>,
    /// What of it is under way, as the bank said last.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub pending_minor: Option<u64>,
    /// When the bank said so.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub as_of: Option<u64>,
    /// Until when the account is good, if it is not continued (SZ2).
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub expires_at: Option<u64>,
    /// Which face it has, 0 to 15: no two cards or accounts of a wallet have the same.
    pub face: u8,
    /// Where its keys live.
    pub place: KeyPlace,
    /// Whether it can pay.
    pub ready: bool,
    /// When it can pay no longer, within the last thirty days, as for a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub ends_at: Option<u64>,
    /// Its purse, from the application on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub purse_id: Option<String>,
    /// It is being closed: the bank has been told, or has closed it; `close_account` goes on.
    pub closing: bool,
}

/// An account that was closed. Its purses and their history are still here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ClosedAccountView {
    /// As the account was named.
    pub id: String,
    /// The bank's certified name.
    pub bank_name: String,
    /// The bank's domain.
    pub bank_domain: String,
    /// Its number, digits.
    pub number: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What the bank paid out to the account outside.
    pub paid_out_minor: u64,
    /// When it was closed.
    pub closed_at: u64,
}

/// How far a purse is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum PurseStep {
    /// Its key is made; authority and bank have been asked for it. `tend_purse` asks again.
    Applied,
    /// The bank has opened it; the card that has its key must be in its reader (`tend_purse`).
    Writing,
    /// It holds value.
    Ready,
    /// Its bank has closed it; the card that has it must be in its reader (`close_purse`).
    Closing,
    /// It is closed, and its history is here.
    Closed,
    /// It is lost and its bank has blocked it: `blocked` says what is paid back.
    Blocked,
    /// Authority or bank refused it: `failure` says why; `apply_for_purse` begins anew.
    Refused,
}

/// From what the fee for a new key is paid, or for what (EP 1 221 669, fee options A1 to E1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum FeeName {
    /// From the account.
    Account,
    /// From the account at the ordinary bank.
    OutsideAccount,
    /// With the price of a new card.
    NewCard,
    /// For installing the new key.
    KeyInstallation,
    /// For the certificate.
    Certificate,
}

/// One way in which the fee for a new key can be paid, and how much it is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct FeeView {
    /// From what it is paid, or for what: what `renew_purse` is told.
    pub option: FeeName,
    /// How much, in the purse's currency; zero if the bank asks for nothing.
    pub amount_minor: u64,
}

/// How far the renewal of a purse's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum RenewalStep {
    /// Authority and bank are being asked. What was in use still is.
    Asking,
    /// The bank permits the new key; the card has to take it, with the PIN (`renew_purse`).
    Installing,
    /// The new key is in use; the authority is being told, and revokes the old one then.
    Telling,
    /// It is done.
    Done,
    /// It was refused: `failure` says why.
    Refused,
}

/// The newest renewal of a purse's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct RenewalView {
    /// How far it is.
    pub step: RenewalStep,
    /// From what the fee is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub fee: Option<FeeName>,
    /// How much its holder agreed to.
    pub amount_minor: u64,
    /// The kind of error, if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub failure: Option<&'static str>,
    /// When it was begun.
    pub at: u64,
}

/// What comes of a purse that is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct BlockedView {
    /// What it should hold by the bank's books: paid back, but for what receipts claim until then.
    pub amount_minor: u64,
    /// When that is paid back.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub until: Option<u64>,
    /// When the bank blocked it.
    pub at: u64,
}

/// What a purse may pay while the bank is not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct LimitsView {
    /// The most in one payment.
    pub payment_minor: u64,
    /// The most altogether until the next report.
    pub total_minor: u64,
    /// The most payments until the next report.
    pub count: u32,
    /// The most that the purse may hold.
    pub holding_minor: u64,
}

/// A purse in a card. What it holds has three parts that are never added up silently: what can be spent, what
/// is set aside, and what is coming.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PurseView {
    /// Names the purse in calls; also what pays an order with it.
    pub id: String,
    /// The account that it belongs to.
    pub account_id: String,
    /// The bank's certified name.
    pub bank_name: String,
    /// The bank's domain.
    pub bank_domain: String,
    /// Its number, 32 hexadecimal digits; empty before the bank has opened it.
    pub number: String,
    /// It as an end of a movement: `purse:NUMBER`; empty before the bank has opened it.
    pub end: String,
    /// ISO 4217 code.
    pub currency: String,
    /// How far it is.
    pub step: PurseStep,
    /// The kind of error, if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub failure: Option<&'static str>,
    /// Confirmed: what can be spent.
    pub amount_minor: u64,
    /// Under way: what is set aside for movements and orders that are not at their end.
    pub out_minor: u64,
    /// Under way: what was accepted and can be spent once the bank says that it is complete.
    pub in_minor: u64,
    /// What waits at the bank; `report_purse` takes it.
    pub waiting: Vec<WaitingView>,
    /// What the bank said last that it holds (the checkpoint).
    pub checkpoint_minor: u64,
    /// When the bank said so.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub checkpoint_at: Option<u64>,
    /// What it may pay without the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub limits: Option<LimitsView>,
    /// What it does when its history is full.
    #[cfg_attr(
        feature = "typescript",
        tsify(type = "'stop' | 'erase-oldest' | 'upload-first'")
    )]
    pub history_policy: &'static str,
    /// When its key ends.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub key_ends_at: Option<u64>,
    /// Where its key lives.
    pub place: KeyPlace,
    /// Wallet and bank may know different things: `report_purse` brings them together. It needs the PIN.
    pub wants_report: bool,
    /// The card must be in its reader for something that needs no PIN: `tend_purse`.
    pub wants_card: bool,
    /// What its bank charges for a new key, as long as the bank keeps to it; empty before `look_up_fees`.
    pub fees: Vec<FeeView>,
    /// The newest renewal of its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub renewal: Option<RenewalView>,
    /// What comes of it, if it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub blocked: Option<BlockedView>,
    /// The bank was told to block or close it and has not answered.
    pub telling: bool,
}

/// Value that waits at the bank until the purse takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct WaitingView {
    /// It as an end of a movement: `waiting:NUMBER`.
    pub end: String,
    /// Who gave it.
    pub from: EndView,
    /// How much.
    pub amount_minor: u64,
    /// When it arrived.
    pub at: u64,
}

/// An end of a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct EndView {
    /// What it is.
    #[cfg_attr(
        feature = "typescript",
        tsify(type = "'account' | 'purse' | 'prepaid' | 'waiting' | 'shop'")
    )]
    pub kind: &'static str,
    /// Its number, or a shop's domain.
    pub number: String,
    /// The holder's own: which account or purse, by its `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub own_id: Option<String>,
}

/// Value that is to be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct MoveChoice {
    /// The purse that asks for it.
    pub purse_id: String,
    /// Whose value: `account:NUMBER`, `purse:NUMBER`, `prepaid:NUMBER` or `waiting:NUMBER`.
    pub from: String,
    /// Who gets it: likewise, and never `waiting`.
    pub to: String,
}

/// What a movement is to its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum MovementKind {
    /// From the own account into the own purse.
    Load,
    /// From the own purse to the own account.
    Unload,
    /// To somebody else, or between other ends.
    Transfer,
    /// What waited at the bank is taken.
    Take,
    /// An order was paid.
    Payment,
}

/// How far a movement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum MovementState {
    /// The bank is being asked. Not completed (T004-36).
    #[n(0)]
    Asking,
    /// The bank holds the value and waits for the holder: `answer_movement`.
    #[n(1)]
    Offered,
    /// The holder accepted; the bank has not said that it is complete. Not completed (T004-36).
    #[n(2)]
    Accepted,
    /// The holder turned it down; the bank has not said so yet.
    #[n(3)]
    TurnedDown,
    /// An order is under way with it.
    #[n(4)]
    Paying,
    /// The bank's word is here; the card has still to hear it (`tend_purse`).
    #[n(5)]
    Ending,
    /// It is done.
    #[n(6)]
    Completed,
    /// It is not, and never will be: everything is as before.
    #[n(7)]
    NotCompleted,
}

/// What the bank offered (Sa10, Sd6): what the holder is shown before accepting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct MovementOfferView {
    /// Whose the destination is, by the bank's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub destination_name: Option<String>,
    /// What the source has before.
    pub before_minor: u64,
    /// What the source has after.
    pub after_minor: u64,
    /// Until when the bank waits.
    pub expires_at: u64,
}

/// A movement of value: an entry of a purse's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct MovementView {
    /// Names it in calls.
    pub id: String,
    /// The purse that asked, or that paid.
    pub purse_id: String,
    /// What it is.
    pub kind: MovementKind,
    /// Whose value.
    pub from: EndView,
    /// Who gets it.
    pub to: EndView,
    /// How much.
    pub amount_minor: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// How far it is.
    pub state: MovementState,
    /// What the bank offered, once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub offer: Option<MovementOfferView>,
    /// The order that it pays, by its `request_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub request_id: Option<String>,
    /// The kind of error, if the bank refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub failure: Option<&'static str>,
    /// When it was begun.
    pub created_at: u64,
    /// When it last changed.
    pub updated_at: u64,
}
