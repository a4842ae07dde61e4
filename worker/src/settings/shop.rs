//! What a shop's operator sets.

use tallystick_protocol::wire::identifier::Domain;
use worker::Env;

use super::{SettingsError, domains, number, optional, text};

/// The couriers of a shop, separated by semicolons: "domain|name|price in yen|days", where days is
/// "1-2" or "0".
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
fn condition(text: &str) -> tallystick_parties::shop::NamedCondition {
    let mut parts = text.split('|').map(|part| part.trim().to_owned());
    tallystick_parties::shop::NamedCondition {
        name: parts.next().unwrap_or_default(),
        goods: parts.collect(),
    }
}
