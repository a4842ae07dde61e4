//! Proof that a card has an enrolment key: it opens what was sealed to it a moment ago. The identifier of
//! an account is known to shops, issuers and couriers, so repeating it proves nothing.

use crate::wire::registry::context;
use alloc::vec::Vec;

use hpke::{
    Deserializable, HpkeError, OpModeR, OpModeS, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::KeyError;

/// Keeps a proof apart from a share: neither opens as the other.
const CONTEXT: &[u8] = context::ENROLMENT_PROOF.as_bytes();
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
/// What a card answers, in bytes.
pub const ANSWER_BYTES: usize = 32;
/// What a card is asked, in bytes: HPKE's encapsulated key, and the sealed answer with its tag.
pub const CHALLENGE_BYTES: usize = KEY_BYTES + ANSWER_BYTES + TAG_BYTES;

/// What only the holder of an enrolment key can answer. HPKE (RFC 9180) in base mode,
/// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM.
pub struct Challenge {
    bytes: Vec<u8>,
    answer: Zeroizing<[u8; ANSWER_BYTES]>,
}

impl Challenge {
    /// A fresh one for the holder of this X25519 public key (RFC 7748, 32 bytes).
    ///
    /// # Errors
    /// [`KeyError::CannotSeal`] if the public key is of low order.
    pub fn new(rng: &mut impl CryptoRng, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        let mut answer = Zeroizing::new([0; ANSWER_BYTES]);
        rng.fill_bytes(answer.as_mut());
        let mut seal = || -> Result<_, HpkeError> {
            let key = Deserializable::from_bytes(public_key)?;
            let (encapsulated, mut context) = hpke::setup_sender_with_rng::<
                AesGcm256,
                HkdfSha256,
                X25519HkdfSha256,
            >(&OpModeS::Base, &key, CONTEXT, rng)?;
            let mut bytes = encapsulated.to_bytes().to_vec();
            bytes.extend(context.seal(answer.as_slice(), &[])?);
            Ok(bytes)
        };
        let bytes = seal().map_err(|_| KeyError::CannotSeal)?;
        Ok(Self { bytes, answer })
    }

    /// What the card is asked, [`CHALLENGE_BYTES`].
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether this answers it.
    #[must_use]
    pub fn is_met_by(&self, answer: &[u8]) -> bool {
        self.answer.ct_eq(answer).into()
    }
}

/// The answer of whoever has the X25519 private key.
///
/// # Errors
/// [`KeyError::CannotOpen`] if the challenge is for another key, altered, or none.
pub fn answer(secret_key: &[u8; 32], challenge: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (encapsulated, sealed) = challenge
        .split_first_chunk::<KEY_BYTES>()
        .filter(|(_, sealed)| sealed.len() == ANSWER_BYTES + TAG_BYTES)
        .ok_or(KeyError::CannotOpen)?;
    let open = || -> Result<_, HpkeError> {
        let key = Deserializable::from_bytes(secret_key)?;
        let encapsulated = Deserializable::from_bytes(encapsulated)?;
        let mut context = hpke::setup_receiver::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &key,
            &encapsulated,
            CONTEXT,
        )?;
        context.open(sealed, &[]).map(Zeroizing::new)
    };
    open().map_err(|_| KeyError::CannotOpen)
}
