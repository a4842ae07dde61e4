//! What the pages see of cards and of the card in the reader.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use tallystick_protocol::account::CardRecord;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;

use crate::core::place::KeyPlace;
use crate::holder::card_account::{CardAccount, Enrolment, SHARE_ROLES};

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
    /// The holder's telephone number, as the issuer has it.
    pub holder_telephone: String,
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

/// Keys and certificate are one step each; then a share for every role from every centre.
const STEPS_BEFORE_SHARES: u32 = 2;

impl Enrolment {
    /// How far it is, for the pages. `centres` counts the key centres of the deployment.
    #[must_use]
    pub fn view(&self, centres: usize) -> EnrolmentView {
        let centres = self
            .centres
            .as_ref()
            .map_or(centres, |centres| centres.as_slice().len());
        let shares_total = u32::try_from(SHARE_ROLES.len() * centres).unwrap_or(u32::MAX);
        let shares = u32::try_from(self.shares.len()).unwrap_or(u32::MAX);
        let certified = u32::from(self.certificate.is_some());
        EnrolmentView {
            step: match (self.certificate.is_some(), self.is_done()) {
                (false, _) => EnrolmentStep::Certificate,
                (true, false) => EnrolmentStep::Shares,
                (true, true) => EnrolmentStep::Done,
            },
            steps_done: 1 + certified + shares.min(shares_total),
            steps_total: STEPS_BEFORE_SHARES + shares_total,
        }
    }
}

impl CardAccount {
    /// For the pages.
    #[must_use]
    pub fn view(&self) -> CardView {
        let shown = card_view(
            &self.id,
            &self.issuer,
            &self.issuer_name,
            &self.card,
            self.limit,
        );
        CardView {
            face: self.face(),
            ready: self.enrolment.is_done(),
            place: self.place(),
            ..shown
        }
    }
}

/// The view of a card, enrolled or only offered.
#[must_use]
pub fn card_view(
    id: &str,
    issuer: &Domain,
    issuer_name: &str,
    card: &CardRecord,
    limit: Option<Money>,
) -> CardView {
    CardView {
        id: id.to_owned(),
        issuer_name: issuer_name.to_owned(),
        issuer_domain: issuer.as_str().to_owned(),
        last4: card.number.last4().to_owned(),
        expiry: card.expiry.to_string(),
        holder_name: card.holder_name.clone(),
        holder_telephone: card.telephone.clone(),
        limit_minor: limit.map(|limit| limit.minor),
        left_minor: limit.map(|limit| limit.minor),
        currency: limit.map_or_else(String::new, |limit| limit.currency.code().to_owned()),
        face: 0,
        place: KeyPlace::Software,
        ready: false,
        ends_at: None,
    }
}
