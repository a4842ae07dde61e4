//! What the shop's operator sets beside what every party has.

use tallystick_protocol::checkout::coupons::{CouponMix, CouponOrder, CouponRule, RefundOrder};
use tallystick_protocol::checkout::form::Item;
use tallystick_protocol::checkout::names::LocalText;
use tallystick_protocol::checkout::seller::Seller;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::Domain;

use super::merchant::{ApiKey, Webhook};
use crate::office::settings::Settings;

/// The shop's settings.
#[derive(Clone)]
pub struct ShopConfig {
    /// Settings that every role has.
    pub settings: Settings,
    /// The origin of the store's pages as a browser names it: forms are bound to it.
    pub origin: String,
    /// The couriers that deliver for this shop; the first is taken if nobody chooses.
    pub couriers: Vec<CourierOffer>,
    /// The issuers whose cards the shop takes.
    pub issuers: Vec<Domain>,
    /// What can be paid with.
    pub instruments: Vec<Instrument>,
    /// How long a form may become an order, in seconds.
    pub form_lifetime_seconds: u64,
    /// Which coupons the shop takes; none if it takes no coupons.
    pub coupons: Option<CouponOffer>,
    /// Where the shop's own server is told what happened to orders; nowhere, if there is none.
    pub webhook: Option<Webhook>,
    /// Further origins of pages that forms may be made for, beside `origin`.
    pub origins: Vec<String>,
    /// Who sells, as it stands on receipts.
    pub seller: Option<Seller>,
    /// Who may use the merchant's API; nobody, if there are none.
    pub api_keys: Vec<ApiKey>,
}

/// Which coupons a shop takes, and how they pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponOffer {
    /// Whose coupons.
    pub offices: Vec<Domain>,
    /// How many for one order.
    pub most: u8,
    /// Which of them pays first.
    pub order: CouponOrder,
    /// Which go together.
    pub mix: CouponMix,
    /// What is given back first.
    pub refund: RefundOrder,
    /// The conditions that the shop has agreed on with offices.
    pub conditions: Vec<NamedCondition>,
}

/// A condition that coupons ask for by name, and which orders meet it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCondition {
    /// Its name.
    pub name: String,
    /// An order of any of these goods meets it, by the shop's numbers; every order, if it names none.
    pub goods: Vec<String>,
}

impl CouponOffer {
    /// Up to three coupons of these offices for an order, of any kind, whichever ends first pays first, and what they paid is
    /// given back first.
    #[must_use]
    pub fn new(offices: Vec<Domain>) -> Self {
        Self {
            offices,
            most: 3,
            order: CouponOrder::EndingFirst,
            mix: CouponMix::Any,
            refund: RefundOrder::CouponsFirst,
            conditions: Vec::new(),
        }
    }

    /// Whether every form's rule is within its limits, whatever the goods.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let mut whole = self.rule(&[]);
        let names = self.conditions.iter();
        whole.conditions = names.map(|condition| condition.name.clone()).collect();
        whole.is_sound()
    }

    /// What a form for these goods says of coupons.
    #[must_use]
    pub fn rule(&self, items: &[Item]) -> CouponRule {
        let has = |goods: &String| items.iter().any(|item| item.sku == *goods);
        let meets = |condition: &&NamedCondition| {
            condition.goods.is_empty() || condition.goods.iter().any(has)
        };
        let met = self.conditions.iter().filter(meets);
        CouponRule {
            offices: self.offices.clone(),
            most: self.most,
            order: self.order,
            mix: self.mix,
            conditions: met.map(|condition| condition.name.clone()).collect(),
            refund: self.refund,
        }
    }
}

/// A courier that delivers for the shop, and on what terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourierOffer {
    /// The courier.
    pub domain: Domain,
    /// Its name as the holder reads it.
    pub name: String,
    /// What a parcel costs, in yen.
    pub price_minor: u64,
    /// In how many days a parcel arrives at the earliest and at the latest; 0 is the same day.
    pub days: (u8, u8),
    /// What the delivery is called in several languages, in their order; empty if it goes by `name` alone.
    pub names: Vec<LocalText>,
    /// The rate of the tax in the price, in basis points.
    pub tax_basis_points: Option<u16>,
}

impl CourierOffer {
    /// What the delivery is called in several languages, if it is.
    #[must_use]
    pub fn names_if_any(&self) -> Option<&[LocalText]> {
        Some(self.names.as_slice()).filter(|names| !names.is_empty())
    }
}

/// What a parcel costs unless the shop says otherwise, in yen.
pub const DELIVERY_PRICE_MINOR: u64 = 520;

/// Twenty minutes: time to read a form, not to keep it.
pub const FORM_LIFETIME_SECONDS: u64 = 20 * 60;

impl ShopConfig {
    /// A shop that delivers by one courier, in one or two days for 520 yen, and takes the cards of
    /// one issuer.
    #[must_use]
    pub fn new(
        settings: Settings,
        origin: &str,
        courier: Domain,
        courier_name: &str,
        issuer: Domain,
    ) -> Self {
        Self {
            settings,
            origin: origin.to_owned(),
            couriers: vec![CourierOffer {
                domain: courier,
                name: courier_name.to_owned(),
                price_minor: DELIVERY_PRICE_MINOR,
                days: (1, 2),
                names: Vec::new(),
                tax_basis_points: None,
            }],
            issuers: vec![issuer],
            instruments: vec![Instrument::CardAccount],
            form_lifetime_seconds: FORM_LIFETIME_SECONDS,
            coupons: None,
            webhook: None,
            origins: Vec::new(),
            seller: None,
            api_keys: Vec::new(),
        }
    }
}
