//! Requests to parties: without cookies, credentials, referrer, cache or redirects, and with a
//! limit on what is read.

use js_sys::{Promise, Reflect, Uint8Array};
use tallystick_wallet::core::ports::{
    Method, Network, NetworkError, RESPONSE_BYTES_MAX, Request, Response,
};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestInit, RequestMode, RequestRedirect,
};

use crate::error::describe;

/// How long a party may take to answer, in milliseconds.
const TIMEOUT_MS: u32 = 20_000;

/// `fetch`.
pub struct Fetch;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, options: &RequestInit) -> Result<Promise, JsValue>;
}

impl Network for Fetch {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        let asked = start(&request).map_err(broken)?;
        let response = JsFuture::from(asked).await.map_err(broken)?;
        let response: web_sys::Response = response.unchecked_into();
        let content_type = response.headers().get("content-type").map_err(broken)?;
        let content_type = content_type.unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default();
        Ok(Response {
            status: response.status(),
            content_type: content_type.trim().to_ascii_lowercase(),
            body: body(&response).await?,
        })
    }
}

fn broken(thrown: JsValue) -> NetworkError {
    NetworkError::Unreachable(describe(&thrown))
}

fn start(request: &Request) -> Result<Promise, JsValue> {
    let options = RequestInit::new();
    options.set_mode(RequestMode::Cors);
    options.set_credentials(RequestCredentials::Omit);
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    options.set_redirect(RequestRedirect::Error);
    options.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    if request.method == Method::Get {
        // Where it stands now. Nothing is ever taken from a cache for a message, and with this option
        // the browser would ask before each one anew whether the party lets it in.
        options.set_cache(RequestCache::NoStore);
    } else {
        let headers = Headers::new()?;
        headers.set("content-type", request.content_type)?;
        options.set_method("POST");
        options.set_headers(&headers);
        options.set_body(&Uint8Array::from(request.body.as_slice()));
    }
    fetch(&request.url, &options)
}

/// Reads the body piece by piece, so that a party cannot fill the memory.
async fn body(response: &web_sys::Response) -> Result<Vec<u8>, NetworkError> {
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
