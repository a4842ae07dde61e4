//! Service parties confirm each other by certificate before anything is relayed (T002-7).

use http::Method;
use tallystick_protocol::cbor::{decode, encode};
use tallystick_protocol::identifier::{Domain, Role};
use tallystick_protocol::introduction::IntroductionRequest;

use super::facts;
use super::fault::{Fault, Kind};
use super::http::{self as web, Answer, Incoming};
use super::office::Office;
use super::rate::{RateLimit, admit};
use crate::ports::{Network, Ports};

/// How many introductions are answered.
const INTRODUCTIONS: RateLimit = RateLimit {
    count: 600,
    seconds: 60,
};
/// How long another party stays confirmed, in milliseconds (ten minutes).
const CONFIRMED_MS: u64 = 600_000;

impl<P: Ports> Office<P> {
    /// `POST /v1/introductions`: signs the asker's nonce with the certified key.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub(super) async fn introduce_itself(&self, request: &Incoming) -> Result<Answer, Fault> {
        let request: IntroductionRequest = decode(web::body_as(request, web::CBOR)?)?;
        let now = self.now_ms();
        if !self.transaction(|tables| admit(tables, "introductions", INTRODUCTIONS, now))? {
            return Err(Fault::new(
                Kind::RateLimited,
                "Too many introductions were asked for.",
            ));
        }
        let settings = &self.settings;
        let answer = request.answer(settings.domain.clone(), settings.role, self.now());
        Ok(web::cose(self.say(&answer).await?))
    }

    /// Confirms that `domain` is certified for `role` and holds its key, unless that was confirmed
    /// within the last ten minutes. Call it before relaying anything to that party.
    ///
    /// # Errors
    /// [`Kind::UntrustedCertificate`] and its neighbours if it is somebody else;
    /// [`Kind::Unreachable`] if it does not answer.
    pub async fn confirm_party(&self, domain: &Domain, role: Role) -> Result<(), Fault> {
        let name = format!("confirmed|{}|{domain}", role.as_str());
        let now = self.now_ms();
        let confirmed_at = facts::get(self.tables(), &name)?
            .and_then(|bytes| bytes.try_into().ok())
            .map(u64::from_be_bytes);
        if confirmed_at.is_some_and(|at| at <= now && now - at < CONFIRMED_MS) {
            return Ok(());
        }
        let request = IntroductionRequest::new(&mut self.rng(), self.settings.domain.clone());
        let message = web::request_to(
            domain.as_str(),
            Method::POST,
            "/v1/introductions",
            Some(web::CBOR),
            encode(&request),
        )?;
        let answer = self.ports.network().send(message).await?;
        let answer = web::answer_as(&answer, web::COSE)?;
        request.verify(answer, &self.identity()?.anchors, self.now(), domain, role)?;
        facts::put(self.tables(), &name, &now.to_be_bytes())?;
        Ok(())
    }
}
