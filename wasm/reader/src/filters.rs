//! What the browser's chooser offers: readers that speak one of the dialects, and no others.
//!
//! A reader of the smart-card class (0x0B) is never among them: browsers do not let it be opened.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::view::Dialect;

/// Ledger's vendor number, which every device in its framing shows.
const LEDGER_VENDOR: u16 = 0x2C97;
/// The HID usage page of Ledger's framing.
const LEDGER_USAGE_PAGE: u16 = 0xFFA0;
/// The USB class of interfaces that only their maker's programs know.
pub(crate) const VENDOR_CLASS: u8 = 0xFF;
const CANOKEY: (u16, u16) = (0x20A0, 0x42D4);
const SONY_VENDOR: u16 = 0x054C;
/// RC-S380/S and /P; RC-S300/S, /P and RC-S660/U.
const SONY: [(u16, Dialect); 5] = [
    (0x06C1, Dialect::RcS380),
    (0x06C3, Dialect::RcS380),
    (0x0DC8, Dialect::RcS300),
    (0x0DC9, Dialect::RcS300),
    (0x0D8F, Dialect::RcS300),
];

/// What a HID device speaks, if it is a reader.
pub(crate) fn hid_dialect(
    vendor: u16,
    mut usage_pages: impl Iterator<Item = u16>,
) -> Option<Dialect> {
    let ledger = vendor == LEDGER_VENDOR && usage_pages.any(|page| page == LEDGER_USAGE_PAGE);
    ledger.then_some(Dialect::LedgerHid)
}

/// What a USB device speaks, if it is a reader.
pub(crate) fn usb_dialect(vendor: u16, product: u16) -> Option<Dialect> {
    match vendor {
        LEDGER_VENDOR => Some(Dialect::LedgerUsb),
        _ if (vendor, product) == CANOKEY => Some(Dialect::CanoKey),
        SONY_VENDOR => {
            let known = SONY.iter().find(|(known, _)| *known == product);
            known.map(|(_, dialect)| *dialect)
        }
        _ => None,
    }
}

/// `{ hid: HIDDeviceFilter[], usb: USBDeviceFilter[] }`.
pub(crate) fn filters() -> JsValue {
    let hid = Array::of1(&object(&[
        ("vendorId", LEDGER_VENDOR.into()),
        ("usagePage", LEDGER_USAGE_PAGE.into()),
    ]));
    let usb = Array::of1(&object(&[
        ("vendorId", LEDGER_VENDOR.into()),
        ("classCode", VENDOR_CLASS.into()),
    ]));
    let sony = SONY.iter().map(|(product, _)| (SONY_VENDOR, *product));
    for (vendor, product) in sony.chain([CANOKEY]) {
        usb.push(&object(&[
            ("vendorId", vendor.into()),
            ("productId", product.into()),
        ]));
    }
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
