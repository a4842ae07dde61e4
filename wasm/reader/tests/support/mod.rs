//! Emulated devices behind `navigator.hid` and `navigator.usb`.
#![allow(dead_code, reason = "each file of tests uses a part")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use tallystick_reader_emulators::Device;
use tallystick_readers::{CardInReader, Readers};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// `navigator.hid` and `navigator.usb` of one test.
pub struct Navigator(JsValue);

/// An emulated device as JavaScript sees it.
pub struct Plugged(pub JsValue);

pub fn get(object: &JsValue, field: &str) -> JsValue {
    Reflect::get(object, &field.into()).unwrap()
}

pub fn text(object: &JsValue, field: &str) -> String {
    get(object, field).as_string().unwrap_or_default()
}

pub fn object(json: &str) -> JsValue {
    js_sys::JSON::parse(json).unwrap()
}

impl Navigator {
    /// Without any device.
    pub fn empty() -> Self {
        Self(js_sys::eval(include_str!("navigator.js")).unwrap())
    }

    /// Takes an interface away, as in a browser that never had it.
    pub fn without(&self, interface: &str) {
        let navigator = get(&js_sys::global(), "navigator");
        Reflect::set(&navigator, &interface.into(), &JsValue::UNDEFINED).unwrap();
    }

    fn add(
        &self,
        method: &str,
        about: &str,
        device: impl Device + 'static,
        options: &str,
    ) -> Plugged {
        let take = take(device);
        let arguments = Array::of3(&object(about), &take, &object(options));
        let add: Function = get(&self.0, method).unchecked_into();
        Plugged(add.apply(&JsValue::NULL, &arguments).unwrap())
    }

    pub fn add_hid(&self, about: &str, device: impl Device + 'static, options: &str) -> Plugged {
        self.add("addHid", about, device, options)
    }

    pub fn add_usb(&self, about: &str, device: impl Device + 'static, options: &str) -> Plugged {
        self.add("addUsb", about, device, options)
    }
}

/// From a packet of the host to an array of the device's packets.
fn take(mut device: impl Device + 'static) -> JsValue {
    let take = move |packet: Uint8Array| -> Array {
        let answers = device.take(&packet.to_vec());
        answers
            .iter()
            .map(|answer| JsValue::from(Uint8Array::from(answer.as_slice())))
            .collect()
    };
    Closure::<dyn FnMut(Uint8Array) -> Array>::new(take).into_js_value()
}

impl Plugged {
    pub fn pull(&self) {
        let pull: Function = get(&self.0, "pull").unchecked_into();
        pull.call0(&self.0).unwrap();
    }

    pub fn set(&self, field: &str, value: impl Into<JsValue>) {
        Reflect::set(&self.0, &field.into(), &value.into()).unwrap();
    }

    /// What was done with the device, in order.
    pub fn log(&self) -> String {
        get(&self.0, "log")
            .unchecked_into::<Array>()
            .join(" ")
            .into()
    }
}

/// Milliseconds, to measure how long something took.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// Lets what was started in the background run.
pub async fn rest(ms: i32) {
    let resolved = Promise::new(&mut |resolve, _reject| {
        let timer: Function = get(&js_sys::global(), "setTimeout").unchecked_into();
        timer.call2(&JsValue::NULL, &resolve, &ms.into()).unwrap();
    });
    JsFuture::from(resolved).await.unwrap();
}

/// The state of each reader, as `id: state`.
pub async fn states(readers: &Readers) -> Vec<String> {
    let views = JsFuture::from(readers.list()).await.unwrap();
    let views = views.unchecked_into::<Array>();
    views
        .iter()
        .map(|view| format!("{}: {}", text(&view, "id"), text(&view, "state")))
        .collect()
}

/// The card, or the kind of the fault.
pub async fn power(readers: &Readers) -> Result<CardInReader, String> {
    match JsFuture::from(readers.power()).await {
        Ok(card) => Ok(CardInReader::try_from_js_value(card).unwrap_or_else(|_| panic!("a card"))),
        Err(thrown) => Err(kind(&thrown)),
    }
}

/// The response, or the kind of the fault.
pub async fn transmit(card: &CardInReader, apdu: &[u8]) -> Result<Vec<u8>, String> {
    match JsFuture::from(card.transmit(apdu.to_vec())).await {
        Ok(response) => Ok(response.unchecked_into::<Uint8Array>().to_vec()),
        Err(thrown) => Err(kind(&thrown)),
    }
}

fn kind(thrown: &JsValue) -> String {
    assert_eq!(text(thrown, "name"), "ReaderFault");
    assert!(!text(thrown, "message").is_empty());
    text(thrown, "kind")
}
