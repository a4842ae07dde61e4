//! The channel between the security server and a card: GlobalPlatform's Secure Channel Protocol 03 (GPC_SPE_014, Amendment
//! D, version 1.2) with AES-128, in its one level 33: commands and responses have a MAC and are encrypted. Whoever carries
//! them between the two reads and alters nothing (T003-7), and without mutual authentication nothing is done (T003-6).
//!
//! The host's side: [`HostOpening::begin`] gives INITIALIZE UPDATE; [`HostOpening::authenticate`] takes the card's answer and
//! gives EXTERNAL AUTHENTICATE and a [`HostChannel`], which wraps commands and unwraps responses. The card's side is
//! [`CardOpening`] and [`CardChannel`]. Challenges come from the caller. The first thing that is wrong ends a channel.
//!
//! A response that is not 9000 has no MAC in SCP03 and is believed by nobody: what a card refuses, it refuses in data.

mod apdu;
mod card;
mod cipher;
mod error;
mod host;
mod kdf;
mod keys;
#[cfg(test)]
mod tests;

pub(crate) use cipher::mac_of;

pub use card::{CardChannel, CardOpening};
pub use error::ChannelError;
pub use host::{HostChannel, HostOpening, Update, WAITING_MAX};
pub use keys::{CardKeys, KEY_BYTES, KEY_SET_BYTES, MasterKey};

/// The level of security of EXTERNAL AUTHENTICATE: C-DECRYPTION, C-MAC, R-ENCRYPTION and R-MAC (table 7-6).
pub const LEVEL: u8 = 0x33;
/// INITIALIZE UPDATE (class 80).
pub const INITIALIZE_UPDATE: u8 = 0x50;
/// EXTERNAL AUTHENTICATE (class 84).
pub const EXTERNAL_AUTHENTICATE: u8 = 0x82;
/// The class of a command in the channel: an applet's own, with secure messaging (§11.1.4 of the card specification).
pub const SECURE_CLASS: u8 = 0x84;
/// The number of the protocol in an answer to INITIALIZE UPDATE.
pub const PROTOCOL: u8 = 0x03;
/// The most data that a command in the channel carries in bytes, before it is padded and has its MAC: what is left of a
/// short command (255 bytes) in [`Mode::S16`].
pub const DATA_MAX: usize = 223;
/// The most data that a response in the channel carries in bytes, before it is padded and has its MAC: what is left of a
/// short response (256 bytes) in [`Mode::S16`].
pub const RESPONSE_DATA_MAX: usize = 239;

/// How long challenges, cryptograms and MACs are (Amendment D, §5.1: bit 1 of parameter `i`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 8 bytes, as in version 1.1.
    S8,
    /// 16 bytes.
    S16,
}

impl Mode {
    /// Bytes of a challenge, a cryptogram and a MAC.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::S8 => 8,
            Self::S16 => 16,
        }
    }

    /// The parameter `i` of a card with random challenges, R-MAC and R-ENCRYPTION.
    #[must_use]
    pub const fn parameter(self) -> u8 {
        match self {
            Self::S8 => 0x60,
            Self::S16 => 0x61,
        }
    }

    /// The mode in which challenges have that many bytes.
    const fn of(bytes: usize) -> Result<Self, ChannelError> {
        match bytes {
            8 => Ok(Self::S8),
            16 => Ok(Self::S16),
            _ => Err(ChannelError::Length),
        }
    }
}
