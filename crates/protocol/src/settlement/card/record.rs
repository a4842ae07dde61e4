//! What a card has done, and what proves it.

use minicbor::{Decode, Encode};
use subtle::ConstantTimeEq;
use tallystick_codec::DecodeMap;

use super::CardIdentifier;
use crate::settlement::channel::{CardKeys, mac_of};
use crate::wire::cbor::encode_value;
use crate::wire::money::Currency;
use crate::wire::number::decode_whole;
use crate::wire::registry::context;

/// Which way value moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum TransactionKind {
    /// Off the card.
    #[n(1)]
    Debit,
    /// Onto it.
    #[n(2)]
    TopUp,
}

/// One transaction of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its number: the card's counter after it.
    pub counter: u32,
    /// Which way.
    pub kind: TransactionKind,
    /// For what: of a debit SHA-256 of the signed bill, of a top-up that of the credit.
    pub digest: [u8; 32],
    /// How much, in minor units.
    pub amount: u64,
    /// What the card holds after it, in minor units.
    pub balance: u64,
}

/// A transaction with the card's certificate: its word, which holds without the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TransactionRecord {
    /// Its number: the card's counter after it.
    #[n(0)]
    pub counter: u32,
    /// Which way.
    #[n(1)]
    pub kind: TransactionKind,
    /// For what: of a debit SHA-256 of the signed bill, of a top-up that of the credit.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub digest: [u8; 32],
    /// How much, in minor units.
    #[cbor(n(3), decode_with = "decode_whole")]
    pub amount: u64,
    /// What the card holds after it, in minor units.
    #[cbor(n(4), decode_with = "decode_whole")]
    pub balance: u64,
    /// AES-CMAC under the card's certificate key over all of this, the card's identifier and its currency, 16 bytes.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub certificate: [u8; 16],
}

impl TransactionRecord {
    /// Certifies a transaction of the card of that identifier and currency.
    #[must_use]
    pub fn certify(
        transaction: Transaction,
        keys: &CardKeys,
        identifier: CardIdentifier,
        currency: Currency,
    ) -> Self {
        let Transaction {
            counter,
            kind,
            digest,
            amount,
            balance,
        } = transaction;
        let certified = Certified {
            identifier,
            kind,
            counter,
            digest,
            amount,
            currency,
            balance,
        };
        let parts: &[&[u8]] = &[
            context::TRANSACTION_CERTIFICATE.as_bytes(),
            &encode_value(&certified),
        ];
        Self {
            counter,
            kind,
            digest,
            amount,
            balance,
            certificate: mac_of(&keys.certificate, parts),
        }
    }

    /// Whether the card of these keys, that identifier and currency has certified it. In constant time.
    #[must_use]
    pub fn is_genuine(
        &self,
        keys: &CardKeys,
        identifier: CardIdentifier,
        currency: Currency,
    ) -> bool {
        let expected = Self::certify(self.transaction(), keys, identifier, currency);
        self.certificate.ct_eq(&expected.certificate).into()
    }

    /// The transaction without its certificate.
    #[must_use]
    pub const fn transaction(&self) -> Transaction {
        Transaction {
            counter: self.counter,
            kind: self.kind,
            digest: self.digest,
            amount: self.amount,
            balance: self.balance,
        }
    }
}

/// What a certificate is about.
#[derive(Encode)]
#[cbor(map)]
struct Certified {
    #[n(0)]
    identifier: CardIdentifier,
    #[n(1)]
    kind: TransactionKind,
    #[n(2)]
    counter: u32,
    #[cbor(n(3), with = "minicbor::bytes")]
    digest: [u8; 32],
    #[n(4)]
    amount: u64,
    #[n(5)]
    currency: Currency,
    #[n(6)]
    balance: u64,
}
