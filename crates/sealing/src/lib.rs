//! Sealing: how the wallet's state rests on the disk, the software card's included. Used by the wallet and by
//! the software card's own module.
//!
//! Every record is encrypted under one random **state key**. The state key itself is kept twice,
//! wrapped under a key stretched from the passphrase and under one stretched from the recovery code, and
//! each of these once more under the platform's non-extractable key. See `docs` for what a copied
//! browser profile gives away: with the profile an attacker may guess passphrases offline, each
//! guess at the price of one [`stretch`].

mod aead;
pub mod backup;
mod code;
pub mod header;
pub mod puk;
pub mod record;
pub mod recovery_code;
pub mod sheet;
pub mod software_card;
#[cfg(test)]
mod testing;

pub use code::written as written_code;
use rand_core::CryptoRng;
pub use tallystick_card::stretch;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The key under which all records are sealed: 32 random bytes, never derived from anything.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StateKey([u8; 32]);

impl StateKey {
    /// A new random key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let key = Self(bytes);
        bytes.zeroize();
        key
    }

    /// The key from its 32 bytes; `None` for any other length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes, for the volatile session, for wrapping and for the card's module.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The platform's key failed, or the bytes were not wrapped by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this browser's own key failed: {0}")]
pub struct DeviceKeyError(pub String);

/// A key of the platform that never leaves it: what it wrapped opens on this device alone.
#[allow(async_fn_in_trait)] // single-threaded on purpose, as the wallet's other ports
pub trait DeviceKey {
    /// Encrypts and authenticates; `context` must be given again to unwrap.
    async fn wrap(&self, context: &str, bytes: &[u8]) -> Result<Vec<u8>, DeviceKeyError>;
    /// The inverse of [`DeviceKey::wrap`].
    async fn unwrap(
        &self,
        context: &str,
        bytes: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DeviceKeyError>;
}

/// Why something sealed does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealingError {
    /// Wrong key, wrong name, or altered bytes.
    #[error("the bytes do not open under this key")]
    DoesNotOpen,
    /// Written by a newer release.
    #[error("this was stored by a newer release (format {0})")]
    NewerFormat(u8),
    /// Not what a release of this wallet writes.
    #[error("this is not a record of this wallet")]
    Malformed,
    /// Parameters outside their bounds.
    #[error("the parameters of the key derivation are out of bounds")]
    Parameters,
}

impl From<stretch::OutOfBounds> for SealingError {
    fn from(_: stretch::OutOfBounds) -> Self {
        Self::Parameters
    }
}
