//! Whom the card believes: roots, set once, and the banks that they certify. PUT ROOTS (80 24 00 00) and PUT BANK
//! CERTIFICATE (80 26 00 00).

use alloc::vec::Vec;

use minicbor::bytes::ByteVec;
use tallystick_protocol::trust::certificate::{
    ANCHORS_MAX, Certificate, CertificateError, CertifiedParty, TrustAnchors,
};
use tallystick_protocol::trust::keyed::{self, KeyedError, KeyedMessage};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

use super::asked;
use super::stored::{BANKS_MAX, Bank, Purses};
use crate::Header;
use crate::StatusWord;
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
    let purses = state
        .purses
        .as_mut()
        .ok_or(StatusWord::ConditionsNotSatisfied)?;
    let certificate = Certificate::from_der(&given.bytes).map_err(|error| refused(&error))?;
    let certified = purses.certified(&given.bytes, given.at)?;
    let domain = certified.domain.ok_or(StatusWord::WrongData)?;
    let known = purses.banks.iter().position(|bank| bank.domain == domain);
    let known = known.and_then(|index| purses.banks.get(index));
    let Some(known) = known else {
        purses.make_room_for_bank()?;
        purses.banks.push(Bank {
            domain,
            certificate: given.bytes,
            newest: Timestamp(0),
        });
        return Ok(Outcome::done().changing(true));
    };
    if known.certificate == given.bytes {
        return Ok(Outcome::done());
    }
    // At the bank's own time too, and not one that was replaced already.
    purses.certified(&given.bytes, given.at.max(known.newest))?;
    let before = Certificate::from_der(&known.certificate).map_err(|error| refused(&error))?;
    if certificate.not_before() < before.not_before() {
        return Err(StatusWord::OlderCheckpoint);
    }
    for bank in &mut purses.banks {
        if bank.domain == domain {
            bank.certificate.clone_from(&given.bytes);
        }
    }
    Ok(Outcome::done().changing(true))
}

impl Purses {
    /// Reads a bank's certificate and verifies it by the roots.
    fn certified(&self, der: &[u8], now: Timestamp) -> Result<CertifiedParty, StatusWord> {
        if self.roots.is_empty() {
            return Err(StatusWord::ConditionsNotSatisfied);
        }
        anchors(&self.roots)
            .and_then(|anchors| anchors.certified(der, now, Role::Bank))
            .map_err(|error| refused(&error))
    }

    /// The roots, once they were set.
    pub(crate) fn anchors(&self) -> Option<TrustAnchors> {
        anchors(&self.roots).ok()
    }

    /// A bank whose certificate came.
    pub(super) fn bank(&self, domain: &Domain) -> Result<&Bank, StatusWord> {
        let mut banks = self.banks.iter();
        banks
            .find(|bank| bank.domain == *domain)
            .ok_or(StatusWord::NotForThisPurse)
    }

    /// The time: never before the newest that the bank has signed.
    pub(super) fn now(&self, bank: &Domain, at: Timestamp) -> Result<Timestamp, StatusWord> {
        Ok(self.bank(bank)?.newest.max(at))
    }

    /// Verifies that the bank signed this, with a key that is certified now.
    pub(super) fn open<M: KeyedMessage>(
        &self,
        bank: &Domain,
        signed: &[u8],
        now: Timestamp,
    ) -> Result<M, StatusWord> {
        let key = self.key(bank, now)?;
        keyed::open(signed, &key).map_err(|error| match error {
            KeyedError::BadSignature => StatusWord::BadSignature,
            _ => StatusWord::WrongData,
        })
    }

    /// The key with which a bank signs purses, certified now.
    pub(super) fn key(&self, bank: &Domain, now: Timestamp) -> Result<VerifyingKey, StatusWord> {
        let certificate = &self.bank(bank)?.certificate;
        Ok(self.certified(certificate, now)?.public_key)
    }

    /// Keeps the time that a bank has signed.
    pub(super) fn hear(&mut self, domain: &Domain, at: Timestamp) {
        for bank in &mut self.banks {
            if bank.domain == *domain {
                bank.newest = bank.newest.max(at);
            }
        }
    }

    /// One of a bank without purses goes when there are too many.
    fn make_room_for_bank(&mut self) -> Result<(), StatusWord> {
        if self.banks.len() < BANKS_MAX {
            return Ok(());
        }
        let terms = self.purses.iter().flat_map(|purse| &purse.value);
        let used: Vec<Domain> = terms
            .map(|value| value.terms().map(|terms| terms.bank))
            .collect::<Result<_, _>>()?;
        let mut banks = self.banks.iter();
        let unused = banks.position(|bank| !used.contains(&bank.domain));
        self.banks
            .remove(unused.ok_or(StatusWord::NotEnoughMemory)?);
        Ok(())
    }
}

fn anchors(roots: &[ByteVec]) -> Result<TrustAnchors, CertificateError> {
    let roots: Vec<&[u8]> = roots.iter().map(|root| root.as_slice()).collect();
    TrustAnchors::from_der(&roots)
}

fn require_no_parameters(header: Header) -> Result<(), StatusWord> {
    if (header.p1, header.p2) == (0, 0) {
        Ok(())
    } else {
        Err(StatusWord::WrongParameters)
    }
}

fn refused(error: &CertificateError) -> StatusWord {
    match error {
        CertificateError::Expired | CertificateError::NotYetValid => StatusWord::Expired,
        CertificateError::UnknownAuthority | CertificateError::BadSignature => {
            StatusWord::BadSignature
        }
        CertificateError::WrongRole { .. } => StatusWord::NotForThisPurse,
        _ => StatusWord::WrongData,
    }
}
