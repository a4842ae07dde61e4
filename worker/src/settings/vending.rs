//! What a vending machine's operator sets.

use worker::Env;

use super::{SettingsError, number, text};

/// What a machine sells: PRODUCTS.
pub fn products(env: &Env) -> Result<Vec<tallystick_parties::vending::Product>, SettingsError> {
    let read = tallystick_parties::vending::VendingConfig::read_products(&text(env, "PRODUCTS")?);
    read.ok_or(SettingsError::Form(
        "PRODUCTS",
        "a list of up to eight such as sencha|Cold sencha|150, separated by semicolons",
    ))
}

/// Whose machine it is: DEALER.
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
pub fn currency(env: &Env) -> Result<tallystick_protocol::wire::money::Currency, SettingsError> {
    let currency = text(env, "CURRENCY")?.parse();
    currency.map_err(|_| SettingsError::Form("CURRENCY", "JPY, EUR, USD or GBP"))
}

/// How often a machine's log is uploaded, in seconds: COLLECT_SECONDS, a day at most.
pub fn collect_seconds(env: &Env) -> Result<u64, SettingsError> {
    let seconds: u64 = number(env, "COLLECT_SECONDS")?;
    let form = SettingsError::Form("COLLECT_SECONDS", "a number of seconds from 10 to 86400");
    (10..=86_400)
        .contains(&seconds)
        .then_some(seconds)
        .ok_or(form)
}
