//! A purse's key.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::{P256_SECRET_BYTES, RSA_SECRET_BYTES, key_digest};
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{
    Algorithm, PUBLIC_KEY_LEN_MAX, VerifyingKey, sign_es256,
};
use tallystick_protocol::wire::cbor::encode;

use crate::StatusWord;
use crate::applets::identity::rsa_key;
use crate::host::SigningPublicKey;
use crate::safe::{KeptSecret, Place, SafeKey, SafeSlit};
use crate::secret_bytes::SecretBytes;
use crate::signing::{p256_secret, sign_ps256};

/// Which kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(index_only)]
enum Kind {
    #[n(1)]
    P256,
    #[n(2)]
    Rsa,
}

/// A key pair.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct PurseKey {
    #[n(0)]
    kind: Kind,
    /// 32 bytes, or the two primes of 128 bytes each.
    #[n(1)]
    secret: KeptSecret,
    /// The public half (subject public key info, DER).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) public: Vec<u8>,
}

impl PurseKey {
    /// A new key.
    pub(super) fn generate(
        place: u8,
        algorithm: Algorithm,
        safe: Option<&SafeSlit>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StatusWord> {
        let secret = match algorithm {
            Algorithm::Es256 => p256_secret(rng)?,
            Algorithm::Ps256 => rsa_key::generate(rng)?.0,
        };
        Self::of(place, algorithm, secret, safe, rng)
    }

    /// The key of that secret.
    pub(super) fn of(
        place: u8,
        algorithm: Algorithm,
        secret: SecretBytes,
        safe: Option<&SafeSlit>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StatusWord> {
        let (kind, public) = match algorithm {
            Algorithm::Es256 => (Kind::P256, p256_public(&secret)?),
            Algorithm::Ps256 => (Kind::Rsa, rsa_public(&secret)?),
        };
        let digest = key_digest(&public);
        let place = Place::PurseKey(place, &digest);
        let secret = KeptSecret::new(safe, &place, secret, rng)?;
        Ok(Self {
            kind,
            secret,
            public,
        })
    }

    /// What a purse certificate says of it.
    pub(super) fn digest(&self) -> [u8; 32] {
        key_digest(&self.public)
    }

    /// How it signs.
    pub(super) const fn algorithm(&self) -> Algorithm {
        match self.kind {
            Kind::P256 => Algorithm::Es256,
            Kind::Rsa => Algorithm::Ps256,
        }
    }

    /// The signed message.
    pub(super) fn sign<M: KeyedMessage>(
        &self,
        place: u8,
        safe: &SafeKey,
        message: &M,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, StatusWord> {
        let digest = self.digest();
        let secret = safe.open(&Place::PurseKey(place, &digest), &self.secret)?;
        let algorithm = self.algorithm();
        let to_sign = to_be_signed(message, algorithm);
        let signature = match self.kind {
            Kind::P256 => sign_es256(p256_bytes(&secret)?, &to_sign)
                .map_err(|_| StatusWord::MemoryFailure)?
                .to_vec(),
            Kind::Rsa => sign_ps256(&secret, &to_sign, rng)?,
        };
        Ok(assemble(&encode(message), algorithm, &signature))
    }

    /// Seals what came before the card had a safe.
    pub(super) fn put_into_safe(
        &mut self,
        place: u8,
        safe: &SafeSlit,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        let digest = self.digest();
        let place = Place::PurseKey(place, &digest);
        self.secret = self.secret.clone().into_safe(safe, &place, rng)?;
        Ok(())
    }

    /// The secret as it is written down, and as it is.
    #[cfg(test)]
    pub(super) fn secret(&self, place: u8, safe: &SafeKey) -> (&[u8], SecretBytes) {
        let digest = self.digest();
        let place = Place::PurseKey(place, &digest);
        let opened = safe.open(&place, &self.secret).unwrap();
        (self.secret.as_written(), opened)
    }

    pub(super) fn is_valid(&self, has_safe: bool) -> bool {
        let length = match self.kind {
            Kind::P256 => P256_SECRET_BYTES,
            Kind::Rsa => RSA_SECRET_BYTES,
        };
        self.secret.is_valid(has_safe, Some(length))
            && (1..=PUBLIC_KEY_LEN_MAX).contains(&self.public.len())
    }
}

fn p256_bytes(secret: &SecretBytes) -> Result<&[u8; P256_SECRET_BYTES], StatusWord> {
    let bytes = secret.as_slice().try_into();
    bytes.map_err(|_| StatusWord::MemoryFailure)
}

fn p256_public(secret: &SecretBytes) -> Result<Vec<u8>, StatusWord> {
    VerifyingKey::of_p256(p256_bytes(secret)?)
        .and_then(|key| key.to_spki())
        .map_err(|_| StatusWord::WrongData)
}

fn rsa_public(primes: &SecretBytes) -> Result<Vec<u8>, StatusWord> {
    let modulus = rsa_key::modulus(primes).map_err(|_| StatusWord::WrongData)?;
    let key = SigningPublicKey::new(modulus).map_err(|_| StatusWord::WrongData)?;
    Ok(key.to_spki())
}
