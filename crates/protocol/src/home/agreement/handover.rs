//! The key of a session, and how a proxy tells it to its terminal (H7; claims 1, 8 and 10).

use alloc::vec::Vec;

use minicbor::Encode;
use subtle::ConstantTimeEq;
use tallystick_codec::DecodeMap;
use zeroize::Zeroize;

use super::initiator::proven;
use super::schedule::{self, Secret};
use super::{AgreementError, Confirmation, Hello, Profile};
use crate::home::records::{RecordKeys, Side};
use crate::trust::certificate::TrustAnchors;
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, Role};
use crate::wire::registry::message;
use crate::wire::time::Timestamp;

/// The key of a session.
pub struct SessionKey {
    pub(super) key: Secret,
    /// What it is the key of, 32 bytes: everything that was said to agree on it.
    pub transcript: [u8; 32],
}

impl SessionKey {
    /// The keys for records, from the first one on: they are made once, and stored from then on.
    #[must_use]
    pub fn record_keys(&self, side: Side) -> RecordKeys {
        RecordKeys::new(&self.key, &self.transcript, side)
    }

    pub(super) fn confirmation(&self) -> Confirmation {
        Confirmation {
            tag: schedule::tag(&self.key, &self.transcript),
        }
    }

    pub(super) fn confirmed(self, said: &Confirmation) -> Result<Self, AgreementError> {
        let right = self.confirmation();
        if bool::from(right.tag.ct_eq(&said.tag)) {
            Ok(self)
        } else {
            Err(AgreementError::NotConfirmed)
        }
    }
}

/// What a proxy tells its terminal of the key that it agreed on with a shop. Said within their session alone.
#[derive(Clone, Encode, DecodeMap)]
#[cbor(map)]
pub struct Handover {
    /// The key; where the terminal's share is in it, all of it but that. 32 bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) agreed: [u8; 32],
    /// Everything that proxy and shop said, 32 bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) transcript: [u8; 32],
    /// The shop's ephemeral X25519 key, 32 bytes.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) share: [u8; 32],
    /// Whether the terminal's share is in the key.
    #[n(3)]
    pub(super) is_joint: bool,
    /// Names the session at the shop, 16 bytes.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub session: [u8; 16],
    /// What the shop confirmed.
    #[n(5)]
    pub(super) confirmation: Confirmation,
    /// Of a key with the terminal's share in it, what shows that the shop's share is the shop's.
    #[n(6)]
    pub(super) shown: Option<Shown>,
}

/// What proxy and shop said, as far as a terminal cannot know it: the shop's proof covers the terminal's share and the
/// shop's own, so that a proxy cannot put a share of its own in the place of either.
#[derive(Clone, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Shown {
    /// What the proxy sent first.
    #[n(0)]
    pub(super) hello: Hello,
    /// The signed [`AgreementProof`](super::AgreementProof).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) signed: Vec<u8>,
    /// SHA-256 of the record with it, 32 bytes.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) answer: [u8; 32],
    /// SHA-256 of the proxy's encoded [`Finish`](super::Finish), 32 bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(super) finish: [u8; 32],
}

impl Message for Handover {
    const TYPE: u16 = message::HANDOVER;
    const LEN_MAX: usize = 8 * 1024;
}

impl Drop for Handover {
    fn drop(&mut self) {
        self.agreed.zeroize();
    }
}

impl Handover {
    /// The key, confirmed by whoever has it as the proxy says. `second` is the secret of the share that the terminal
    /// gave, if it gave one. A terminal that does not take the proxy's word asks for [`Handover::key_with`].
    ///
    /// # Errors
    /// [`AgreementError::Share`], [`AgreementError::NotConfirmed`]; [`AgreementError::Transport`] if the terminal gave a
    /// share and is told a key without it, or the other way round.
    pub fn key(&self, second: Option<&[u8; 32]>) -> Result<SessionKey, AgreementError> {
        let agreed = Secret::new(self.agreed);
        let key = match (second, self.is_joint) {
            (None, false) => agreed,
            (Some(second), true) => {
                let common = schedule::common(second, &self.share)?;
                schedule::joined(&agreed, &common, &self.transcript)
            }
            _ => return Err(AgreementError::Transport),
        };
        let transcript = self.transcript;
        SessionKey { key, transcript }.confirmed(&self.confirmation)
    }

    /// The key as [`Handover::key`] gives it, once it is seen that the shop itself agreed on it: with the terminal's
    /// share in it, the shop of that domain signed that share and its own, in the profile that the terminal asked for.
    /// The secret `second` is drawn for each time, by which the proof is known to be new. A key without it is the
    /// proxy's, too, and the terminal has its word alone for whose else it is.
    ///
    /// # Errors
    /// As [`Handover::key`]; [`AgreementError::Statement`] if it is not the shop that signed, or something else;
    /// [`AgreementError::NotConfirmed`] if it was asked for by another name, or is about another share or another profile.
    pub fn key_with(
        &self,
        (shop, profile): (&Domain, Profile),
        second: Option<&[u8; 32]>,
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<SessionKey, AgreementError> {
        if let Some(second) = second {
            let shown = self.shown.as_ref().ok_or(AgreementError::Transport)?;
            let own = schedule::share(second);
            let hello = &shown.hello;
            if (&hello.to, hello.second, hello.profile) != (shop, Some(own), profile) {
                return Err(AgreementError::NotConfirmed);
            }
            let transcript = shown.verify(self, shop, anchors, now)?;
            if transcript != self.transcript {
                return Err(AgreementError::NotConfirmed);
            }
        }
        self.key(second)
    }
}

#[cfg(test)]
impl Handover {
    pub(in crate::home) fn swap_shown(&mut self, other: &Self) {
        self.shown.clone_from(&other.shown);
    }

    pub(in crate::home) fn leave_out_shown(&mut self) {
        self.shown = None;
    }
}

impl Shown {
    /// The transcript, once it is seen that the shop signed its beginning.
    fn verify(
        &self,
        told: &Handover,
        shop: &Domain,
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<[u8; 32], AgreementError> {
        let first = schedule::first(&self.hello, &told.session, &told.share);
        proven(
            &first,
            (shop, self.hello.profile),
            &self.signed,
            anchors,
            now,
            Role::Shop,
        )?;
        let second = schedule::second(&first, &self.answer);
        Ok(schedule::third(&second, &self.finish))
    }
}
