//! The two passwords, sealed to the home card (H4 and H5; claim 3). Neither proxy nor home browser can read or use them:
//! the first is sealed with the card's nonce; the second is bound to the transcript of the terminal's session as well, and
//! opens only together with what the card answered to the first. Both are signed by the terminal, so that a stranger
//! cannot use up the tries. Both are filled up to one length, so that nobody on the way sees how long they are.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::records::{RecordKeys, Side};
use crate::keys::KeyError;
use crate::keys::sealed::{Exported, Sealed, open_and_export, seal_and_export};
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::{Message, decode_value, encode_value};
use crate::wire::identifier::{HomeId, TerminalId};
use crate::wire::registry::{context, message};

/// The shortest password, in bytes of UTF-8.
pub const PASSWORD_BYTES_MIN: usize = 8;
/// The longest password, in bytes of UTF-8.
pub const PASSWORD_BYTES_MAX: usize = 128;

/// The first password (H4). Signed by the terminal's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Opening {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// Who opens it.
    #[n(1)]
    pub terminal: TerminalId,
    /// The nonce of the card's [`AccessAnswer`](super::AccessAnswer).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The password, sealed to the home card.
    #[n(3)]
    pub sealed: Sealed,
}
keyed_message!(Opening, message::OPENING, 1024, context::HOME_OPENING);

impl Opening {
    /// Seals the first password; with the secret under which the card answers.
    ///
    /// # Errors
    /// [`KeyError::CannotSeal`] if the home's key is of low order, or the password longer than
    /// [`PASSWORD_BYTES_MAX`].
    pub fn new(
        rng: &mut impl CryptoRng,
        (home, sealing_key): (HomeId, &[u8; 32]),
        terminal: TerminalId,
        nonce: [u8; 32],
        password: &str,
    ) -> Result<(Self, Exported), KeyError> {
        let info = info(context::HOME_OPENING, &home, &terminal, &[&nonce]);
        let (sealed, answered) =
            seal_and_export(rng, sealing_key, &info, filled(password)?.as_ref())?;
        let opening = Self {
            home,
            terminal,
            nonce,
            sealed,
        };
        Ok((opening, answered))
    }

    /// The password, and the secret under which to answer.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] if it was not sealed to this card, for this home, terminal and nonce.
    pub fn open(
        &self,
        sealing_secret: &[u8; 32],
    ) -> Result<(Zeroizing<Vec<u8>>, Exported), KeyError> {
        let (home, terminal) = (&self.home, &self.terminal);
        let info = info(context::HOME_OPENING, home, terminal, &[&self.nonce]);
        let Sealed {
            encapsulated,
            ciphertext,
        } = &self.sealed;
        let (opened, exported) = open_and_export(sealing_secret, &info, encapsulated, ciphertext)?;
        Ok((of_filled(&opened)?, exported))
    }
}

/// What the card answers to the right first password, as a record of [`answer_keys`].
#[derive(Clone, Encode, DecodeMap)]
#[cbor(map)]
pub struct OpeningAnswer {
    /// A secret of the card, 32 bytes, without which the second password opens nothing.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub gate: [u8; 32],
    /// The card's nonce for the second password, 32 bytes. Good once.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
}

impl Drop for OpeningAnswer {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.gate);
    }
}

impl Message for OpeningAnswer {
    const TYPE: u16 = message::OPENING_ANSWER_OF_HOME;
    const LEN_MAX: usize = 128;
}

/// The second password (H5). Signed by the terminal's key, sent within the session that it is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Release {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// Who releases it.
    #[n(1)]
    pub terminal: TerminalId,
    /// The nonce of the card's [`OpeningAnswer`].
    #[cbor(n(2), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The transcript of the session of terminal and proxy
    /// ([`Agreed::transcript`](super::agreement::Agreed::transcript)).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub session: [u8; 32],
    /// Gate and password, sealed to the home card.
    #[n(4)]
    pub sealed: Sealed,
}
keyed_message!(Release, message::RELEASE, 1024, context::HOME_RELEASE);

/// What is sealed in a [`Release`].
#[derive(Encode, DecodeMap)]
#[cbor(map)]
struct Secrets {
    #[cbor(n(0), with = "minicbor::bytes")]
    gate: [u8; 32],
    /// As [`filled`] gives it.
    #[cbor(n(1), with = "minicbor::bytes")]
    password: Filled,
}

impl Drop for Secrets {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.gate);
        zeroize::Zeroize::zeroize(&mut self.password);
    }
}

/// What a release brought: the card's own gate, the second password, and the secret of the channel.
pub struct Released {
    /// As in [`OpeningAnswer::gate`].
    pub gate: Zeroizing<[u8; 32]>,
    /// The second password.
    pub password: Zeroizing<Vec<u8>>,
    /// The secret of the channel between terminal and card: [`channel_keys`].
    pub channel: Exported,
}

impl Release {
    /// Seals gate and second password; with the secret of the channel that follows.
    ///
    /// # Errors
    /// [`KeyError::CannotSeal`] if the home's key is of low order, or the password longer than
    /// [`PASSWORD_BYTES_MAX`].
    pub fn new(
        rng: &mut impl CryptoRng,
        (home, sealing_key): (HomeId, &[u8; 32]),
        terminal: TerminalId,
        answer: &OpeningAnswer,
        session: [u8; 32],
        password: &str,
    ) -> Result<(Self, Exported), KeyError> {
        let nonce = answer.nonce;
        let secrets = Secrets {
            gate: answer.gate,
            password: *filled(password)?,
        };
        let secrets = Zeroizing::new(encode_value(&secrets));
        let info = info(context::HOME_RELEASE, &home, &terminal, &[&nonce, &session]);
        let (sealed, channel) = seal_and_export(rng, sealing_key, &info, &secrets)?;
        let release = Self {
            home,
            terminal,
            nonce,
            session,
            sealed,
        };
        Ok((release, channel))
    }

    /// What it brought.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] if it was not sealed to this card, for this home, terminal, nonce and session.
    pub fn open(&self, sealing_secret: &[u8; 32]) -> Result<Released, KeyError> {
        let info = info(
            context::HOME_RELEASE,
            &self.home,
            &self.terminal,
            &[&self.nonce, &self.session],
        );
        let Sealed {
            encapsulated,
            ciphertext,
        } = &self.sealed;
        let (opened, channel) = open_and_export(sealing_secret, &info, encapsulated, ciphertext)?;
        let secrets: Secrets = decode_value(&opened, 512).map_err(|_| KeyError::CannotOpen)?;
        Ok(Released {
            gate: Zeroizing::new(secrets.gate),
            password: of_filled(&secrets.password)?,
            channel,
        })
    }
}

/// The keys under which the card answers an [`Opening`]: one record, from card to terminal.
#[must_use]
pub fn answer_keys(exported: &Exported, nonce: &[u8; 32], side: Side) -> RecordKeys {
    RecordKeys::new(exported, nonce, side)
}

/// The keys of the channel between terminal and home card: the card answers the release itself by the first record.
/// The terminal is [`Side::Initiator`].
#[must_use]
pub fn channel_keys(exported: &Exported, session: &[u8; 32], side: Side) -> RecordKeys {
    RecordKeys::new(exported, session, side)
}

/// A password's length, the password, and zeros.
type Filled = [u8; 1 + PASSWORD_BYTES_MAX];

fn filled(password: &str) -> Result<Zeroizing<Filled>, KeyError> {
    let mut filled = Zeroizing::new([0; 1 + PASSWORD_BYTES_MAX]);
    let [length, room @ ..] = &mut *filled;
    *length = u8::try_from(password.len()).map_err(|_| KeyError::CannotSeal)?;
    let place = room.get_mut(..password.len());
    let place = place.ok_or(KeyError::CannotSeal)?;
    place.copy_from_slice(password.as_bytes());
    Ok(filled)
}

/// The password out of it, if it was filled in that one way.
fn of_filled(filled: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let filled: &Filled = filled.try_into().map_err(|_| KeyError::CannotOpen)?;
    let [length, room @ ..] = filled;
    let length = usize::from(*length);
    let (password, rest) = room.split_at_checked(length).ok_or(KeyError::CannotOpen)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(KeyError::CannotOpen);
    }
    Ok(Zeroizing::new(password.to_vec()))
}

fn info(context: &str, home: &HomeId, terminal: &TerminalId, bound: &[&[u8; 32]]) -> Vec<u8> {
    let mut info = [context.as_bytes(), home.as_ref(), terminal.as_ref()].concat();
    for one in bound {
        info.extend_from_slice(*one);
    }
    info
}
