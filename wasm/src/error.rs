//! Errors as JavaScript sees them.

use js_sys::{Error, Reflect};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::WalletError;
use wasm_bindgen::JsValue;

/// An `Error` with the name `WalletError` and the fields `kind`, `about` and `details`, all texts.
pub(crate) fn to_js(error: &WalletError) -> JsValue {
    let thrown = Error::new(error.kind.name());
    thrown.set_name("WalletError");
    for (field, text) in [
        ("kind", error.kind.name()),
        ("about", &error.about),
        ("details", &error.details),
    ] {
        // A fresh Error accepts properties.
        let _set = Reflect::set(&thrown, &field.into(), &text.into());
    }
    thrown.into()
}

/// Arguments that are not what the method takes.
pub(crate) fn bad_call(error: &serde_wasm_bindgen::Error) -> JsValue {
    to_js(&WalletError::caused(ErrorKind::CallInvalid, error))
}

/// What a rejected promise or an exception says, without its value if it is none.
pub(crate) fn describe(thrown: &JsValue) -> String {
    let text = |field: &str| Reflect::get(thrown, &field.into()).ok()?.as_string();
    match (text("name"), text("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        (name, message) => name
            .or(message)
            .unwrap_or_else(|| "no reason was given".to_owned()),
    }
}
