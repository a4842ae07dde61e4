//! What the issuer's operator sets beside what every party has.

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::{Currency, Money};

use crate::office::settings::{Settings, UnsafeSetting};

/// The issuer's settings.
#[derive(Clone)]
pub struct IssuerConfig {
    /// Settings that every role has.
    pub settings: Settings,
    /// What a new account can spend before it is settled.
    pub limit: Money,
    /// How long after an order's expiry an acceptance that was made in time binds the issuer, in
    /// seconds: so long the amount stays set aside, unless the courier says that it did not accept.
    pub binding_seconds: u64,
    /// How long after an order's expiry the courier is asked what became of it, in seconds.
    pub inquiry_grace_seconds: u64,
    /// Shops and couriers that are stopped. Nothing more is authorised for them: a shop gets a signed
    /// refusal, and nothing is reserved. What was authorised before, another courier's word still
    /// captures, for the parcel is on its way. A blocked courier's word captures nothing, because
    /// whoever took its key could say it as well; the amount stays set aside as long as an acceptance
    /// binds, and unblocked before then it is charged after all.
    pub blocked: Vec<Domain>,
    /// Whether whoever asks gets an account, and with it credit up to the limit: for a demo.
    pub opens_accounts: bool,
}

impl IssuerConfig {
    /// An issuer with a limit of ¥50,000, bound for a day after an order's expiry, which opens no
    /// accounts.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            limit: Money::new(50_000, Currency::Jpy),
            binding_seconds: 86_400,
            inquiry_grace_seconds: 60,
            blocked: Vec::new(),
            opens_accounts: false,
        }
    }

    /// Whether an issuer may start with these settings where others can reach it.
    ///
    /// # Errors
    /// The first of the settings that are only for a demo.
    pub fn require_safe(&self) -> Result<(), UnsafeSetting> {
        if self.opens_accounts && !self.settings.is_demo() {
            return Err(UnsafeSetting::OpenAccounts);
        }
        self.settings.require_safe()
    }
}
