//! Service parties confirm each other by certificate before anything is relayed (T002-7).

use tallystick_protocol::cbor::decode;
use tallystick_protocol::introduction::IntroductionRequest;

use super::fault::Fault;
use super::http::{self as web, Answer, Incoming};
use super::office::Office;
use super::rate::ANYBODY;
use crate::ports::Ports;

impl<P: Ports> Office<P> {
    /// `POST /v1/introductions`: signs the asker's nonce with the certified key.
    ///
    /// # Errors
    /// [`Kind::RateLimited`](super::fault::Kind::RateLimited).
    pub(super) async fn introduce_itself(&self, request: &Incoming) -> Result<Answer, Fault> {
        let request: IntroductionRequest = decode(web::body_as(request, web::CBOR)?)?;
        self.admit(&[("introductions", ANYBODY)])?;
        let settings = &self.settings;
        let answer = request.answer(settings.domain.clone(), settings.role, self.now());
        Ok(web::cose(self.say(&answer).await?))
    }
}
