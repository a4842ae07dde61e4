//! Between the `http` crate's types, which the parties speak, and workerd's own.

use http::{Request, Response};
use worker::Headers;

/// A request as the edge handed it on: with few headers and its whole body, whose limit was kept there.
pub async fn from_worker(mut request: worker::Request) -> worker::Result<Request<Vec<u8>>> {
    let mut incoming = Request::builder()
        .method(request.method().as_ref())
        .uri(request.inner().url());
    for (name, value) in request.headers().entries() {
        incoming = incoming.header(name, value);
    }
    let bytes = match request.inner().body() {
        Some(_) => request.bytes().await?,
        None => Vec::new(),
    };
    incoming
        .body(bytes)
        .map_err(|error| error.to_string().into())
}

/// The party's answer as workerd's.
pub fn to_worker(answer: Response<Vec<u8>>) -> worker::Result<worker::Response> {
    let (parts, body) = answer.into_parts();
    let status = parts.status.as_u16();
    let response = if body.is_empty() {
        worker::Response::empty()?
    } else {
        worker::Response::from_bytes(body)?
    };
    Ok(response
        .with_status(status)
        .with_headers(Headers::from(parts.headers)))
}
