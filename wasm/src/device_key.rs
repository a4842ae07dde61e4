//! The device key: AES-256-GCM in WebCrypto, made here, not extractable, kept in IndexedDB.

use js_sys::{Array, Reflect, Uint8Array};
use tallystick_wallet::core::ports::{DeviceKey, DeviceKeyError, VaultError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};
use zeroize::Zeroizing;

use crate::error::describe;
use crate::indexed_db::{IndexedDb, KEYS};

/// The key's name in its store.
const NAME: &str = "device";
const ALGORITHM: &str = "AES-GCM";
const NONCE_BYTES: usize = 12;
const KEY_BITS: u16 = 256;

/// The platform's key for this wallet.
pub struct WebCryptoKey {
    subtle: SubtleCrypto,
    key: CryptoKey,
}

fn failed(thrown: JsValue) -> DeviceKeyError {
    DeviceKeyError(describe(&thrown))
}

fn not_kept(error: VaultError) -> DeviceKeyError {
    DeviceKeyError(error.0)
}

fn subtle() -> Result<SubtleCrypto, DeviceKeyError> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).map_err(failed)?;
    let crypto: Crypto = crypto.unchecked_into();
    Ok(crypto.subtle())
}

impl WebCryptoKey {
    /// The key that the database keeps; if there is none, a new one.
    ///
    /// # Errors
    /// If WebCrypto or the database fails.
    pub async fn open(database: &IndexedDb) -> Result<Self, DeviceKeyError> {
        let subtle = subtle()?;
        let kept = database.get(KEYS, NAME).await.map_err(not_kept)?;
        if let Ok(key) = kept.dyn_into() {
            return Ok(Self { subtle, key });
        }
        let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
        let algorithm = AesKeyGenParams::new(ALGORITHM, KEY_BITS);
        let made = subtle
            .generate_key_with_object(&algorithm, false, &usages)
            .map_err(failed)?;
        let key: CryptoKey = JsFuture::from(made).await.map_err(failed)?.unchecked_into();
        database.put(KEYS, NAME, &key).await.map_err(not_kept)?;
        Ok(Self { subtle, key })
    }

    fn parameters(context: &str, nonce: &[u8]) -> AesGcmParams {
        let parameters = AesGcmParams::new(ALGORITHM, &Uint8Array::from(nonce));
        parameters.set_additional_data(&Uint8Array::from(context.as_bytes()));
        parameters
    }
}

impl DeviceKey for WebCryptoKey {
    async fn wrap(&self, context: &str, bytes: &[u8]) -> Result<Vec<u8>, DeviceKeyError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|error| DeviceKeyError(error.to_string()))?;
        let sealed = self
            .subtle
            .encrypt_with_object_and_js_u8_array(
                &Self::parameters(context, &nonce),
                &self.key,
                &Uint8Array::from(bytes),
            )
            .map_err(failed)?;
        let sealed = Uint8Array::new(&JsFuture::from(sealed).await.map_err(failed)?);
        let mut wrapped = nonce.to_vec();
        wrapped.extend(sealed.to_vec());
        Ok(wrapped)
    }

    async fn unwrap(
        &self,
        context: &str,
        bytes: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DeviceKeyError> {
        let (nonce, sealed) = bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or_else(|| DeviceKeyError("too short to be wrapped by it".to_owned()))?;
        let opened = self
            .subtle
            .decrypt_with_object_and_js_u8_array(
                &Self::parameters(context, nonce),
                &self.key,
                &Uint8Array::from(sealed),
            )
            .map_err(failed)?;
        let opened = Uint8Array::new(&JsFuture::from(opened).await.map_err(failed)?);
        Ok(Zeroizing::new(opened.to_vec()))
    }
}
