//! The header: the only record that is readable while the wallet is locked. It holds the state
//! key, wrapped under the passphrase and under the recovery code.

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use super::stretch::{SALT_BYTES, Stretch};
use super::{DeviceKey, SealingError, StateKey, aead};

/// The format of the header that this release writes.
const FORMAT: u8 = 2;
/// The longest header accepted, in bytes.
const BYTES_MAX: usize = 4096;

/// Which secret opens a wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The passphrase the holder chose.
    Passphrase,
    /// The recovery code the holder wrote down.
    RecoveryCode,
    /// The PUK, which opens wallets that have no recovery code yet.
    Puk,
}

impl Secret {
    const fn context(self) -> &'static str {
        match self {
            Self::Passphrase => context::STATE_KEY_BY_PASSPHRASE,
            Self::RecoveryCode => context::STATE_KEY_BY_RECOVERY_CODE,
            Self::Puk => context::STATE_KEY_BY_PUK,
        }
    }
}

/// Why there is no state key, or no header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The secret is another one.
    #[error("the secret is another one")]
    Wrong(Secret),
    /// This browser's key is not the one that wrapped it, or what is stored is none of ours.
    #[error("{0}")]
    Damaged(String),
    /// Sealing or the platform's key failed.
    #[error("{0}")]
    Failed(String),
}

fn damaged(error: impl core::fmt::Display) -> HeaderError {
    HeaderError::Damaged(error.to_string())
}

fn failed(error: impl core::fmt::Display) -> HeaderError {
    HeaderError::Failed(error.to_string())
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
    /// Only in format 1.
    #[n(2)]
    puk: Option<Wrapping>,
    #[n(3)]
    recovery_code: Option<Wrapping>,
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
        recovery_code: &[u8],
        device_key: &impl DeviceKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, HeaderError> {
        let by_passphrase = Secret::Passphrase;
        let by_code = Secret::RecoveryCode;
        Ok(Self {
            format: FORMAT,
            passphrase: wrap(key, stretch, by_passphrase, passphrase, device_key, rng).await?,
            puk: None,
            recovery_code: Some(wrap(key, stretch, by_code, recovery_code, device_key, rng).await?),
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
    ) -> Result<Self, HeaderError> {
        let by = Secret::Passphrase;
        Ok(Self {
            passphrase: wrap(key, stretch, by, passphrase, device_key, rng).await?,
            ..self.clone()
        })
    }

    /// The same header with another recovery code; a PUK opens it no longer.
    ///
    /// # Errors
    /// If the platform's key fails.
    pub async fn with_recovery_code(
        &self,
        key: &StateKey,
        stretch: Stretch,
        recovery_code: &[u8],
        device_key: &impl DeviceKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, HeaderError> {
        let by = Secret::RecoveryCode;
        let wrapping = wrap(key, stretch, by, recovery_code, device_key, rng).await?;
        Ok(Self {
            format: FORMAT,
            puk: None,
            recovery_code: Some(wrapping),
            ..self.clone()
        })
    }

    /// Whether it is of a wallet that has no recovery code yet.
    #[must_use]
    pub const fn opens_with_puk(&self) -> bool {
        self.puk.is_some()
    }

    /// The state key, if the secret is right.
    ///
    /// # Errors
    /// [`HeaderError::Wrong`]; [`HeaderError::Damaged`] if
    /// this browser's key is not the one that wrapped it.
    pub async fn unwrap(
        &self,
        which: Secret,
        secret: &[u8],
        device_key: &impl DeviceKey,
    ) -> Result<StateKey, HeaderError> {
        let wrapping = match which {
            Secret::Passphrase => Some(&self.passphrase),
            Secret::RecoveryCode => self.recovery_code.as_ref(),
            Secret::Puk => self.puk.as_ref(),
        };
        let wrapping = wrapping.ok_or(HeaderError::Wrong(which))?;
        let inner = device_key
            .unwrap(which.context(), &wrapping.wrapped)
            .await
            .map_err(damaged)?;
        let stretched = wrapping
            .stretch
            .derive(secret, &wrapping.salt)
            .map_err(damaged)?;
        let bytes: Zeroizing<Vec<u8>> = aead::open(&stretched, which.context().as_bytes(), &inner)
            .map_err(|_| HeaderError::Wrong(which))?;
        StateKey::from_bytes(&bytes).ok_or_else(|| damaged("a state key of another length"))
    }

    /// The same header, with what the device's key wrapped wrapped anew: `anew` is given the context and the bytes of each
    /// wrapping, and gives what comes in their place, nothing if they stay. Nothing if all of it stays.
    ///
    /// # Errors
    /// Those of `anew`.
    pub fn wrapped_anew<E>(
        &self,
        mut anew: impl FnMut(&str, &[u8]) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Option<Self>, E> {
        let mut header = self.clone();
        let wrappings = [
            (Secret::Passphrase, Some(&mut header.passphrase)),
            (Secret::Puk, header.puk.as_mut()),
            (Secret::RecoveryCode, header.recovery_code.as_mut()),
        ];
        let mut is_changed = false;
        for (which, wrapping) in wrappings {
            let Some(wrapping) = wrapping else { continue };
            if let Some(wrapped) = anew(which.context(), &wrapping.wrapped)? {
                wrapping.wrapped = wrapped;
                is_changed = true;
            }
        }
        Ok(is_changed.then_some(header))
    }

    /// For storing.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        tallystick_protocol::wire::cbor::encode_value(self)
    }

    /// As stored.
    ///
    /// # Errors
    /// [`SealingError::Malformed`] or [`SealingError::NewerFormat`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealingError> {
        let header: Self = tallystick_protocol::wire::cbor::decode_value(bytes, BYTES_MAX)
            .map_err(|_| SealingError::Malformed)?;
        if header.format > FORMAT {
            return Err(SealingError::NewerFormat(header.format));
        }
        if header.puk.is_some() == header.recovery_code.is_some() {
            return Err(SealingError::Malformed);
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
) -> Result<Wrapping, HeaderError> {
    let mut salt = [0; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    let stretched = stretch.derive(secret, &salt);
    let stretched = stretched.map_err(failed)?;
    let inner =
        aead::seal(&stretched, which.context().as_bytes(), key.as_bytes(), rng).map_err(failed)?;
    let wrapped = device_key
        .wrap(which.context(), &inner)
        .await
        .map_err(failed)?;
    Ok(Wrapping {
        stretch,
        salt,
        wrapped,
    })
}

#[cfg(test)]
mod tests {
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    use super::*;
    use crate::DeviceKeyError;
    use crate::testing::Seeded;

    const CHEAP: Stretch = Stretch {
        memory_kib: 64,
        passes: 1,
    };

    /// A platform's key that wraps nothing: what is told apart here are the secrets.
    struct Transparent;

    impl DeviceKey for Transparent {
        async fn wrap(&self, _: &str, bytes: &[u8]) -> Result<Vec<u8>, DeviceKeyError> {
            Ok(bytes.to_vec())
        }

        async fn unwrap(
            &self,
            _: &str,
            bytes: &[u8],
        ) -> Result<Zeroizing<Vec<u8>>, DeviceKeyError> {
            Ok(Zeroizing::new(bytes.to_vec()))
        }
    }

    fn at_once<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("nothing here waits"),
        }
    }

    fn opens(header: &Header, which: Secret, secret: &[u8]) -> Option<[u8; 32]> {
        let key = at_once(header.unwrap(which, secret, &Transparent)).ok()?;
        Some(*key.as_bytes())
    }

    #[test]
    fn another_passphrase_takes_the_place_of_the_old_one_and_the_recovery_code_stays() {
        let rng = &mut Seeded::new(1);
        let key = StateKey::generate(rng);
        let (old, code) = (b"seven quiet herons", b"0123456789ABCDEFGHJK");
        let header = at_once(Header::new(&key, CHEAP, old, code, &Transparent, rng)).unwrap();
        let new = b"four paper lanterns";
        let changed = header.with_passphrase(&key, CHEAP, new, &Transparent, rng);
        let changed = Header::from_bytes(&at_once(changed).unwrap().to_bytes()).unwrap();
        let whole = Some(*key.as_bytes());
        assert_eq!(opens(&changed, Secret::Passphrase, old), None);
        assert_eq!(opens(&changed, Secret::Passphrase, new), whole);
        assert_eq!(opens(&changed, Secret::RecoveryCode, code), whole);
        // What was wrapped for one secret is not opened by another in its place.
        assert_eq!(opens(&changed, Secret::RecoveryCode, new), None);
        assert_eq!(opens(&changed, Secret::Puk, code), None);
        assert_eq!(opens(&header, Secret::Passphrase, old), whole);
    }

    #[test]
    fn what_the_device_wrapped_is_wrapped_anew_and_opens_by_the_same_secrets() {
        let rng = &mut Seeded::new(1);
        let key = StateKey::generate(rng);
        let (passphrase, code) = (b"seven quiet herons", b"0123456789ABCDEFGHJK");
        let header = Header::new(&key, CHEAP, passphrase, code, &Transparent, rng);
        let header = at_once(header).unwrap();
        let mut asked = Vec::new();
        let same = header.wrapped_anew(|context, _| {
            asked.push(context.to_owned());
            Ok::<_, ()>(None)
        });
        assert!(same.unwrap().is_none());
        assert_eq!(
            asked,
            [Secret::Passphrase, Secret::RecoveryCode].map(|which| which.context().to_owned())
        );
        let anew = header.wrapped_anew(|_, wrapped| Ok::<_, ()>(Some([b"anew", wrapped].concat())));
        let anew = anew.unwrap().unwrap();
        assert_eq!(opens(&anew, Secret::Passphrase, passphrase), None);
        let back = anew.wrapped_anew(|_, wrapped| {
            Ok::<_, ()>(wrapped.strip_prefix(b"anew").map(<[u8]>::to_vec))
        });
        let back = Header::from_bytes(&back.unwrap().unwrap().to_bytes()).unwrap();
        let whole = Some(*key.as_bytes());
        assert_eq!(opens(&back, Secret::Passphrase, passphrase), whole);
        assert_eq!(opens(&back, Secret::RecoveryCode, code), whole);
        let failed = header.wrapped_anew(|_, _| Err("failed"));
        assert_eq!(failed.err(), Some("failed"));
    }
}
