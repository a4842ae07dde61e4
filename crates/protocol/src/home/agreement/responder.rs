//! Whoever answers: a proxy to its terminal, a shop to a proxy.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, Zeroizing};

use super::AgreementError;
use super::handover::SessionKey;
use super::hello::{AgreementProof, Confirmation, Finish, Hello, HelloAnswer, PROOF_SECONDS};
use super::schedule::{self, Secret};
use crate::home::records::{RecordKeys, Side};
use crate::trust::statement::{Audience, Envelope};
use crate::wire::identifier::Domain;
use crate::wire::time::Timestamp;

/// A responder that is about to sign.
pub struct Responder {
    hello: Hello,
    session: [u8; 16],
    secret: Secret,
    share: [u8; 32],
}

impl Responder {
    /// Draws a share and the session's name, 16 bytes.
    pub fn new(rng: &mut impl CryptoRng, hello: Hello) -> Self {
        let (mut secret, mut session) = (Secret::default(), [0; 16]);
        rng.fill_bytes(secret.as_mut());
        rng.fill_bytes(&mut session);
        let share = schedule::share(&secret);
        Self {
            hello,
            session,
            secret,
            share,
        }
    }

    /// What the responder signs, as `domain`. `transport_key` is the RSA key (subject public key info, DER) of a
    /// responder that is asked for [`Profile::KeyTransport`](super::Profile::KeyTransport).
    #[must_use]
    pub fn proof(
        &self,
        domain: Domain,
        now: Timestamp,
        transport_key: Option<Vec<u8>>,
    ) -> AgreementProof {
        let first = schedule::first(&self.hello, &self.session, &self.share);
        let envelope = Envelope::new(domain, Audience::Anyone, first, now, PROOF_SECONDS);
        AgreementProof {
            envelope,
            transport_key,
        }
    }

    /// The answer, with what was signed. There is one: two under the same shares would have the same nonce.
    ///
    /// # Errors
    /// [`AgreementError::Share`] if a share that the initiator sent is of low order.
    pub fn answer(self, signed: &[u8]) -> Result<(HelloAnswer, Answered), AgreementError> {
        let common = schedule::common(&self.secret, &self.hello.share)?;
        let joint = match &self.hello.second {
            Some(second) => Some(*schedule::common(&self.secret, second)?),
            None => None,
        };
        let first = schedule::first(&self.hello, &self.session, &self.share);
        let mut handshake = RecordKeys::new(&common, &first, Side::Responder);
        let answer = HelloAnswer {
            session: self.session,
            share: self.share,
            sealed: handshake.seal(signed, false)?,
        };
        let answered = Answered {
            hello: self.hello,
            session: self.session,
            common: *common,
            joint,
            handshake,
            transcript: schedule::second(&first, &schedule::of_answer(&answer)),
        };
        Ok((answer, answered))
    }
}

/// A responder that waits for the initiator's proof. It can be stored.
#[derive(Clone, Encode, DecodeMap)]
#[cbor(map)]
pub struct Answered {
    /// What was asked.
    #[n(0)]
    pub hello: Hello,
    /// Names the session, 16 bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub session: [u8; 16],
    #[cbor(n(2), with = "minicbor::bytes")]
    common: [u8; 32],
    #[cbor(n(3), with = "minicbor::bytes")]
    joint: Option<[u8; 32]>,
    #[n(4)]
    handshake: RecordKeys,
    /// What the initiator signs, 32 bytes.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub transcript: [u8; 32],
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.common.zeroize();
        self.joint.zeroize();
    }
}

impl Answered {
    /// What the initiator signed: whoever asks verifies that it is about [`Answered::transcript`].
    ///
    /// # Errors
    /// [`AgreementError::Record`] if it does not open.
    pub fn receive(&self, finish: &Finish) -> Result<Zeroizing<Vec<u8>>, AgreementError> {
        Ok(self.handshake.clone().open(&finish.sealed)?)
    }

    /// The key, once the initiator's proof was verified; with what confirms it. `transported` is what the initiator sent
    /// under the responder's RSA key.
    ///
    /// # Errors
    /// [`AgreementError::Transport`] if it is missing, or there in the other profile.
    pub fn agree(
        &self,
        finish: &Finish,
        transported: Option<&[u8; 32]>,
    ) -> Result<(SessionKey, Confirmation), AgreementError> {
        let third = schedule::third(&self.transcript, &schedule::of_finish(finish));
        let common = Secret::new(self.common);
        let agreed = schedule::agreed(self.hello.profile, &common, transported, &third)?;
        let key = match self.joint {
            Some(joint) => schedule::joined(&agreed, &Secret::new(joint), &third),
            None => agreed,
        };
        let key = SessionKey {
            key,
            transcript: third,
        };
        let confirmation = key.confirmation();
        Ok((key, confirmation))
    }
}
