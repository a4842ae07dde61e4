//! RSA by the `rsa` crate.

use core::cell::RefCell;
use std::rc::Rc;

use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::{Oaep, RsaPrivateKey};
use sha2::Sha256;
use tallystick_protocol::trust::signature::{public_key_to_spki, sign_pss};
use zeroize::Zeroizing;

use super::SeededRandom;
use crate::ports::{KeyPair, PortRng, Signing, SigningError};

/// Makes keys and signatures natively. Keys prepared with [`RsaSigning::prepare`] are handed out
/// first, because making one takes a while.
#[derive(Clone)]
pub struct RsaSigning {
    random: SeededRandom,
    prepared: Rc<RefCell<Vec<Vec<u8>>>>,
}

impl RsaSigning {
    /// Draws from this random source.
    #[must_use]
    pub fn new(random: SeededRandom) -> Self {
        Self {
            random,
            prepared: Rc::default(),
        }
    }

    /// Hands out this key (PKCS#8 DER) when next one is made.
    pub fn prepare(&self, pkcs8: &[u8]) {
        self.prepared.borrow_mut().push(pkcs8.to_vec());
    }
}

impl Signing for RsaSigning {
    type Key = RsaPrivateKey;

    async fn generate(&self) -> Result<KeyPair, SigningError> {
        let prepared = self.prepared.borrow_mut().pop();
        let key = match prepared {
            Some(pkcs8) => RsaPrivateKey::from_pkcs8_der(&pkcs8).map_err(refused)?,
            None => RsaPrivateKey::new(&mut PortRng(&self.random), 2048).map_err(refused)?,
        };
        let pkcs8 = key.to_pkcs8_der().map_err(refused)?;
        Ok(KeyPair {
            pkcs8: Zeroizing::new(pkcs8.as_bytes().to_vec()),
            spki: public_key_to_spki(key.as_public_key()).map_err(refused)?,
        })
    }

    async fn import(&self, pkcs8: &[u8]) -> Result<RsaPrivateKey, SigningError> {
        RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(refused)
    }

    async fn sign(&self, key: &RsaPrivateKey, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        sign_pss(&mut PortRng(&self.random), key, message).map_err(refused)
    }

    async fn open(
        &self,
        pkcs8: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        let key = RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(refused)?;
        let opened = key.decrypt(Oaep::<Sha256>::new(), ciphertext);
        opened.map(Zeroizing::new).map_err(refused)
    }
}

fn refused(error: impl core::fmt::Display) -> SigningError {
    SigningError(error.to_string())
}
