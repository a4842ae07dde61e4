//! What the shop's operator sets beside what every party has.

use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::Domain;

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
            }],
            issuers: vec![issuer],
            instruments: vec![Instrument::CardAccount],
            form_lifetime_seconds: FORM_LIFETIME_SECONDS,
        }
    }
}
