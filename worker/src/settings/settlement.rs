//! What a settlement server's operator sets.

use worker::Env;

use super::{SettingsError, number};

/// How long a charge waits for its card, in seconds: CHARGE_SECONDS, from one minute to one hour.
pub fn charge_seconds(env: &Env) -> Result<u64, SettingsError> {
    let seconds = number(env, "CHARGE_SECONDS")?;
    if (60..=3600).contains(&seconds) {
        return Ok(seconds);
    }
    Err(SettingsError::Form("CHARGE_SECONDS", "from 60 to 3600"))
}
