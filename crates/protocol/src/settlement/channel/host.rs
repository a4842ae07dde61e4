//! The host's side: that of the security server.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::cipher::{BLOCK, DONE, SessionKeys, Way, is_same};
use super::kdf::Derived;
use super::{
    CardKeys, ChannelError, DATA_MAX, EXTERNAL_AUTHENTICATE, INITIALIZE_UPDATE, KEY_BYTES, LEVEL,
    Mode, PROTOCOL, SECURE_CLASS, apdu,
};
use crate::settlement::card::Alias;
use crate::wire::cbor::{decode_value, encode_value};

/// Parameter `i`: the card's challenge is computed, and a sequence counter comes with it.
const COUNTED_CHALLENGE: u8 = 0x10;
/// Bytes of that counter.
const SEQUENCE_BYTES: usize = 3;
/// The most commands that wait for their responses.
pub const WAITING_MAX: usize = 16;
/// Bytes of a waiting command, as it is kept.
const STORED_WAITING: usize = 4 + BLOCK;
/// More than a channel takes, as it is kept, in bytes.
const STORED_MAX: usize = 512;

/// INITIALIZE UPDATE is under way.
#[derive(Clone, PartialEq, Eq)]
pub struct HostOpening {
    key_version: u8,
    challenge: Vec<u8>,
    mode: Mode,
}

/// What a card answered to INITIALIZE UPDATE. Nothing of it is proved yet: by its alias the host finds the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The key diversification data.
    pub alias: Alias,
    /// The version of the keys with which it answered.
    pub key_version: u8,
    challenge: Vec<u8>,
    cryptogram: Vec<u8>,
}

impl HostOpening {
    /// Begins with a random challenge, 16 bytes ([`Mode::S16`]) or 8 ([`Mode::S8`]). The version of the keys is that which
    /// the card shall use, or 0 for any.
    ///
    /// # Errors
    /// [`ChannelError::Length`] for a challenge of another length.
    pub fn begin(key_version: u8, challenge: &[u8]) -> Result<Self, ChannelError> {
        Ok(Self {
            key_version,
            challenge: challenge.to_vec(),
            mode: Mode::of(challenge.len())?,
        })
    }

    /// The command INITIALIZE UPDATE.
    ///
    /// # Errors
    /// None.
    pub fn initialize_update(&self) -> Result<Vec<u8>, ChannelError> {
        let header = [0x80, INITIALIZE_UPDATE, self.key_version, 0];
        apdu::command(header, &self.challenge)
    }

    /// Reads the card's answer.
    ///
    /// # Errors
    /// [`ChannelError::Refused`], [`ChannelError::Length`], [`ChannelError::Protocol`] or [`ChannelError::KeyVersion`].
    pub fn read(&self, response: &[u8]) -> Result<Update, ChannelError> {
        let (data, status) = apdu::response(response)?;
        if status != DONE {
            return Err(ChannelError::Refused(status));
        }
        let (alias, data) = data.split_first_chunk().ok_or(ChannelError::Length)?;
        let (&[key_version, protocol, parameter], data) =
            data.split_first_chunk().ok_or(ChannelError::Length)?;
        if protocol != PROTOCOL || parameter & !COUNTED_CHALLENGE != self.mode.parameter() {
            return Err(ChannelError::Protocol);
        }
        if self.key_version != 0 && key_version != self.key_version {
            return Err(ChannelError::KeyVersion);
        }
        let counted = usize::from(parameter & COUNTED_CHALLENGE != 0) * SEQUENCE_BYTES;
        let bytes = self.mode.bytes();
        if data.len() != 2 * bytes + counted {
            return Err(ChannelError::Length);
        }
        let (challenge, data) = data.split_at(bytes);
        Ok(Update {
            alias: Alias(*alias),
            key_version,
            challenge: challenge.to_vec(),
            cryptogram: data.iter().copied().take(bytes).collect(),
        })
    }

    /// Verifies that the card has its keys. EXTERNAL AUTHENTICATE, which is the first command of the channel, and the
    /// channel: its response is unwrapped as those of others.
    ///
    /// # Errors
    /// [`ChannelError::Cryptogram`].
    pub fn authenticate(
        self,
        update: &Update,
        keys: &CardKeys,
    ) -> Result<(Vec<u8>, HostChannel), ChannelError> {
        let (host, card) = (&self.challenge[..], &update.challenge[..]);
        let session = SessionKeys::new(keys, self.mode, host, card);
        let expected = session.cryptogram(Derived::CardCryptogram, host, card);
        if !is_same(&expected, &update.cryptogram) {
            return Err(ChannelError::Cryptogram);
        }
        let cryptogram = session.cryptogram(Derived::HostCryptogram, host, card);
        let mut channel = HostChannel {
            session,
            chaining: [0; BLOCK],
            counter: 0,
            waiting: VecDeque::new(),
            has_ended: false,
        };
        let header = [SECURE_CLASS, EXTERNAL_AUTHENTICATE, LEVEL, 0];
        let command = channel.with_mac(header, cryptogram)?;
        channel.waiting.push_back(Waiting::Authentication);
        Ok((command, channel))
    }
}

/// An opening, as it is kept while the card is asked.
#[derive(Encode, DecodeMap)]
#[cbor(map)]
struct StoredOpening {
    #[n(0)]
    key_version: u8,
    #[cbor(n(1), with = "minicbor::bytes")]
    challenge: Vec<u8>,
}

impl HostOpening {
    /// What it is, to be kept while the card is asked. There is no secret in it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encode_value(&StoredOpening {
            key_version: self.key_version,
            challenge: self.challenge.clone(),
        })
    }

    /// The opening that [`Self::to_bytes`] was taken of.
    ///
    /// # Errors
    /// [`ChannelError::Length`] for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ChannelError> {
        let stored = decode_value::<StoredOpening>(bytes, STORED_MAX);
        let stored = stored.map_err(|_| ChannelError::Length)?;
        Self::begin(stored.key_version, &stored.challenge)
    }
}

impl fmt::Debug for HostOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostOpening({:?})", self.mode)
    }
}

/// A command whose response is still to come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// EXTERNAL AUTHENTICATE: its response has no MAC.
    Authentication,
    /// Any other, with its number and the chaining value after it.
    Command { counter: u32, chaining: [u8; BLOCK] },
}

/// The channel, at the host. Several commands may be wrapped before the first response is there; responses are unwrapped
/// in the order of the commands.
#[derive(Clone)]
pub struct HostChannel {
    session: SessionKeys,
    chaining: [u8; BLOCK],
    counter: u32,
    waiting: VecDeque<Waiting>,
    has_ended: bool,
}

impl HostChannel {
    /// Wraps a command: its header, whose class becomes [`SECURE_CLASS`], and its data, at most [`DATA_MAX`] bytes.
    ///
    /// # Errors
    /// [`ChannelError::Length`] if the data is too long, [`ChannelError::Ended`] after an error, and with more than
    /// [`WAITING_MAX`] commands on their way.
    pub fn wrap(&mut self, header: [u8; 4], data: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if data.len() > DATA_MAX {
            return Err(ChannelError::Length);
        }
        let counter = self.counter.checked_add(1).ok_or(ChannelError::Ended)?;
        if self.has_ended || self.waiting.len() >= WAITING_MAX {
            return Err(ChannelError::Ended);
        }
        let [_, ins, p1, p2] = header;
        let sealed = match data {
            [] => Vec::new(),
            data => self.session.encrypt(Way::ToCard, counter, data),
        };
        let command = self.with_mac([SECURE_CLASS, ins, p1, p2], sealed)?;
        self.counter = counter;
        let chaining = self.chaining;
        let waiting = Waiting::Command { counter, chaining };
        self.waiting.push_back(waiting);
        Ok(command)
    }

    /// Unwraps the response to the oldest command that waits for one. The data is the card's own word: it stands under its
    /// MAC with 9000.
    ///
    /// # Errors
    /// [`ChannelError::Refused`] and [`ChannelError::Stripped`] say that nobody knows what the card has answered;
    /// [`ChannelError::Mac`] and all others that somebody altered it. The channel has ended then.
    pub fn unwrap(&mut self, response: &[u8]) -> Result<Zeroizing<Vec<u8>>, ChannelError> {
        if self.has_ended {
            return Err(ChannelError::Ended);
        }
        let unwrapped = self.unwrapped(response);
        self.has_ended = unwrapped.is_err();
        unwrapped
    }

    fn unwrapped(&mut self, response: &[u8]) -> Result<Zeroizing<Vec<u8>>, ChannelError> {
        let waiting = self.waiting.pop_front().ok_or(ChannelError::Unasked)?;
        let (data, status) = apdu::response(response)?;
        if status != DONE {
            return Err(ChannelError::Refused(status));
        }
        let (counter, chaining) = match waiting {
            Waiting::Authentication if data.is_empty() => return Ok(Zeroizing::default()),
            Waiting::Authentication => return Err(ChannelError::Length),
            Waiting::Command { counter, chaining } => (counter, chaining),
        };
        if data.is_empty() {
            return Err(ChannelError::Stripped);
        }
        let length = data.len().checked_sub(self.session.mode.bytes());
        let (sealed, mac) = data.split_at(length.ok_or(ChannelError::Length)?);
        if !is_same(mac, &self.session.response_mac(&chaining, sealed, status)) {
            return Err(ChannelError::Mac);
        }
        match sealed {
            [] => Ok(Zeroizing::default()),
            sealed => self.session.decrypt(Way::ToHost, counter, sealed),
        }
    }

    /// The command with its MAC.
    fn with_mac(&mut self, header: [u8; 4], mut data: Vec<u8>) -> Result<Vec<u8>, ChannelError> {
        let bytes = self.session.mode.bytes();
        let head = apdu::head(header, data.len() + bytes)?;
        self.chaining = self.session.command_mac(&self.chaining, &head, &data);
        data.extend(self.chaining.iter().take(bytes));
        apdu::command(header, &data)
    }
}

/// A channel, as it is kept between a command and its response.
#[derive(Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
struct StoredChannel {
    /// The three keys, one after the other.
    #[cbor(n(0), with = "minicbor::bytes")]
    keys: [u8; 3 * KEY_BYTES],
    /// Bytes of a MAC.
    #[n(1)]
    mac_bytes: u8,
    #[cbor(n(2), with = "minicbor::bytes")]
    chaining: [u8; BLOCK],
    #[n(3)]
    counter: u32,
    /// Number and chaining value of each command that waits; number 0 is EXTERNAL AUTHENTICATE.
    #[cbor(n(4), with = "minicbor::bytes")]
    waiting: Vec<u8>,
    #[n(5)]
    has_ended: bool,
}

impl HostChannel {
    /// What it is, to be kept sealed between a command and its response: the session's keys are in it.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let SessionKeys {
            encryption,
            command_mac,
            response_mac,
            mode,
        } = &self.session;
        let mut keys = [0; 3 * KEY_BYTES];
        let all = [encryption, command_mac, response_mac];
        for (to, from) in keys.chunks_exact_mut(KEY_BYTES).zip(all) {
            to.copy_from_slice(from);
        }
        let one = |waiting: &Waiting| match waiting {
            Waiting::Authentication => [0; STORED_WAITING],
            Waiting::Command { counter, chaining } => {
                let mut bytes = [0; STORED_WAITING];
                bytes[..4].copy_from_slice(&counter.to_be_bytes());
                bytes[4..].copy_from_slice(chaining);
                bytes
            }
        };
        Zeroizing::new(encode_value(&StoredChannel {
            keys,
            mac_bytes: mode.bytes() as u8,
            chaining: self.chaining,
            counter: self.counter,
            waiting: self.waiting.iter().flat_map(one).collect(),
            has_ended: self.has_ended,
        }))
    }

    /// The channel that [`Self::to_bytes`] was taken of.
    ///
    /// # Errors
    /// [`ChannelError::Length`] for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ChannelError> {
        let stored = decode_value::<StoredChannel>(bytes, STORED_MAX);
        let stored = stored.map_err(|_| ChannelError::Length)?;
        let mut keys = [[0; KEY_BYTES]; 3];
        for (to, from) in keys.iter_mut().zip(stored.keys.chunks_exact(KEY_BYTES)) {
            to.copy_from_slice(from);
        }
        let [encryption, command_mac, response_mac] = keys;
        keys.zeroize();
        let (waiting, rest) = stored.waiting.as_chunks::<STORED_WAITING>();
        if waiting.len() > WAITING_MAX || !rest.is_empty() {
            return Err(ChannelError::Length);
        }
        Ok(Self {
            session: SessionKeys {
                encryption,
                command_mac,
                response_mac,
                mode: Mode::of(stored.mac_bytes.into())?,
            },
            chaining: stored.chaining,
            counter: stored.counter,
            waiting: waiting.iter().map(Waiting::stored).collect(),
            has_ended: stored.has_ended,
        })
    }
}

impl Waiting {
    fn stored(bytes: &[u8; STORED_WAITING]) -> Self {
        let (counter, chaining) = bytes.split_at(4);
        let mut number = [0; 4];
        number.copy_from_slice(counter);
        let mut value = [0; BLOCK];
        value.copy_from_slice(chaining);
        match u32::from_be_bytes(number) {
            0 => Self::Authentication,
            counter => Self::Command {
                counter,
                chaining: value,
            },
        }
    }
}

impl fmt::Debug for HostChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostChannel(…)")
    }
}
