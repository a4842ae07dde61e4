//! Requests and answers: paths, media types, limits, CORS, problems.

use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tallystick_protocol::wire::problem::{PROBLEM_MEDIA_TYPE, Problem};

use crate::office::fault::{Fault, Kind};

/// The largest body accepted, in bytes, where a route does not take more: 256 KiB.
pub const BODY_LIMIT: usize = 256 * 1024;
/// Deterministic CBOR.
pub const CBOR: &str = "application/cbor";
/// A COSE message (RFC 9052).
pub const COSE: &str = "application/cose";
/// JSON.
pub const JSON: &str = "application/json";
/// A DER certificate (RFC 2585).
pub const CERTIFICATE: &str = "application/pkix-cert";
/// A DER list of revoked certificates (RFC 2585).
pub const REVOCATION_LIST: &str = "application/pkix-crl";

/// A request with its whole body.
pub type Incoming = Request<Vec<u8>>;
/// An answer with its whole body.
pub type Answer = Response<Vec<u8>>;

/// The body, if it is of this media type.
///
/// # Errors
/// [`Kind::UnsupportedMediaType`] otherwise.
pub fn body_as<'a>(request: &'a Incoming, media_type: &str) -> Result<&'a [u8], Fault> {
    if media_type_of(request.headers()) == media_type {
        Ok(request.body())
    } else {
        Err(Fault::new(
            Kind::UnsupportedMediaType,
            format!("Send {media_type}."),
        ))
    }
}

/// Why a body of so many bytes is not accepted at a path, if it is not.
#[must_use]
pub fn over_limit(path: &str, bytes: usize) -> Option<Fault> {
    let limit = crate::routes::body_limit(path);
    let said = || format!("At most {} KiB are accepted.", limit / 1024);
    (bytes > limit).then(|| Fault::new(Kind::TooLarge, said()))
}

/// The body as JSON of at most 16 KiB.
///
/// # Errors
/// [`Kind::UnsupportedMediaType`], [`Kind::TooLarge`] or [`Kind::Malformed`].
pub fn json_body<T: DeserializeOwned>(request: &Incoming) -> Result<T, Fault> {
    let body = body_as(request, JSON)?;
    if body.len() > 16 * 1024 {
        return Err(Fault::new(
            Kind::TooLarge,
            "At most 16 KiB of JSON are accepted.",
        ));
    }
    serde_json::from_slice(body)
        .map_err(|_| Fault::malformed("The JSON is not of the expected form."))
}

/// The body of another party's answer if it is a success of this media type.
///
/// # Errors
/// The problem that the other party answered with, or [`Kind::Unreachable`].
pub fn answer_as<'a>(answer: &'a Answer, media_type: &str) -> Result<&'a [u8], Fault> {
    if answer.status().is_success() && media_type_of(answer.headers()) == media_type {
        return Ok(answer.body());
    }
    Err(problem_in(answer).map_or_else(
        || {
            Fault::new(
                Kind::Unreachable,
                format!("The other party answered {}.", answer.status()),
            )
        },
        Into::into,
    ))
}

/// The problem that another party answered with.
#[must_use]
pub fn problem_in(answer: &Answer) -> Option<Problem> {
    let is_problem = media_type_of(answer.headers()) == PROBLEM_MEDIA_TYPE;
    is_problem
        .then(|| Problem::from_json(answer.body()))
        .flatten()
}

fn media_type_of(headers: &http::HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map_or("", str::trim)
}

/// An answer of these bytes.
#[must_use]
pub fn answer(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    set(&mut answer, header::CONTENT_TYPE, media_type);
    answer
}

/// Gives an answer a header of its own.
///
/// # Errors
/// [`Kind::Internal`] if the value cannot stand in a header.
pub fn set_text(answer: &mut Answer, name: &'static str, value: &str) -> Result<(), Fault> {
    let value = HeaderValue::from_str(value).map_err(|_| Fault::internal())?;
    answer
        .headers_mut()
        .insert(HeaderName::from_static(name), value);
    Ok(())
}

/// 200 with deterministic CBOR.
#[must_use]
pub fn cbor(body: Vec<u8>) -> Answer {
    answer(StatusCode::OK, CBOR, body)
}

/// 200 with a COSE message.
#[must_use]
pub fn cose(body: Vec<u8>) -> Answer {
    answer(StatusCode::OK, COSE, body)
}

/// JSON with this status.
#[must_use]
pub fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    answer(status, JSON, serde_json::to_vec(value).unwrap_or_default())
}

/// A problem (RFC 9457).
#[must_use]
pub fn problem(fault: &Fault) -> Answer {
    let status = StatusCode::from_u16(fault.kind.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = answer(status, PROBLEM_MEDIA_TYPE, fault.to_problem().to_json());
    match fault.kind {
        // RFC 9110 §11.6.1: whoever is refused so is told by what to show it. All that is shown here is a bearer token.
        Kind::Unauthorised => set(&mut answer, header::WWW_AUTHENTICATE, "Bearer"),
        Kind::Starting => set(&mut answer, header::RETRY_AFTER, "2"),
        Kind::RateLimited => set(&mut answer, header::RETRY_AFTER, "60"),
        _ => {}
    }
    if !fault.allow.is_empty() {
        set(&mut answer, header::ALLOW, fault.allow);
    }
    answer
}

/// A request to another party at `https://domain/path`.
///
/// # Errors
/// [`Kind::Internal`] if the path is not one.
pub fn request_to(
    domain: &str,
    method: Method,
    path: &str,
    media_type: Option<&'static str>,
    body: Vec<u8>,
) -> Result<Incoming, Fault> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("https://{domain}{path}"));
    if let Some(media_type) = media_type {
        request = request.header(header::CONTENT_TYPE, media_type);
    }
    request.body(body).map_err(|_| Fault::internal())
}

/// Tells the other party under which correlation id to log this request.
pub fn correlate(request: &mut Incoming, correlation: Option<&str>) {
    if let Some(Ok(value)) = correlation.map(HeaderValue::from_str) {
        request.headers_mut().insert("x-correlation-id", value);
    }
}

/// The answer to OPTIONS at the operator's own routes, of which `allowed` says the methods: no page of another origin is
/// let in.
#[must_use]
pub fn private_preflight(allowed: &'static str) -> Answer {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    set(&mut answer, header::ALLOW, allowed);
    answer
}

/// The answer to a CORS preflight (every method and header that a route takes, for every page).
#[must_use]
pub fn preflight() -> Answer {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    set(
        &mut answer,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        "GET, HEAD, POST, OPTIONS",
    );
    set(
        &mut answer,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "content-type",
    );
    set(&mut answer, header::ACCESS_CONTROL_MAX_AGE, "86400");
    answer
}

/// Lets every page read the answer, without credentials, and no cache keep it that it was not
/// [made for](let_caches_keep).
pub fn finish(answer: &mut Answer) {
    set(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(
        answer,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "retry-after, order-reference",
    );
    set(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !answer.headers().contains_key(header::CACHE_CONTROL) {
        set(answer, header::CACHE_CONTROL, "no-store");
    }
}

/// Lets whoever is in between keep the answer for five minutes: it is the same for everybody.
pub fn let_caches_keep(answer: &mut Answer) {
    set(answer, header::CACHE_CONTROL, "public, max-age=300");
}

/// Lets no page of another origin read the answer, and no cache keep it.
pub fn finish_private(answer: &mut Answer) {
    set(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(answer, header::CACHE_CONTROL, "no-store");
}

fn set(answer: &mut Answer, name: HeaderName, value: &'static str) {
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}
