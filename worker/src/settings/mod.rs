//! What the operator sets, read from the deployment's variables and secrets. A party with a wrong
//! or missing setting does not start; it says which one instead.

#[cfg(feature = "bank")]
mod bank;
#[cfg(feature = "banking-system")]
mod banking_system;
#[cfg(feature = "coupon-office")]
mod coupon_office;
#[cfg(feature = "home-proxy")]
mod home_proxy;
#[cfg(feature = "security-server")]
mod security_server;
#[cfg(feature = "settlement")]
mod settlement;
#[cfg(feature = "shop")]
mod shop;
#[cfg(feature = "vending")]
mod vending;

#[cfg(feature = "bank")]
pub use bank::*;
#[cfg(feature = "banking-system")]
pub use banking_system::*;
#[cfg(feature = "coupon-office")]
pub use coupon_office::*;
#[cfg(feature = "home-proxy")]
pub use home_proxy::*;
#[cfg(feature = "security-server")]
pub use security_server::*;
#[cfg(feature = "settlement")]
pub use settlement::*;
#[cfg(feature = "shop")]
pub use shop::*;
#[cfg(feature = "vending")]
pub use vending::*;

use data_encoding::HEXLOWER_PERMISSIVE;
use tallystick_parties::office::place::Shards;
use tallystick_parties::office::rate::{Limits, LimitsError};
use tallystick_parties::office::settings::{
    ConsoleAccess, Operator, Settings, UnsafeSetting, owner,
};
use tallystick_parties::routes;
use tallystick_parties::store::vault::{SealingKey, Vault};
use tallystick_protocol::wire::identifier::{Domain, Role};
use worker::Env;
use zeroize::Zeroizing;

/// A setting keeps the party from starting. The sentence names it and never quotes a secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// This build is of another role.
    #[error("This build plays the role {built}, but the variable ROLE says \"{given}\".")]
    Role {
        /// The role of the Durable Object.
        built: &'static str,
        /// What ROLE says.
        given: String,
    },
    /// A variable or secret is not there.
    #[error("The setting {0} is missing.")]
    Missing(&'static str),
    /// A variable or secret is not of its form.
    #[error("The setting {0} is not {1}.")]
    Form(&'static str, &'static str),
    /// The Durable Object has no name, or one that no object of a party has.
    #[error("This object is none of a party's.")]
    NoObject,
    /// LIMITS is none.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// A setting that is only for a demo.
    #[error(transparent)]
    Unsafe(#[from] UnsafeSetting),
}

/// The settings of `role` in this deployment.
pub fn read(env: &Env, role: Role) -> Result<Settings, SettingsError> {
    let given = text(env, "ROLE")?;
    if given != role.as_str() {
        return Err(SettingsError::Role {
            built: role.as_str(),
            given,
        });
    }
    let called = role;
    let role = seat_of(role);
    let sealing_key = SealingKey::new(key(env, "SEALING_KEY")?);
    let mut settings = Settings::new(
        role,
        domain(env, "DOMAIN")?,
        &text(env, "NAME")?,
        domain(env, "CA")?,
        sealing_key,
    );
    settings.sealing_key_before = sealing_key_before(env)?;
    settings.called = called;
    settings.key_centres = domains(env, "KEY_CENTRES")?;
    settings.epoch = number(env, "EPOCH")?;
    settings.generation = generation(env)?;
    settings.roots = roots(env)?;
    settings.directory = directory(env)?;
    settings.console = console(env)?;
    settings.operators = operators(env)?;
    if let Some(limits) = optional(env, "LIMITS") {
        settings.limits = Limits::parse(&limits)?;
    }
    settings.shards = shards(env)?;
    // A contactless card is anybody's who holds it: no shard could be the one of its holder.
    let can_be_spread = routes::can_be_spread(role) && called != Role::Settlement;
    if !settings.shards.is_none() && !can_be_spread {
        let no = "1: a party of this role has no shards";
        return Err(SettingsError::Form("SHARDS", no));
    }
    if role != Role::Ca {
        settings.registration_token = Some(key(env, "REGISTRATION_TOKEN")?);
    }
    settings.require_safe()?;
    Ok(settings)
}

/// Which life of the party's memory this is: GENERATION, or the first.
fn generation(env: &Env) -> Result<u32, SettingsError> {
    if optional(env, "GENERATION").is_none() {
        return Ok(1);
    }
    match number(env, "GENERATION")? {
        0 => Err(SettingsError::Form(
            "GENERATION",
            "a whole number from 1 on",
        )),
        generation => Ok(generation),
    }
}

/// Over how many objects the party's orders are spread: SHARDS, or none.
pub fn shards(env: &Env) -> Result<Shards, SettingsError> {
    let Some(text) = optional(env, "SHARDS") else {
        return Ok(Shards::NONE);
    };
    let shards = text.parse().ok().and_then(Shards::new);
    shards.ok_or(SettingsError::Form("SHARDS", "a power of two up to 256"))
}

/// With what the edge opens what the party gave out.
pub fn vault(env: &Env, role: Role) -> Result<Vault, SettingsError> {
    let sealing_key = SealingKey::new(key(env, "SEALING_KEY")?);
    let owner = owner(seat_of(role), &domain(env, "DOMAIN")?);
    let before = sealing_key_before(env)?;
    Ok(Vault::new(&sealing_key, owner).after(before.as_ref()))
}

/// The sealing key of before, while the operator changes it.
fn sealing_key_before(env: &Env) -> Result<Option<SealingKey>, SettingsError> {
    const NAME: &str = "SEALING_KEY_BEFORE";
    match optional(env, NAME).map(Zeroizing::new) {
        Some(_) => Ok(Some(SealingKey::new(key(env, NAME)?))),
        None => Ok(None),
    }
}

/// The role in which a deployment takes part in orders, and is certified: a bank, a coupon office and a
/// settlement server sit where an issuer sits.
const fn seat_of(role: Role) -> Role {
    match role {
        Role::Bank | Role::CouponOffice | Role::Settlement => Role::Issuer,
        other => other,
    }
}

/// The role in which this deployment takes part in orders.
pub fn role(env: &Env) -> Result<Role, SettingsError> {
    let role = text(env, "ROLE")?.parse().map(seat_of);
    role.map_err(|_| SettingsError::Form("ROLE", "the name of a role"))
}

/// A variable or secret that must be there.
pub fn text(env: &Env, name: &'static str) -> Result<String, SettingsError> {
    optional(env, name).ok_or(SettingsError::Missing(name))
}

fn optional(env: &Env, name: &str) -> Option<String> {
    // Secrets and variables are read the same way; an empty one counts as missing.
    let value = env.var(name).ok()?.to_string();
    (!value.is_empty()).then_some(value)
}

/// A secret of 32 bytes as 64 hexadecimal digits.
pub fn key(env: &Env, name: &'static str) -> Result<[u8; 32], SettingsError> {
    let digits = Zeroizing::new(text(env, name)?);
    let bytes = HEXLOWER_PERMISSIVE
        .decode(digits.as_bytes())
        .map(Zeroizing::new);
    bytes
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok())
        .ok_or(SettingsError::Form(name, "64 hexadecimal digits"))
}

/// A domain name.
pub fn domain(env: &Env, name: &'static str) -> Result<Domain, SettingsError> {
    Domain::parse(&text(env, name)?).map_err(|_| SettingsError::Form(name, "a domain name"))
}

/// Domain names, separated by commas.
pub fn domains(env: &Env, name: &'static str) -> Result<Vec<Domain>, SettingsError> {
    text(env, name)?
        .split(',')
        .map(|domain| Domain::parse(domain.trim()))
        .collect::<Result<_, _>>()
        .map_err(|_| SettingsError::Form(name, "a list of domain names, separated by commas"))
}

/// Where the list of revoked certificates is: DIRECTORY; without it none is looked up.
fn directory(env: &Env) -> Result<Option<Domain>, SettingsError> {
    let given = optional(env, "DIRECTORY");
    given.map(|_| domain(env, "DIRECTORY")).transpose()
}

/// The origin of the party's own pages as browsers name it: ORIGIN, or `https://` and the domain.
pub fn origin(env: &Env) -> Result<String, SettingsError> {
    match optional(env, "ORIGIN") {
        Some(origin) => Ok(origin),
        None => Ok(format!("https://{}", domain(env, "DOMAIN")?)),
    }
}

/// The degrees of new key spaces, "holders,parties": see [`Degrees`] for what they bear.
#[cfg(feature = "key-centre")]
pub fn degrees(
    env: &Env,
    name: &'static str,
) -> Result<tallystick_protocol::keys::Degrees, SettingsError> {
    let text = text(env, name)?;
    let degrees = text.split_once(',').and_then(|(holder, party)| {
        let holder = holder.trim().parse().ok()?;
        let party = party.trim().parse().ok()?;
        tallystick_protocol::keys::Degrees::new(holder, party).ok()
    });
    degrees.ok_or(SettingsError::Form(
        name,
        "two numbers up to 32767, such as 4096,64",
    ))
}

/// A whole number.
pub fn number<N: std::str::FromStr>(env: &Env, name: &'static str) -> Result<N, SettingsError> {
    text(env, name)?
        .parse()
        .map_err(|_| SettingsError::Form(name, "a whole number"))
}

/// Root certificates in base64, separated by commas; none if the CA's is to be fetched once, in a demo.
fn roots(env: &Env) -> Result<Vec<Vec<u8>>, SettingsError> {
    optional(env, "ROOTS")
        .iter()
        .flat_map(|roots| roots.split(','))
        .map(|root| data_encoding::BASE64.decode(root.trim().as_bytes()))
        .collect::<Result<_, _>>()
        .map_err(|_| SettingsError::Form("ROOTS", "a list of base64, separated by commas"))
}

/// The shops and couriers that an issuer stopped, separated by commas.
#[cfg(any(
    feature = "issuer",
    feature = "bank",
    feature = "coupon-office",
    feature = "settlement"
))]
pub fn blocked(env: &Env) -> Result<Vec<Domain>, SettingsError> {
    match optional(env, "BLOCKED") {
        Some(_) => domains(env, "BLOCKED"),
        None => Ok(Vec::new()),
    }
}

/// Whether whoever asks gets an account with credit: only if OPEN_ACCOUNTS says "open".
#[cfg(any(feature = "issuer", feature = "coupon-office", feature = "settlement"))]
pub fn opens_accounts(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "OPEN_ACCOUNTS").as_deref() {
        Some("open") => Ok(true),
        Some("closed") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("OPEN_ACCOUNTS", "open or closed")),
    }
}

/// Who may command the party, separated by semicolons: "Aiko=MIIB…", as the console shows it.
fn operators(env: &Env) -> Result<Vec<Operator>, SettingsError> {
    let text = optional(env, "OPERATORS").unwrap_or_default();
    let named = text.split(';').filter(|one| !one.trim().is_empty());
    let operators: Option<_> = named.map(Operator::parse).collect();
    operators.ok_or(SettingsError::Form(
        "OPERATORS",
        "a list such as Aiko=MIIB…, names with the public keys that their consoles show, separated by semicolons",
    ))
}

fn console(env: &Env) -> Result<ConsoleAccess, SettingsError> {
    match optional(env, "CONSOLE").as_deref() {
        Some("open") => Ok(ConsoleAccess::Open),
        Some("token") => Ok(ConsoleAccess::Token(Zeroizing::new(text(
            env,
            "CONSOLE_TOKEN",
        )?))),
        Some("closed") | None => Ok(ConsoleAccess::Closed),
        Some(_) => Err(SettingsError::Form("CONSOLE", "open, token or closed")),
    }
}
