//! REGISTER (80 44 00 00).

use tallystick_protocol::home::HomeRegistration;

use super::stored::lending_mut;
use crate::StatusWord;
use crate::applets::home::{asked, require_no_parameters};
use crate::host::home::lending::RegistrationTerms;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Says to a proxy which terminals there are. Wants no PIN: it says only what is in the card.
pub(crate) fn register(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let terms: RegistrationTerms = asked(command)?;
    let lending = lending_mut(state)?;
    let version = lending.registration.checked_add(1);
    let version = version.ok_or(StatusWord::NotEnoughMemory)?;
    let terminals = lending.terminals.iter();
    let registration = HomeRegistration {
        keys: lending.keys.public()?,
        proxy: terms.proxy,
        verifier: terms.verifier,
        terminals: terminals.map(|terminal| terminal.keys.clone()).collect(),
        version,
        at: terms.at,
    };
    let signed = lending.keys.sign(&registration)?;
    lending.registration = version;
    Ok(Outcome::data(signed).changing(true))
}
