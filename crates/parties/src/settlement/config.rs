//! What a front's operator sets beside what every party has.

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::{Currency, Money};

use crate::issuer::IssuerConfig;
use crate::office::settings::{Settings, UnsafeSetting};

/// The front's settings.
#[derive(Clone)]
pub struct SettlementConfig {
    /// Settings that every role has. The role is the issuer's, in whose place a front sits in orders. It has no shards.
    pub settings: Settings,
    /// The security server that has the keys of the cards.
    pub security_server: Domain,
    /// What a new account can spend on charges before it is settled.
    pub limit: Money,
    /// The most that is put on a card at once, in minor units; nothing is charged if it is 0.
    pub charge_max: u64,
    /// How long a charge waits for its card, in seconds.
    pub charge_seconds: u64,
    /// Shops that are stopped, as at an issuer.
    pub blocked: Vec<Domain>,
    /// Whether whoever asks gets an account, and with it credit up to the limit: for a demo.
    pub opens_accounts: bool,
}

impl SettlementConfig {
    /// A front for yen: accounts of up to 50,000, charges of up to 20,000 that wait ten minutes for the card.
    #[must_use]
    pub fn new(settings: Settings, security_server: Domain) -> Self {
        Self {
            settings,
            security_server,
            limit: Money::new(50_000, Currency::Jpy),
            charge_max: 20_000,
            charge_seconds: 600,
            blocked: Vec::new(),
            opens_accounts: false,
        }
    }

    /// Whether a front may start with these settings where others can reach it.
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
