//! A certification authority, random numbers and signatures for tests.

use super::test_key;
use crate::trust::certificate::revocation::{Revocation, RevocationReason, UnsignedRevocationList};
use crate::trust::certificate::{Certificate, Lifetime, Serial, TrustAnchors, UnsignedCertificate};
use crate::trust::signature::{public_key_to_spki, sign_pss};
use crate::trust::statement::{SignedMessage, Unsigned};
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;
use alloc::vec::Vec;
use core::convert::Infallible;
use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};

/// Repeatable "random" numbers: SHA-256 over a seed and a counter. For tests alone.
#[derive(Clone, Debug)]
pub struct TestRng {
    seed: u64,
    counter: u64,
}

impl TestRng {
    /// The sequence that belongs to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, counter: 0 }
    }

    fn block(&mut self) -> [u8; 32] {
        self.counter += 1;
        Sha256::new()
            .chain_update(self.seed.to_be_bytes())
            .chain_update(self.counter.to_be_bytes())
            .finalize()
            .into()
    }
}

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [a, b, c, d, ..] = self.block();
        Ok(u32::from_le_bytes([a, b, c, d]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let [a, b, c, d, e, f, g, h, ..] = self.block();
        Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(32) {
            for (byte, random) in chunk.iter_mut().zip(self.block()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}

/// An authority whose root has the test key 0. Its certificates are valid from an hour before to a year after `now`.
#[derive(Debug)]
pub struct TestAuthority {
    /// The root.
    pub root: Certificate,
    now: Timestamp,
    rng: TestRng,
}

#[expect(
    clippy::expect_used,
    reason = "for tests: a failure here is the test's"
)]
impl TestAuthority {
    /// The authority at `now`.
    ///
    /// # Panics
    /// If `now` is beyond the year 9999.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let mut rng = TestRng::new(0);
        let root = UnsignedCertificate::root(
            "Tallystick test root",
            &test_spki(0),
            Serial::random(&mut rng),
            Lifetime::days(now.minus_seconds(3600), 3650),
        )
        .and_then(|root| {
            let signature = test_signature(0, root.to_be_signed());
            root.finish(&signature)
        })
        .expect("the test root is a certificate");
        Self { root, now, rng }
    }

    /// The root as the only one trusted.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_der(&[self.root.as_der()]).expect("the test root is a root")
    }

    /// A certificate for the service party `domain` in `role` with the test key number `key`.
    ///
    /// # Panics
    /// If domain or name do not fit the profile.
    pub fn party(&mut self, role: Role, domain: &str, name: &str, key: usize) -> Certificate {
        self.party_of((role, domain, name), &test_spki(key))
    }

    /// A certificate for a service party (role, domain, display name) with the key `spki` (DER).
    ///
    /// # Panics
    /// If domain, name or key do not fit the profile.
    pub fn party_of(&mut self, party: (Role, &str, &str), spki: &[u8]) -> Certificate {
        let (role, domain, name) = party;
        let domain = Domain::parse(domain).expect("a domain");
        let serial = Serial::random(&mut self.rng);
        let party = (role, &domain, name);
        UnsignedCertificate::party(&self.root, party, spki, serial, self.lifetime())
            .map(|certificate| self.sign(certificate))
            .expect("a certificate of the profile")
    }

    /// A certificate for a holder's account with the test key number `key`.
    ///
    /// # Panics
    /// If the label does not fit the profile.
    pub fn holder(&mut self, label: &str, key: usize) -> Certificate {
        self.holder_of(label, &test_spki(key))
    }

    /// A certificate for a holder with the key `spki` (DER).
    ///
    /// # Panics
    /// If label or key do not fit the profile.
    pub fn holder_of(&mut self, label: &str, spki: &[u8]) -> Certificate {
        let serial = Serial::random(&mut self.rng);
        UnsignedCertificate::holder(&self.root, label, spki, serial, self.lifetime())
            .map(|certificate| self.sign(certificate))
            .expect("a certificate of the profile")
    }

    /// Signs a certificate with the root's key.
    ///
    /// # Panics
    /// If the result is not a certificate of the profile.
    #[must_use]
    pub fn sign(&self, certificate: UnsignedCertificate) -> Certificate {
        let signature = test_signature(0, certificate.to_be_signed());
        certificate
            .finish(&signature)
            .expect("a certificate of the profile")
    }

    /// A list (DER) number `number`, made now and valid for a day, of these certificates, revoked for the reason
    /// that somebody else may have their keys.
    ///
    /// # Panics
    /// If the result is no list of the profile.
    #[must_use]
    pub fn list(&self, number: u64, revoked: &[&Certificate]) -> Vec<u8> {
        let revoked = revoked.iter().map(|certificate| Revocation {
            serial: certificate.serial().to_vec(),
            at: self.now,
            reason: Some(RevocationReason::KeyCompromise),
        });
        let lifetime = Lifetime::days(self.now, 1);
        self.sign_list(UnsignedRevocationList::new(
            &self.root,
            number,
            lifetime,
            revoked.collect(),
        ))
    }

    /// Signs a list with the root's key.
    ///
    /// # Panics
    /// If there is none, or the result is too long.
    #[must_use]
    pub fn sign_list<E: core::fmt::Debug>(
        &self,
        list: Result<UnsignedRevocationList, E>,
    ) -> Vec<u8> {
        let list = list.expect("a list of the profile");
        let signature = test_signature(0, list.to_be_signed());
        list.finish(&signature).expect("a list within its limits")
    }

    const fn lifetime(&self) -> Lifetime {
        Lifetime::days(self.now.minus_seconds(3600), 365)
    }
}

/// The public half of the test key number `key` (subject public key info, DER).
///
/// # Panics
/// Never.
#[must_use]
#[expect(clippy::expect_used, reason = "for tests")]
pub fn test_spki(key: usize) -> Vec<u8> {
    public_key_to_spki(&test_key(key).to_public_key()).expect("a test key can be encoded")
}

/// RSASSA-PSS over `bytes` by the test key number `key`.
///
/// # Panics
/// Never.
#[must_use]
#[expect(clippy::expect_used, reason = "for tests")]
pub fn test_signature(key: usize, bytes: &[u8]) -> Vec<u8> {
    sign_pss(&mut TestRng::new(1), &test_key(key), bytes).expect("a test key signs")
}

/// `message` as a statement, signed by the test key number `key` whose certificate is `leaf`.
///
/// # Panics
/// If the message is over its limit.
#[must_use]
#[expect(clippy::expect_used, reason = "for tests")]
pub fn test_statement<M: SignedMessage>(message: &M, leaf: &Certificate, key: usize) -> Vec<u8> {
    let unsigned = Unsigned::new(message, leaf.as_der()).expect("a message within its limits");
    let signature = test_signature(key, unsigned.to_be_signed());
    unsigned.finish(&signature).expect("a statement")
}
