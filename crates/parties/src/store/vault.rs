//! Seals what the database must not give away: AES-256-GCM under the operator's sealing key. While the operator changes that
//! key, the one of before opens what it sealed, and nothing is sealed under it any more.

use core::cell::Cell;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use crate::ports::{DatabaseError, Random};
use crate::store::handles::Handles;
use crate::store::key_id::{self, KeyId};

/// Bytes that sealing adds beside the head: a 12-byte nonce before, a 16-byte tag after.
pub const OVERHEAD: usize = 28;

const NONCE_LENGTH: usize = 12;

/// The operator's secret `SEALING_KEY`, or `SEALING_KEY_BEFORE`: 32 bytes.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// Takes the 32 bytes of the secret.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// What this key makes for a party alone: HMAC-SHA-256 over context and owner.
    fn derived(&self, context: &str, owner: &str) -> Zeroizing<[u8; 32]> {
        let mut derived = mac(&self.0);
        derived.update(&named(context, owner));
        Zeroizing::new(derived.finalize().into_bytes().into())
    }
}

/// A sealing key and what follows from it.
#[derive(Clone)]
struct Keyed {
    id: KeyId,
    cipher: Aes256Gcm,
    /// Keyed with what only this party's objects can derive.
    sibling: Hmac<Sha256>,
    made_up: Zeroizing<[u8; 32]>,
    webhook: Hmac<Sha256>,
}

impl Keyed {
    fn new(key: &SealingKey, owner: &str) -> Self {
        let derived = |context| key.derived(context, owner);
        let mut id = [0; 8];
        id.copy_from_slice(&derived(context::SEALING_KEY_ID)[..8]);
        Self {
            id: KeyId(id),
            cipher: Aes256Gcm::new((&*key.0).into()),
            sibling: mac(&derived(context::SIBLING_REQUEST)),
            made_up: derived(context::MADE_UP),
            webhook: mac(&derived(context::WEBHOOK_KEY)),
        }
    }

    fn open(&self, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, msg) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
        let aad = associated;
        let opened = self
            .cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg, aad });
        opened.ok().map(Zeroizing::new)
    }
}

/// Seals and opens values of one party. The party, the value's name and the key's id are associated data, so a
/// sealed value opens neither in another place nor at another party, nor passes for another key's.
#[derive(Clone)]
pub struct Vault {
    present: Keyed,
    /// The key of before, if it is another one.
    before: Option<Keyed>,
    /// Whether the operator named a key of before, be it the present one.
    is_changing: bool,
    /// Whether what is sealed from now on names its key.
    names_keys: Cell<bool>,
    handles: Handles,
    owner: String,
}

impl Vault {
    /// A vault of `owner` ("role|domain"). What it seals names no key until [`Vault::name_keys`].
    #[must_use]
    pub fn new(key: &SealingKey, owner: String) -> Self {
        Self {
            present: Keyed::new(key, &owner),
            before: None,
            is_changing: false,
            names_keys: Cell::new(false),
            handles: Handles::new(&key.derived(context::HANDLE, &owner)),
            owner,
        }
    }

    /// The same vault, which also opens what was sealed under the key of before, if there is one.
    #[must_use]
    pub fn after(mut self, before: Option<&SealingKey>) -> Self {
        let Some(before) = before else { return self };
        self.is_changing = true;
        let keyed = Keyed::new(before, &self.owner);
        if keyed.id != self.present.id {
            let handles = before.derived(context::HANDLE, &self.owner);
            self.handles = self.handles.after(&handles);
            self.before = Some(keyed);
        }
        self
    }

    /// From now on what is sealed names its key. The release before this one does not open it.
    pub fn name_keys(&self) {
        self.names_keys.set(true);
    }

    /// Whether the operator named a key of before: changes the key, or is about to.
    pub(crate) fn is_changing(&self) -> bool {
        self.is_changing
    }

    /// Under which key everything is sealed.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.present.id
    }

    /// Whether the key of this name is here, the present one or the one of before.
    #[must_use]
    pub fn has(&self, id: KeyId) -> bool {
        self.keys().any(|key| key.id == id)
    }

    fn keys(&self) -> impl Iterator<Item = &Keyed> {
        core::iter::once(&self.present).chain(&self.before)
    }

    /// MACs that only objects of this party can make, HMAC-SHA-256 under HMAC(sealing key, context and owner): under the
    /// present key, and under the one of before.
    pub fn sibling_macs(&self) -> impl Iterator<Item = Hmac<Sha256>> {
        self.keys().map(|key| key.sibling.clone())
    }

    /// The handles of this party, under HMAC-SHA-256(sealing key, context and owner).
    #[must_use]
    pub fn handles(&self) -> &Handles {
        &self.handles
    }

    /// Under what this party makes up what is not there, of the first key that is here: see [`crate::store::made_up`].
    pub(crate) fn made_up_key(&self) -> &Zeroizing<[u8; 32]> {
        &self.before.as_ref().unwrap_or(&self.present).made_up
    }

    /// With what a shop makes the keys that sign its webhooks, HMAC-SHA-256 under HMAC(sealing key, context and owner): by
    /// the present sealing key, then by the one of before.
    pub fn webhook_macs(&self) -> impl Iterator<Item = Hmac<Sha256>> {
        self.keys().map(|key| key.webhook.clone())
    }

    /// Seals `plain` under the present key and a fresh random nonce: the head, if keys are named, and
    /// `plain.len() + OVERHEAD` bytes.
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
        let id = self.names_keys.get().then_some(self.present.id);
        let aad = self.associated(id, name);
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        let sealed = self.present.cipher.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| DatabaseError::Sealed)?;
        let head = id.map(|id| id.head());
        let head = head.as_ref().map_or(&[][..], |head| &head[..]);
        Ok([head, &nonce[..], &sealed[..]].concat())
    }

    /// Opens what [`Vault::seal`] made under the same name, by the key that it names, or, if it names none, by whichever
    /// opens it.
    ///
    /// # Errors
    /// [`DatabaseError::KeyMissing`] if the key that it names is not here; [`DatabaseError::Sealed`] if key, name or
    /// bytes are not the same.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DatabaseError> {
        let named = key_id::named_in(sealed);
        if let Some((id, rest)) = named
            && let Some(key) = self.keys().find(|key| key.id == id)
            && let Some(plain) = key.open(&self.associated(Some(id), name), rest)
        {
            return Ok(plain);
        }
        // What names a key may do so by chance, and be of before there were names.
        let aad = self.associated(None, name);
        let opened = self.keys().find_map(|key| key.open(&aad, sealed));
        opened.ok_or(match named {
            Some((id, _)) if !self.has(id) => DatabaseError::KeyMissing(id),
            _ => DatabaseError::Sealed,
        })
    }

    /// Whether a value is sealed as this vault seals now.
    #[must_use]
    pub fn is_present(&self, sealed: &[u8]) -> bool {
        !self.names_keys.get() || sealed.starts_with(&self.present.id.head())
    }

    fn associated(&self, id: Option<KeyId>, name: &str) -> Vec<u8> {
        let context = match id {
            Some(_) => context::SEALED_BY_KEY,
            None => context::SEALED_ROW,
        };
        let mut aad = named(context, &self.owner);
        aad.push(0);
        if let Some(id) = id {
            aad.extend_from_slice(&id.0);
        }
        aad.extend_from_slice(name.as_bytes());
        aad
    }
}

fn named(context: &str, owner: &str) -> Vec<u8> {
    [context.as_bytes(), b"\0", owner.as_bytes()].concat()
}

/// HMAC-SHA-256 under 32 bytes.
pub(crate) fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    // Padding a key to the block length with zeros is RFC 2104's own rule.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    Hmac::<Sha256>::new((&*block).into())
}
