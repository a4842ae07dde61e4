//! What the operator sets, read from the deployment's variables and secrets. A party with a wrong
//! or missing setting does not start; it says which one instead.

use data_encoding::HEXLOWER_PERMISSIVE;
#[cfg(feature = "home-proxy")]
use tallystick_parties::mail::{Account, Post, Sender};
use tallystick_parties::office::place::Shards;
use tallystick_parties::office::rate::{Limits, LimitsError};
use tallystick_parties::office::settings::{
    ConsoleAccess, Operator, Settings, UnsafeSetting, owner,
};
#[cfg(feature = "home-proxy")]
use tallystick_parties::ports::mail::Security;
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
    settings.called = called;
    settings.key_centres = domains(env, "KEY_CENTRES")?;
    settings.epoch = number(env, "EPOCH")?;
    settings.roots = roots(env)?;
    settings.directory = directory(env)?;
    settings.console = console(env)?;
    settings.operators = operators(env)?;
    if let Some(limits) = optional(env, "LIMITS") {
        settings.limits = Limits::parse(&limits)?;
    }
    settings.shards = shards(env)?;
    if !settings.shards.is_none() && !routes::can_be_spread(role) {
        let no = "1: a party of this role has no shards";
        return Err(SettingsError::Form("SHARDS", no));
    }
    if role != Role::Ca {
        settings.registration_token = Some(key(env, "REGISTRATION_TOKEN")?);
    }
    settings.require_safe()?;
    Ok(settings)
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
    Ok(Vault::new(
        &sealing_key,
        owner(seat_of(role), &domain(env, "DOMAIN")?),
    ))
}

/// The role in which a deployment takes part in orders, and is certified: a bank and a coupon office sit where an issuer
/// sits.
const fn seat_of(role: Role) -> Role {
    match role {
        Role::Bank | Role::CouponOffice => Role::Issuer,
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

/// The couriers of a shop, separated by semicolons: "domain|name|price in yen|days", where days is
/// "1-2" or "0".
#[cfg(feature = "shop")]
pub fn couriers(env: &Env) -> Result<Vec<tallystick_parties::shop::CourierOffer>, SettingsError> {
    let text = text(env, "COURIERS")?;
    let offers: Option<Vec<_>> = text.split(';').map(courier).collect();
    offers.ok_or(SettingsError::Form(
        "COURIERS",
        "a list such as hayate.example|Hayate Courier|520|1-2, separated by semicolons",
    ))
}

#[cfg(feature = "shop")]
fn courier(text: &str) -> Option<tallystick_parties::shop::CourierOffer> {
    let mut parts = text.split('|').map(str::trim);
    let (domain, name) = (parts.next()?, parts.next()?);
    let (price, days) = (parts.next()?, parts.next()?);
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let days = (first.parse().ok()?, last.parse().ok()?);
    if parts.next().is_some() || days.0 > days.1 {
        return None;
    }
    Some(tallystick_parties::shop::CourierOffer {
        domain: Domain::parse(domain).ok()?,
        name: name.to_owned(),
        price_minor: price.parse().ok()?,
        days,
    })
}

/// Which coupons a shop takes: those of COUPON_OFFICES, domains separated by commas, and none without it. COUPONS_MOST is how many
/// for an order, COUPON_ORDER which pays first (ending-first, largest-first), COUPON_MIX which go together (any, one-voucher),
/// COUPON_REFUND what is given back first (coupons-first, in-proportion); COUPON_CONDITIONS names the conditions that are agreed on
/// with offices, separated by semicolons.
#[cfg(feature = "shop")]
pub fn coupons(env: &Env) -> Result<Option<tallystick_parties::shop::CouponOffer>, SettingsError> {
    use tallystick_protocol::checkout::coupons::{CouponMix, CouponOrder, RefundOrder};
    if optional(env, "COUPON_OFFICES").is_none() {
        return Ok(None);
    }
    let mut offer = tallystick_parties::shop::CouponOffer::new(domains(env, "COUPON_OFFICES")?);
    if optional(env, "COUPONS_MOST").is_some() {
        offer.most = number(env, "COUPONS_MOST")?;
    }
    if let Some(name) = optional(env, "COUPON_ORDER") {
        let form = SettingsError::Form("COUPON_ORDER", "ending-first or largest-first");
        offer.order = CouponOrder::from_name(&name).ok_or(form)?;
    }
    if let Some(name) = optional(env, "COUPON_MIX") {
        let form = SettingsError::Form("COUPON_MIX", "any or one-voucher");
        offer.mix = CouponMix::from_name(&name).ok_or(form)?;
    }
    if let Some(name) = optional(env, "COUPON_REFUND") {
        let form = SettingsError::Form("COUPON_REFUND", "coupons-first or in-proportion");
        offer.refund = RefundOrder::from_name(&name).ok_or(form)?;
    }
    let conditions = optional(env, "COUPON_CONDITIONS").unwrap_or_default();
    let conditions = conditions.split(';').map(str::trim);
    let conditions = conditions.filter(|one| !one.is_empty());
    offer.conditions = conditions.map(condition).collect();
    let limits = "1 to 4 offices, 1 to 4 coupons for an order, and at most 8 conditions of up to 64 bytes, each once";
    let form = SettingsError::Form("COUPON_OFFICES", limits);
    offer.is_sound().then_some(Some(offer)).ok_or(form)
}

/// "name", which every order meets, or "name|number|number": an order of any of these goods.
#[cfg(feature = "shop")]
fn condition(text: &str) -> tallystick_parties::shop::NamedCondition {
    let mut parts = text.split('|').map(|part| part.trim().to_owned());
    tallystick_parties::shop::NamedCondition {
        name: parts.next().unwrap_or_default(),
        goods: parts.collect(),
    }
}

/// The shops and couriers that an issuer stopped, separated by commas.
#[cfg(any(feature = "issuer", feature = "bank", feature = "coupon-office"))]
pub fn blocked(env: &Env) -> Result<Vec<Domain>, SettingsError> {
    match optional(env, "BLOCKED") {
        Some(_) => domains(env, "BLOCKED"),
        None => Ok(Vec::new()),
    }
}

/// Whether whoever asks gets an account with credit: only if OPEN_ACCOUNTS says "open".
#[cfg(any(feature = "issuer", feature = "coupon-office"))]
pub fn opens_accounts(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "OPEN_ACCOUNTS").as_deref() {
        Some("open") => Ok(true),
        Some("closed") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("OPEN_ACCOUNTS", "open or closed")),
    }
}

/// The banks that are clients of a banking system, separated by semicolons: "domain=token".
#[cfg(feature = "banking-system")]
pub fn bank_clients(
    env: &Env,
) -> Result<Vec<tallystick_parties::banking_system::Client>, SettingsError> {
    use tallystick_parties::banking_system::Client;
    let text = Zeroizing::new(text(env, "CLIENT_TOKENS")?);
    let clients: Option<_> = text.split(';').map(Client::parse).collect();
    clients.ok_or(SettingsError::Form(
        "CLIENT_TOKENS",
        "a list such as bank.example=TOKEN, separated by semicolons",
    ))
}

/// What a bank takes for a new key, separated by semicolons: "account|300|JPY"; none of them said: as usual.
#[cfg(feature = "bank")]
pub fn fees(env: &Env) -> Result<Option<Vec<tallystick_protocol::bank::Fee>>, SettingsError> {
    let Some(text) = optional(env, "FEES") else {
        return Ok(None);
    };
    let read = tallystick_parties::bank::BankConfig::read_fees(&text);
    let form = SettingsError::Form(
        "FEES",
        "a list such as account|300|JPY, separated by semicolons, each option once in a currency",
    );
    read.map(Some).ok_or(form)
}

/// Whether whoever asks can have money put onto an account of a bank: only if DEPOSITS says "open".
#[cfg(feature = "bank")]
pub fn takes_open_deposits(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "DEPOSITS").as_deref() {
        Some("open") => Ok(true),
        Some("closed") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("DEPOSITS", "open or closed")),
    }
}

/// How long after its holder blocked it a lost purse is paid back, in seconds; `otherwise` if `RECONCILIATION_SECONDS`
/// says nothing.
#[cfg(feature = "bank")]
pub fn reconciliation_seconds(env: &Env, otherwise: u64) -> Result<u64, SettingsError> {
    let Some(text) = optional(env, "RECONCILIATION_SECONDS") else {
        return Ok(otherwise);
    };
    let range = 1..=90 * 86_400;
    let seconds = text.parse().ok().filter(|seconds| range.contains(seconds));
    seconds.ok_or(SettingsError::Form(
        "RECONCILIATION_SECONDS",
        "a number of seconds up to 90 days",
    ))
}

/// By whose history a bank books payments between purses; `otherwise` if `RECONCILE` says nothing.
#[cfg(feature = "bank")]
pub fn reconcile(
    env: &Env,
    otherwise: tallystick_parties::bank::Reconcile,
) -> Result<tallystick_parties::bank::Reconcile, SettingsError> {
    use tallystick_parties::bank::Reconcile;
    let Some(text) = optional(env, "RECONCILE") else {
        return Ok(otherwise);
    };
    Reconcile::from_name(&text).ok_or(SettingsError::Form("RECONCILE", "either or both"))
}

/// Whether whoever asks gets an account with play money: only if OPEN_ACCOUNTS says so.
#[cfg(feature = "banking-system")]
pub fn opens_play_accounts(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "OPEN_ACCOUNTS").as_deref() {
        Some("play-money") => Ok(true),
        Some("closed") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("OPEN_ACCOUNTS", "play-money or closed")),
    }
}

/// Whether the operator of a sandbox said that nobody takes it for a bank: SANDBOX.
#[cfg(feature = "banking-system")]
pub fn is_no_real_money(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "SANDBOX").as_deref() {
        Some("no-real-money") => Ok(true),
        None => Ok(false),
        Some(_) => Err(SettingsError::Form("SANDBOX", "no-real-money")),
    }
}

/// The terminals that a home proxy lets through, if its operator lists them in TERMINALS.
#[cfg(feature = "home-proxy")]
pub fn terminals(env: &Env) -> Result<Option<Terminals>, SettingsError> {
    let Some(text) = optional(env, "TERMINALS") else {
        return Ok(None);
    };
    let read = tallystick_parties::home_proxy::HomeProxyConfig::read_terminals(&text);
    read.map(Some).ok_or(SettingsError::Form(
        "TERMINALS",
        "a list such as HOME=TALLY-ACCESS-1.…, separated by semicolons",
    ))
}

/// How many cards a home proxy hosts: HOSTED_CARDS, 0 for none.
#[cfg(feature = "home-proxy")]
pub fn hosted_cards(env: &Env) -> Result<u32, SettingsError> {
    let Some(text) = optional(env, "HOSTED_CARDS") else {
        return Ok(tallystick_parties::home_proxy::HOSTED_MAX);
    };
    let form = SettingsError::Form("HOSTED_CARDS", "a number of cards, 0 for none");
    text.trim().parse().map_err(|_| form)
}

/// Terminals, each of its home.
#[cfg(feature = "home-proxy")]
type Terminals = Vec<(
    tallystick_protocol::wire::identifier::HomeId,
    tallystick_protocol::home::PublicKeys,
)>;

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

/// How mail goes out: MAIL is empty (not at all), "kept" (shown at the party's own page, in a demo alone), or how the
/// connection to SMTP_HOST is encrypted: "starttls" or "tls".
#[cfg(feature = "home-proxy")]
pub fn post(env: &Env) -> Result<Option<Post>, SettingsError> {
    let security = match optional(env, "MAIL").as_deref() {
        None => return Ok(None),
        Some("kept") => {
            let own = domain(env, "DOMAIN")?;
            let from = format!("mail@{own}");
            let from = from.parse();
            let from = from.map_err(|_| SettingsError::Form("DOMAIN", "of an e-mail address"))?;
            return Ok(Some(Post::Kept(Sender { from, own })));
        }
        Some("starttls") => Security::StartTls,
        Some("tls") => Security::Implicit,
        Some(_) => {
            let no = "empty, kept, starttls or tls";
            return Err(SettingsError::Form("MAIL", no));
        }
    };
    let from = text(env, "SMTP_FROM")?.parse();
    let from = from.map_err(|_| SettingsError::Form("SMTP_FROM", "an e-mail address"))?;
    let host = (domain(env, "SMTP_HOST")?, security);
    let password = Zeroizing::new(text(env, "SMTP_PASSWORD")?);
    let user = text(env, "SMTP_USER")?;
    let account = Account::new(host, domain(env, "DOMAIN")?, from, (&user, &password));
    let no = "of 1 to 255 bytes";
    let mut account = account.ok_or(SettingsError::Form("SMTP_USER or SMTP_PASSWORD", no))?;
    if let Some(port) = optional(env, "SMTP_PORT") {
        let port = port.parse().ok().filter(|port| *port != 0);
        account.port = port.ok_or(SettingsError::Form("SMTP_PORT", "a port"))?;
    }
    Ok(Some(Post::Server(account)))
}

/// What a machine sells: PRODUCTS.
#[cfg(feature = "vending")]
pub fn products(env: &Env) -> Result<Vec<tallystick_parties::vending::Product>, SettingsError> {
    let read = tallystick_parties::vending::VendingConfig::read_products(&text(env, "PRODUCTS")?);
    read.ok_or(SettingsError::Form(
        "PRODUCTS",
        "a list of up to eight such as sencha|Cold sencha|150, separated by semicolons",
    ))
}

/// Whose machine it is: DEALER.
#[cfg(feature = "vending")]
pub fn dealer(env: &Env) -> Result<tallystick_parties::vending::Dealer, SettingsError> {
    let text = text(env, "DEALER")?;
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    let [name, address, telephone] = parts[..] else {
        let form = "a name, an address and a telephone number with | between them";
        return Err(SettingsError::Form("DEALER", form));
    };
    Ok(tallystick_parties::vending::Dealer {
        name: name.to_owned(),
        address: address.to_owned(),
        telephone: telephone.to_owned(),
    })
}

/// In which currency a machine sells: CURRENCY.
#[cfg(feature = "vending")]
pub fn currency(env: &Env) -> Result<tallystick_protocol::wire::money::Currency, SettingsError> {
    let currency = text(env, "CURRENCY")?.parse();
    currency.map_err(|_| SettingsError::Form("CURRENCY", "JPY, EUR, USD or GBP"))
}

/// How often a machine's log is uploaded, in seconds: COLLECT_SECONDS, a day at most.
#[cfg(feature = "vending")]
pub fn collect_seconds(env: &Env) -> Result<u64, SettingsError> {
    let seconds: u64 = number(env, "COLLECT_SECONDS")?;
    let form = SettingsError::Form("COLLECT_SECONDS", "a number of seconds from 10 to 86400");
    (10..=86_400)
        .contains(&seconds)
        .then_some(seconds)
        .ok_or(form)
}

/// Whether a coupon office issues coupons that are paid for afterwards: POSTPAID.
#[cfg(feature = "coupon-office")]
pub fn issues_postpaid(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "POSTPAID").as_deref() {
        Some("yes") => Ok(true),
        Some("no") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("POSTPAID", "yes or no")),
    }
}

/// For how many days a coupon is good: COUPON_DAYS, ten years at most.
#[cfg(feature = "coupon-office")]
pub fn coupon_days(env: &Env) -> Result<u32, SettingsError> {
    let days: u32 = number(env, "COUPON_DAYS")?;
    let form = SettingsError::Form("COUPON_DAYS", "a number of days from 1 to 3650");
    (1..=3650).contains(&days).then_some(days).ok_or(form)
}

/// How long a coupon's owner is asked, in seconds: ASK_SECONDS, 30 days at most.
#[cfg(feature = "coupon-office")]
pub fn ask_seconds(env: &Env) -> Result<u64, SettingsError> {
    seconds_in(
        env,
        ("ASK_SECONDS", "a number of seconds from 60 to 2592000"),
        60..=2_592_000,
    )
}

/// How long a coupon is held for an order, in seconds: HOLD_SECONDS, a week as usual, 30 days at most. Not below two days: an order
/// may be charged a day after its time, when its courier is heard late.
#[cfg(feature = "coupon-office")]
pub fn hold_seconds(env: &Env, usual: u64) -> Result<u64, SettingsError> {
    if optional(env, "HOLD_SECONDS").is_none() {
        return Ok(usual);
    }
    seconds_in(
        env,
        ("HOLD_SECONDS", "a number of seconds from 172800 to 2592000"),
        172_800..=2_592_000,
    )
}

/// How often what was charged for coupons is totalled, in seconds: PERIOD_SECONDS, a year at most.
#[cfg(feature = "coupon-office")]
pub fn period_seconds(env: &Env) -> Result<u64, SettingsError> {
    seconds_in(
        env,
        ("PERIOD_SECONDS", "a number of seconds from 60 to 31622400"),
        60..=31_622_400,
    )
}

#[cfg(feature = "coupon-office")]
fn seconds_in(
    env: &Env,
    (name, form): (&'static str, &'static str),
    range: std::ops::RangeInclusive<u64>,
) -> Result<u64, SettingsError> {
    let seconds: u64 = number(env, name)?;
    range
        .contains(&seconds)
        .then_some(seconds)
        .ok_or(SettingsError::Form(name, form))
}

/// What a mobile gateway shares with a coupon office, if it hears one: GATEWAY_SECRET, 32 bytes.
#[cfg(feature = "coupon-office")]
pub fn gateway_secret(env: &Env) -> Result<Option<Zeroizing<[u8; 32]>>, SettingsError> {
    match optional(env, "GATEWAY_SECRET") {
        Some(_) => key(env, "GATEWAY_SECRET").map(|secret| Some(Zeroizing::new(secret))),
        None => Ok(None),
    }
}

/// From which the keys of all contactless cards come: SETTLEMENT_MASTER, a secret of 16 bytes. Chosen once.
#[cfg(feature = "security-server")]
pub fn settlement_master(
    env: &Env,
) -> Result<tallystick_protocol::settlement::channel::MasterKey, SettingsError> {
    const NAME: &str = "SETTLEMENT_MASTER";
    let digits = Zeroizing::new(text(env, NAME)?);
    let bytes = HEXLOWER_PERMISSIVE
        .decode(digits.as_bytes())
        .map(Zeroizing::new);
    bytes
        .ok()
        .and_then(|bytes| <[u8; 16]>::try_from(bytes.as_slice()).ok())
        .map(|bytes| tallystick_protocol::settlement::channel::MasterKey::new(bytes.into()))
        .ok_or(SettingsError::Form(NAME, "32 hexadecimal digits"))
}
