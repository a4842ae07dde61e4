//! Whom the card believes: roots, set once, and the banks that they certify. PUT ROOTS (80 24 00 00) and PUT BANK
//! CERTIFICATE (80 26 00 00).

use alloc::vec::Vec;

use minicbor::bytes::ByteVec;
use tallystick_protocol::trust::certificate::{ANCHORS_MAX, TrustAnchors};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

use super::asked;
use super::stored::{BANKS_MAX, Purses};
use crate::Header;
use crate::StatusWord;
use crate::applets::issuers::{self, Known, anchors};
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// A CBOR list of roots (DER), after the PIN was verified. They stay: whoever could put another one in could make
/// money.
pub(crate) fn put_roots(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let count = minicbor::Decoder::new(command.data).array().ok().flatten();
    if count.is_none_or(|count| count > ANCHORS_MAX as u64) {
        return Err(StatusWord::WrongData);
    }
    let roots: Vec<ByteVec> = asked(command)?;
    session.require_verified()?;
    anchors(&roots).map_err(|_| StatusWord::WrongData)?;
    let before = state.purses.as_ref().map(|purses| &purses.roots);
    match before.filter(|before| !before.is_empty()) {
        Some(before) if *before == roots => return Ok(Outcome::done()),
        Some(_) => return Err(StatusWord::AlreadyThere),
        None => state.purses.get_or_insert_default().roots = roots,
    }
    Ok(Outcome::done().changing(true))
}

/// The certificate of the key with which a bank signs purses, and the time. It replaces an earlier one of the same
/// bank.
pub(crate) fn put_bank(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let given: Signed = asked(command)?;
    let purses = state.purses.as_mut();
    let Purses {
        roots,
        banks,
        purses,
    } = purses.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let used = || {
        let values = purses.iter().flat_map(|purse| &purse.value);
        values
            .map(|value| value.terms().map(|terms| terms.bank))
            .collect()
    };
    let changed = issuers::put(banks, (roots, Role::Bank), given, BANKS_MAX, &used)?;
    Ok(Outcome::done().changing(changed))
}

impl Purses {
    /// The roots (DER); none before they were set.
    pub(crate) fn roots(&self) -> &[ByteVec] {
        &self.roots
    }

    /// The roots, once they were set.
    pub(crate) fn anchors(&self) -> Option<TrustAnchors> {
        anchors(&self.roots).ok()
    }

    /// The banks, and the roots that certify them.
    pub(super) fn known_banks(&self) -> Known<'_> {
        Known {
            roots: &self.roots,
            role: Role::Bank,
            issuers: &self.banks,
        }
    }

    /// Keeps the time that a bank has signed.
    pub(super) fn hear(&mut self, domain: &Domain, at: Timestamp) {
        issuers::hear(&mut self.banks, domain, at);
    }
}

pub(crate) fn require_no_parameters(header: Header) -> Result<(), StatusWord> {
    if (header.p1, header.p2) == (0, 0) {
        Ok(())
    } else {
        Err(StatusWord::WrongParameters)
    }
}
