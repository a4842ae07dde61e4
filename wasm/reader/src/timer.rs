//! Time, which a service worker has from `setTimeout`.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use gloo_timers::future::TimeoutFuture;

/// Lets time pass.
pub(crate) async fn sleep(ms: u32) {
    TimeoutFuture::new(ms).await;
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
