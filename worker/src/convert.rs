//! Between the `http` crate's types, which the parties speak, and workerd's own.

use http::{Request, Response};
use worker::Headers;

use crate::{BODY_LIMIT, body};

/// A request with its whole body; `None` if the body is over [`BODY_LIMIT`].
pub async fn from_worker(mut request: worker::Request) -> worker::Result<Option<Request<Vec<u8>>>> {
    let mut incoming = Request::builder()
        .method(request.method().as_ref())
        .uri(request.url()?.as_str());
    for (name, value) in request.headers().entries() {
        incoming = incoming.header(name, value);
    }
    let bytes = match request.stream() {
        Ok(stream) => body::read(stream, BODY_LIMIT).await?,
        Err(_) => Some(Vec::new()), // a request without a body
    };
    let incoming = bytes.map(|bytes| incoming.body(bytes)).transpose();
    incoming.map_err(|error| error.to_string().into())
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
