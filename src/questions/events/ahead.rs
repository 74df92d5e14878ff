//! Reading rows back on a thread of its own, ahead of whoever writes them.
//!
//! Where many threads have read logs, the one that then writes the rows would be most of the time.

use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, Builder};

use super::rows::Row;

/// Rows that are handed over together.
const TOGETHER: usize = 128;
/// How often as many may wait to be written.
const WAITING: usize = 4;

/// Rows, or why one cannot be read. It is known how many there are.
pub type Rows<'r> = Box<dyn Iterator<Item = io::Result<Row>> + 'r>;

/// Has `write` take rows that another thread reads. Where no thread can be started, this one does both.
pub(super) fn read_ahead<T>(
    rows: impl ExactSizeIterator<Item = io::Result<Row>> + Send,
    write: impl FnOnce(Rows<'_>) -> T,
) -> T {
    read_ahead_on(Builder::new(), rows, write)
}

fn read_ahead_on<T>(
    thread: Builder,
    mut rows: impl ExactSizeIterator<Item = io::Result<Row>> + Send,
    write: impl FnOnce(Rows<'_>) -> T,
) -> T {
    let left = rows.len();
    let lent = &mut rows;
    let result = thread::scope(|scope| {
        let rows = lent;
        let (sender, waiting) = sync_channel(WAITING);
        let started = thread.spawn_scoped(scope, move || {
            loop {
                let together: Vec<_> = rows.by_ref().take(TOGETHER).collect();
                // Nobody takes them if enough were written.
                if together.is_empty() || sender.send(together).is_err() {
                    return;
                }
            }
        });
        if started.is_err() {
            return Err(write);
        }
        Ok(write(Box::new(Ahead {
            waiting,
            together: Vec::new().into_iter(),
            left,
        })))
    });
    result.unwrap_or_else(|write| write(Box::new(rows)))
}

/// The end of the pipe that rows are taken from.
struct Ahead {
    waiting: Receiver<Vec<io::Result<Row>>>,
    together: std::vec::IntoIter<io::Result<Row>>,
    left: usize,
}

impl Iterator for Ahead {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<io::Result<Row>> {
        if self.together.as_slice().is_empty() {
            self.together = self.waiting.recv().ok()?.into_iter();
        }
        self.left -= 1;
        self.together.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32) -> Row {
        Row::from_bytes(i64::from(number).to_le_bytes().to_vec())
    }

    fn times(rows: Rows<'_>) -> Vec<i64> {
        rows.map(|row| row.unwrap().time().unwrap().millis())
            .collect()
    }

    #[test]
    fn rows_come_in_their_order_on_one_thread_or_two() {
        // More memory for a stack than there is.
        let impossible = || Builder::new().stack_size(1 << 60);
        for count in [0, 1, 127, 128, 129, 5_000] {
            let expected: Vec<i64> = (0..count).map(i64::from).collect();
            let rows = || (0..count).map(|number| Ok(row(number)));
            assert_eq!(read_ahead(rows(), times), expected);
            assert_eq!(read_ahead_on(impossible(), rows(), times), expected);
        }
    }

    #[test]
    fn how_many_are_left_is_known_without_taking_them() {
        let rows = (0..100_000).map(|number| Ok(row(number)));
        let left = read_ahead(rows, |mut rows| {
            assert!(rows.next().is_some() && rows.nth(200).is_some());
            rows.size_hint()
        });
        assert_eq!(left, (100_000 - 202, Some(100_000 - 202)));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error_in_its_place() {
        let rows = (0..300).map(|number| match number {
            200 => Err(io::Error::other("lost")),
            number => Ok(row(number)),
        });
        let broken = read_ahead(rows, |mut rows| rows.position(|row| row.is_err()));
        assert_eq!(broken, Some(200));
    }
}
