//! Where requests enter: limits by address, correlation id, log line; then the party's book answers.

use js_sys::Uint8Array;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::office::place::Place;
use tallystick_parties::routes;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Result};

use crate::logging::{self, Answered, CORRELATION_HEADER};
use crate::ports::siblings;
use crate::{address, body, problem, settings};

/// What a party reads of a request's headers; nothing else of them reaches it.
const FORWARDED: [&str; 5] = [
    "content-type",
    "authorization",
    "if-none-match",
    "upgrade",
    "idempotency-key",
];

/// Answers one request from outside.
pub async fn answer(mut request: Request, env: &Env) -> Result<Response> {
    let method = request.method();
    let route = routes::without_identifiers(&request.path());
    let correlation = logging::correlation(request.headers().get(CORRELATION_HEADER)?);
    let response = match admitted(&mut request, env, &correlation).await {
        Ok(response) => response,
        // The cause is in the log of the platform; callers get a sentence.
        Err(error) => {
            worker::console_error!("{}", error);
            refused(&Fault::internal(), &correlation)?
        }
    };
    Answered {
        at_ms: logging::now_ms(),
        role: &env
            .var("ROLE")
            .map(|role| role.to_string())
            .unwrap_or_default(),
        event: "answered",
        correlation: &correlation,
        method: method.as_ref(),
        route: &route,
        status: response.status_code(),
    }
    .write();
    Ok(response)
}

fn refused(fault: &Fault, correlation: &str) -> Result<Response> {
    let mut answer = problem::answer(fault)?;
    answer.headers_mut().set(CORRELATION_HEADER, correlation)?;
    Ok(answer)
}

/// The longest address that is read, in bytes. Our own have less than 200.
const ADDRESS_LEN_MAX: usize = 2048;
/// Counts an address's requests but those of the other limit; how many are let through stands in the
/// deployment's file.
const BY_ADDRESS: &str = "BY_ADDRESS";
/// Counts an address's messages that compute or store something for whoever asks.
const DEAR_BY_ADDRESS: &str = "DEAR_BY_ADDRESS";

async fn admitted(request: &mut Request, env: &Env, correlation: &str) -> Result<Response> {
    if request.inner().url().len() > ADDRESS_LEN_MAX {
        return refused(&Fault::new(Kind::AddressTooLong, ""), correlation);
    }
    if routes::is_between_siblings(&request.path()) {
        return refused(&Fault::not_found(), correlation);
    }
    // The bindings take a method that they do not know for GET.
    if request.inner().method() != request.method().as_ref() {
        let path = request.path();
        let allowed = settings::role(env).map_or("", |role| routes::allowed(role, &path));
        return refused(&Fault::method_not_allowed(allowed), correlation);
    }
    let address = address::of(request.headers())?;
    let is_dear = request.method() == Method::Post && routes::is_dear(&request.path());
    let limit = if is_dear { DEAR_BY_ADDRESS } else { BY_ADDRESS };
    // The demo has no such limits; `npm run deploy` refuses a file without them.
    if let Ok(limiter) = env.rate_limiter(limit)
        && !limiter.limit(address).await?.success
    {
        let others = "From this address. Others are served.";
        return refused(&Fault::new(Kind::RateLimited, others), correlation);
    }
    forward(request, env, correlation).await
}

/// Hands the request to the book of the party that it belongs to. The body is read here, to its end and its limit, so that whoever
/// sends slowly keeps nobody's object waiting.
async fn forward(request: &mut Request, env: &Env, correlation: &str) -> Result<Response> {
    let method = request.method();
    let mut init = RequestInit::new();
    let mut sent = None;
    if !matches!(method, Method::Get | Method::Head | Method::Options)
        && request.inner().body().is_some()
    {
        let limit = routes::body_limit(&request.path());
        let Some(body) = body::of_request(request, limit).await? else {
            let said = format!("At most {} KiB are accepted.", limit / 1024);
            return refused(&Fault::new(Kind::TooLarge, said), correlation);
        };
        sent = Some(body.clone());
        init.with_body(Some(body.into()));
    }
    let headers = Headers::new();
    headers.set(CORRELATION_HEADER, correlation)?;
    for name in FORWARDED {
        if let Some(value) = request.headers().get(name)? {
            headers.set(name, &value)?;
        }
    }
    init.with_method(method).with_headers(headers);
    let inner = Request::new_with_init(&request.inner().url(), &init)?;
    let place = place(&inner, sent.as_ref(), correlation, env)?;
    let book = siblings::stub(env, place)?;
    book.fetch_with_request(inner).await
}

/// Which of the party's objects answers. Only a party with shards has its requests read here.
fn place(
    request: &Request,
    body: Option<&Uint8Array>,
    correlation: &str,
    env: &Env,
) -> Result<Place> {
    let (shards, role) = (settings::shards(env), settings::role(env));
    let (Ok(shards), Ok(role)) = (shards, role) else {
        return Ok(Place::Office); // which says what is wrong with the settings
    };
    if shards.is_none() {
        return Ok(Place::Office);
    }
    let Ok(vault) = settings::vault(env, role) else {
        return Ok(Place::Office);
    };
    let asked = http::Request::builder()
        .method(request.method().as_ref())
        .uri(request.inner().url())
        .header(CORRELATION_HEADER, correlation)
        .body(body.map(Uint8Array::to_vec).unwrap_or_default())
        .map_err(|error| error.to_string())?;
    Ok(routes::place(role, shards, vault.handles(), &asked))
}
