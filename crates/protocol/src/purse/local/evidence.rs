//! What one purse keeps of what another one signed: enough for their bank to believe it, whichever of the two it hears.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::credentials::require_counts;
use super::{Credentials, LocalAnswer, LocalError, LocalPayment, Shown};
use crate::purse::EVIDENCE_BYTES_MAX;
use crate::trust::keyed;
use crate::trust::signature::VerifyingKey;
use crate::wire::cbor::{decode_value, encode_value};
use crate::wire::identifier::Domain;
use crate::wire::time::Timestamp;

/// A signed message of a purse with the purse's credentials: the evidence in a history's entry (Fig 9: partner signature).
/// At most [`EVIDENCE_BYTES_MAX`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LocalEvidence {
    /// Who signed.
    #[n(0)]
    pub purse: Credentials,
    /// What: a [`LocalPayment`] or a [`LocalAnswer`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signed: Vec<u8>,
}

impl LocalEvidence {
    /// Reads it.
    ///
    /// # Errors
    /// [`LocalError::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, LocalError> {
        decode_value(bytes, EVIDENCE_BYTES_MAX).map_err(|_| LocalError::Malformed)
    }

    /// As it stands in an entry.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encode_value(self)
    }

    /// When it was signed, as whoever signed it says: at that time the purse's certificate has to have been good. Nothing
    /// else may be decided by it.
    ///
    /// # Errors
    /// [`LocalError::Malformed`].
    pub fn said_at(&self) -> Result<Timestamp, LocalError> {
        let payment = keyed::unverified::<LocalPayment>(&self.signed);
        let answer = || keyed::unverified::<LocalAnswer>(&self.signed).map(|answer| answer.at);
        Ok(payment.map(|payment| payment.at).or_else(|_| answer())?)
    }

    /// Verifies purse and payment, that the purse is the payer, that it counted when it says it signed (the bank will judge
    /// by that), and of the bank that both name (Sb6, Sb7, Sc2).
    ///
    /// # Errors
    /// As [`Credentials::verify`]; [`LocalError::BadSignature`] also of a payment in another purse's name.
    pub fn payment(
        &self,
        bank: (&Domain, &VerifyingKey),
        now: Timestamp,
    ) -> Result<(Shown, LocalPayment), LocalError> {
        let payer = self.purse.verify(bank, now)?;
        let payment: LocalPayment = keyed::open(&self.signed, &payer.key)?;
        require_counts(&payer.certificate, payment.at)?;
        let is_own = payment.payer == payer.certificate.number && payment.bank == *bank.0;
        is_own
            .then_some((payer, payment))
            .ok_or(LocalError::BadSignature)
    }

    /// Verifies purse and answer, that the purse is the payee, that it counted when it says it signed, and of the bank that
    /// both name (Sb11, Sc2).
    ///
    /// # Errors
    /// As [`LocalEvidence::payment`].
    pub fn answer(
        &self,
        bank: (&Domain, &VerifyingKey),
        now: Timestamp,
    ) -> Result<(Shown, LocalAnswer), LocalError> {
        let payee = self.purse.verify(bank, now)?;
        let answer: LocalAnswer = keyed::open(&self.signed, &payee.key)?;
        require_counts(&payee.certificate, answer.at)?;
        let is_own = answer.payee == payee.certificate.number && answer.bank == *bank.0;
        is_own
            .then_some((payee, answer))
            .ok_or(LocalError::BadSignature)
    }
}
