//! Time, which a service worker has from `setTimeout`.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use gloo_timers::future::TimeoutFuture;
use tallystick_reader::Fault;
use wasm_bindgen::JsValue;

/// Lets time pass.
pub(crate) async fn sleep(ms: u32) {
    TimeoutFuture::new(ms).await;
}

/// How long the browser may take for what it asks of a device: it has no limit of its own.
const BROWSER_MS_MAX: u32 = 3_000;

/// What a promise of the browser gives; `Ok(Err(thrown))` if it was rejected.
///
/// # Errors
/// [`Fault::Silent`] if it does not settle in seconds.
pub(crate) async fn settled<T>(
    promise: impl Future<Output = Result<T, JsValue>>,
) -> Result<Result<T, JsValue>, Fault> {
    let settled = within(BROWSER_MS_MAX, promise).await;
    settled.ok_or(Fault::Silent)
}

/// What the future gives, or nothing if it takes longer than `ms`.
pub(crate) async fn within<T>(ms: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut timer = pin!(TimeoutFuture::new(ms));
    poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}
