//! The wallet in the browser: the ports over the browser's interfaces, and the class that the
//! extension's service worker uses. No rule of the protocol lives here.
//!
//! A service worker has no window: everything is reached through the global object.

mod arguments;
pub mod browser;
pub mod cards;
mod class;
mod device_key;
mod error;
mod indexed_db;
mod network;
mod session;

pub use class::JsWallet;
