//! What a release leaves: the channel to the terminal, and the safe's private half under a key that the terminal alone
//! has and shows with each request.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::channel::ReleaseAnswer;
use tallystick_protocol::home::records::RecordKeys;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::door::{WRAPPED_BYTES, unwrap, wrap};
use crate::safe::SafeKey;

/// The most releases at a time; a further one ends the oldest.
pub(super) const RELEASES_MAX: usize = 4;

/// One release of one terminal.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Released {
    #[n(0)]
    pub(super) terminal: TerminalId,
    /// The channel to the terminal, which goes on where it was.
    #[n(1)]
    pub(super) channel: RecordKeys,
    /// The safe's private half.
    #[cbor(n(2), with = "minicbor::bytes")]
    sealed: Vec<u8>,
}

impl Released {
    /// Seals the safe's private half anew; with the record that tells the terminal the key.
    pub(super) fn new(
        terminal: TerminalId,
        mut channel: RecordKeys,
        safe: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Vec<u8>), StatusWord> {
        let mut answer = ReleaseAnswer { key: [0; 32] };
        rng.fill_bytes(&mut answer.key);
        let sealed = wrap(&answer.key, context::CARD_HOME_RELEASED, safe)?;
        let encoded = Zeroizing::new(encode(&answer));
        let record = channel.seal(&encoded, false);
        let record = record.map_err(|_| StatusWord::MemoryFailure)?;
        let released = Self {
            terminal,
            channel,
            sealed,
        };
        Ok((released, record))
    }

    /// The safe's key, if the terminal shows the right one.
    pub(super) fn safe_key(&self, key: &[u8; 32]) -> Option<SafeKey> {
        let opened = unwrap(key, context::CARD_HOME_RELEASED, &self.sealed);
        opened.map(SafeKey::from_bytes)
    }

    pub(super) fn is_valid(&self) -> bool {
        self.sealed.len() == WRAPPED_BYTES
    }
}
