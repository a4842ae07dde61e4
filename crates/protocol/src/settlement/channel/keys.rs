//! A card's static keys, and the master that they come from.

use core::fmt;

use zeroize::Zeroizing;

use super::kdf::diversified;
use crate::settlement::card::Alias;

/// Bytes of each key (AES-128).
pub const KEY_BYTES: usize = 16;
/// Bytes of a card's keys, one after the other: [`CardKeys::to_bytes`].
pub const KEY_SET_BYTES: usize = 4 * KEY_BYTES;

type Key = Zeroizing<[u8; KEY_BYTES]>;

/// The key from which those of all cards of one version are derived, 16 bytes. Never shown.
#[derive(Clone)]
pub struct MasterKey(Key);

impl MasterKey {
    /// The master key that these bytes are.
    #[must_use]
    pub const fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(bytes)
    }

    /// The keys of the card of that alias: AES-CMAC in counter mode (SP 800-108) over the key's kind (1 to 4) and the alias.
    #[must_use]
    pub fn card(&self, alias: &Alias) -> CardKeys {
        let key = |kind| diversified(&self.0, kind, &alias.0);
        CardKeys {
            encryption: key(1),
            mac: key(2),
            data_encryption: key(3),
            certificate: key(4),
        }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// A card's keys: the three of SCP03, and that of its transaction certificates. Wiped when dropped, never shown.
#[derive(Clone)]
pub struct CardKeys {
    pub(super) encryption: Key,
    pub(super) mac: Key,
    data_encryption: Key,
    pub(crate) certificate: Key,
}

impl CardKeys {
    /// The four keys one after the other: Key-ENC, Key-MAC, Key-DEK and that of transaction certificates.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; KEY_SET_BYTES]) -> Self {
        let key = |place: usize| {
            let mut key = Key::default();
            for (to, from) in key.iter_mut().zip(bytes.iter().skip(place * KEY_BYTES)) {
                *to = *from;
            }
            key
        };
        Self {
            encryption: key(0),
            mac: key(1),
            data_encryption: key(2),
            certificate: key(3),
        }
    }

    /// The keys, as [`Self::from_bytes`] reads them.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; KEY_SET_BYTES]> {
        let keys = [
            &self.encryption,
            &self.mac,
            &self.data_encryption,
            &self.certificate,
        ];
        let mut bytes = Zeroizing::new([0; KEY_SET_BYTES]);
        for (to, from) in bytes.chunks_exact_mut(KEY_BYTES).zip(keys) {
            to.copy_from_slice(&**from);
        }
        bytes
    }
}

impl fmt::Debug for CardKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardKeys(…)")
    }
}
