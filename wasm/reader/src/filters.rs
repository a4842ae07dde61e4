//! What the browser's chooser offers: readers that speak one of the dialects, and no others.
//!
//! A reader of the smart-card class (0x0B) is never among them: browsers do not let it be opened.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// Ledger's vendor number, which every device in its framing shows.
pub(crate) const LEDGER_VENDOR: u16 = 0x2C97;
/// The HID usage page of Ledger's framing.
pub(crate) const LEDGER_USAGE_PAGE: u16 = 0xFFA0;

/// `{ hid: HIDDeviceFilter[], usb: USBDeviceFilter[] }`.
pub(crate) fn filters() -> JsValue {
    let hid = Array::of1(&object(&[
        ("vendorId", LEDGER_VENDOR.into()),
        ("usagePage", LEDGER_USAGE_PAGE.into()),
    ]));
    let usb = Array::new();
    object(&[("hid", hid.into()), ("usb", usb.into())])
}

/// A plain object.
pub(crate) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A fresh object accepts properties.
        let _set = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
