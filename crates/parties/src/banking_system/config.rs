//! What the sandbox bank's operator sets beside what every party has.

use sha2::{Digest, Sha256};
use tallystick_protocol::wire::identifier::Domain;

use crate::iso20022::Name;
use crate::office::settings::{CONSOLE_TOKEN_LEN_MIN, Settings, UnsafeSetting};

/// A bank that is a client here, and how it shows that it is.
#[derive(Clone)]
pub struct Client {
    /// Its domain, which is also the name on its accounts.
    pub domain: Domain,
    pub(super) name: Name,
    pub(super) token_digest: [u8; 32],
    token_len: usize,
}

/// Says nothing of the token.
impl core::fmt::Debug for Client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Client({})", self.domain)
    }
}

impl Client {
    /// A client with its bearer token; `None` if the domain is longer than a name on an account may be.
    #[must_use]
    pub fn new(domain: Domain, token: &str) -> Option<Self> {
        Some(Self {
            name: Name::new(domain.as_str()).ok()?,
            domain,
            token_digest: Sha256::digest(token.as_bytes()).into(),
            token_len: token.len(),
        })
    }

    /// Reads "sakura-bank.example=TOKEN".
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (domain, token) = text.trim().split_once('=')?;
        let domain = Domain::parse(domain).ok()?;
        Self::new(domain, token).filter(|_| !token.is_empty())
    }
}

/// The sandbox bank's settings.
#[derive(Clone)]
pub struct BankingConfig {
    /// Settings that every role has.
    pub settings: Settings,
    /// The banks that are clients here.
    pub clients: Vec<Client>,
    /// What a new account has on it, in minor units of its currency. Nobody paid it in: it is play money.
    pub opening_minor: u64,
    /// Whether whoever asks gets an account.
    pub opens_accounts: bool,
    /// Whether its operator said that nobody takes it for a bank.
    pub is_no_real_money: bool,
}

impl BankingConfig {
    /// A sandbox without clients, which opens no accounts.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            clients: Vec::new(),
            opening_minor: 0,
            opens_accounts: false,
            is_no_real_money: false,
        }
    }

    /// Whether it may start with these settings where others can reach it.
    ///
    /// # Errors
    /// The first of the settings that are only for a demo.
    pub fn require_safe(&self) -> Result<(), UnsafeSetting> {
        if self.settings.is_demo() {
            return Ok(());
        }
        if !self.is_no_real_money {
            return Err(UnsafeSetting::Sandbox);
        }
        let is_short = |client: &Client| client.token_len < CONSOLE_TOKEN_LEN_MIN;
        if self.clients.iter().any(is_short) {
            return Err(UnsafeSetting::ShortClientToken);
        }
        self.settings.require_safe()
    }
}
