//! Where requests enter: limits by address, correlation id, log line; then the party's book answers.

use tallystick_parties::common::fault::{Fault, Kind};
use tallystick_parties::routes;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Result};

use crate::logging::{self, Answered, CORRELATION_HEADER};
use crate::{BODY_LIMIT, address, body, problem};

/// The one object that holds a party. One is enough here: an object carries some tens of
/// orders a second. A party that needs more spreads accounts or orders over objects by key.
const BOOK: &str = "book";

/// Answers one request from outside.
pub async fn answer(mut request: Request, env: &Env) -> Result<Response> {
    let method = request.method();
    let route = routes::without_identifiers(&request.path());
    let correlation = logging::correlation(request.headers().get(CORRELATION_HEADER)?);
    let mut response = match admitted(&mut request, env, &correlation).await {
        Ok(response) => response,
        // The cause is in the log of the platform; callers get a sentence.
        Err(error) => {
            worker::console_error!("{}", error);
            problem::answer(&Fault::internal())?
        }
    };
    response
        .headers_mut()
        .set(CORRELATION_HEADER, &correlation)?;
    Answered {
        at: logging::now_ms(),
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

/// The longest address that is read, in bytes. Our own have less than 200.
const ADDRESS_LEN_MAX: usize = 2048;
/// Counts every request of an address; how many are let through stands in the deployment's file.
const BY_ADDRESS: &str = "BY_ADDRESS";
/// Counts those that compute or store something for whoever asks.
const DEAR_BY_ADDRESS: &str = "DEAR_BY_ADDRESS";

async fn admitted(request: &mut Request, env: &Env, correlation: &str) -> Result<Response> {
    if request.inner().url().len() > ADDRESS_LEN_MAX {
        return problem::answer(&Fault::new(Kind::AddressTooLong, ""));
    }
    let address = address::of(request.headers())?;
    let is_dear = request.method() == Method::Post && routes::is_dear(&request.path());
    let limits = [(BY_ADDRESS, true), (DEAR_BY_ADDRESS, is_dear)];
    for (limit, _) in limits.into_iter().filter(|(_, applies)| *applies) {
        // A deployment without the binding has no such limit: its file says so.
        let Ok(limiter) = env.rate_limiter(limit) else {
            continue;
        };
        if !limiter.limit(address.clone()).await?.success {
            return problem::answer(&Fault::new(
                Kind::RateLimited,
                "From this address. Others are served.",
            ));
        }
    }
    forward(request, env, correlation).await
}

async fn forward(request: &mut Request, env: &Env, correlation: &str) -> Result<Response> {
    let method = request.method();
    let mut init = RequestInit::new();
    if !matches!(method, Method::Get | Method::Head | Method::Options)
        && request.inner().body().is_some()
    {
        let Some(bytes) = body::read(request.stream()?, BODY_LIMIT).await? else {
            return problem::answer(&Fault::new(Kind::TooLarge, "At most 256 KiB are accepted."));
        };
        init.with_body(Some(js_sys::Uint8Array::from(bytes.as_slice()).into()));
    }
    let headers = Headers::from_iter(request.headers().entries());
    headers.set(CORRELATION_HEADER, correlation)?;
    init.with_method(method).with_headers(headers);
    let inner = Request::new_with_init(request.url()?.as_str(), &init)?;
    let book = env.durable_object("BOOK")?.get_by_name(BOOK)?;
    let answer = book.fetch_with_request(inner).await?;
    // An answer of another object has headers that cannot be set; a new one around it can.
    let headers = Headers::from_iter(answer.headers().entries());
    let status = answer.status_code();
    let (_, body) = answer.into_parts();
    Ok(Response::from_body(body)?
        .with_status(status)
        .with_headers(headers))
}
