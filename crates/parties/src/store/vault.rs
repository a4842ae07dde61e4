//! Seals what the database must not give away: AES-256-GCM under the operator's sealing key.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use crate::ports::{DatabaseError, Random};
use crate::store::handles::Handles;

/// Bytes that sealing adds: a 12-byte nonce before, a 16-byte tag after.
pub const OVERHEAD: usize = 28;

const NONCE_LENGTH: usize = 12;

/// The operator's secret `SEALING_KEY`: 32 bytes.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// Takes the 32 bytes of the secret.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Seals and opens values of one party. The party and the value's name are associated data, so a
/// sealed value opens neither in another place nor at another party.
#[derive(Clone)]
pub struct Vault {
    cipher: Aes256Gcm,
    /// Keyed with what only this party's objects can derive.
    sibling: Hmac<Sha256>,
    handles: Handles,
    made_up: Hmac<Sha256>,
    webhook: Hmac<Sha256>,
    owner: String,
}

impl Vault {
    /// A vault of `owner` ("role|domain").
    #[must_use]
    pub fn new(key: &SealingKey, owner: String) -> Self {
        let cipher = Aes256Gcm::new((&*key.0).into());
        let derived = |context| {
            let mut derived = mac(&key.0);
            derived.update(&named(context, &owner));
            Zeroizing::new(<[u8; 32]>::from(derived.finalize().into_bytes()))
        };
        let sibling = mac(&derived(context::SIBLING_REQUEST));
        let handles = Handles::new(&derived(context::HANDLE));
        let made_up = mac(&derived(context::MADE_UP));
        let webhook = mac(&derived(context::WEBHOOK_KEY));
        Self {
            cipher,
            sibling,
            handles,
            made_up,
            webhook,
            owner,
        }
    }

    /// A MAC that only objects of this party can make: HMAC-SHA-256 under HMAC(sealing key, context and
    /// owner).
    #[must_use]
    pub fn sibling_mac(&self) -> Hmac<Sha256> {
        self.sibling.clone()
    }

    /// The handles of this party, under HMAC-SHA-256(sealing key, context and owner).
    #[must_use]
    pub fn handles(&self) -> &Handles {
        &self.handles
    }

    /// What looks like a secret of that name where there is none, the same each time: HMAC-SHA-256 under HMAC(sealing
    /// key, context and owner).
    #[must_use]
    pub fn made_up(&self, name: &str) -> [u8; 32] {
        let mut made_up = self.made_up.clone();
        made_up.update(name.as_bytes());
        made_up.finalize().into_bytes().into()
    }

    /// From what a shop makes the key that signs its webhooks, the same each time; `number` counts the tries until it is one:
    /// HMAC-SHA-256 under HMAC(sealing key, context and owner).
    #[must_use]
    pub fn webhook_secret(&self, number: u8) -> [u8; 32] {
        let mut secret = self.webhook.clone();
        secret.update(&[number]);
        secret.finalize().into_bytes().into()
    }

    /// Seals `plain` under a fresh random nonce: `plain.len() + OVERHEAD` bytes.
    ///
    /// # Errors
    /// [`DatabaseError::Sealed`] only beyond 64 GiB, AES-GCM's own bound.
    pub fn seal(
        &self,
        random: &(impl Random + ?Sized),
        name: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, DatabaseError> {
        let mut nonce = [0; NONCE_LENGTH];
        random.fill(&mut nonce);
        let aad = self.associated(name);
        let sealed = self
            .cipher
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .map_err(|_| DatabaseError::Sealed)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`Vault::seal`] made under the same name.
    ///
    /// # Errors
    /// [`DatabaseError::Sealed`] if key, name or bytes are not the same.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DatabaseError> {
        let (nonce, ciphertext) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(DatabaseError::Sealed)?;
        let aad = self.associated(name);
        self.cipher
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: ciphertext,
                    aad: &aad,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| DatabaseError::Sealed)
    }

    fn associated(&self, name: &str) -> Vec<u8> {
        let mut aad = named(context::SEALED_ROW, &self.owner);
        aad.push(0);
        aad.extend_from_slice(name.as_bytes());
        aad
    }
}

fn named(context: &str, owner: &str) -> Vec<u8> {
    [context.as_bytes(), b"\0", owner.as_bytes()].concat()
}

fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    // Padding a key to the block length with zeros is RFC 2104's own rule.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    Hmac::<Sha256>::new((&*block).into())
}
