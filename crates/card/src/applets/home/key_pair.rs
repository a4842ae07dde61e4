//! The keys of a home card, or of a terminal. They are not in the safe: both answer without the PIN.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::PublicKeys;
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use tallystick_protocol::wire::cbor::encode;
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::secret_bytes::SecretBytes;
use crate::signing::p256_secret;

/// One key that signs, and one that is sealed to.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct KeyPair {
    /// ES256, 32 bytes.
    #[n(0)]
    signing: SecretBytes,
    /// X25519, 32 bytes.
    #[n(1)]
    sealing: SecretBytes,
}

impl KeyPair {
    pub(super) fn generate(rng: &mut impl CryptoRng) -> Result<Self, StatusWord> {
        let mut sealing = Zeroizing::new([0; 32]);
        rng.fill_bytes(sealing.as_mut());
        Ok(Self {
            signing: p256_secret(rng)?,
            sealing: sealing.as_slice().into(),
        })
    }

    pub(super) fn public(&self) -> Result<PublicKeys, StatusWord> {
        let signing = VerifyingKey::of_es256(bytes(&self.signing)?);
        let signing = signing.and_then(|key| key.to_spki());
        Ok(PublicKeys {
            signing: signing.map_err(|_| StatusWord::MemoryFailure)?,
            sealing: public_key(self.sealing()?).map_err(|_| StatusWord::MemoryFailure)?,
        })
    }

    /// The key that opens what was sealed to these.
    pub(super) fn sealing(&self) -> Result<&[u8; 32], StatusWord> {
        bytes(&self.sealing)
    }

    /// The signed message.
    pub(super) fn sign<M: KeyedMessage>(&self, message: &M) -> Result<Vec<u8>, StatusWord> {
        let to_sign = to_be_signed(message, Algorithm::Es256);
        let signature = sign_es256(bytes(&self.signing)?, &to_sign);
        let signature = signature.map_err(|_| StatusWord::MemoryFailure)?;
        Ok(assemble(&encode(message), Algorithm::Es256, &signature))
    }

    pub(super) fn is_valid(&self) -> bool {
        [&self.signing, &self.sealing]
            .iter()
            .all(|secret| secret.as_slice().len() == 32)
    }

    #[cfg(test)]
    pub(super) fn secrets(&self) -> [&[u8]; 2] {
        [self.signing.as_slice(), self.sealing.as_slice()]
    }
}

fn bytes(secret: &SecretBytes) -> Result<&[u8; 32], StatusWord> {
    let bytes = secret.as_slice().try_into();
    bytes.map_err(|_| StatusWord::MemoryFailure)
}
