//! Reads bodies up to a limit, so that nobody can make a party allocate more.

use futures_util::StreamExt;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use worker::{ByteStream, Headers, Request, Response, Result};

/// The body of `request`; `None` if it holds more than `limit` bytes. It stays in the platform's memory:
/// who passes it on need not copy it.
pub async fn of_request(request: &mut Request, limit: usize) -> Result<Option<Uint8Array>> {
    match announced(request.headers())? {
        Some(length) if length > limit => Ok(None),
        Some(_) => whole(request.inner().array_buffer()?).await.map(Some),
        None => pieces(request.stream()?, limit).await,
    }
}

/// As [`of_request`], of another party's answer.
pub async fn of_response(response: &mut Response, limit: usize) -> Result<Option<Vec<u8>>> {
    match announced(response.headers())? {
        Some(length) if length > limit => Ok(None),
        Some(_) => response.bytes().await.map(Some),
        None => Ok(match response.stream() {
            Ok(stream) => pieces(stream, limit).await?.map(|body| body.to_vec()),
            Err(_) => Some(Vec::new()), // without a body
        }),
    }
}

/// How many bytes follow, if that was said; HTTP lets no more come than that.
fn announced(headers: &Headers) -> Result<Option<usize>> {
    let length = headers.get("content-length")?;
    Ok(length.and_then(|length| length.parse().ok()))
}

async fn whole(body: Promise) -> Result<Uint8Array> {
    let buffer = JsFuture::from(body).await?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()))
}

async fn pieces(mut stream: ByteStream, limit: usize) -> Result<Option<Uint8Array>> {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        if bytes.len() + piece.len() > limit {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Some(Uint8Array::from(bytes.as_slice())))
}
