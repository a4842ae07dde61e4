//! What the shop's operator sets beside what every party has.

use tallystick_protocol::identifier::Domain;

use crate::common::rate::RateLimit;
use crate::common::settings::Settings;

/// The shop's settings.
#[derive(Clone)]
pub struct ShopConfig {
    /// Settings that every role has.
    pub settings: Settings,
    /// The origin of the store's pages as a browser names it: forms are bound to it.
    pub origin: String,
    /// The courier that delivers for this shop.
    pub courier: Domain,
    /// The courier's name as the holder reads it.
    pub courier_name: String,
    /// The issuers whose cards the shop takes.
    pub issuers: Vec<Domain>,
    /// How long a form may become an order, in seconds.
    pub form_lifetime_seconds: u64,
}

/// How many forms are signed for everybody together. Bounds what anonymous pages can make the
/// shop sign and store.
pub const FORMS: RateLimit = RateLimit {
    count: 1800,
    seconds: 60,
};

/// Twenty minutes: time to read a form, not to keep it.
pub const FORM_LIFETIME_SECONDS: u64 = 20 * 60;

impl ShopConfig {
    /// A shop that delivers by one courier and takes the cards of one issuer.
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
            courier,
            courier_name: courier_name.to_owned(),
            issuers: vec![issuer],
            form_lifetime_seconds: FORM_LIFETIME_SECONDS,
        }
    }
}
