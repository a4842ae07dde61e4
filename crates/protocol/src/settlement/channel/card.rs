//! The card's side.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::cipher::{BLOCK, DONE, SessionKeys, Way, is_same};
use super::kdf::Derived;
use super::{
    CardKeys, ChannelError, EXTERNAL_AUTHENTICATE, LEVEL, Mode, PROTOCOL, RESPONSE_DATA_MAX,
    SECURE_CLASS, apdu,
};
use crate::settlement::card::Alias;

/// INITIALIZE UPDATE was answered, and the host has not shown yet that it has the keys.
pub struct CardOpening {
    session: SessionKeys,
    host_cryptogram: Vec<u8>,
}

impl CardOpening {
    /// Answers INITIALIZE UPDATE with a random challenge, of whose 16 bytes [`Mode::S8`] uses 8: the response's data.
    ///
    /// # Errors
    /// [`ChannelError::Length`] if the host's challenge has not 8 or 16 bytes.
    pub fn answer(
        keys: &CardKeys,
        (alias, key_version): (&Alias, u8),
        host_challenge: &[u8],
        challenge: &[u8; 16],
    ) -> Result<(Self, Vec<u8>), ChannelError> {
        let mode = Mode::of(host_challenge.len())?;
        let (challenge, _) = challenge
            .split_at_checked(mode.bytes())
            .ok_or(ChannelError::Length)?;
        let session = SessionKeys::new(keys, mode, host_challenge, challenge);
        let cryptogram = |of| session.cryptogram(of, host_challenge, challenge);
        let key = [key_version, PROTOCOL, mode.parameter()];
        let card = cryptogram(Derived::CardCryptogram);
        let answer = [&alias.0[..], &key, challenge, &card].concat();
        let host_cryptogram = cryptogram(Derived::HostCryptogram);
        let opening = Self {
            session,
            host_cryptogram,
        };
        Ok((opening, answer))
    }

    /// Takes EXTERNAL AUTHENTICATE: the header and the data, of which the MAC is the end.
    ///
    /// # Errors
    /// [`ChannelError::Level`] for anything but [`LEVEL`]; [`ChannelError::Length`], [`ChannelError::Mac`] or
    /// [`ChannelError::Cryptogram`].
    pub fn authenticate(self, header: [u8; 4], data: &[u8]) -> Result<CardChannel, ChannelError> {
        if header != [SECURE_CLASS, EXTERNAL_AUTHENTICATE, LEVEL, 0] {
            return Err(ChannelError::Level);
        }
        let mut channel = CardChannel {
            session: self.session,
            chaining: [0; BLOCK],
            counter: 0,
            has_ended: false,
        };
        let cryptogram = channel.verified(header, data)?;
        if is_same(cryptogram, &self.host_cryptogram) {
            Ok(channel)
        } else {
            Err(ChannelError::Cryptogram)
        }
    }
}

impl fmt::Debug for CardOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardOpening(…)")
    }
}

/// The channel, at the card: one command is unwrapped, then its response is wrapped.
pub struct CardChannel {
    session: SessionKeys,
    chaining: [u8; BLOCK],
    counter: u32,
    has_ended: bool,
}

impl CardChannel {
    /// Unwraps a command: its data in clear. An encrypted block with nothing in it counts as no data, because there are
    /// hosts that send one.
    ///
    /// # Errors
    /// [`ChannelError::Mac`], [`ChannelError::Length`], [`ChannelError::Padding`] or [`ChannelError::Ended`]. The channel has
    /// ended then.
    pub fn unwrap(
        &mut self,
        header: [u8; 4],
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ChannelError> {
        if self.has_ended {
            return Err(ChannelError::Ended);
        }
        self.has_ended = true;
        let counter = self.counter.checked_add(1).ok_or(ChannelError::Ended)?;
        let sealed = self.verified(header, data)?;
        let plain = match sealed {
            [] => Zeroizing::default(),
            sealed => self.session.decrypt(Way::ToCard, counter, sealed)?,
        };
        self.counter = counter;
        self.has_ended = false;
        Ok(plain)
    }

    /// Wraps a response's data, at most [`RESPONSE_DATA_MAX`] bytes, to be sent with 9000.
    ///
    /// # Errors
    /// [`ChannelError::Length`], [`ChannelError::Ended`].
    pub fn wrap(&self, data: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if self.has_ended {
            return Err(ChannelError::Ended);
        }
        if data.len() > RESPONSE_DATA_MAX {
            return Err(ChannelError::Length);
        }
        let mut response = match data {
            [] => Vec::new(),
            data => self.session.encrypt(Way::ToHost, self.counter, data),
        };
        let mac = self.session.response_mac(&self.chaining, &response, DONE);
        response.extend(mac);
        Ok(response)
    }

    /// What stands before the MAC, once that is right.
    fn verified<'a>(&mut self, header: [u8; 4], data: &'a [u8]) -> Result<&'a [u8], ChannelError> {
        let length = data.len().checked_sub(self.session.mode.bytes());
        let (data, mac) = data.split_at(length.ok_or(ChannelError::Length)?);
        let head = apdu::head(header, data.len() + mac.len())?;
        let chaining = self.session.command_mac(&self.chaining, &head, data);
        let expected = chaining.split_at(mac.len()).0;
        if !is_same(mac, expected) {
            return Err(ChannelError::Mac);
        }
        self.chaining = chaining;
        Ok(data)
    }
}

impl fmt::Debug for CardChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardChannel(…)")
    }
}
