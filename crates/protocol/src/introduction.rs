//! How service parties confirm each other before anything is relayed: one sends a nonce, the other
//! signs it with its certified key (EP 0 791 901, step O0; T002-7). Holders use
//! [`confirmation`](crate::confirmation) instead.

use crate::cbor::Message;
use crate::certificate::TrustAnchors;
use crate::identifier::{Domain, Role};
use crate::statement::{Audience, Envelope, SignedMessage, StatementError, Verified, open};
use crate::time::Timestamp;
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

/// How long an introduction is valid, in seconds.
pub const INTRODUCTION_SECONDS: u64 = 300;

/// One party asks another to say who it is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct IntroductionRequest {
    /// 32 random bytes, used once.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// Who asks.
    #[n(1)]
    pub from: Domain,
}

impl IntroductionRequest {
    /// Asks with a fresh nonce.
    pub fn new<R: CryptoRng + ?Sized>(rng: &mut R, from: Domain) -> Self {
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Self { nonce, from }
    }

    /// What the party `domain` answers in `role`; it is still to be signed.
    #[must_use]
    pub fn answer(&self, domain: Domain, role: Role, now: Timestamp) -> Introduction {
        Introduction {
            envelope: Envelope::new(
                domain,
                Audience::Party(self.from.clone()),
                self.nonce,
                now,
                INTRODUCTION_SECONDS,
            ),
            role,
        }
    }

    /// Verifies the answer (a statement) to this request: signed by `domain`, certified for `role`.
    ///
    /// # Errors
    /// [`StatementError`] says what does not hold.
    pub fn verify(
        &self,
        answer: &[u8],
        anchors: &TrustAnchors,
        now: Timestamp,
        domain: &Domain,
        role: Role,
    ) -> Result<Verified<Introduction>, StatementError> {
        let verified = open::<Introduction>(answer, anchors, now, role)?;
        verified.require_sender(domain)?;
        verified.require_recipient(&Audience::Party(self.from.clone()))?;
        verified.require_transaction(&self.nonce)?;
        Ok(verified)
    }
}

impl Message for IntroductionRequest {
    const TYPE: u16 = 22;
    const MAX_LEN: usize = 512;
}

/// A party says who it is. The envelope's transaction is the nonce it was asked with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Introduction {
    /// From the answering party to the asking one.
    #[n(0)]
    pub envelope: Envelope,
    /// The role in which it answers; its certificate must say the same.
    #[n(1)]
    pub role: Role,
}

impl Message for Introduction {
    const TYPE: u16 = 23;
    const MAX_LEN: usize = 1024;
}

impl SignedMessage for Introduction {
    const CONTEXT: &'static str = "tallystick/v1/introduction";

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}
