//! The key of a session, and how a proxy tells it to its terminal (H7; claims 1, 8 and 10).

use minicbor::Encode;
use subtle::ConstantTimeEq;
use tallystick_codec::DecodeMap;
use zeroize::Zeroize;

use super::schedule::{self, Secret};
use super::{AgreementError, Confirmation};
use crate::home::records::{RecordKeys, Side};
use crate::wire::cbor::Message;
use crate::wire::registry::message;

/// The key of a session.
pub struct SessionKey {
    pub(super) key: Secret,
    /// What it is the key of, 32 bytes: everything that was said to agree on it.
    pub transcript: [u8; 32],
}

impl SessionKey {
    /// The keys for records.
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
}

impl Message for Handover {
    const TYPE: u16 = message::HANDOVER;
    const LEN_MAX: usize = 512;
}

impl Drop for Handover {
    fn drop(&mut self) {
        self.agreed.zeroize();
    }
}

impl Handover {
    /// The key, confirmed by the shop. `second` is the secret of the share that the terminal gave, if it gave one.
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
}
