//! The pages of a bank, put together by its objects.

use std::collections::{BTreeMap, BTreeSet};

use tallystick_protocol::bank::{
    BookAccount, BookHolder, BookPurse, BookTransfer, EvidencePage, EvidencePart, Proof,
};
use tallystick_protocol::wire::cbor::{CborError, decode};
use tallystick_protocol::wire::identifier::Domain;

use crate::finding::Finding;

/// Why pages cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// It is no page of a bank's books.
    #[error("it is no page of a bank's books: {0}")]
    NoPage(#[from] CborError),
    /// Pages of two banks.
    #[error("it is of {1}, and others are of {0}")]
    TwoBanks(Domain, Domain),
}

/// What one object of the bank shows.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// When its transfers were read to their end, in milliseconds since 1970.
    pub at_ms: u64,
    /// What stands on its accounts, each with the number of the newest transfer at that moment.
    pub accounts: Vec<(u64, BookAccount)>,
    /// Whose accounts are here.
    pub holders: Vec<BookHolder>,
    /// Its purses.
    pub purses: Vec<BookPurse>,
    /// What was moved, in its order.
    pub transfers: Vec<BookTransfer>,
    /// What was signed, by what it is about.
    pub proofs: BTreeMap<String, Vec<Proof>>,
    /// The certificates (DER) of the bank's key for purses.
    pub bank_certificates: BTreeSet<Vec<u8>>,
    ended: BTreeSet<&'static str>,
}

/// What a bank shows.
#[derive(Clone, Debug, Default)]
pub struct Export {
    bank: Option<Domain>,
    /// Its objects by name.
    pub objects: BTreeMap<String, Object>,
}

impl Export {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bank; none before the first page.
    #[must_use]
    pub fn bank(&self) -> Option<&Domain> {
        self.bank.as_ref()
    }

    /// Reads a page as a bank sent it, and adds it.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.add(decode(bytes)?)
    }

    /// Adds a page, in whatever order.
    ///
    /// # Errors
    /// [`ExportError::TwoBanks`].
    pub fn add(&mut self, page: EvidencePage) -> Result<(), ExportError> {
        let bank = self.bank.get_or_insert_with(|| page.bank.clone());
        if *bank != page.bank {
            return Err(ExportError::TwoBanks(bank.clone(), page.bank));
        }
        let object = self.objects.entry(page.object).or_default();
        if page.next.is_none() {
            object.ended.insert(page.part.as_str());
        }
        if page.part == EvidencePart::Transfers {
            object.at_ms = object.at_ms.max(page.at_ms);
        }
        let accounts = page.accounts.into_iter();
        object
            .accounts
            .extend(accounts.map(|account| (page.position, account)));
        object.holders.extend(page.holders);
        object.purses.extend(page.purses);
        object.transfers.extend(page.transfers);
        object.transfers.sort_by_key(|transfer| transfer.number);
        for proof in page.proofs {
            let about = object.proofs.entry(proof.about.clone()).or_default();
            about.push(proof);
        }
        let certificate = page.bank_certificate.map(Vec::from);
        object.bank_certificates.extend(certificate);
        Ok(())
    }

    /// What of the books is not shown.
    pub(crate) fn gaps(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (name, object) in &self.objects {
            for part in EvidencePart::ALL.map(EvidencePart::as_str) {
                if !object.ended.contains(part) {
                    let object = name.clone();
                    findings.push(Finding::Incomplete { object, part });
                }
            }
            let newest = object.accounts.iter().map(|(position, _)| *position).max();
            let numbers = object.transfers.iter().map(|transfer| transfer.number);
            let mut last = 0;
            for number in numbers {
                if number != last + 1 {
                    findings.push(gap(name, last, number));
                }
                last = number;
            }
            if let Some(newest) = newest.filter(|newest| *newest > last) {
                findings.push(gap(name, last, newest));
            }
        }
        findings
    }
}

fn gap(object: &str, after: u64, then: u64) -> Finding {
    Finding::Gap {
        object: object.to_owned(),
        after,
        then,
    }
}
