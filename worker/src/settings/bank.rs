//! What a bank's operator sets.

use worker::Env;

use super::{SettingsError, optional};

/// What a bank takes for a new key, separated by semicolons: "account|300|JPY"; none of them said: as usual.
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
pub fn takes_open_deposits(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "DEPOSITS").as_deref() {
        Some("open") => Ok(true),
        Some("closed") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("DEPOSITS", "open or closed")),
    }
}

/// How long after its holder blocked it a lost purse is paid back, in seconds; `otherwise` if `RECONCILIATION_SECONDS`
/// says nothing.
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
