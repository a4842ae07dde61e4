//! What a coupon office's operator sets beside what every party has.

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::{Currency, Money};
use zeroize::Zeroizing;

use crate::issuer::IssuerConfig;
use crate::office::settings::{Settings, UnsafeSetting};

/// The office's settings.
#[derive(Clone)]
pub struct CouponConfig {
    /// Settings that every role has. The role is the issuer's, in whose place a coupon office sits in orders.
    pub settings: Settings,
    /// The token with which the authority certifies the key for coupons, 32 bytes.
    pub coupon_key_token: [u8; 32],
    /// What a new account can spend on coupons before it is settled.
    pub limit: Money,
    /// The most that a coupon which a holder asks for is worth, in minor units; none can be asked for if it is 0.
    pub value_max: u64,
    /// How many coupons that an account was issued may be out at once.
    pub outstanding_max: u32,
    /// For how many days a coupon that a holder asked for is good, 1 to 3650.
    pub valid_days: u32,
    /// Whether holders can ask for coupons that are paid for when they have reached a shop.
    pub issues_postpaid: bool,
    /// How long a coupon's owner is asked, in seconds (C12).
    pub ask_seconds: u64,
    /// How long a coupon is held for an order at most, in seconds.
    pub hold_seconds: u64,
    /// How often what was charged is totalled, in seconds (C16).
    pub period_seconds: u64,
    /// The secret that a mobile gateway shares with the office, 32 bytes; without it no gateway is heard.
    pub gateway_secret: Option<Zeroizing<[u8; 32]>>,
    /// Shops that are stopped, as at an issuer.
    pub blocked: Vec<Domain>,
    /// Whether whoever asks gets an account, and with it credit up to the limit: for a demo.
    pub opens_accounts: bool,
}

impl CouponConfig {
    /// An office for yen: accounts of up to 50,000, coupons of up to 20,000 that are good for half a year, an owner who is
    /// asked for a day, totals every 30 days.
    #[must_use]
    pub fn new(settings: Settings, coupon_key_token: [u8; 32]) -> Self {
        Self {
            settings,
            coupon_key_token,
            limit: Money::new(50_000, Currency::Jpy),
            value_max: 20_000,
            outstanding_max: 1_000,
            valid_days: 180,
            issues_postpaid: true,
            ask_seconds: 86_400,
            hold_seconds: 7 * 86_400,
            period_seconds: 30 * 86_400,
            gateway_secret: None,
            blocked: Vec::new(),
            opens_accounts: false,
        }
    }

    /// Whether an office may start with these settings where others can reach it.
    ///
    /// # Errors
    /// The first of the settings that are only for a demo.
    pub fn require_safe(&self) -> Result<(), UnsafeSetting> {
        self.as_issuer().require_safe()
    }

    /// What of them an issuer has.
    pub(super) fn as_issuer(&self) -> IssuerConfig {
        let mut config = IssuerConfig::new(self.settings.clone());
        config.limit = self.limit;
        config.blocked.clone_from(&self.blocked);
        config.opens_accounts = self.opens_accounts;
        config
    }
}
