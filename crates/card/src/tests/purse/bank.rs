//! A bank to test with: it signs whatever a test wants.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::purse::{
    Checkpoint, CheckpointNotice, HistoryPolicy, MovementOffer, MovementOutcome, MovementRequest,
    MovementVerdict, OfflineLimits, PurseCertificate, PurseKind, PurseNumber,
};
use tallystick_protocol::test_keys::{TestAuthority, TestRng, test_key, test_spki};
use tallystick_protocol::trust::certificate::{Lifetime, Serial, UnsignedCertificate};
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256, sign_pss};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, Role, TransactionId};
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use crate::tests::bench::domain;

/// When everything begins.
pub(in crate::tests) const START: Timestamp = Timestamp(1_800_000_000);
/// A purse is good for that many seconds.
pub(in crate::tests) const LIFE: u64 = 300 * 86_400;
/// The most that a purse of this bank may hold.
pub(in crate::tests) const HOLDING: u64 = 100_000;
pub(in crate::tests) const NUMBER: PurseNumber = PurseNumber([7; 16]);

/// With what a bank signs purses.
#[derive(Clone)]
pub(in crate::tests) enum BankKey {
    P256([u8; 32]),
    Rsa(usize),
}

impl BankKey {
    fn spki(&self) -> Vec<u8> {
        match self {
            Self::P256(secret) => VerifyingKey::of_p256(secret).unwrap().to_spki().unwrap(),
            Self::Rsa(key) => test_spki(*key),
        }
    }

    pub(in crate::tests) fn sign<M: KeyedMessage>(&self, message: &M) -> Vec<u8> {
        let (algorithm, signature) = match self {
            Self::P256(secret) => {
                let bytes = to_be_signed(message, Algorithm::Es256);
                (
                    Algorithm::Es256,
                    sign_es256(secret, &bytes).unwrap().to_vec(),
                )
            }
            Self::Rsa(key) => {
                let bytes = to_be_signed(message, Algorithm::Ps256);
                let signature = sign_pss(&mut TestRng::new(1), &test_key(*key), &bytes);
                (Algorithm::Ps256, signature.unwrap())
            }
        };
        assemble(&encode(message), algorithm, &signature)
    }
}

pub(in crate::tests) struct Bank {
    pub(in crate::tests) authority: TestAuthority,
    pub(in crate::tests) domain: Domain,
    pub(in crate::tests) key: BankKey,
    pub(in crate::tests) currency: Currency,
    /// What the next checkpoints say.
    pub(in crate::tests) checkpoint: Checkpoint,
    rng: TestRng,
}

impl Bank {
    pub(in crate::tests) fn new() -> Self {
        Self::named("midori-bank.localhost", BankKey::P256([5; 32]))
    }

    pub(in crate::tests) fn named(name: &str, key: BankKey) -> Self {
        let limits = OfflineLimits {
            payment: 0,
            total: 0,
            count: 0,
            holding: HOLDING,
        };
        let checkpoint = Checkpoint {
            purse: NUMBER,
            number: 0,
            account_amount: Some(1_000_000),
            purse_amount: 0,
            at: START,
            through: 0,
            limits,
            policy: HistoryPolicy::UploadFirst,
        };
        Self {
            authority: TestAuthority::new(START),
            domain: domain(name),
            key,
            currency: Currency::Jpy,
            checkpoint,
            rng: TestRng::new(name.len() as u64),
        }
    }

    /// The certificate of its key for purses.
    pub(in crate::tests) fn certificate(&mut self) -> Vec<u8> {
        self.certified_as(Role::Bank, Lifetime::days(START.minus_seconds(60), 365))
    }

    pub(in crate::tests) fn certified_as(&mut self, role: Role, lifetime: Lifetime) -> Vec<u8> {
        let serial = Serial::random(&mut self.rng);
        let root = &self.authority.root;
        let names = (role, &self.domain, "Midori Bank");
        let unsigned =
            UnsignedCertificate::party(root, names, &self.key.spki(), serial, lifetime).unwrap();
        self.authority.sign(unsigned).as_der().to_vec()
    }

    pub(in crate::tests) fn sign<M: KeyedMessage>(&self, message: &M) -> Vec<u8> {
        self.key.sign(message)
    }

    /// A purse certificate for that key (digest), or of a prepaid purse.
    pub(in crate::tests) fn terms(&self, key: Option<[u8; 32]>) -> PurseCertificate {
        PurseCertificate {
            bank: self.domain.clone(),
            kind: match key {
                Some(_) => PurseKind::Account,
                None => PurseKind::Prepaid,
            },
            number: self.checkpoint.purse,
            currency: self.currency,
            key,
            issued_at: START,
            expires_at: START.plus_seconds(LIFE),
        }
    }

    /// The next checkpoint.
    pub(in crate::tests) fn next(&mut self) -> Checkpoint {
        self.checkpoint.number += 1;
        self.checkpoint.at = self.checkpoint.at.plus_seconds(1);
        self.checkpoint.clone()
    }

    pub(in crate::tests) fn notice(&mut self, forces: bool) -> Vec<u8> {
        let checkpoint = self.next();
        self.sign(&CheckpointNotice { checkpoint, forces })
    }

    /// The offer for a request.
    pub(in crate::tests) fn offer(&mut self, request: &MovementRequest) -> MovementOffer {
        MovementOffer {
            purse: request.purse,
            transaction: request.transaction,
            source: request.source.clone(),
            destination: request.destination.clone(),
            destination_name: None,
            amount: request.amount,
            before: request.amount.minor,
            after: 0,
            checkpoint: self.next(),
            at: request.at,
            expires_at: request.at.plus_seconds(300),
        }
    }

    pub(in crate::tests) fn verdict(
        &mut self,
        transaction: TransactionId,
        outcome: MovementOutcome,
    ) -> Vec<u8> {
        let checkpoint = self.next();
        self.sign(&MovementVerdict {
            purse: NUMBER,
            transaction,
            outcome,
            checkpoint,
        })
    }

    pub(in crate::tests) fn rng(&mut self) -> &mut impl CryptoRng {
        &mut self.rng
    }
}
