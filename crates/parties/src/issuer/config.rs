//! What the issuer's operator sets beside what every party has.

use tallystick_protocol::money::{Currency, Money};

use crate::common::rate::RateLimit;
use crate::common::settings::Settings;

/// The issuer's settings.
#[derive(Clone)]
pub struct IssuerConfig {
    /// Settings that every role has.
    pub settings: Settings,
    /// What a new account can spend before it is settled.
    pub limit: Money,
    /// How long after an order's expiry its reservation waits for the courier's word that is
    /// still on its way, in seconds.
    pub release_grace_seconds: u64,
    /// Whether whoever asks gets an account, and with it credit up to the limit: for a demo.
    pub opens_accounts: bool,
    /// How many accounts are opened.
    pub accounts: RateLimit,
}

impl IssuerConfig {
    /// An issuer with a limit of ¥50,000 and ten minutes of grace, which opens no accounts; once it
    /// does, 600 a minute.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            limit: Money::new(50_000, Currency::Jpy),
            release_grace_seconds: 600,
            opens_accounts: false,
            accounts: RateLimit {
                count: 600,
                seconds: 60,
            },
        }
    }
}
