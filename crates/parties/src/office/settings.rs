//! What an operator sets for every party.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tallystick_protocol::trust::command::OperatorKey;
use tallystick_protocol::wire::identifier::{Domain, Role};
use zeroize::Zeroizing;

use crate::office::place::Shards;
use crate::office::rate::Limits;
use crate::store::vault::SealingKey;

/// Settings that every role has.
#[derive(Clone)]
pub struct Settings {
    /// The role in which this deployment takes part in orders, and is certified.
    pub role: Role,
    /// What it is to people: the same, but for a bank, which sits in orders where an issuer sits.
    pub called: Role,
    /// The domain it is reached at and certified for.
    pub domain: Domain,
    /// The name that people read, such as "Kiso Tea & Books".
    pub name: String,
    /// The certification authority's domain.
    pub ca: Domain,
    /// Domains of the key centres whose shares are added. The order does not matter.
    pub key_centres: Vec<Domain>,
    /// The epoch of the key shares.
    pub epoch: u32,
    /// Seals private keys and shares at rest.
    pub sealing_key: SealingKey,
    /// What sealed them before, while the operator changes the key: it opens what was sealed under it until that is sealed
    /// anew. Given at all, be it the same as `sealing_key`, it has everything that is sealed name its key from then on.
    pub sealing_key_before: Option<SealingKey>,
    /// Lets this party register at the CA: [`registration_token`]. `None` at the CA itself.
    pub registration_token: Option<[u8; 32]>,
    /// The directory's domain: where the list of revoked certificates is. Without it none is looked up.
    pub directory: Option<Domain>,
    /// Root certificates (DER). If empty, which only a demo may have, the CA's root is fetched once and kept.
    pub roots: Vec<Vec<u8>>,
    /// Who may read `/v1/console`.
    pub console: ConsoleAccess,
    /// Whose commands are followed.
    pub operators: Vec<Operator>,
    /// How often things may be asked for.
    pub limits: Limits,
    /// Over how many objects its orders are spread. Chosen once: another number finds none of them.
    pub shards: Shards,
    /// Which life of its memory this is: 1, and one more each time before it is brought back to an earlier moment. It
    /// rests outside of that memory ([`crate::office::generation`]).
    pub generation: u32,
}

/// An operator: who may command the party.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The name that the journal shows.
    pub name: String,
    /// With which its commands are verified.
    pub key: OperatorKey,
}

impl Operator {
    /// Reads "Aiko=MIIB…": a name and a subject public key info in base64, as the console shows it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, key) = text.split_once('=')?;
        let spki = BASE64.decode(key.trim().as_bytes()).ok()?;
        Some(Self {
            name: name.trim().to_owned(),
            key: OperatorKey::from_spki(&spki).ok()?,
        })
        .filter(|operator| !operator.name.is_empty())
    }
}

impl Settings {
    /// Settings with the usual limits and a closed console.
    #[must_use]
    pub fn new(
        role: Role,
        domain: Domain,
        name: &str,
        ca: Domain,
        sealing_key: SealingKey,
    ) -> Self {
        Self {
            role,
            called: role,
            domain,
            name: name.to_owned(),
            ca,
            key_centres: Vec::new(),
            epoch: 1,
            sealing_key,
            sealing_key_before: None,
            registration_token: None,
            directory: None,
            roots: Vec::new(),
            console: ConsoleAccess::Closed,
            operators: Vec::new(),
            limits: Limits::default(),
            shards: Shards::NONE,
            generation: 1,
        }
    }

    /// Whether this is a demo on one machine: browsers never resolve `*.localhost` elsewhere (RFC 6761 §6.3).
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.domain.as_str().ends_with(".localhost")
    }

    /// Whether a party may start with these settings where others can reach it.
    ///
    /// # Errors
    /// The first of the settings that are only for a demo.
    pub fn require_safe(&self) -> Result<(), UnsafeSetting> {
        if self.is_demo() {
            return Ok(());
        }
        match &self.console {
            ConsoleAccess::Open => return Err(UnsafeSetting::OpenConsole),
            ConsoleAccess::Token(token) if token.len() < CONSOLE_TOKEN_LEN_MIN => {
                return Err(UnsafeSetting::ShortConsoleToken);
            }
            ConsoleAccess::Token(_) | ConsoleAccess::Closed => {}
        }
        if self.role != Role::Ca && self.roots.is_empty() {
            return Err(UnsafeSetting::NoRoots);
        }
        Ok(())
    }

    /// "role|domain": names the party in tokens and sealed rows.
    #[must_use]
    pub fn owner(&self) -> String {
        owner(self.role, &self.domain)
    }
}

/// As [`Settings::owner`].
#[must_use]
pub fn owner(role: Role, domain: &Domain) -> String {
    format!("{}|{domain}", role.as_str())
}

/// The shortest token of a console, or of a bank's client, outside a demo, in bytes: 16 random bytes in base64 have 22.
pub const CONSOLE_TOKEN_LEN_MIN: usize = 22;

/// A setting that is only for a demo at `*.localhost`, and keeps a party from starting elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeSetting {
    /// The console shows what the party opened.
    #[error(
        "CONSOLE is open, which shows everybody what the party reads: set it to closed or token. \
         It may be open at *.localhost only."
    )]
    OpenConsole,
    /// The console's token can be guessed.
    #[error("CONSOLE_TOKEN has fewer than 22 characters: make one with `openssl rand -base64 24`.")]
    ShortConsoleToken,
    /// The issuer would give credit to whoever asks.
    #[error(
        "OPEN_ACCOUNTS is open, which gives credit to whoever asks: set it to closed. \
         It may be open at *.localhost only."
    )]
    OpenAccounts,
    /// The bank would book money that nobody paid in.
    #[error(
        "DEPOSITS is open, which gives money to whoever asks: set it to closed. \
         It may be open at *.localhost only."
    )]
    OpenDeposits,
    /// A bank that keeps no money would be taken for one.
    #[error(
        "This bank is a sandbox: it keeps no money. Outside *.localhost it starts only if SANDBOX says \
         no-real-money."
    )]
    Sandbox,
    /// A client's token can be guessed.
    #[error(
        "CLIENT_TOKENS has a token of fewer than 22 characters: make one with `openssl rand -base64 24`."
    )]
    ShortClientToken,
    /// The proxy would show everybody what it mails.
    #[error(
        "MAIL is kept, which shows everybody what is mailed: name a server, or leave it empty. \
         It may be kept at *.localhost only."
    )]
    KeptMail,
    /// Whoever answers at the CA's address first would be trusted.
    #[error(
        "ROOTS is empty: set it to the CA's root certificate in base64. \
         It is fetched at *.localhost only."
    )]
    NoRoots,
}

/// Who may read a party's console.
#[derive(Clone)]
pub enum ConsoleAccess {
    /// Everybody: demo only, because the console shows what the party opened.
    Open,
    /// Whoever sends this bearer token.
    Token(Zeroizing<String>),
    /// Nobody.
    Closed,
}

/// The token with which `role` at `domain` registers at the CA under the display name `name`:
/// HMAC-SHA-256 of "role|domain|name" under the CA's registration key. Operators pass it on in
/// hexadecimal.
#[must_use]
pub fn registration_token(
    registration_key: &[u8; 32],
    role: Role,
    domain: &Domain,
    name: &str,
) -> [u8; 32] {
    token_mac(registration_key, role, domain, name)
        .finalize()
        .into_bytes()
        .into()
}

/// As [`registration_token`], for the party's key of this number: 1 is its first, for which the two are
/// the same. A later one is made of "number|role|domain|name"; no role is a number.
#[must_use]
pub fn further_registration_token(
    registration_key: &[u8; 32],
    number: u32,
    party: (Role, &Domain, &str),
) -> [u8; 32] {
    let (role, domain, name) = party;
    numbered_mac(registration_key, number, role, domain, name)
        .finalize()
        .into_bytes()
        .into()
}

/// Whether `token` is the one for key `number` of a party (role, domain, name); compared in constant
/// time.
#[must_use]
pub fn is_registration_token(
    registration_key: &[u8; 32],
    number: u32,
    party: (Role, &Domain, &str),
    token: &[u8; 32],
) -> bool {
    let (role, domain, name) = party;
    numbered_mac(registration_key, number, role, domain, name)
        .verify_slice(token)
        .is_ok()
}

fn numbered_mac(
    registration_key: &[u8; 32],
    number: u32,
    role: Role,
    domain: &Domain,
    name: &str,
) -> Hmac<Sha256> {
    if number <= 1 {
        return token_mac(registration_key, role, domain, name);
    }
    let mut mac = keyed(registration_key);
    mac.update(format!("{number}|{}|{domain}|{name}", role.as_str()).as_bytes());
    mac
}

fn token_mac(registration_key: &[u8; 32], role: Role, domain: &Domain, name: &str) -> Hmac<Sha256> {
    let mut mac = keyed(registration_key);
    mac.update(format!("{}|{domain}|{name}", role.as_str()).as_bytes());
    mac
}

fn keyed(registration_key: &[u8; 32]) -> Hmac<Sha256> {
    // Padding a key to the block length with zeros is RFC 2104's own rule.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(registration_key);
    Hmac::<Sha256>::new((&*block).into())
}
