//! Judges the proof that a purse was spent twice ([`Contradiction`]), as a bank shows it at `/v1/contradictions/{purse}`: by
//! the roots, the bank's certificate and the proof alone. Nothing that the bank says is believed but whose key is whose.

use core::fmt;

use tallystick_protocol::purse::local::{Caught, Contradiction, LocalError, Word};
use tallystick_protocol::purse::{Endpoint, HistoryEntry};
use tallystick_protocol::trust::certificate::{Certificate, CertificateError, TrustAnchors};
use tallystick_protocol::wire::cbor::{CborError, decode};
use tallystick_protocol::wire::identifier::{Domain, Role};

/// Why a proof proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unproven {
    /// It is no proof.
    #[error("This is no proof of a contradiction: {0}")]
    Unreadable(#[from] CborError),
    /// The certificate is none of a bank's, under none of the roots, or did not count when the purse was signed.
    #[error("The bank's certificate does not hold: {0}")]
    Bank(#[from] CertificateError),
    /// The certificate of a bank names no domain.
    #[error("The bank's certificate names no bank.")]
    Nameless,
    /// A signature is not right, or both can be true.
    #[error("Nothing is proved: {0}")]
    Word(#[from] LocalError),
}

/// A purse that was spent twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Its bank.
    pub bank: Domain,
    /// The purse, and what it signed.
    pub caught: Caught,
}

/// Judges a proof by the bank's certificate for purses (DER). Both must have counted when the bank signed the purse: what
/// time it was later only the purse itself says.
///
/// # Errors
/// [`Unproven`]
pub fn judge(proof: &[u8], certificate: &[u8], anchors: &TrustAnchors) -> Result<Proven, Unproven> {
    let proof: Contradiction = decode(proof)?;
    let at = proof.certified_at()?;
    let certificate = Certificate::from_der(certificate)?;
    let party = anchors.verify(&certificate, at, Role::Bank)?;
    let bank = party.domain.ok_or(Unproven::Nameless)?;
    let caught = proof.caught((&bank, &party.public_key), at)?;
    Ok(Proven { bank, caught })
}

impl fmt::Display for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bank, caught } = self;
        let Caught {
            purse, sequence, ..
        } = caught;
        let [first, second] = caught.words.each_ref().map(|word| said(word, *sequence));
        write!(
            f,
            "Purse {purse} of {bank} signed two things of entry {sequence} of its history: {first}; and {second}. \
             Both cannot be true: it was spent twice."
        )
    }
}

/// What a word says of that entry.
fn said(word: &Word, sequence: u64) -> String {
    match word {
        Word::Payment(paid) => format!("that it pays {} to purse {}", paid.amount, paid.payee),
        Word::Receipt(taken) => format!("that it took {} from purse {}", taken.amount, taken.payer),
        Word::OrderPayment(paid) => format!("that it pays {} to {}", paid.amount, paid.shop),
        Word::Movement(asked) => format!("what it is, when it asked to move {}", asked.amount),
        Word::Report(report) => {
            let mut entries = report.entries.iter();
            match entries.find(|entry| entry.sequence == sequence) {
                Some(entry) => format!("to its bank, {}", told(entry)),
                None => "to its bank, that it is another".to_owned(),
            }
        }
    }
}

fn told(entry: &HistoryEntry) -> String {
    let (from, to) = (end(&entry.payer), end(&entry.payee));
    format!("that {} minor units went from {from} to {to}", entry.amount)
}

fn end(end: &Endpoint) -> String {
    match end {
        Endpoint::Account(number) => format!("account {number:016}"),
        Endpoint::Purse(number) => format!("purse {number}"),
        Endpoint::Prepaid(number) => format!("prepaid card {number}"),
        Endpoint::Waiting(number) => format!("what waited as {number}"),
        Endpoint::Shop(domain) => domain.to_string(),
    }
}
