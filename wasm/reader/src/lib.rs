//! Card readers in the browser: WebHID and WebUSB under the dialects of `crates/reader`.
//!
//! A WebAssembly module of its own, which the service worker loads when a card in a reader is wanted.
//! Pages only call `requestDevice` with [`Readers::filters`], because the browser's chooser needs a
//! page and a click; everything else happens here. There is no `window` in a service worker.

mod device;
mod fault;
mod field;
mod filters;
mod gate;
mod handle;
mod hid;
mod navigator;
mod pipe;
mod powered;
mod readers;
mod session;
mod timer;
mod usb;
mod view;

pub use readers::Readers;
pub use session::CardInReader;
