//! What a password opens. No password is kept: whoever can open has the right one.
//!
//! At home the first opens a gate, a random secret that its terminal then has. The second opens the safe's private half,
//! and only together with the gate: whoever knows the second alone has nothing to try it on. The password of coupons opens
//! the key to which they are sealed when they are locked.

use alloc::vec::Vec;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use minicbor::Encode;
use rand_core::CryptoRng;
use sha2::Sha256;
use tallystick_codec::DecodeMap;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::host::home::lending::TRIES_MAX;
use crate::stretch::{SALT_BYTES, Stretch};

/// A secret, 32 bytes.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// Bytes of a wrapped secret: itself and the tag of AES-GCM.
pub(crate) const WRAPPED_BYTES: usize = 32 + 16;
/// Each key that wraps is used once, so the nonce says nothing.
const NONCE: [u8; 12] = [0; 12];

/// Which door.
#[derive(Clone, Copy)]
pub(crate) enum Behind<'a> {
    /// The gate.
    FirstPassword,
    /// The safe's private half; needs the gate besides.
    SecondPassword(&'a [u8; 32]),
    /// What opens locked coupons.
    Coupons,
}

impl<'a> Behind<'a> {
    fn parts(self) -> (&'static str, &'a [u8]) {
        match self {
            Self::FirstPassword => (context::CARD_HOME_GATE, &[]),
            Self::SecondPassword(gate) => (context::CARD_HOME_KEY, gate),
            Self::Coupons => (context::CARD_COUPON_KEY, &[]),
        }
    }
}

/// A secret behind a password, and how many tries are left.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Door {
    /// What a guess costs.
    #[n(0)]
    stretch: Stretch,
    #[cbor(n(1), with = "minicbor::bytes")]
    salt: [u8; SALT_BYTES],
    #[cbor(n(2), with = "minicbor::bytes")]
    wrapped: Vec<u8>,
    #[n(3)]
    pub(crate) tries_left: u8,
}

impl Door {
    pub(crate) fn new(
        behind: Behind<'_>,
        password: &[u8],
        secret: &[u8; 32],
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StatusWord> {
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let key = key(behind, password, stretch, &salt)?;
        Ok(Self {
            stretch,
            salt,
            wrapped: wrap(&key, behind.parts().0, secret)?,
            tries_left: TRIES_MAX,
        })
    }

    /// Takes a try. This has to be kept before anything is compared.
    pub(crate) fn take_try(&mut self) -> Result<(), StatusWord> {
        let left = self.tries_left.checked_sub(1);
        self.tries_left = left.ok_or(StatusWord::MemoryFailure)?;
        Ok(())
    }

    /// What is behind it, if that is the password; it gives all tries back.
    pub(crate) fn open(
        &mut self,
        behind: Behind<'_>,
        password: &[u8],
    ) -> Result<Option<Secret>, StatusWord> {
        let key = key(behind, password, self.stretch, &self.salt)?;
        let opened = unwrap(&key, behind.parts().0, &self.wrapped);
        if opened.is_some() {
            self.tries_left = TRIES_MAX;
        }
        Ok(opened)
    }

    pub(crate) fn is_valid(&self) -> bool {
        self.wrapped.len() == WRAPPED_BYTES && self.tries_left <= TRIES_MAX
    }
}

fn key(
    behind: Behind<'_>,
    password: &[u8],
    stretch: Stretch,
    salt: &[u8; SALT_BYTES],
) -> Result<Secret, StatusWord> {
    let stretched = stretch.derive(password, salt);
    let stretched = stretched.map_err(|_| StatusWord::MemoryFailure)?;
    let (context, gate) = behind.parts();
    let mut material = Zeroizing::new(Vec::with_capacity(64));
    material.extend_from_slice(gate);
    material.extend_from_slice(stretched.as_slice());
    let mut key = Secret::default();
    Hkdf::<Sha256>::new(None, &material)
        .expand(context.as_bytes(), key.as_mut())
        .map_err(|_| StatusWord::MemoryFailure)?;
    Ok(key)
}

/// A secret under a key that wraps nothing else.
pub(crate) fn wrap(
    key: &[u8; 32],
    context: &str,
    secret: &[u8; 32],
) -> Result<Vec<u8>, StatusWord> {
    let payload = Payload {
        msg: secret,
        aad: context.as_bytes(),
    };
    Aes256Gcm::new(&(*key).into())
        .encrypt(&Nonce::from(NONCE), payload)
        .map_err(|_| StatusWord::MemoryFailure)
}

/// The secret, if that is the key.
pub(crate) fn unwrap(key: &[u8; 32], context: &str, wrapped: &[u8]) -> Option<Secret> {
    let payload = Payload {
        msg: wrapped,
        aad: context.as_bytes(),
    };
    let opened = Aes256Gcm::new(&(*key).into()).decrypt(&Nonce::from(NONCE), payload);
    let opened = Zeroizing::new(opened.ok()?);
    let mut secret = Secret::default();
    secret.copy_from_slice(opened.first_chunk::<32>()?);
    Some(secret)
}
