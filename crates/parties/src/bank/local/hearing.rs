//! Reads of a history's entries which of them are payments between purses, and verifies them (Sc2).

use tallystick_protocol::purse::local::{Claim, LocalError, LocalEvidence};
use tallystick_protocol::purse::{Endpoint, HistoryEntry, PurseNumber};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::{Domain, TransactionId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::rows::Local;

/// A payment between purses of which a report tells.
#[derive(Clone, Debug)]
pub(in crate::bank) struct Heard {
    /// Its number.
    pub transaction: TransactionId,
    /// Who paid.
    pub payer: PurseNumber,
    /// Who was paid.
    pub payee: PurseNumber,
    /// How much.
    pub money: Money,
    /// What the other purse signed.
    pub evidence: Evidence,
    /// What that says of its history, and who it is.
    pub claim: Claim,
}

/// Which of the two signed what is shown.
#[derive(Clone, Debug)]
pub(in crate::bank) enum Evidence {
    /// The payer: a payment.
    Payment(Vec<u8>),
    /// The payee: a receipt.
    Receipt(Vec<u8>),
}

/// By what a bank believes a purse: its name and the key with which it signs purses, and which time it is.
pub(in crate::bank) struct Believed<'a> {
    pub bank: &'a Domain,
    pub key: &'a VerifyingKey,
    pub now: Timestamp,
}

impl Heard {
    /// What a payer signed.
    pub(super) fn of_payment(
        evidence: &LocalEvidence,
        bank: (&Domain, &VerifyingKey),
        at: Timestamp,
    ) -> Result<Self, LocalError> {
        let (_, payment) = evidence.payment(bank, at)?;
        Ok(Self {
            transaction: payment.transaction(),
            payer: payment.payer,
            payee: payment.payee,
            money: payment.amount,
            claim: payment.claim(),
            evidence: Evidence::Payment(evidence.to_bytes()),
        })
    }

    /// What a payee signed, if it took the payment.
    pub(super) fn of_receipt(
        evidence: &LocalEvidence,
        bank: (&Domain, &VerifyingKey),
        at: Timestamp,
    ) -> Result<Self, LocalError> {
        let (_, answer) = evidence.answer(bank, at)?;
        let claim = answer.claim().ok_or(LocalError::BadSignature)?;
        Ok(Self {
            transaction: answer.transaction,
            payer: answer.payer,
            payee: answer.payee,
            money: answer.amount,
            claim,
            evidence: Evidence::Receipt(evidence.to_bytes()),
        })
    }

    pub(super) fn row(self, heard_at: Timestamp) -> Local {
        let (payment, answer) = match self.evidence {
            Evidence::Payment(bytes) => (Some(bytes), None),
            Evidence::Receipt(bytes) => (None, Some(bytes)),
        };
        Local {
            transaction: self.transaction,
            payer: self.payer,
            payee: self.payee,
            money: self.money,
            payment,
            answer,
            is_agreed: false,
            heard_at,
            booked_at: None,
        }
    }
}

/// What an entry of this purse's history tells of a payment between purses: nothing if it is of something else, of a
/// payment that is not settled yet, or of one that came back. (T004-40: what was not signed as it says is an error.)
///
/// # Errors
/// [`LocalError`].
pub(in crate::bank) fn hear(
    (purse, currency): (&PurseNumber, Currency),
    entry: &HistoryEntry,
    believed: &Believed<'_>,
) -> Result<Option<Heard>, LocalError> {
    let (Endpoint::Purse(payer), Endpoint::Purse(payee)) = (&entry.payer, &entry.payee) else {
        return Ok(None);
    };
    let Ok(evidence) = LocalEvidence::read(&entry.evidence) else {
        // Not settled, or ended by the bank's own verdict.
        return Ok(None);
    };
    let bank = (believed.bank, believed.key);
    // Certificates are judged by when the purses met, as far as that is not still to come.
    let at = evidence.said_at()?.min(believed.now);
    let heard = if payee == purse {
        match Heard::of_payment(&evidence, bank, at) {
            Ok(heard) => heard,
            // What comes back is an entry with the ends exchanged, and has an answer for its evidence.
            Err(_) if came_back(&evidence, bank, at) => return Ok(None),
            Err(error) => return Err(error),
        }
    } else {
        Heard::of_receipt(&evidence, bank, at)?
    };
    let is_this = (heard.payer, heard.payee) == (*payer, *payee)
        && heard.transaction == entry.transaction
        && heard.money == Money::new(entry.amount, currency);
    is_this
        .then_some(Some(heard))
        .ok_or(LocalError::BadSignature)
}

/// Whether it is a payee's refusal, by which the payer's card took its amount back.
fn came_back(evidence: &LocalEvidence, bank: (&Domain, &VerifyingKey), at: Timestamp) -> bool {
    let answer = evidence.answer(bank, at);
    answer.is_ok_and(|(_, answer)| answer.taken.is_none())
}
