//! What a coupon office's operator sets.

use worker::Env;
use zeroize::Zeroizing;

use super::{SettingsError, key, number, optional};

/// Whether a coupon office issues coupons that are paid for afterwards: POSTPAID.
pub fn issues_postpaid(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "POSTPAID").as_deref() {
        Some("yes") => Ok(true),
        Some("no") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("POSTPAID", "yes or no")),
    }
}

/// For how many days a coupon is good: COUPON_DAYS, ten years at most.
pub fn coupon_days(env: &Env) -> Result<u32, SettingsError> {
    let days: u32 = number(env, "COUPON_DAYS")?;
    let form = SettingsError::Form("COUPON_DAYS", "a number of days from 1 to 3650");
    (1..=3650).contains(&days).then_some(days).ok_or(form)
}

/// How long a coupon's owner is asked, in seconds: ASK_SECONDS, 30 days at most.
pub fn ask_seconds(env: &Env) -> Result<u64, SettingsError> {
    seconds_in(
        env,
        ("ASK_SECONDS", "a number of seconds from 60 to 2592000"),
        60..=2_592_000,
    )
}

/// How long a coupon is held for an order, in seconds: HOLD_SECONDS, a week as usual, 30 days at most. Not below two days: an order
/// may be charged a day after its time, when its courier is heard late.
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
pub fn period_seconds(env: &Env) -> Result<u64, SettingsError> {
    seconds_in(
        env,
        ("PERIOD_SECONDS", "a number of seconds from 60 to 31622400"),
        60..=31_622_400,
    )
}

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
pub fn gateway_secret(env: &Env) -> Result<Option<Zeroizing<[u8; 32]>>, SettingsError> {
    match optional(env, "GATEWAY_SECRET") {
        Some(_) => key(env, "GATEWAY_SECRET").map(|secret| Some(Zeroizing::new(secret))),
        None => Ok(None),
    }
}
