//! The browser's device interfaces. Firefox has neither, and then there are no readers.

use js_sys::{Array, Function, Promise, Reflect, global};
use tallystick_reader::Fault;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Hid, HidDevice, Usb, UsbDevice};

use crate::fault::describe;
use crate::timer::settled;

fn interface(name: &str) -> Option<JsValue> {
    let navigator = Reflect::get(&global(), &"navigator".into()).ok()?;
    let interface = Reflect::get(&navigator, &name.into()).ok()?;
    interface.is_object().then_some(interface)
}

/// `navigator.hid`.
pub(crate) fn hid() -> Option<Hid> {
    interface("hid").map(JsCast::unchecked_into)
}

/// `navigator.usb`.
fn usb() -> Option<Usb> {
    interface("usb").map(JsCast::unchecked_into)
}

/// Whether this browser has any interface for devices.
pub(crate) fn has_devices() -> bool {
    ["hid", "usb"].iter().any(|name| interface(name).is_some())
}

/// The HID devices that the holder chose and that are plugged in.
pub(crate) async fn hid_devices() -> Result<Vec<HidDevice>, Fault> {
    let Some(hid) = hid() else {
        return Ok(Vec::new());
    };
    let devices = settled(async { hid.get_devices().await }).await?;
    Ok(devices.map_or_else(
        |_refused| Vec::new(),
        |devices: Array<HidDevice>| devices.iter().collect(),
    ))
}

/// The USB devices that the holder chose and that are plugged in.
pub(crate) async fn usb_devices() -> Result<Vec<UsbDevice>, Fault> {
    let Some(usb) = usb() else {
        return Ok(Vec::new());
    };
    let devices = settled(async { usb.get_devices().await }).await?;
    Ok(devices.map_or_else(
        |_refused| Vec::new(),
        |devices: Array<UsbDevice>| devices.iter().collect(),
    ))
}

/// Takes the holder's permission for a device back. web-sys does not know HID's `forget` yet.
pub(crate) async fn forget(device: &JsValue) -> Result<(), Fault> {
    let forget = Reflect::get(device, &"forget".into()).and_then(JsCast::dyn_into::<Function>);
    let promise = forget.and_then(|forget| forget.call0(device));
    match promise {
        Ok(promise) => settled(JsFuture::from(Promise::resolve(&promise))).await?,
        Err(thrown) => Err(thrown),
    }
    .map(drop)
    .map_err(|thrown| Fault::Pipe(describe(&thrown).1))
}
