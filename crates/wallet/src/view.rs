//! What the pages see of the wallet. Plain values; no secret is among them.
//!
//! All times are seconds since 1970-01-01 00:00 UTC, as everywhere in the protocol.

pub use crate::checkout::order::state::OrderState;
pub use crate::core::deployment::Deployment;
pub use crate::core::place::KeyPlace;
use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

/// How far the wallet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing is here yet.
    New,
    /// A card has been offered; the holder is to choose passphrase and PIN.
    Offered,
    /// Set up and unlocked; `enrol` is to be called until it is done.
    Enrolling,
    /// Set up, and the state key is not at hand.
    Locked,
    /// Unlocked and able to pay.
    Ready,
}

/// Everything a page shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct WalletView {
    /// How far the wallet is.
    pub phase: Phase,
    /// The card on offer: in phase `offered` it is the first, otherwise a further one; none while
    /// locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub offer: Option<OfferView>,
    /// How far enrolment of the newest card is that is not done, else of the newest; none while
    /// locked or without a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub enrolment: Option<EnrolmentView>,
    /// The cards; empty while locked.
    pub cards: Vec<CardView>,
    /// The addresses; empty while locked.
    pub addresses: Vec<Address>,
    /// The orders, newest first; empty while locked.
    pub orders: Vec<OrderView>,
    /// How many orders are stored that cannot be read any more.
    pub unreadable_orders: usize,
    /// Wrong PINs that the software card still accepts.
    pub pin_tries_left: u8,
    /// Wrong PUKs that the software card still accepts.
    pub puk_tries_left: u8,
    /// Wrong PINs that the card which was last in the reader still accepts, once one was.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub reader_pin_tries_left: Option<u8>,
    /// Wrong PUKs that it still accepts.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub reader_puk_tries_left: Option<u8>,
    /// Where a new holder gets a card.
    pub welcome_url: String,
    /// Whether the wallet was made before there were recovery codes: its PUK opens it, and new codes
    /// should be made.
    pub opens_with_puk: bool,
    /// After how many minutes the wallet locks itself; 0 when the browser closes. While unlocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub lock_minutes: Option<u32>,
    /// When it will lock itself, in seconds, unless only the browser's end locks it. While unlocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub locks_at: Option<u64>,
}

/// A card on offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct OfferView {
    /// The issuer's certified name.
    pub issuer_name: String,
    /// The issuer's domain.
    pub issuer_domain: String,
    /// The card.
    pub card: CardView,
}

/// A step of enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum EnrolmentStep {
    /// The card makes its keys.
    Keys,
    /// The issuer certifies them.
    Certificate,
    /// The key centres hand over the key shares.
    Shares,
    /// All is there.
    Done,
}

/// How far enrolment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct EnrolmentView {
    /// What is being done.
    pub step: EnrolmentStep,
    /// Steps that are finished.
    pub steps_done: u32,
    /// All steps.
    pub steps_total: u32,
}

/// What the card in the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum ReaderCardKind {
    /// One from the factory: its PIN has to be set first.
    New,
    /// One that has been in use.
    InUse,
    /// A card without the applet of key shares, such as another maker's PIV card.
    Foreign,
}

/// The card in the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ReaderCardView {
    /// What it is.
    pub kind: ReaderCardKind,
    /// Wrong PINs that it still accepts.
    pub pin_tries_left: u8,
    /// Wrong PUKs that it still accepts.
    pub puk_tries_left: u8,
    /// How many accounts it has room for.
    pub free_slots: u8,
    /// The accounts of this wallet whose keys it holds.
    pub card_ids: Vec<String>,
}

/// A card as it may be shown: never its whole number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CardView {
    /// Names the card in calls.
    pub id: String,
    /// The issuer's certified name.
    pub issuer_name: String,
    /// The issuer's domain.
    pub issuer_domain: String,
    /// The last four digits of the number.
    pub last4: String,
    /// MM/YY.
    pub expiry: String,
    /// The name on the card.
    pub holder_name: String,
    /// The limit the issuer told, in minor units.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub limit_minor: Option<u64>,
    /// What is left of it at most, in minor units: less what this wallet's orders have had charged or
    /// reserved. Another device may have spent more.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub left_minor: Option<u64>,
    /// ISO 4217 code.
    pub currency: String,
    /// Which face it has, 0 to 15: no two cards of a wallet have the same.
    pub face: u8,
    /// Where its keys live.
    pub place: KeyPlace,
    /// Whether it can pay.
    pub ready: bool,
    /// When it can pay no longer, in seconds, within the last thirty days: its issuer has not renewed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub ends_at: Option<u64>,
}

/// Where parcels go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct Address {
    /// Names the address in calls; given by the wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub id: Option<String>,
    /// What the holder calls it, such as "Home". Seen by nobody else.
    pub label: String,
    /// Who receives.
    pub name: String,
    /// The receiver's telephone number.
    pub telephone: String,
    /// Postal code.
    pub postal_code: String,
    /// Street, house and place; lines separated by line feeds.
    pub lines: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
}

/// What the holder chose when approving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct Choice {
    /// The card that pays.
    pub card_id: String,
    /// Where the parcel goes.
    pub address_id: String,
    /// Whether they get what the shop asked for beyond the least.
    pub accept_extra: bool,
}

/// A party of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PartyView {
    /// `shop`, `issuer` or `courier`.
    #[cfg_attr(feature = "typescript", tsify(type = "'shop' | 'issuer' | 'courier'"))]
    pub role: String,
    /// Its domain.
    pub domain: String,
    /// Its certified name; before that, what the form calls it.
    pub name: String,
    /// Whether its certificate has been verified.
    pub certified: bool,
    /// Whether it has answered the confirmation of this order.
    pub confirmed: bool,
}

/// A row of the matrix "who will see what".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct MatrixRow {
    /// What is seen.
    #[cfg_attr(
        feature = "typescript",
        tsify(
            type = "'items' | 'amount' | 'payment' | 'name' | 'telephone' | 'holder_address' | 'destination'"
        )
    )]
    pub row: &'static str,
    /// Whether the shop sees it.
    pub shop: bool,
    /// Whether the issuer sees it.
    pub issuer: bool,
    /// Whether the courier sees it.
    pub courier: bool,
    /// Who sees it only with the holder's consent: `shop`, `issuer`, `courier`.
    #[cfg_attr(
        feature = "typescript",
        tsify(type = "('shop' | 'issuer' | 'courier')[]")
    )]
    pub asks: Vec<String>,
}

/// What a party would read beyond what it cannot do without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ExtraView {
    /// Who.
    #[cfg_attr(feature = "typescript", tsify(type = "'shop' | 'issuer' | 'courier'"))]
    pub role: String,
    /// The names of matrix rows.
    pub rows: Vec<String>,
}

/// One kind of goods in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ItemView {
    /// What it is called.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// The price of one, in minor units.
    pub price_minor: u64,
}

/// The delivery of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct DeliveryView {
    /// What the form calls it.
    pub name: String,
    /// Its price in minor units.
    pub price_minor: u64,
}

/// How far one party is: one of the three split tallies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct StrandState {
    /// 0 nothing, 1 sealed, 2 confirmed or asked, 3 done.
    #[cfg_attr(feature = "typescript", tsify(type = "0 | 1 | 2 | 3"))]
    pub fill: u8,
    /// Key of the word in the catalogue, under `strand.`.
    pub word: &'static str,
}

/// The three strands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct Strands {
    /// The shop's.
    pub shop: StrandState,
    /// The issuer's.
    pub issuer: StrandState,
    /// The courier's.
    pub courier: StrandState,
}

/// Why an order came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct FailureView {
    /// The stable name.
    pub kind: &'static str,
    /// Whom it is about.
    pub about: String,
    /// What happened.
    pub sentence: String,
    /// What happened to the money.
    pub money: String,
    /// Key of the sentence about the money, under `money.`; nothing if `kind` says enough, as it does
    /// while nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub money_key: Option<&'static str>,
    /// Who says where the money is: the issuer's name.
    pub issuer: String,
    /// Until when somebody could still ask the issuer for it, in seconds.
    pub until: u64,
    /// What to do next.
    pub remedy: String,
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct HistoryView {
    /// When, in seconds.
    pub at: u64,
    /// Key of the event in the catalogue, such as `asked` or `confirmed-shop`.
    pub event: &'static str,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct OrderView {
    /// Names the order in calls, from the first moment on.
    pub request_id: String,
    /// The order's number, in hexadecimal; once approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub order_id: Option<String>,
    /// The page's origin.
    pub origin: String,
    /// Who certified the shop.
    pub certified_by: String,
    /// Shop, issuer and courier, in this order.
    pub parties: Vec<PartyView>,
    /// The goods.
    pub items: Vec<ItemView>,
    /// The delivery.
    pub delivery: DeliveryView,
    /// What is to be paid, in minor units.
    pub total_minor: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// The policy's name, `strict` or `ep0791901-fig2`: the form's, once approved that of the seals.
    pub policy: String,
    /// What is read beyond the least if the holder consents; once approved, what was consented to.
    pub extra: Vec<ExtraView>,
    /// The holder's own address, should somebody read that: its name and first line. While asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub own_address: Option<String>,
    /// Who will see what; if `extra` is not empty, as it would be with consent.
    pub matrix: Vec<MatrixRow>,
    /// Which cards can pay it; only while the holder is asked.
    pub payable: Vec<String>,
    /// What to propose while the holder is asked: the card and the address of the last purchase at
    /// that shop if they are still there, else the first ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub proposed_card: Option<String>,
    /// As `proposed_card`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub proposed_address: Option<String>,
    /// The chosen card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub card_last4: Option<String>,
    /// The chosen address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub address_label: Option<String>,
    /// Where the parcel goes: name and address, lines separated by line feeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub destination: Option<String>,
    /// How far it is.
    pub state: OrderState,
    /// How far each party is.
    pub strands: Strands,
    /// Key of the sentence that says how far it is, under `order.`: `asked`, …
    pub sentence_key: &'static str,
    /// When the shop asked, in seconds.
    pub created_at: u64,
    /// When it last changed, in seconds.
    pub updated_at: u64,
    /// When it expires, in seconds.
    pub expires_at: u64,
    /// The courier's tracking number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub tracking: Option<String>,
    /// Why it came to nothing, or why it has to be approved once more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub failure: Option<FailureView>,
    /// What happened, oldest first.
    pub history: Vec<HistoryView>,
}

/// A signed statement that the wallet keeps of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct EvidenceView {
    /// What was said.
    #[cfg_attr(
        feature = "typescript",
        tsify(
            type = "'form' | 'authorisation' | 'acceptance' | 'refusal' | 'receipt' | 'disowning'"
        )
    )]
    pub what: &'static str,
    /// SHA-256 over the signed bytes, in hexadecimal.
    pub digest: String,
}

/// What the holder writes down: shown once.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CodesView {
    /// Sets a new PIN: eight characters.
    pub puk: String,
    /// Opens the wallet if the passphrase is lost: twenty characters.
    pub recovery_code: String,
}

/// What a restored backup added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct RestoredView {
    /// Addresses that the wallet did not have.
    pub addresses: usize,
    /// Orders that the wallet did not have.
    pub orders: usize,
    /// What the backup holds and no wallet would have stored; it was left out.
    pub skipped: usize,
}
