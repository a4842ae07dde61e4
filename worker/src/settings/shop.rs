//! What a shop's operator sets.

use tallystick_parties::shop::merchant::ApiKey;
use tallystick_protocol::checkout::form::{TEXT_MAX_BYTES, origin_host};
use tallystick_protocol::checkout::names::{self, LocalText};
use tallystick_protocol::checkout::seller::Seller;
use tallystick_protocol::checkout::tax;
use tallystick_protocol::wire::identifier::Domain;
use worker::Env;

use super::{SettingsError, domain, domains, number, optional, text};

/// The couriers of a shop, separated by semicolons: "domain|name|price in yen|days", where days is
/// "1-2" or "0". After that may follow the rate of the tax in the price in basis points, "tax=1000", and what the delivery is
/// called in other languages, "ja=ハヤテ宅配便".
pub fn couriers(env: &Env) -> Result<Vec<tallystick_parties::shop::CourierOffer>, SettingsError> {
    let text = text(env, "COURIERS")?;
    let offers: Option<Vec<_>> = text.split(';').map(courier).collect();
    offers.ok_or(SettingsError::Form(
        "COURIERS",
        "a list such as hayate.example|Hayate Courier|520|1-2, separated by semicolons",
    ))
}

fn courier(text: &str) -> Option<tallystick_parties::shop::CourierOffer> {
    let mut parts = text.split('|').map(str::trim);
    let (domain, name) = (parts.next()?, parts.next()?);
    let (price, days) = (parts.next()?, parts.next()?);
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let days = (first.parse().ok()?, last.parse().ok()?);
    if days.0 > days.1 {
        return None;
    }
    let mut courier = tallystick_parties::shop::CourierOffer {
        domain: Domain::parse(domain).ok()?,
        name: name.to_owned(),
        price_minor: price.parse().ok()?,
        days,
        names: Vec::new(),
        tax_basis_points: None,
    };
    for part in parts {
        match part.split_once('=')? {
            ("tax", rate) => courier.tax_basis_points = Some(basis_points(rate)?),
            (language, text) => courier.names.push(LocalText {
                language: language.to_owned(),
                text: text.to_owned(),
            }),
        }
    }
    add_default(&mut courier.names, name);
    let are_sound = courier.names.is_empty() || names::are_sound(&courier.names, TEXT_MAX_BYTES);
    are_sound.then_some(courier)
}

fn basis_points(text: &str) -> Option<u16> {
    let rate = text.parse().ok()?;
    (rate <= tax::BASIS_POINTS_MAX).then_some(rate)
}

/// Where there are names in other languages, everybody else reads the one that all couriers have.
fn add_default(texts: &mut Vec<LocalText>, name: &str) {
    if !texts.is_empty() && names::in_language(texts, names::DEFAULT_LANGUAGE).is_none() {
        texts.push(LocalText {
            language: names::DEFAULT_LANGUAGE.to_owned(),
            text: name.to_owned(),
        });
    }
    texts.sort_by(|one, other| one.language.cmp(&other.language));
}

/// Further origins of the shop's pages: ORIGINS, separated by commas.
pub fn origins(env: &Env) -> Result<Vec<String>, SettingsError> {
    let given = optional(env, "ORIGINS").unwrap_or_default();
    let given = given
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty());
    let origins: Vec<String> = given.map(str::to_owned).collect();
    let own = domain(env, "DOMAIN")?;
    let is_own = |origin: &String| origin_host(origin) == Some(own.as_str());
    let form = SettingsError::Form(
        "ORIGINS",
        "a list of origins at the shop's own domain such as https://shop.example:8443, separated by commas",
    );
    let are_own = origins.len() <= ORIGINS_MAX && origins.iter().all(is_own);
    are_own.then_some(origins).ok_or(form)
}

/// Most further origins of one shop.
const ORIGINS_MAX: usize = 8;

/// Who sells, for receipts: SELLER, "name|address|registration number", of which the last two may be missing; none without it.
pub fn seller(env: &Env) -> Result<Option<Seller>, SettingsError> {
    let Some(text) = optional(env, "SELLER") else {
        return Ok(None);
    };
    let mut parts = text.split('|').map(str::trim);
    let mut next = || {
        parts
            .next()
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
    };
    let seller = Seller {
        name: next().unwrap_or_default(),
        address: next(),
        registration: next(),
    };
    let form = SettingsError::Form(
        "SELLER",
        "a name, or name|address|registration number, each of at most 200 bytes in one line",
    );
    let is_sound = seller.is_sound() && parts.next().is_none();
    is_sound.then_some(Some(seller)).ok_or(form)
}

/// The keys of the merchant's own server: API_KEYS, "NAME=KEY" separated by semicolons; without it there is no API.
pub fn api_keys(env: &Env) -> Result<Vec<ApiKey>, SettingsError> {
    let text = zeroize::Zeroizing::new(optional(env, "API_KEYS").unwrap_or_default());
    ApiKey::parse_all(&text).ok_or(SettingsError::Form(
        "API_KEYS",
        "a list of NAME=KEY, separated by semicolons: names of lower-case letters, digits and hyphens, keys of 24 to 200 characters",
    ))
}

/// Whose cards a shop takes: ISSUERS, which may be left out by one that takes coupons alone.
pub fn issuers(env: &Env, takes_coupons: bool) -> Result<Vec<Domain>, SettingsError> {
    if takes_coupons && optional(env, "ISSUERS").is_none() {
        return Ok(Vec::new());
    }
    domains(env, "ISSUERS")
}

/// Which coupons a shop takes: those of COUPON_OFFICES, domains separated by commas, and none without it. COUPONS_MOST is how many
/// for an order, COUPON_ORDER which pays first (ending-first, largest-first), COUPON_MIX which go together (any, one-voucher),
/// COUPON_REFUND what is given back first (coupons-first, in-proportion); COUPON_CONDITIONS names the conditions that are agreed on
/// with offices, separated by semicolons.
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

/// Where the shop's own server is told what happened: WEBHOOK; nowhere without it.
pub fn webhook(
    env: &Env,
    is_demo: bool,
) -> Result<Option<tallystick_parties::shop::merchant::Webhook>, SettingsError> {
    let Some(text) = optional(env, "WEBHOOK") else {
        return Ok(None);
    };
    let webhook = tallystick_parties::shop::merchant::Webhook::parse(&text, is_demo);
    let form = "an https address without user and fragment, of at most 500 bytes; http at *.localhost in a demo alone";
    webhook
        .map(Some)
        .map_err(|_| SettingsError::Form("WEBHOOK", form))
}

/// "name", which every order meets, or "name|number|number": an order of any of these goods.
fn condition(text: &str) -> tallystick_parties::shop::NamedCondition {
    let mut parts = text.split('|').map(|part| part.trim().to_owned());
    tallystick_parties::shop::NamedCondition {
        name: parts.next().unwrap_or_default(),
        goods: parts.collect(),
    }
}
