//! Requests to parties: without cookies, credentials, referrer, cache or redirects, and with a
//! limit on what is read.

use gloo::net::http::{RequestBuilder, Response as GlooResponse};
use js_sys::{Reflect, Uint8Array};
use tallystick_wallet::ports::{
    Method, Network, NetworkError, RESPONSE_BYTES_MAX, Request, Response,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials,
    RequestMode, RequestRedirect,
};

use crate::error::describe;

/// How long a party may take to answer, in milliseconds.
const TIMEOUT_MS: u32 = 20_000;

/// `fetch`.
pub struct Fetch;

impl Network for Fetch {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        let response = start(request).await.map_err(unreachable)?;
        let content_type = response.headers().get("content-type").unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default();
        Ok(Response {
            status: response.status(),
            content_type: content_type.trim().to_ascii_lowercase(),
            body: body(&response).await?,
        })
    }
}

fn unreachable(error: gloo::net::Error) -> NetworkError {
    NetworkError::Unreachable(error.to_string())
}

fn broken(thrown: JsValue) -> NetworkError {
    NetworkError::Unreachable(describe(&thrown))
}

async fn start(request: Request) -> Result<GlooResponse, gloo::net::Error> {
    let builder = match request.method {
        Method::Get => RequestBuilder::new(&request.url).method(gloo::net::http::Method::GET),
        Method::Post => RequestBuilder::new(&request.url).method(gloo::net::http::Method::POST),
    };
    let builder = builder
        .mode(RequestMode::Cors)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Error)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    match request.method {
        Method::Get => builder.send().await,
        Method::Post => {
            let body = Uint8Array::from(request.body.as_slice());
            let builder = builder.header("content-type", request.content_type);
            builder.body(body)?.send().await
        }
    }
}

/// Reads the body piece by piece, so that a party cannot fill the memory.
async fn body(response: &GlooResponse) -> Result<Vec<u8>, NetworkError> {
    let Some(stream) = response.body() else {
        return Ok(Vec::new());
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(broken)?;
        let done = Reflect::get(&piece, &"done".into()).map_err(broken)?;
        if done.is_truthy() {
            return Ok(bytes);
        }
        let value = Reflect::get(&piece, &"value".into()).map_err(broken)?;
        let value: Uint8Array = value.unchecked_into();
        if bytes.len() + value.length() as usize > RESPONSE_BYTES_MAX {
            let _cancelled = reader.cancel();
            return Err(NetworkError::TooLong);
        }
        bytes.extend(value.to_vec());
    }
}
