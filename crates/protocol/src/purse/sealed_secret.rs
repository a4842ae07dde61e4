//! A purse's private key that was made outside of the card (EP 1 221 669, SZ3 and SZ9: by the registration authority;
//! key option C2: sent over the air). It is sealed to an enrolment key of the card, so that whoever carries it,
//! the wallet included, does not see it.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use crate::keys::KeyError;
use crate::keys::sealed::{Sealed, open_sealed, seal_to};
use crate::trust::signature::Algorithm;
use crate::wire::cbor::encode_value;
use crate::wire::registry::context;

/// A P-256 private key in bytes, big-endian.
pub const P256_SECRET_BYTES: usize = 32;
/// An RSA-2048 private key in bytes: its two primes, 128 bytes each, big-endian. The exponent is 65,537.
pub const RSA_SECRET_BYTES: usize = 256;

/// Which kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
enum Kind {
    #[n(1)]
    P256,
    #[n(2)]
    Rsa,
}

/// A purse's private key on its way into the card.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SealedSecret {
    #[n(0)]
    kind: Kind,
    #[n(1)]
    sealed: Sealed,
}

impl SealedSecret {
    /// Seals a private key for `algorithm` ([`P256_SECRET_BYTES`] or [`RSA_SECRET_BYTES`]) to an enrolment key of
    /// the card (X25519, 32 bytes).
    ///
    /// # Errors
    /// [`KeyError::CannotSeal`] if the secret has another length or the enrolment key is of low order.
    pub fn new(
        rng: &mut impl CryptoRng,
        enrolment_key: &[u8; 32],
        algorithm: Algorithm,
        secret: &[u8],
    ) -> Result<Self, KeyError> {
        let (kind, length) = match algorithm {
            Algorithm::Es256 => (Kind::P256, P256_SECRET_BYTES),
            Algorithm::Ps256 => (Kind::Rsa, RSA_SECRET_BYTES),
        };
        if secret.len() != length {
            return Err(KeyError::CannotSeal);
        }
        let sealed = seal_to(rng, enrolment_key, &info(kind), secret)?;
        Ok(Self { kind, sealed })
    }

    /// How the key signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.kind {
            Kind::P256 => Algorithm::Es256,
            Kind::Rsa => Algorithm::Ps256,
        }
    }

    /// Opens it with the private half of the enrolment key.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] for another key, altered bytes, or a secret of another length.
    pub fn open(&self, enrolment_secret: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let length = match self.kind {
            Kind::P256 => P256_SECRET_BYTES,
            Kind::Rsa => RSA_SECRET_BYTES,
        };
        let Sealed {
            encapsulated,
            ciphertext,
        } = &self.sealed;
        open_sealed(enrolment_secret, &info(self.kind), encapsulated, ciphertext)
            .ok()
            .filter(|secret| secret.len() == length)
            .ok_or(KeyError::CannotOpen)
    }
}

/// For what it is sealed: a share or a proof does not open as a key, nor a key of one kind as one of the other.
fn info(kind: Kind) -> Vec<u8> {
    [context::PURSE_SECRET.as_bytes(), &encode_value(&kind)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::sealed::public_key;
    use crate::test_keys::TestRng;

    #[test]
    fn a_key_opens_for_the_card_that_it_was_sealed_to_and_as_nothing_else() {
        let rng = &mut TestRng::new(1);
        let to = public_key(&[5; 32]).unwrap();
        let sealed = SealedSecret::new(rng, &to, Algorithm::Es256, &[7; 32]).unwrap();
        assert_eq!(sealed.algorithm(), Algorithm::Es256);
        assert_eq!(sealed.open(&[5; 32]).unwrap().as_slice(), [7; 32]);
        assert!(sealed.open(&[6; 32]).is_err());
        let other_kind = SealedSecret {
            kind: Kind::Rsa,
            ..sealed
        };
        assert!(other_kind.open(&[5; 32]).is_err());
        for length in [0, 31, 33, 256] {
            let secret = alloc::vec![7; length];
            assert!(SealedSecret::new(rng, &to, Algorithm::Es256, &secret).is_err());
        }
    }
}
