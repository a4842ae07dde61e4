//! The second stack (source document 003, figures 3 and 4): a wallet's taps reach the security server by way of the front, which
//! passes bytes on, and back, and can neither read nor alter what is in them.

use http::{Method, StatusCode};
use tallystick_protocol::wire::problem::PROBLEM_MEDIA_TYPE as PROBLEM;

use super::SettlementServer;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Network, Ports};

/// What is passed back. Anything else is of somebody in between.
const PASSED_BACK: [&str; 3] = [web::CBOR, web::COSE, PROBLEM];

impl<P: Ports> SettlementServer<P> {
    /// `POST /v1/cards`, `/v1/taps`, `/v1/taps/answers`: to the same path at the security server, byte for byte.
    pub(super) async fn relay(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::CBOR)?;
        let office = self.office();
        office.admit(&[("relayed", office.settings.limits.taps)])?;
        let server = self.config.security_server.as_str();
        let path = request.uri().path();
        let sent = web::request_to(server, Method::POST, path, Some(web::CBOR), body.to_vec())?;
        let answer = office.ports.network().send(sent).await?;
        passed_back(answer)
    }
}

/// The security server's answer as it is passed back, without headers that are nobody's but the connection's.
fn passed_back(answer: Answer) -> Result<Answer, Fault> {
    let said = answer.headers().get(http::header::CONTENT_TYPE);
    let said = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
    let kind = PASSED_BACK.into_iter().find(|kind| *kind == said);
    let is_possible = answer.body().len() <= web::BODY_LIMIT
        && (answer.status() == StatusCode::OK || kind == Some(PROBLEM));
    match kind.filter(|_| is_possible) {
        Some(kind) => Ok(web::answer(answer.status(), kind, answer.into_body())),
        None => Err(Fault::new(
            Kind::Unreachable,
            "The security server does not answer.",
        )),
    }
}
