//! A payment that came to a purse, opened and verified (Sb6, Sb7).

use sha2::{Digest, Sha256};
use tallystick_protocol::purse::local::{Delivered, SealedPayment};
use tallystick_protocol::wire::cbor::decode;

use super::stored::Asked;
use super::{bank, refused};
use crate::StatusWord;
use crate::applets::purse::work::Work;
use crate::state::State;

/// A payment, and the request that it answers.
pub(super) struct Received {
    /// The place of the request among those of the purse.
    pub(super) index: usize,
    /// SHA-256 of the payment as it came.
    pub(super) digest: [u8; 32],
    sealed: SealedPayment,
}

impl Received {
    /// Finds the request that it answers.
    pub(super) fn find(work: &Work, bytes: &[u8]) -> Result<Self, StatusWord> {
        let sealed: SealedPayment = decode(bytes).map_err(|_| StatusWord::WrongData)?;
        let mut asked = work.value.asked.iter();
        let index = asked.position(|asked| asked.nonce.starts_with(&sealed.request));
        Ok(Self {
            index: index.ok_or(StatusWord::ReferenceNotFound)?,
            digest: Sha256::digest(bytes).into(),
            sealed,
        })
    }

    /// The request.
    pub(super) fn asked<'a>(&self, work: &'a Work) -> Result<&'a Asked, StatusWord> {
        let asked = work.value.asked.get(self.index);
        asked.ok_or(StatusWord::ReferenceNotFound)
    }

    /// Opens it and verifies who pays, and that it is for this purse and this request.
    pub(super) fn open(&self, work: &Work, state: &State) -> Result<Delivered, StatusWord> {
        let asked = self.asked(work)?;
        let secret = asked.secret.as_slice().try_into();
        let secret = secret.map_err(|_| StatusWord::MemoryFailure)?;
        let (domain, key) = bank(work, state)?;
        let opened = self
            .sealed
            .open((&asked.nonce, secret), (&domain, &key), work.now);
        let delivered = opened.map_err(refused)?;
        let payment = &delivered.payment;
        let is_ours = payment.payee == work.terms.number
            && payment.nonce == asked.nonce
            && payment.payer != work.terms.number
            && payment.amount.currency == work.terms.currency
            && delivered.payer.certificate.currency == work.terms.currency;
        if is_ours {
            Ok(delivered)
        } else {
            Err(StatusWord::NotForThisPurse)
        }
    }
}
