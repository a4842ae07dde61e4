//! The vault in IndexedDB. All changes of one call are one transaction, which the browser commits
//! to the disk whole or not at all.

use js_sys::{Array, Function, Promise, Uint8Array};
use tallystick_wallet::core::ports::{Change, Record, Vault, VaultError};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbTransactionDurability, IdbTransactionMode, IdbTransactionOptions,
};

use crate::error::describe;

/// The schema of this release; see [`create_stores`].
const SCHEMA: u32 = 1;
/// Record name to bytes.
const RECORDS: &str = "records";
/// The platform's key.
pub(crate) const KEYS: &str = "keys";

fn failed(thrown: JsValue) -> VaultError {
    VaultError(describe(&thrown))
}

/// An open database.
pub struct IndexedDb(IdbDatabase);

impl IndexedDb {
    /// Opens the database of that name, or creates it.
    ///
    /// # Errors
    /// If the browser does not grant storage.
    pub async fn open(name: &str) -> Result<Self, VaultError> {
        let global = js_sys::global();
        let factory = js_sys::Reflect::get(&global, &"indexedDB".into()).map_err(failed)?;
        let factory: IdbFactory = factory
            .dyn_into()
            .map_err(|_| VaultError("there is no IndexedDB here".to_owned()))?;
        let request = factory.open_with_u32(name, SCHEMA).map_err(failed)?;
        let upgraded = request.clone();
        let upgrade = Closure::once_into_js(move || create_stores(&upgraded));
        request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
        let database = finished(&request).await?;
        let database: IdbDatabase = database
            .dyn_into()
            .map_err(|_| VaultError("opening gave no database".to_owned()))?;
        Ok(Self(database))
    }

    fn read(&self, store: &str) -> Result<IdbObjectStore, VaultError> {
        let transaction = self.0.transaction_with_str(store).map_err(failed)?;
        transaction.object_store(store).map_err(failed)
    }

    /// A transaction that is on the disk when it says that it is complete.
    fn write(&self, store: &str) -> Result<(IdbTransaction, IdbObjectStore), VaultError> {
        let options = IdbTransactionOptions::new();
        options.set_durability(IdbTransactionDurability::Strict);
        let transaction = self
            .0
            .transaction_with_str_and_mode_and_options(
                store,
                IdbTransactionMode::Readwrite,
                &options,
            )
            .map_err(failed)?;
        let objects = transaction.object_store(store).map_err(failed)?;
        Ok((transaction, objects))
    }

    /// A value by its key; `undefined` if there is none.
    pub(crate) async fn get(&self, store: &str, key: &str) -> Result<JsValue, VaultError> {
        let request = self.read(store)?.get(&key.into()).map_err(failed)?;
        finished(&request).await
    }

    /// Keeps a value under its key.
    pub(crate) async fn put(
        &self,
        store: &str,
        key: &str,
        value: &JsValue,
    ) -> Result<(), VaultError> {
        let (transaction, objects) = self.write(store)?;
        objects.put_with_key(value, &key.into()).map_err(failed)?;
        committed(&transaction).await
    }
}

impl Vault for IndexedDb {
    async fn load(&self) -> Result<Vec<Record>, VaultError> {
        // Two requests of one transaction see the same state, and both are in the order of keys.
        let objects = self.read(RECORDS)?;
        let keys = objects.get_all_keys().map_err(failed)?;
        let values = objects.get_all().map_err(failed)?;
        let values: Array = finished(&values).await?.unchecked_into();
        let keys: Array = keys.result().map_err(failed)?.unchecked_into();
        let records = keys.iter().zip(values.iter());
        Ok(records
            .filter_map(|(key, value)| {
                Some(Record {
                    name: key.as_string()?,
                    bytes: value.dyn_ref::<Uint8Array>()?.to_vec(),
                })
            })
            .collect())
    }

    async fn store(&self, changes: &[Change]) -> Result<(), VaultError> {
        let (transaction, objects) = self.write(RECORDS)?;
        for change in changes {
            let requested = match change {
                Change::Put { name, bytes } => {
                    objects.put_with_key(&Uint8Array::from(bytes.as_slice()), &name.into())
                }
                Change::Delete { name } => objects.delete(&name.into()),
            };
            if let Err(thrown) = requested {
                // What was asked for before must not be committed alone.
                let _aborted = transaction.abort();
                return Err(failed(thrown));
            }
        }
        committed(&transaction).await
    }
}

fn create_stores(request: &IdbOpenDbRequest) {
    let database = request
        .result()
        .ok()
        .and_then(|result| result.dyn_into().ok());
    let Some(database): Option<IdbDatabase> = database else {
        return;
    };
    for store in [RECORDS, KEYS] {
        // If this fails the upgrade is aborted and opening fails.
        let _created = database.create_object_store(store);
    }
}

/// The result of a request.
async fn finished(request: &IdbRequest) -> Result<JsValue, VaultError> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(promise).await {
        Ok(_) => request.result().map_err(failed),
        Err(_) => Err(VaultError(reason(request.error().ok().flatten()))),
    }
}

/// Waits until the transaction is on the disk.
async fn committed(transaction: &IdbTransaction) -> Result<(), VaultError> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    match JsFuture::from(promise).await {
        Ok(_) => Ok(()),
        Err(_) => Err(VaultError(reason(transaction.error()))),
    }
}

fn reason(error: Option<web_sys::DomException>) -> String {
    error.map_or_else(|| "aborted".to_owned(), |error| describe(&error))
}
