//! What the pages see of orders.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

pub use crate::checkout::coupons::view::*;
use crate::checkout::order::state::OrderState;
use crate::settlement::view::OrderTapView;

/// What a form is about, before the wallet can take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct FormView {
    /// The shop's certified name.
    pub shop_name: String,
    /// What is to be paid, in minor units.
    #[cfg_attr(feature = "typescript", tsify(type = "number"))]
    pub total_minor: u64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What the holder chose when approving.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct Choice {
    /// The card that pays what coupons leave; of no meaning if they pay for everything.
    pub card_id: String,
    /// Where the parcel goes; of no meaning if no courier delivers.
    pub address_id: String,
    /// Whether they get what the shop asked for beyond the least.
    pub accept_extra: bool,
    /// The coupons that pay a part, or everything.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub coupons: Vec<String>,
    /// That it is a gift for whom the parcel goes to; of no meaning if no courier delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub gift: Option<GiftView>,
}

/// That an order is a gift.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct GiftView {
    /// What the shop is to print, lines separated by line feeds; empty for a gift without a note.
    pub note: String,
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
            type = "'items' | 'amount' | 'payment' | 'coupons' | 'gift' | 'name' | 'telephone' | 'holder_address' | 'destination'"
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

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct LocalTextView {
    /// The language by RFC 5646: `ja`, `pt-BR`.
    pub language: String,
    /// The text.
    pub text: String,
}

/// What of an order's total is tax at one rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct TaxLineView {
    /// The rate in basis points: 800 is 8 %.
    pub basis_points: u16,
    /// What is taxed at it, tax included, in minor units.
    pub taxable_minor: u64,
    /// The tax in that, in minor units.
    pub tax_minor: u64,
}

/// Who sells, for the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct SellerView {
    /// The name under which it does business.
    pub name: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub address: Option<String>,
    /// Its registration number for tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub registration: Option<String>,
}

/// One kind of goods in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ItemView {
    /// What it is called for whoever reads none of the languages of `names`.
    pub name: String,
    /// What it is called in several languages, as the shop signed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub names: Vec<LocalTextView>,
    /// How many.
    pub quantity: u32,
    /// The price of one, in minor units.
    pub price_minor: u64,
}

/// The delivery of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct DeliveryView {
    /// What the form calls it: the courier's name.
    pub name: String,
    /// What it is called in several languages, as the shop signed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub names: Vec<LocalTextView>,
    /// Its price in minor units.
    pub price_minor: u64,
}

/// What the shop handed over for one kind of goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct HandedView {
    /// The goods' name for whoever reads none of the languages of `names`.
    pub name: String,
    /// What they are called in several languages, as the shop signed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub names: Vec<LocalTextView>,
    /// The text, such as a licence key; lines are separated by line feeds.
    pub text: String,
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

/// The strands, one for each party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct Strands {
    /// The shop's.
    pub shop: StrandState,
    /// The issuer's.
    pub issuer: StrandState,
    /// The courier's, if one delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub courier: Option<StrandState>,
}

/// Why an order came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct FailureView {
    /// The stable name.
    pub kind: &'static str,
    /// Whom it is about.
    pub about: String,
    /// Key of the sentence about the money, under `money.`; nothing if `kind` says enough, as it does
    /// while nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub money_key: Option<&'static str>,
    /// Who says where the money is: the issuer's name.
    pub issuer: String,
    /// Until when somebody could still ask the issuer for it, in seconds.
    pub until: u64,
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

/// A parcel came so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ParcelMoveView {
    /// How far.
    #[cfg_attr(
        feature = "typescript",
        tsify(type = "'label-made' | 'handed-over' | 'on-the-way' | 'delivered'")
    )]
    pub step: &'static str,
    /// When, in seconds.
    pub at: u64,
}

/// How far a parcel is, as the courier signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct ParcelView {
    /// What opens its way at the courier's page, beside the tracking number.
    pub code: String,
    /// The courier's page, with number and code behind the number sign, where no server sees them.
    pub page: String,
    /// How it came so far, the oldest first; never empty.
    pub moves: Vec<ParcelMoveView>,
    /// Whether it moved since the holder last looked.
    pub is_news: bool,
}

/// How far a purchase with a lent account is, in the order in which it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum AwayStep {
    /// The proxy looks this wallet up, and asks home (H1, H2).
    Access,
    /// The first password is on its way to the card at home (H4).
    FirstPassword,
    /// Wallet and proxy agree on a key (H3).
    Session,
    /// The second password is on its way (H5).
    SecondPassword,
    /// The proxy agrees on a key with the shop, and hands it over (H6, H7).
    Shop,
    /// The card at home signs.
    Signing,
    /// All parties show who they are.
    Confirming,
    /// The order goes to the shop under that key (H8).
    Sending,
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
    /// The order's number as people read it out, such as `f917-aab0`; once approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub number: Option<String>,
    /// The page's origin.
    pub origin: String,
    /// Who certified the shop.
    pub certified_by: String,
    /// Shop, issuer and, if one delivers, courier, in this order.
    pub parties: Vec<PartyView>,
    /// The goods.
    pub items: Vec<ItemView>,
    /// The delivery; none if no courier delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub delivery: Option<DeliveryView>,
    /// How the goods come to the holder that no courier delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional, type = "'by-shop'"))]
    pub without_courier: Option<&'static str>,
    /// What the shop handed over, as far as that is a text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub handed: Vec<HandedView>,
    /// What is to be paid, in minor units.
    pub total_minor: u64,
    /// What of the total is tax, the lowest rate first; empty if the form says nothing of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub tax: Vec<TaxLineView>,
    /// Who sells, if the form says more than the shop's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub seller: Option<SellerView>,
    /// What whoever pays is asked for, in minor units: what the coupons of an approved order leave.
    pub rest_minor: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// Whether the shop takes coupons.
    pub takes_coupons: bool,
    /// Whether it takes anything beside them: otherwise coupons pay for everything.
    pub takes_issuers: bool,
    /// The holder's coupons, those first that can pay it; only while the holder is asked.
    pub coupons: Vec<OrderCouponView>,
    /// What coupons pay; once approved.
    pub paid_coupons: Vec<PaidCouponView>,
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
    /// That it is a gift for whom the parcel goes to; once approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub gift: Option<GiftView>,
    /// How far it is.
    pub state: OrderState,
    /// How far each party is.
    pub strands: Strands,
    /// Key of the sentence that says how far it is, under `order.`: `asked`, …
    pub sentence_key: &'static str,
    /// Whether the holder can cancel it.
    pub can_cancel: bool,
    /// How much the issuer has given back of what was paid, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub refunded_minor: Option<u64>,
    /// How far a purchase with a lent account is, while that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub away_step: Option<AwayStep>,
    /// How it stands with the contactless card that pays it; once approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub tap: Option<OrderTapView>,
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
    /// How far the parcel is, once the courier has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub parcel: Option<ParcelView>,
    /// Whether the parcel may still move.
    pub is_parcel_under_way: bool,
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
            type = "'form' | 'authorisation' | 'acceptance' | 'handing-over' | 'refusal' | 'receipt' | 'disowning' | 'refund' | 'tracking'"
        )
    )]
    pub what: &'static str,
    /// SHA-256 over the signed bytes, in hexadecimal.
    pub digest: String,
}
