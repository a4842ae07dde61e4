//! Waiting for several things at once.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

enum Slot<'a, T> {
    Running(Pin<Box<dyn Future<Output = T> + 'a>>),
    Done(Option<T>),
}

/// Runs all futures side by side and gives their results in the same order.
pub async fn all<'a, T: 'a>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + 'a>,
) -> Vec<T> {
    let mut slots: Vec<Slot<'a, T>> = futures
        .into_iter()
        .map(|future| Slot::Running(Box::pin(future)))
        .collect();
    poll_fn(move |context| {
        let mut pending = false;
        for slot in &mut slots {
            if let Slot::Running(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *slot = Slot::Done(Some(value)),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            return Poll::Pending;
        }
        let results = slots.iter_mut().filter_map(|slot| match slot {
            Slot::Done(value) => value.take(),
            Slot::Running(_) => None,
        });
        Poll::Ready(results.collect())
    })
    .await
}
