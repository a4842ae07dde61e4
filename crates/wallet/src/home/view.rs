//! What the pages see of cards that are lent, and of cards that others lend.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::place::KeyPlace;
use crate::holder::card_account::CardAccount;
use crate::holder::view::Address;

/// A wallet that may be used away from home, as the holder named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct TerminalView {
    /// Names it in calls: 64 hexadecimal digits.
    pub id: String,
    /// What the holder calls it.
    pub name: String,
}

/// How far a loan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum LoanState {
    /// It can be used.
    Lent,
    /// All of it was used.
    Used,
    /// The holder stopped it.
    Stopped,
    /// Its time is over.
    Ended,
}

/// What pays of what is lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum LentKind {
    /// A card account.
    #[n(0)]
    Card,
    /// An account at a bank.
    #[n(1)]
    Account,
    /// A purse in the card.
    #[n(2)]
    Purse,
}

impl LentKind {
    /// Of an account, or of its purse.
    #[must_use]
    pub fn of(account: &CardAccount, is_purse: bool) -> Self {
        match (is_purse, account.is_at_bank()) {
            (true, _) => Self::Purse,
            (false, true) => Self::Account,
            (false, false) => Self::Card,
        }
    }
}

/// Something that the card lends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct LoanView {
    /// Names it in calls.
    pub number: u32,
    /// To which terminal.
    pub terminal: String,
    /// What the holder calls that.
    pub terminal_name: String,
    /// The account or purse that pays, as the wallet names it; empty if it is not here any more.
    pub card_id: String,
    /// Which of them it is.
    pub pays: LentKind,
    /// Its issuer's or bank's certified name.
    pub name: String,
    /// The end of its number.
    pub shown: String,
    /// At which shops; empty: at any.
    pub shops: Vec<String>,
    /// The most that one order may cost, in minor units.
    pub each_minor: u64,
    /// The most that all orders may cost, in minor units.
    pub total_minor: u64,
    /// What is left of that, as the card said last.
    pub left_minor: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many orders.
    pub count: u32,
    /// How many are left, as the card said last.
    pub count_left: u32,
    /// When it ends, in seconds.
    pub ends_at: u64,
    /// How far it is.
    pub state: LoanState,
    /// Whether its terminal can fetch it: the proxy has it.
    pub is_left_with_proxy: bool,
}

/// What the card signed for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct UseView {
    /// Its number in the card's log.
    pub number: u32,
    /// When, in seconds, as the order says.
    pub at: u64,
    /// Which loan.
    pub loan: u32,
    /// What the holder calls the terminal.
    pub terminal_name: String,
    /// The shop.
    pub shop: String,
    /// What the order costs, in minor units.
    pub amount_minor: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// What became of it.
    pub state: UseState,
    /// What paid, while its loan is remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub paid_by: Option<PaidByView>,
}

/// What paid for something that the card signed for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PaidByView {
    /// Account or purse.
    pub pays: LentKind,
    /// Its issuer's or bank's certified name.
    pub name: String,
    /// The end of its number.
    pub shown: String,
}

/// What became of an order that the card at home signed, as its issuer signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum UseState {
    /// On its way, as far as is known.
    #[n(0)]
    Open,
    /// It was paid.
    #[n(1)]
    Paid,
    /// Nothing was charged: it is the loan's again.
    #[n(2)]
    GivenBack,
}

/// A card that stays at home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct HomeView {
    /// Whether terminals are let in. While it is, time does not lock the wallet; its holder does.
    pub is_on: bool,
    /// Where the card is.
    pub place: KeyPlace,
    /// The home's name: 64 hexadecimal digits.
    pub id: String,
    /// The proxy's domain.
    pub proxy: String,
    /// Whether the proxy knows of everything: if not, it is told with the next change.
    pub is_registered: bool,
    /// The terminals.
    pub terminals: Vec<TerminalView>,
    /// The loans, newest first.
    pub loans: Vec<LoanView>,
    /// What was signed, newest first.
    pub uses: Vec<UseView>,
    /// Wrong first passwords that the card still accepts, as it said last.
    pub first_tries_left: u8,
    /// Wrong second passwords that it still accepts.
    pub second_tries_left: u8,
    /// To which address each purchase is mailed.
    pub mail: HomeMailView,
}

/// To which address the purchases with a card at home are mailed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct HomeMailView {
    /// The address that was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub address: Option<String>,
    /// The address that a code was mailed to, which was not typed yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub asked: Option<String>,
    /// Whether the proxy has still to hear of something.
    pub is_waiting: bool,
}

/// Something that a home lends to this wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct AwayLoanView {
    /// Its number there.
    pub number: u32,
    /// Names it among the means of an order: `lent:HOME:NUMBER`.
    pub card_id: String,
    /// Account or purse.
    pub pays: LentKind,
    /// The issuer's or bank's certified name.
    pub name: String,
    /// The end of its number.
    pub shown: String,
    /// Whose account it is.
    pub holder_name: String,
    /// At which shops; empty: at any.
    pub shops: Vec<String>,
    /// The most that one order may cost, in minor units.
    pub each_minor: u64,
    /// What is left of it, as far as this wallet knows, in minor units.
    pub left_minor: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many orders are left, as far as this wallet knows.
    pub count_left: u32,
    /// When it ends, in seconds.
    pub ends_at: u64,
    /// The account's own addresses: an order that it pays may go there, too.
    pub addresses: Vec<Address>,
}

/// A home that lets this wallet in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct AwayView {
    /// Names it in calls: 64 hexadecimal digits.
    pub home: String,
    /// Where the access card is that it lets in.
    pub place: KeyPlace,
    /// The proxy's domain.
    pub proxy: String,
    /// Whose home it is; until something is lent, the beginning of its name.
    pub name: String,
    /// What it lends.
    pub loans: Vec<AwayLoanView>,
}

/// Where the home browser connects, and what it says first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct HomeConnection {
    /// The address of the connection: `wss:`, in development `ws:`.
    pub url: String,
    /// The first binary message over it.
    #[serde(with = "bytes")]
    #[cfg_attr(feature = "typescript", tsify(type = "Uint8Array"))]
    pub first: Vec<u8>,
}

/// What home answers to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct HomeAnswered {
    /// The binary message to answer with.
    #[serde(with = "bytes")]
    #[cfg_attr(feature = "typescript", tsify(type = "Uint8Array"))]
    pub reply: Vec<u8>,
    /// What was signed, if something was: the holder is to hear of it.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub used: Option<UseView>,
}

/// Bytes become a `Uint8Array`.
mod bytes {
    use serde::Serializer;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }
}

/// What is to be lent, as the holder said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct LoanTerms {
    /// To which terminal.
    pub terminal: String,
    /// The account or purse that pays, as the wallet names it.
    pub card_id: String,
    /// Domains of shops; empty: at any.
    pub shops: Vec<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// The most that one order may cost, in minor units.
    pub each_minor: u64,
    /// The most that all orders may cost, in minor units.
    pub total_minor: u64,
    /// How many orders.
    pub count: u32,
    /// When it ends, in seconds.
    pub ends_at: u64,
}
