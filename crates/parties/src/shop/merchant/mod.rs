//! The API of the merchant's own server, under `/v1/merchant/`: whoever shows one of the shop's API keys may use it.

pub mod catalogue;
mod keys;
pub mod name;

pub use keys::ApiKey;

use crate::office::fault::Fault;
use crate::office::http::Incoming;
use crate::ports::Ports;
use crate::shop::Shop;

impl<P: Ports> Shop<P> {
    /// The API key that a request shows.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::office::fault::Kind::NotFound) if the shop has no keys;
    /// [`Kind::Unauthorised`](crate::office::fault::Kind::Unauthorised) without one of them.
    pub(in crate::shop) fn require_merchant(&self, request: &Incoming) -> Result<&ApiKey, Fault> {
        keys::shown(&self.config.api_keys, request)
    }
}
