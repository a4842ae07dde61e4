//! The header: the only record that is readable while the wallet is locked. It holds the state
//! key, wrapped under the passphrase and under the PUK.

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::stretch::{SALT_BYTES, Stretch};
use super::{SealingError, StateKey, aead};
use crate::error::{ErrorKind, WalletError};
use crate::ports::DeviceKey;

/// The format of the header that this release writes.
const FORMAT: u8 = 1;
/// The longest header accepted, in bytes.
const BYTES_MAX: usize = 4096;

/// Which secret opens a wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The passphrase the holder chose.
    Passphrase,
    /// The PUK the holder wrote down.
    Puk,
}

impl Secret {
    const fn context(self) -> &'static str {
        match self {
            Self::Passphrase => "tallystick/v1/wallet/state-key/passphrase",
            Self::Puk => "tallystick/v1/wallet/state-key/puk",
        }
    }

    const fn wrong(self) -> ErrorKind {
        match self {
            Self::Passphrase => ErrorKind::WrongPassphrase,
            Self::Puk => ErrorKind::WrongPuk,
        }
    }
}

/// The state key under one secret.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
struct Wrapping {
    #[n(0)]
    stretch: Stretch,
    #[cbor(n(1), with = "minicbor::bytes")]
    salt: [u8; SALT_BYTES],
    /// Device key ∘ AES-256-GCM(Argon2id(secret), state key).
    #[cbor(n(2), with = "minicbor::bytes")]
    wrapped: Vec<u8>,
}

/// What is stored in clear.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Header {
    #[n(0)]
    format: u8,
    #[n(1)]
    passphrase: Wrapping,
    #[n(2)]
    puk: Wrapping,
}

impl Header {
    /// Wraps the state key under both secrets.
    ///
    /// # Errors
    /// If the platform's key fails.
    pub async fn new(
        key: &StateKey,
        stretch: Stretch,
        passphrase: &[u8],
        puk: &[u8],
        device_key: &impl DeviceKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, WalletError> {
        Ok(Self {
            format: FORMAT,
            passphrase: wrap(
                key,
                stretch,
                Secret::Passphrase,
                passphrase,
                device_key,
                rng,
            )
            .await?,
            puk: wrap(key, stretch, Secret::Puk, puk, device_key, rng).await?,
        })
    }

    /// The same header with another passphrase.
    ///
    /// # Errors
    /// If the platform's key fails.
    pub async fn with_passphrase(
        &self,
        key: &StateKey,
        stretch: Stretch,
        passphrase: &[u8],
        device_key: &impl DeviceKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, WalletError> {
        Ok(Self {
            format: FORMAT,
            passphrase: wrap(
                key,
                stretch,
                Secret::Passphrase,
                passphrase,
                device_key,
                rng,
            )
            .await?,
            puk: self.puk.clone(),
        })
    }

    /// The state key, if the secret is right.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPassphrase`] or [`ErrorKind::WrongPuk`]; [`ErrorKind::StorageDamaged`] if
    /// this browser's key is not the one that wrapped it.
    pub async fn unwrap(
        &self,
        which: Secret,
        secret: &[u8],
        device_key: &impl DeviceKey,
    ) -> Result<StateKey, WalletError> {
        let wrapping = match which {
            Secret::Passphrase => &self.passphrase,
            Secret::Puk => &self.puk,
        };
        let inner = device_key
            .unwrap(which.context(), &wrapping.wrapped)
            .await
            .map_err(|error| WalletError::caused(ErrorKind::StorageDamaged, &error))?;
        let stretched = wrapping
            .stretch
            .derive(secret, &wrapping.salt)
            .map_err(|error| WalletError::caused(ErrorKind::StorageDamaged, &error))?;
        let bytes: Zeroizing<Vec<u8>> = aead::open(&stretched, which.context().as_bytes(), &inner)
            .map_err(|_| WalletError::new(which.wrong()))?;
        StateKey::from_bytes(&bytes).ok_or_else(|| WalletError::new(ErrorKind::StorageDamaged))
    }

    /// For storing.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        tallystick_protocol::cbor::encode_value(self)
    }

    /// As stored.
    ///
    /// # Errors
    /// [`SealingError::Malformed`] or [`SealingError::NewerFormat`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealingError> {
        let header: Self = tallystick_protocol::cbor::decode_value(bytes, BYTES_MAX)
            .map_err(|_| SealingError::Malformed)?;
        if header.format > FORMAT {
            return Err(SealingError::NewerFormat(header.format));
        }
        Ok(header)
    }
}

async fn wrap(
    key: &StateKey,
    stretch: Stretch,
    which: Secret,
    secret: &[u8],
    device_key: &impl DeviceKey,
    rng: &mut impl CryptoRng,
) -> Result<Wrapping, WalletError> {
    let mut salt = [0; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    let failed = |error: SealingError| WalletError::caused(ErrorKind::StorageFailed, &error);
    let stretched = stretch.derive(secret, &salt).map_err(failed)?;
    let inner =
        aead::seal(&stretched, which.context().as_bytes(), key.as_bytes(), rng).map_err(failed)?;
    let wrapped = device_key
        .wrap(which.context(), &inner)
        .await
        .map_err(|error| WalletError::caused(ErrorKind::StorageFailed, &error))?;
    Ok(Wrapping {
        stretch,
        salt,
        wrapped,
    })
}
