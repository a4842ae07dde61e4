//! The public keys of a home card or of a terminal, and the names that follow from them.

use alloc::vec::Vec;

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use crate::trust::signature::{Algorithm, SignatureError, VerifyingKey};
use crate::wire::cbor::encode_value;
use crate::wire::identifier::{HomeId, TerminalId};
use crate::wire::registry::context;

/// What a home card, or a terminal, signs with and is sealed to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PublicKeys {
    /// The key that signs: ES256 (P-256), as subject public key info (DER, 91 bytes).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub signing: Vec<u8>,
    /// The key that is sealed to: X25519 (RFC 7748, 32 bytes).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub sealing: [u8; 32],
}

impl PublicKeys {
    /// The home that has these keys.
    #[must_use]
    pub fn home(&self) -> HomeId {
        HomeId(self.digest(context::HOME_NAME))
    }

    /// The terminal that has these keys.
    #[must_use]
    pub fn terminal(&self) -> TerminalId {
        TerminalId(self.digest(context::TERMINAL_NAME))
    }

    /// The key that signs, if it is one for ES256.
    ///
    /// # Errors
    /// [`SignatureError`] if the key is malformed or of another kind.
    pub fn verifying(&self) -> Result<VerifyingKey, SignatureError> {
        let key = VerifyingKey::from_spki(&self.signing)?;
        if key.algorithm() == Algorithm::Es256 {
            Ok(key)
        } else {
            Err(SignatureError::UnknownKind)
        }
    }

    fn digest(&self, context: &str) -> [u8; 32] {
        let hash = Sha256::new().chain_update(context);
        hash.chain_update(encode_value(self)).finalize().into()
    }
}
