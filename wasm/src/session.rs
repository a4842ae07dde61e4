//! The volatile session: `chrome.storage.session`, which the browser keeps in memory and shows to
//! the extension's own pages alone. Where there is none, memory.

use std::cell::RefCell;

use js_sys::{Function, Object, Promise, Reflect};
use tallystick_wallet::core::ports::{Session, SessionError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

use crate::error::describe;

/// The name of the entry.
const ENTRY: &str = "state-key";

/// The session of this browser.
pub enum BrowserSession {
    /// `chrome.storage.session`.
    Chrome(JsValue),
    /// Memory of this module alone.
    Memory(RefCell<Option<Zeroizing<Vec<u8>>>>),
}

fn failed(thrown: JsValue) -> SessionError {
    SessionError(describe(&thrown))
}

impl BrowserSession {
    /// The browser's session storage if there is one.
    #[must_use]
    pub fn find() -> Self {
        let area = ["chrome", "storage", "session"].iter().try_fold(
            js_sys::global().into(),
            |value: JsValue, field| {
                let found = Reflect::get(&value, &(*field).into()).ok()?;
                found.is_object().then_some(found)
            },
        );
        area.map_or_else(|| Self::Memory(RefCell::new(None)), Self::Chrome)
    }
}

async fn call(area: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, SessionError> {
    let function = Reflect::get(area, &method.into()).map_err(failed)?;
    let function: Function = function
        .dyn_into()
        .map_err(|_| SessionError(format!("there is no {method}")))?;
    let promise: Promise = function
        .call1(area, argument)
        .map_err(failed)?
        .unchecked_into();
    JsFuture::from(promise).await.map_err(failed)
}

impl Session for BrowserSession {
    async fn get(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SessionError> {
        let area = match self {
            Self::Memory(kept) => return Ok(kept.borrow().clone()),
            Self::Chrome(area) => area,
        };
        let found = call(area, "get", &ENTRY.into()).await?;
        let text = Reflect::get(&found, &ENTRY.into()).map_err(failed)?;
        let text = text.as_string().map(Zeroizing::new);
        Ok(text.and_then(|text| {
            base16ct::lower::decode_vec(text.as_str())
                .ok()
                .map(Zeroizing::new)
        }))
    }

    async fn put(&self, bytes: &[u8]) -> Result<(), SessionError> {
        match self {
            Self::Memory(kept) => {
                *kept.borrow_mut() = Some(Zeroizing::new(bytes.to_vec()));
            }
            Self::Chrome(area) => {
                let entry = Object::new();
                let text = Zeroizing::new(base16ct::lower::encode_string(bytes));
                Reflect::set(&entry, &ENTRY.into(), &text.as_str().into()).map_err(failed)?;
                call(area, "set", &entry).await?;
            }
        }
        Ok(())
    }

    async fn clear(&self) -> Result<(), SessionError> {
        match self {
            Self::Memory(kept) => *kept.borrow_mut() = None,
            Self::Chrome(area) => {
                call(area, "remove", &ENTRY.into()).await?;
            }
        }
        Ok(())
    }
}
