//! What is persisted of an order. A record is only ever replaced by its successor, before the
//! step that the successor allows.

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::handing::HandedGoods;
use tallystick_protocol::checkout::policy::{PolicyName, READERS};
use tallystick_protocol::coupon::CouponId;
use tallystick_protocol::keys::PairContext;
use tallystick_protocol::wire::identifier::{Domain, HolderId, OrderId, Role, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::coupon_part::CouponPart;
use super::event::Event;
use super::parcel::Parcel;
use crate::checkout::order::state::OrderState;
use crate::core::error::{ErrorKind, WalletError};

/// The format that this release writes.
pub const FORMAT: u8 = 1;
/// The longest order record accepted, in bytes.
pub const BYTES_MAX: usize = 256 * 1024;
/// The most events that a history keeps.
pub const HISTORY_MAX: usize = 40;

/// An entry of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HistoryEntry {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// What.
    #[n(1)]
    pub event: Event,
}

/// A key for one confirmation. It can do nothing else and is forgotten once answered.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
#[cbor(transparent)]
pub struct ConfirmationKey(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

/// How a party is confirmed.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Confirmation {
    /// Which pairwise key.
    #[n(0)]
    pub pair: PairContext,
    /// The nonce it was derived with.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The key; gone once the party is confirmed.
    #[n(2)]
    pub key: Option<ConfirmationKey>,
    /// The name in the party's certificate; present once it is confirmed.
    #[n(3)]
    pub certified_name: Option<String>,
}

impl Confirmation {
    /// Whether the party has shown who it is.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.certified_name.is_some()
    }
}

/// What approving added to an order.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Approval {
    /// The order's number.
    #[n(0)]
    pub order_id: OrderId,
    /// What all parts are bound to.
    #[n(1)]
    pub root: Root,
    /// The issuer that pays.
    #[n(2)]
    pub issuer: Domain,
    /// Its certified name.
    #[n(3)]
    pub issuer_name: String,
    /// The last four digits of the card.
    #[n(4)]
    pub card_last4: String,
    /// What the holder calls the address; empty if no courier delivers.
    #[n(5)]
    pub address_label: String,
    /// After this, nobody acts on the order.
    #[n(6)]
    pub expires_at: Timestamp,
    /// Shop, issuer and courier, if one delivers.
    #[n(7)]
    pub confirmations: Vec<Confirmation>,
    /// The encoded order, sealed for its readers. It is sent until the shop has it, and kept until the parcel has arrived or
    /// the order has ended otherwise, because a shop that was brought back to an earlier moment has it no more.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub split_order: Option<Vec<u8>>,
    /// Whether the holder agreed to what the shop asks beyond its policy.
    #[n(9)]
    pub extra_accepted: bool,
    /// The address, as the wallet names it.
    #[n(10)]
    pub address_id: Option<String>,
    /// Where the parcel goes, as its label says, for the holder's receipt.
    #[n(11)]
    pub destination: Option<String>,
    /// The policy under which it was sealed; absent in what earlier releases sealed, which was the
    /// form's.
    #[n(12)]
    pub policy: Option<PolicyName>,
    /// What cancels it at the shop, until it has ended; absent in what earlier releases sealed.
    #[n(13)]
    pub cancellation: Option<CancellationKey>,
    /// What pays, as the wallet names it; absent in what earlier releases sealed, where it was the card of the keys.
    #[n(14)]
    pub means: Option<String>,
    /// What coupons pay of it, in the order in which they stand in the shop's part; absent where none pays.
    #[n(15)]
    pub coupons: Option<Vec<CouponPart>>,
    /// That it is a gift, as the shop reads it; absent of what is none, and in what earlier releases sealed.
    #[n(16)]
    pub gift: Option<Gift>,
}

/// Why an order came to nothing, or why the holder is asked once more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Failure {
    /// What went wrong.
    #[n(0)]
    pub kind: ErrorKind,
    /// Whom it is about.
    #[n(1)]
    pub about: String,
}

/// An order.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OrderRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Names the order in the wallet.
    #[n(1)]
    pub request_id: String,
    /// The origin of the page that asked.
    #[n(2)]
    pub origin: String,
    /// The name in the shop's certificate.
    #[n(3)]
    pub shop_name: String,
    /// The name of the authority that certified the shop.
    #[n(4)]
    pub certified_by: String,
    /// The form.
    #[n(5)]
    pub form: OrderForm,
    /// The form as signed.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signed_form: Vec<u8>,
    /// How far it is.
    #[n(7)]
    pub state: OrderState,
    /// When the shop asked.
    #[n(8)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[n(9)]
    pub updated_at: Timestamp,
    /// What happened.
    #[n(10)]
    pub history: Vec<HistoryEntry>,
    /// Present from approval on.
    #[n(11)]
    pub approval: Option<Approval>,
    /// What the shop last said.
    #[n(12)]
    pub shop_state: Option<ShopState>,
    /// What the issuer last said, directly or by its signed authorisation.
    #[n(13)]
    pub money: Option<MoneyState>,
    /// The courier's tracking number.
    #[n(14)]
    pub tracking: Option<String>,
    /// Who refused.
    #[n(15)]
    pub refused_by: Option<Role>,
    /// Why it came to nothing.
    #[n(16)]
    pub failure: Option<Failure>,
    /// Whether nothing is left to be done or asked.
    #[n(17)]
    pub settled: bool,
    /// The signed authorisation, kept as evidence.
    #[cbor(n(18), with = "minicbor::bytes")]
    pub authorisation: Option<Vec<u8>>,
    /// The signed acceptance, kept as evidence.
    #[cbor(n(19), with = "minicbor::bytes")]
    pub acceptance: Option<Vec<u8>>,
    /// The signed refusal, kept as evidence.
    #[cbor(n(20), with = "minicbor::bytes")]
    pub refusal: Option<Vec<u8>>,
    /// The shop's last signed receipt that told something new, kept as evidence.
    #[cbor(n(21), with = "minicbor::bytes")]
    pub receipt: Option<Vec<u8>>,
    /// The shop's first signed word that the order came to nothing, kept as evidence: should the
    /// card be charged all the same, it proves the lie.
    #[cbor(n(22), with = "minicbor::bytes")]
    pub disowning: Option<Vec<u8>>,
    /// Whether the issuer signed, when nobody could ask it any more, that it has no such order.
    #[n(23)]
    pub issuer_has_none: Option<bool>,
    /// When the holder cancelled it after it was sent.
    #[n(24)]
    pub cancelled_at: Option<Timestamp>,
    /// How much of what was charged the issuer has given back.
    #[n(25)]
    pub refunded: Option<Money>,
    /// The issuer's signed words about that, as the shop passed them on, kept as evidence.
    #[cbor(n(26), with = "minicbor::bytes")]
    pub refund: Option<Vec<u8>>,
    /// How far its parcel is; absent in what earlier releases kept.
    #[n(27)]
    pub parcel: Option<Parcel>,
    /// The shop's signed word that it handed over what no courier delivers, kept as evidence.
    #[cbor(n(28), with = "minicbor::bytes")]
    pub handing_over: Option<Vec<u8>>,
    /// What it handed over, if that was a text.
    #[n(29)]
    pub handed: Option<HandedGoods>,
}

impl OrderRecord {
    /// Whether a courier delivers it.
    #[must_use]
    pub const fn has_courier(&self) -> bool {
        self.form.delivery.is_some()
    }

    /// Who takes part: shop, issuer and courier, or without a courier the first two.
    pub fn readers(&self) -> impl Iterator<Item = Role> + '_ {
        let takes_part = |role: &Role| *role != Role::Courier || self.has_courier();
        READERS.into_iter().filter(takes_part)
    }

    /// Moves the order on and writes it into its history.
    ///
    /// # Errors
    /// [`ErrorKind::OrderState`] if the order cannot take that state from where it is.
    pub fn move_to(
        &mut self,
        to: OrderState,
        event: Event,
        now: Timestamp,
    ) -> Result<(), WalletError> {
        self.state = self.state.moved(to)?;
        self.note(event, now);
        Ok(())
    }

    /// Whether others signed something for it, beyond the form.
    #[must_use]
    pub const fn has_evidence(&self) -> bool {
        self.authorisation.is_some()
            || self.acceptance.is_some()
            || self.handing_over.is_some()
            || self.refusal.is_some()
            || self.receipt.is_some()
            || self.disowning.is_some()
    }

    /// Whether it has left the wallet.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.history.iter().any(|entry| entry.event == Event::Sent)
    }

    /// Takes up where the issuer says that the money is.
    pub fn take_money(&mut self, money: MoneyState, now: Timestamp) {
        if self.money == Some(money) {
            return;
        }
        self.money = Some(money);
        match money {
            MoneyState::Captured => self.note(Event::Charged, now),
            MoneyState::Released => self.note(Event::Released, now),
            _ => {}
        }
    }

    /// What coupons pay of it.
    #[must_use]
    pub fn coupons(&self) -> &[CouponPart] {
        let approval = self.approval.as_ref();
        let coupons = approval.and_then(|approval| approval.coupons.as_deref());
        coupons.unwrap_or_default()
    }

    /// That it is a gift; once approved.
    #[must_use]
    pub fn gift(&self) -> Option<&Gift> {
        self.approval.as_ref()?.gift.as_ref()
    }

    /// What whoever pays is asked for: what coupons leave of the total.
    #[must_use]
    pub fn rest(&self) -> Money {
        let total = self.form.total;
        let paid = self
            .coupons()
            .iter()
            .fold(0_u64, |sum, part| sum.saturating_add(part.amount.minor));
        Money::new(total.minor.saturating_sub(paid), total.currency)
    }

    /// Takes up how much the issuer says that it gave back, in words that it signed. Nobody is given back less
    /// than before, nor more than was paid.
    pub fn take_refund(&mut self, refunded: Money, signed: Vec<u8>, now: Timestamp) {
        let rest = self.rest();
        let before = self.refunded.map_or(0, |refunded| refunded.minor);
        let is_more = refunded.currency == rest.currency
            && refunded.minor > before
            && refunded.minor <= rest.minor;
        if is_more {
            self.refunded = Some(refunded);
            self.refund = Some(signed);
            self.note(Event::Refunded, now);
        }
    }

    /// Takes up how much of each coupon its office says that it gave back, as the shop passed its words on. Nobody is
    /// given back less than before, nor more than was paid.
    pub fn take_given_back(&mut self, given: &[(CouponId, Money)], signed: &[u8], now: Timestamp) {
        let mut is_more = false;
        let approval = self.approval.as_mut();
        for part in approval
            .and_then(|one| one.coupons.as_mut())
            .into_iter()
            .flatten()
        {
            let sum = given.iter().find(|(coupon, _)| *coupon == part.coupon);
            is_more |= sum.is_some_and(|(_, sum)| part.take_given_back(*sum));
        }
        if is_more {
            self.refund = Some(signed.to_vec());
            self.note(Event::Refunded, now);
        }
    }

    /// Whether some of what was paid was given back, as money or as a coupon.
    #[must_use]
    pub fn is_partly_refunded(&self) -> bool {
        self.refunded.is_some() || self.coupons().iter().any(CouponPart::is_given_back)
    }

    /// Whether all that was paid was given back: what the payer paid, and each coupon's share.
    #[must_use]
    pub fn is_refunded(&self) -> bool {
        let rest = self.rest();
        let is_rest_back = rest.minor == 0 || self.refunded == Some(rest);
        let are_coupons_back = self.coupons().iter().all(CouponPart::is_all_given_back);
        self.is_partly_refunded() && is_rest_back && are_coupons_back
    }

    /// Whether the shop signed that the order came to nothing, and it was paid or taken on all the same.
    #[must_use]
    pub fn is_contradicted(&self) -> bool {
        let is_complete = self.acceptance.is_some() || self.handing_over.is_some();
        let paid = self.money == Some(MoneyState::Captured) || is_complete;
        self.disowning.is_some() && paid
    }

    /// Writes into the history without moving.
    pub fn note(&mut self, event: Event, now: Timestamp) {
        self.updated_at = now;
        if self.history.len() < HISTORY_MAX {
            self.history.push(HistoryEntry { at: now, event });
        }
    }

    /// Ends the order without success; `why` is nothing if that is what the holder wanted.
    ///
    /// # Errors
    /// [`ErrorKind::OrderState`] if the order cannot take that state from where it is.
    pub fn end(
        &mut self,
        to: OrderState,
        event: Event,
        why: Option<(ErrorKind, &str)>,
        now: Timestamp,
    ) -> Result<(), WalletError> {
        self.move_to(to, event, now)?;
        self.failure = why.map(|(kind, about)| Failure {
            kind,
            about: about.to_owned(),
        });
        self.forget_keys();
        Ok(())
    }

    /// Drops the sealed order and the keys of confirmations: what only a step still to come needs.
    pub fn forget_keys(&mut self) {
        // What a shop disowns it may hand over all the same, and then the key opens it.
        let may_be_handed_over = !self.has_courier() && !self.state.is_final();
        if let Some(approval) = &mut self.approval {
            approval.split_order = None;
            if !may_be_handed_over {
                approval.cancellation = None;
            }
            for confirmation in &mut approval.confirmations {
                confirmation.key = None;
            }
        }
    }

    /// The identifier under which its card acts; present once approved.
    #[must_use]
    pub fn holder(&self) -> Option<HolderId> {
        let confirmation = self.approval.as_ref()?.confirmations.first()?;
        Some(confirmation.pair.holder)
    }

    /// When nobody acts on it any more.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        match &self.approval {
            Some(approval) => approval.expires_at,
            None => self.form.envelope.expires_at,
        }
    }

    /// How a party of the order is to be called in a sentence.
    #[must_use]
    pub fn party_name(&self, role: Role) -> String {
        match role {
            Role::Issuer => match &self.approval {
                Some(approval) => approval.issuer_name.clone(),
                None => String::new(),
            },
            Role::Courier => {
                let delivery = self.form.delivery.as_ref();
                delivery.map_or_else(String::new, |delivery| delivery.name.clone())
            }
            _ => self.shop_name.clone(),
        }
    }
}
