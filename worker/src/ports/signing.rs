//! RSA keys and signatures by `crypto.subtle`, ten times cheaper here than in WebAssembly.

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use tallystick_parties::ports::{KeyPair, Signing, SigningError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, SubtleCrypto};
use zeroize::Zeroizing;

/// Bits of a new modulus.
const MODULUS_BITS: u32 = 2048;
/// Bytes of the PSS salt: the length of SHA-256.
const SALT_BYTES: u32 = 32;

/// The platform's cryptography.
pub struct WebCrypto;

impl Signing for WebCrypto {
    type Key = CryptoKey;

    async fn generate(&self) -> Result<KeyPair, SigningError> {
        generate().await.map_err(refused)
    }

    async fn import(&self, pkcs8: &[u8]) -> Result<CryptoKey, SigningError> {
        import(pkcs8).await.map_err(refused)
    }

    async fn sign(&self, key: &CryptoKey, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        sign(key, message).await.map_err(refused)
    }

    async fn open(
        &self,
        pkcs8: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        open(pkcs8, ciphertext).await.map_err(refused)
    }
}

fn refused(error: JsValue) -> SigningError {
    // Only the kind of error: messages of an import could quote what was imported.
    let name = Reflect::get(&error, &"name".into())
        .ok()
        .and_then(|name| name.as_string());
    SigningError(name.unwrap_or_else(|| "no reason given".to_owned()))
}

fn subtle() -> Result<SubtleCrypto, JsValue> {
    let crypto: Crypto = Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into();
    Ok(crypto.subtle())
}

fn object(entries: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in entries {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}

async fn settled(promise: impl Into<JsValue>) -> Result<JsValue, JsValue> {
    let promise: Promise = promise.into().unchecked_into();
    JsFuture::from(promise).await
}

async fn generate() -> Result<KeyPair, JsValue> {
    let subtle = subtle()?;
    let exponent = Uint8Array::from(&[1, 0, 1][..]);
    let algorithm = object(&[
        ("name", "RSA-PSS".into()),
        ("hash", "SHA-256".into()),
        ("modulusLength", MODULUS_BITS.into()),
        ("publicExponent", exponent.into()),
    ])?;
    let usages = Array::of2(&"sign".into(), &"verify".into());
    let pair = settled(subtle.generate_key_with_object(&algorithm, true, &usages)?).await?;
    let private: CryptoKey = Reflect::get(&pair, &"privateKey".into())?.unchecked_into();
    let public: CryptoKey = Reflect::get(&pair, &"publicKey".into())?.unchecked_into();
    let pkcs8 = settled(subtle.export_key("pkcs8", &private)?).await?;
    let spki = settled(subtle.export_key("spki", &public)?).await?;
    Ok(KeyPair {
        pkcs8: Zeroizing::new(wiped(&pkcs8)),
        spki: bytes(&spki),
    })
}

/// A key that signs and cannot be exported.
async fn import(pkcs8: &[u8]) -> Result<CryptoKey, JsValue> {
    let algorithm = object(&[("name", "RSA-PSS".into()), ("hash", "SHA-256".into())])?;
    imported(pkcs8, &algorithm, "sign").await
}

async fn imported(pkcs8: &[u8], algorithm: &Object, usage: &str) -> Result<CryptoKey, JsValue> {
    let copy = Uint8Array::from(pkcs8);
    let usages = Array::of1(&usage.into());
    let imported = subtle()?.import_key_with_object("pkcs8", &copy, algorithm, false, &usages)?;
    let key = settled(imported).await;
    copy.fill(0, 0, copy.length());
    Ok(key?.unchecked_into())
}

async fn sign(key: &CryptoKey, message: &[u8]) -> Result<Vec<u8>, JsValue> {
    let algorithm = object(&[
        ("name", "RSA-PSS".into()),
        ("saltLength", SALT_BYTES.into()),
    ])?;
    let message = Uint8Array::from(message);
    let signature =
        settled(subtle()?.sign_with_object_and_js_u8_array(&algorithm, key, &message)?).await?;
    Ok(bytes(&signature))
}

async fn open(pkcs8: &[u8], ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, JsValue> {
    let algorithm = object(&[("name", "RSA-OAEP".into()), ("hash", "SHA-256".into())])?;
    let key = imported(pkcs8, &algorithm, "decrypt").await?;
    let ciphertext = Uint8Array::from(ciphertext);
    let opened = subtle()?.decrypt_with_object_and_js_u8_array(&algorithm, &key, &ciphertext)?;
    Ok(Zeroizing::new(wiped(&settled(opened).await?)))
}

fn bytes(buffer: &JsValue) -> Vec<u8> {
    Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec()
}

/// Copies the bytes out and zeroes the platform's own copy.
fn wiped(buffer: &JsValue) -> Vec<u8> {
    let view = Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>());
    let copied = view.to_vec();
    view.fill(0, 0, view.length());
    copied
}
