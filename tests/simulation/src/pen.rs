//! The signing port: takes its time, as WebCrypto does, and remembers what it signs, so that a party that lies
//! can sign its lies.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use coset::cbor::Value;
use tallystick_parties::native::{RsaSigning, SeededRandom, block_on};
use tallystick_parties::ports::{KeyPair, Signing, SigningError};
use zeroize::Zeroizing;

use crate::town::Town;

/// Milliseconds that a signature takes at most.
const SIGNING_MS: u64 = 4;

#[derive(Default)]
struct Memory {
    key: Option<<RsaSigning as Signing>::Key>,
    /// Payloads, each with the protected header and the context that it was signed with.
    signed: BTreeMap<Vec<u8>, (Vec<u8>, Vec<u8>)>,
    /// Payloads of signed lies.
    lies: BTreeSet<Vec<u8>>,
}

/// Signs for one party. Clones are the same pen.
#[derive(Clone)]
pub(crate) struct Pen {
    town: Weak<Town>,
    signing: RsaSigning,
    memory: Rc<RefCell<Memory>>,
}

impl Pen {
    pub(crate) fn new(town: Weak<Town>, random: SeededRandom) -> Self {
        Self {
            town,
            signing: RsaSigning::new(random),
            memory: Rc::default(),
        }
    }

    /// Hands out this key when next one is made.
    pub(crate) fn prepare(&self, pkcs8: &[u8]) {
        self.signing.prepare(pkcs8);
    }

    /// Signs another payload as it signed `instead_of` before; nothing if it never did.
    pub(crate) fn sign_instead(&self, instead_of: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
        let (key, message) = {
            let memory = self.memory.borrow();
            let (header, context) = memory.signed.get(instead_of)?;
            let structure = Value::Array(vec![
                Value::Text("Signature1".to_owned()),
                Value::Bytes(header.clone()),
                Value::Bytes(context.clone()),
                Value::Bytes(payload.to_vec()),
            ]);
            let mut message = Vec::new();
            coset::cbor::into_writer(&structure, &mut message).ok()?;
            (memory.key.clone()?, message)
        };
        self.memory.borrow_mut().lies.insert(payload.to_vec());
        block_on(self.signing.sign(&key, &message)).ok()
    }

    /// Whether it ever signed something like that, lies included.
    pub(crate) fn has_signed(&self, like: impl Fn(&[u8]) -> bool) -> bool {
        let memory = self.memory.borrow();
        let mut all = memory.signed.keys().chain(&memory.lies);
        all.any(|payload| like(payload))
    }

    fn remember(&self, key: &<RsaSigning as Signing>::Key, message: &[u8]) {
        let mut memory = self.memory.borrow_mut();
        memory.key = Some(key.clone());
        let Ok(Value::Array(parts)) = coset::cbor::from_reader(message) else {
            return;
        };
        if let [
            _,
            Value::Bytes(header),
            Value::Bytes(context),
            Value::Bytes(payload),
        ] = &parts[..]
        {
            let how = (header.clone(), context.clone());
            memory.signed.insert(payload.clone(), how);
        }
    }
}

impl Signing for Pen {
    type Key = <RsaSigning as Signing>::Key;

    async fn generate(&self) -> Result<KeyPair, SigningError> {
        self.signing.generate().await
    }

    async fn import(&self, pkcs8: &[u8]) -> Result<Self::Key, SigningError> {
        self.signing.import(pkcs8).await
    }

    async fn sign(&self, key: &Self::Key, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.remember(key, message);
        let signature = self.signing.sign(key, message).await;
        if let Some(town) = self.town.upgrade() {
            town.scheduler.sleep(town.dice.below(SIGNING_MS)).await;
        }
        signature
    }

    async fn open(
        &self,
        pkcs8: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        self.signing.open(pkcs8, ciphertext).await
    }
}
