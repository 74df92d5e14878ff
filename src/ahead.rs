//! Work on another thread, ahead of whoever takes what comes of it.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, Builder};

/// Has `take` take what `next` makes of a source on another thread, while so many pieces may wait. The source
/// need not have come to its end when `take` has. Where no thread can be started, nothing is made, and
/// `with`, which `take` would have had, comes back.
pub(crate) fn make_ahead<S: Send, T: Send, W, R>(
    thread: Builder,
    waiting: usize,
    source: &mut S,
    mut next: impl FnMut(&mut S) -> Option<T> + Send,
    with: W,
    take: impl FnOnce(W, Receiver<T>) -> R,
) -> Result<R, W> {
    thread::scope(|scope| {
        let (sender, pieces) = sync_channel(waiting);
        let started = thread.spawn_scoped(scope, move || {
            // Where enough was taken, nobody takes any more.
            while let Some(piece) = next(source)
                && sender.send(piece).is_ok()
            {}
        });
        match started {
            Ok(_) => Ok(take(with, pieces)),
            Err(_) => Err(with),
        }
    })
}
