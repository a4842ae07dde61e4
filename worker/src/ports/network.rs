//! HTTPS to other parties by `fetch`.

use http::header::CONTENT_TYPE;
use http::{Request, Response};
use tallystick_parties::ports::{Network, NetworkError};
use worker::{AbortSignal, Fetch, Headers, Method, RequestInit, RequestRedirect};

use crate::body;

/// The longest wait for another party, in milliseconds.
const PATIENCE_MS: u32 = 15_000;
/// The largest answer: a party's key share is the longest message, 128 KiB in the demo's degrees
/// and some megabytes in large ones.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;

/// The platform's `fetch`. It follows no redirect: a party is where its certificate says.
pub struct Fetching;

impl Network for Fetching {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NetworkError> {
        send(request)
            .await
            .map_err(|error| NetworkError(error.to_string()))
    }
}

async fn send(request: Request<Vec<u8>>) -> worker::Result<Response<Vec<u8>>> {
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(PATIENCE_MS));
    let sent = Fetch::Request(outgoing(request)?);
    let mut answer = sent.send_with_signal(&signal).await?;
    incoming(&mut answer).await
}

/// A request as the platform sends it.
///
/// # Errors
/// Only the platform's own.
pub fn outgoing(request: Request<Vec<u8>>) -> worker::Result<worker::Request> {
    let (parts, body) = request.into_parts();
    let mut init = RequestInit::new();
    init.with_method(Method::from(parts.method.as_str().to_owned()))
        .with_headers(Headers::from(parts.headers))
        .with_redirect(RequestRedirect::Manual);
    if !body.is_empty() {
        init.with_body(Some(js_sys::Uint8Array::from(body.as_slice()).into()));
    }
    worker::Request::new_with_init(&parts.uri.to_string(), &init)
}

/// An answer with its whole body, and of its headers the one that parties read.
///
/// # Errors
/// An answer that is too large; the platform's own.
pub async fn incoming(answer: &mut worker::Response) -> worker::Result<Response<Vec<u8>>> {
    let mut response = Response::builder().status(answer.status_code());
    if let Some(media_type) = answer.headers().get(CONTENT_TYPE.as_str())? {
        response = response.header(CONTENT_TYPE, media_type);
    }
    let bytes = body::of_response(answer, ANSWER_LIMIT).await?;
    let bytes = bytes.ok_or("the answer is too large")?;
    response
        .body(bytes)
        .map_err(|error| error.to_string().into())
}
