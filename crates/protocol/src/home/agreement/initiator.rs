//! Whoever speaks first: a terminal to its proxy, a proxy to a shop.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use rsa::Oaep;
use sha2::Sha256;
use tallystick_codec::DecodeMap;
use zeroize::Zeroize;

use super::AgreementError;
use super::handover::{Handover, SessionKey, Shown};
use super::hello::{AgreementProof, Confirmation, Finish, Hello, HelloAnswer, Profile};
use super::schedule::{self, Secret};
use crate::home::records::{RecordKeys, Side};
use crate::trust::certificate::{CertifiedParty, TrustAnchors};
use crate::trust::signature::public_key_from_spki;
use crate::trust::statement::{self, Verified};
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;

/// An initiator that waits for the answer. It can be stored.
#[derive(Clone, Encode, DecodeMap)]
#[cbor(map)]
pub struct Initiator {
    #[cbor(n(0), with = "minicbor::bytes")]
    secret: [u8; 32],
    #[n(1)]
    hello: Hello,
}

impl Drop for Initiator {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// What is signed first, verified: the statement's own transcript must be that of these messages.
pub(super) fn proven(
    first: &[u8; 32],
    (to, profile): (&Domain, Profile),
    signed: &[u8],
    anchors: &TrustAnchors,
    now: Timestamp,
    role: Role,
) -> Result<Verified<AgreementProof>, AgreementError> {
    let verified = statement::open::<AgreementProof>(signed, anchors, now, role)?;
    verified.require_sender(to)?;
    verified.require_transaction(first)?;
    let sends = profile == Profile::KeyTransport;
    if verified.message.transport_key.is_some() != sends {
        return Err(AgreementError::Transport);
    }
    Ok(verified)
}

/// Verifies for a card, which does not know the secret, that a party proved itself in these messages. `signed` is what
/// was in the answer's record. Returns the transcript that the card may sign.
///
/// # Errors
/// [`AgreementError`] says what does not hold.
pub fn verify_responder(
    hello: &Hello,
    answer: &HelloAnswer,
    signed: &[u8],
    anchors: &TrustAnchors,
    now: Timestamp,
    role: Role,
) -> Result<[u8; 32], AgreementError> {
    let first = schedule::first(hello, &answer.session, &answer.share);
    let asked = (&hello.to, hello.profile);
    proven(&first, asked, signed, anchors, now, role)?;
    Ok(schedule::second(&first, &schedule::of_answer(answer)))
}

impl Initiator {
    /// Draws a share. `second` is the share of whoever is to have the key in the initiator's place.
    pub fn new(
        rng: &mut impl CryptoRng,
        to: Domain,
        profile: Profile,
        second: Option<[u8; 32]>,
    ) -> Self {
        let (mut secret, mut nonce) = ([0; 32], [0; 32]);
        rng.fill_bytes(&mut secret);
        rng.fill_bytes(&mut nonce);
        let hello = Hello {
            to,
            profile,
            share: schedule::share(&secret),
            nonce,
            second,
        };
        Self { secret, hello }
    }

    /// What is to be sent.
    #[must_use]
    pub const fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Opens the answer and verifies that the party that was meant signed it, certified for that role.
    ///
    /// # Errors
    /// [`AgreementError`] says what does not hold.
    pub fn receive(
        &self,
        answer: HelloAnswer,
        anchors: &TrustAnchors,
        now: Timestamp,
        role: Role,
    ) -> Result<Received, AgreementError> {
        let common = schedule::common(&self.secret, &answer.share)?;
        let first = schedule::first(&self.hello, &answer.session, &answer.share);
        let mut handshake = RecordKeys::new(&common, &first, Side::Initiator);
        let signed = handshake.open(&answer.sealed)?;
        let asked = (&self.hello.to, self.hello.profile);
        let proof = proven(&first, asked, &signed, anchors, now, role)?;
        Ok(Received {
            hello: self.hello.clone(),
            transcript: schedule::second(&first, &schedule::of_answer(&answer)),
            answer,
            signed: signed.to_vec(),
            transport_key: proof.message.transport_key,
            responder: proof.signer,
            common,
            handshake,
        })
    }
}

/// An initiator that knows who answered.
pub struct Received {
    /// What was sent.
    pub hello: Hello,
    /// What was answered.
    pub answer: HelloAnswer,
    /// What the responder signed: [`AgreementProof`], as it stood in the answer's record.
    pub signed: Vec<u8>,
    /// Who answered.
    pub responder: CertifiedParty,
    transport_key: Option<Vec<u8>>,
    transcript: [u8; 32],
    common: Secret,
    handshake: RecordKeys,
}

impl Received {
    /// What the initiator signs, 32 bytes.
    #[must_use]
    pub const fn transcript(&self) -> &[u8; 32] {
        &self.transcript
    }

    /// The last message, with what the initiator signed.
    ///
    /// # Errors
    /// [`AgreementError::Transport`] if nothing can be sent under the responder's RSA key.
    pub fn finish(
        mut self,
        rng: &mut impl CryptoRng,
        signed: &[u8],
    ) -> Result<(Finish, Agreed), AgreementError> {
        let mut sent = None;
        let mut transported = None;
        if let Some(key) = &self.transport_key {
            let mut secret = Secret::default();
            rng.fill_bytes(secret.as_mut());
            let key = public_key_from_spki(key).map_err(|_| AgreementError::Transport)?;
            let sealed = key.encrypt(rng, Oaep::<Sha256>::new(), secret.as_ref());
            transported = Some(sealed.map_err(|_| AgreementError::Transport)?);
            sent = Some(secret);
        }
        let sealed = self.handshake.seal(signed, false)?;
        let finish = Finish {
            sealed,
            transported,
        };
        let said = schedule::of_finish(&finish);
        let third = schedule::third(&self.transcript, &said);
        let (profile, sent) = (self.hello.profile, sent.as_deref());
        let agreed = schedule::agreed(profile, &self.common, sent, &third)?;
        let is_joint = self.hello.second.is_some();
        let shown = is_joint.then(|| Shown {
            answer: schedule::of_answer(&self.answer),
            finish: said,
            hello: self.hello,
            signed: self.signed,
        });
        let agreed = Agreed {
            agreed: *agreed,
            transcript: third,
            share: self.answer.share,
            is_joint,
            session: self.answer.session,
            shown,
        };
        Ok((finish, agreed))
    }
}

/// An initiator that waits for the confirmation. It can be stored.
#[derive(Clone, Encode, DecodeMap)]
#[cbor(map)]
pub struct Agreed {
    #[cbor(n(0), with = "minicbor::bytes")]
    agreed: [u8; 32],
    /// Everything that was said, 32 bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub transcript: [u8; 32],
    #[cbor(n(2), with = "minicbor::bytes")]
    share: [u8; 32],
    #[n(3)]
    is_joint: bool,
    /// Names the session at the responder, 16 bytes.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub session: [u8; 16],
    #[n(5)]
    shown: Option<Shown>,
}

impl Drop for Agreed {
    fn drop(&mut self) {
        self.agreed.zeroize();
    }
}

impl Agreed {
    /// The key, once the responder has confirmed it; of a key with somebody else's share only that one has it.
    ///
    /// # Errors
    /// [`AgreementError::NotConfirmed`].
    pub fn confirm(&self, said: &Confirmation) -> Result<SessionKey, AgreementError> {
        if self.is_joint {
            return Err(AgreementError::NotConfirmed);
        }
        let key = SessionKey {
            key: Secret::new(self.agreed),
            transcript: self.transcript,
        };
        key.confirmed(said)
    }

    /// What is told to whoever is to have the key (H7).
    ///
    /// # Errors
    /// [`AgreementError::NotConfirmed`], where the initiator can see that.
    pub fn hand_over(&self, confirmation: Confirmation) -> Result<Handover, AgreementError> {
        if !self.is_joint {
            self.confirm(&confirmation)?;
        }
        Ok(Handover {
            agreed: self.agreed,
            transcript: self.transcript,
            share: self.share,
            is_joint: self.is_joint,
            session: self.session,
            confirmation,
            shown: self.shown.clone(),
        })
    }
}
