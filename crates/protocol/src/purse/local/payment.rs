//! What the payer's card pays (Sb4, Sb5).

use alloc::vec::Vec;

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::word::Claim;
use crate::purse::{Endpoint, HistoryEntry, PurseNumber};
use crate::trust::keyed::keyed_message;
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::money::Money;
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// A purse pays another one. Signed by the payer's key, after its card has set the amount aside. It is the payer's entry
/// of its history, so that it says at which place of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LocalPayment {
    /// The bank of both.
    #[n(0)]
    pub bank: Domain,
    /// Who pays.
    #[n(1)]
    pub payer: PurseNumber,
    /// Who is paid.
    #[n(2)]
    pub payee: PurseNumber,
    /// The request's nonce, 32 bytes: what is paid cannot be paid again with the same words.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// How much.
    #[n(4)]
    pub amount: Money,
    /// The number of the payer's entry.
    #[cbor(n(5), decode_with = "decode_whole")]
    pub sequence: u64,
    /// [`HistoryEntry::hash`] of the entry before it.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub previous: [u8; 32],
    /// What the payer can still spend after it, in minor units.
    #[cbor(n(7), decode_with = "decode_whole")]
    pub balance: u64,
    /// When, by the payer's clock (T004-9).
    #[n(8)]
    pub at: Timestamp,
}
keyed_message!(
    LocalPayment,
    message::LOCAL_PAYMENT,
    768,
    context::LOCAL_PAYMENT
);

impl LocalPayment {
    /// The number of the movement: SHA-256 over the context string, payer and payee (16 bytes each) and the request's
    /// nonce (32 bytes). Nobody can choose it.
    #[must_use]
    pub fn transaction(&self) -> TransactionId {
        transaction(&self.payer, &self.payee, &self.nonce)
    }

    /// What the payer's history says of it.
    #[must_use]
    pub fn entry(&self) -> HistoryEntry {
        HistoryEntry {
            sequence: self.sequence,
            previous: self.previous,
            transaction: self.transaction(),
            payee: Endpoint::Purse(self.payee),
            payer: Endpoint::Purse(self.payer),
            amount: self.amount.minor,
            balance: self.balance,
            at: self.at,
            evidence: Vec::new(),
        }
    }

    /// What it says of the payer's history.
    #[must_use]
    pub fn claim(&self) -> Claim {
        Claim {
            purse: self.payer,
            sequence: self.sequence,
            entry: self.entry().hash(),
        }
    }
}

/// See [`LocalPayment::transaction`].
pub(super) fn transaction(
    payer: &PurseNumber,
    payee: &PurseNumber,
    nonce: &[u8; 32],
) -> TransactionId {
    let hash = Sha256::new()
        .chain_update(context::LOCAL_TRANSACTION)
        .chain_update(payer.0)
        .chain_update(payee.0)
        .chain_update(nonce);
    TransactionId(hash.finalize().into())
}
