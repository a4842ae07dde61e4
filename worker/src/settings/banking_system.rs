//! What the operator of a banking system outside sets.

use worker::Env;
use zeroize::Zeroizing;

use super::{SettingsError, optional, text};

/// The banks that are clients of a banking system, separated by semicolons: "domain=token".
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

/// Whether whoever asks gets an account with play money: only if OPEN_ACCOUNTS says so.
pub fn opens_play_accounts(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "OPEN_ACCOUNTS").as_deref() {
        Some("play-money") => Ok(true),
        Some("closed") | None => Ok(false),
        Some(_) => Err(SettingsError::Form("OPEN_ACCOUNTS", "play-money or closed")),
    }
}

/// Whether the operator of a sandbox said that nobody takes it for a bank: SANDBOX.
pub fn is_no_real_money(env: &Env) -> Result<bool, SettingsError> {
    match optional(env, "SANDBOX").as_deref() {
        Some("no-real-money") => Ok(true),
        None => Ok(false),
        Some(_) => Err(SettingsError::Form("SANDBOX", "no-real-money")),
    }
}
