//! REQUEST (80 A2 00 00): H1.

use rand_core::CryptoRng;
use tallystick_protocol::home::{AccessPurpose, AccessRequest};

use super::stored::{Procedure, access, put};
use crate::StatusWord;
use crate::applets::home::{asked, require_no_parameters};
use crate::host::home::access::AccessTerms;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// The terminal says who it is and what it wants. To use a card begins a procedure, and drops the one before.
pub(crate) fn request(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let terms: AccessTerms = asked(command)?;
    let keys = &access(state)?.keys;
    let terminal = keys.public()?.terminal();
    let (home, proxy, purpose) = (terms.home, terms.proxy, terms.purpose);
    let request = AccessRequest::new(rng, home, terminal, proxy.clone(), purpose, terms.at);
    let signed = keys.sign(&request)?;
    let begins = purpose == AccessPurpose::Open;
    if begins {
        put(state, Procedure::new(home, proxy))?;
    }
    Ok(Outcome::data(signed).changing(begins))
}
