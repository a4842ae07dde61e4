//! What the payee's card answers (Sb8, Sb10).

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::word::Claim;
use crate::purse::{Endpoint, HistoryEntry, PurseNumber};
use crate::trust::keyed::keyed_message;
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::money::Money;
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// That a payment was taken (Sb10), or never will be (Sb8: NG). Signed by the payee's key, and the only word by which the
/// payer's card settles what it has set aside, or gives it back.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LocalAnswer {
    /// The bank of both.
    #[n(0)]
    pub bank: Domain,
    /// Who paid.
    #[n(1)]
    pub payer: PurseNumber,
    /// Who was paid.
    #[n(2)]
    pub payee: PurseNumber,
    /// [`LocalPayment::transaction`](super::LocalPayment::transaction).
    #[n(3)]
    pub transaction: TransactionId,
    /// How much.
    #[n(4)]
    pub amount: Money,
    /// Where it stands in the payee's history; missing if it was refused, and then the payee's card never takes it.
    #[n(5)]
    pub taken: Option<Taken>,
    /// When, by the payee's clock.
    #[n(6)]
    pub at: Timestamp,
}
keyed_message!(
    LocalAnswer,
    message::LOCAL_ANSWER,
    768,
    context::LOCAL_ANSWER
);

/// The place of a payment in the payee's history.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Taken {
    /// The number of the entry.
    #[cbor(n(0), decode_with = "decode_whole")]
    pub sequence: u64,
    /// [`HistoryEntry::hash`] of the entry before it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub previous: [u8; 32],
    /// What the payee can spend after it, in minor units.
    #[cbor(n(2), decode_with = "decode_whole")]
    pub balance: u64,
}

impl LocalAnswer {
    /// What the payee's history says of it, if it was taken.
    #[must_use]
    pub fn entry(&self) -> Option<HistoryEntry> {
        let taken = self.taken.as_ref()?;
        Some(HistoryEntry {
            sequence: taken.sequence,
            previous: taken.previous,
            transaction: self.transaction,
            payee: Endpoint::Purse(self.payee),
            payer: Endpoint::Purse(self.payer),
            amount: self.amount.minor,
            balance: taken.balance,
            at: self.at,
            evidence: Vec::new(),
        })
    }

    /// What it says of the payee's history, if it was taken.
    #[must_use]
    pub fn claim(&self) -> Option<Claim> {
        let entry = self.entry()?;
        Some(Claim {
            purse: self.payee,
            sequence: entry.sequence,
            entry: entry.hash(),
        })
    }
}
