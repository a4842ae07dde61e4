//! What the API is, for programs: an OpenAPI 3.1 description, as it stands in the repository.

use http::StatusCode;

use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::ports::Ports;
use crate::shop::Shop;

/// The description.
const DESCRIPTION: &str = include_str!("../../../../../docs/openapi/merchant.json");

impl<P: Ports> Shop<P> {
    /// `GET /v1/merchant/openapi.json`.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::office::fault::Kind::NotFound) if the shop has no API keys.
    pub(super) fn show_description(&self) -> Result<Answer, Fault> {
        if self.config.api_keys.is_empty() {
            return Err(Fault::not_found());
        }
        let mut answer = web::answer(StatusCode::OK, web::JSON, DESCRIPTION.into());
        web::let_caches_keep(&mut answer);
        Ok(answer)
    }
}
