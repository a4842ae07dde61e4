//! Brings a Durable Object's storage back to an earlier moment: point-in-time recovery, which SQLite-backed objects have on
//! Cloudflare for 30 days. The crate `worker` does not know it, so the object is asked by name. workerd on one machine
//! does not keep earlier moments and says so.

use js_sys::{Function, Promise, Reflect};
use tallystick_protocol::wire::time::Timestamp;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::State;

/// The storage stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum RewindError {
    /// The platform keeps no earlier moments.
    #[error("This platform cannot bring the storage back to an earlier moment. It stays as it is.")]
    NotHere,
    /// The platform refused, such as for a moment that it does not keep.
    #[error("The platform did not bring the storage back to that moment. It stays as it is.")]
    Refused,
}

/// Makes the storage of this object what it was at that moment, and starts the object anew over it. Nothing comes back
/// from that: the object is gone with whoever waits for it.
///
/// # Errors
/// [`RewindError`]: the storage stays as it is.
pub async fn go_back(state: &State, moment: Timestamp) -> Result<(), RewindError> {
    let object: &JsValue = state.as_raw().as_ref();
    let storage = Reflect::get(object, &"storage".into()).map_err(|_| RewindError::NotHere)?;
    // Milliseconds since 1970 are exact in a double for longer than any clock runs.
    let at_ms = JsValue::from_f64(moment.milliseconds() as f64);
    let bookmark = awaited(&storage, "getBookmarkForTime", &at_ms).await?;
    awaited(&storage, "onNextSessionRestoreBookmark", &bookmark).await?;
    let why = "The storage is brought back to an earlier moment.".into();
    method(object, "abort")?
        .call1(object, &why)
        .map_err(|_| RewindError::Refused)?;
    Ok(())
}

/// What the promise comes to that a method of `object` gives for this argument.
async fn awaited(object: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, RewindError> {
    let called = method(object, name)?.call1(object, argument);
    let promise = Promise::resolve(&called.map_err(|_| RewindError::Refused)?);
    JsFuture::from(promise)
        .await
        .map_err(|_| RewindError::Refused)
}

fn method(object: &JsValue, name: &str) -> Result<Function, RewindError> {
    let found = Reflect::get(object, &name.into()).map_err(|_| RewindError::NotHere)?;
    found.dyn_into().map_err(|_| RewindError::NotHere)
}
