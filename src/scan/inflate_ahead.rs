//! Inflating a stream on a thread of its own, ahead of the reading.
//!
//! What streams is large: a document of gigabytes on one thread takes a third longer than inflating
//! it does, and other cores have nothing to do.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;

use crate::ahead::make_ahead;
use crate::source::Source;

/// How much is inflated at a time.
const PIECE: usize = 1 << 20;
/// How many pieces may wait to be read.
const WAITING: usize = 2;

/// Has `read` read from a source that another thread works at. The source need not have come to its
/// end when `read` has. Where no thread can be started, this one does both.
pub(super) fn inflate_ahead<T>(
    source: &mut (impl Source + Send),
    read: impl FnOnce(&mut dyn Source) -> T,
) -> T {
    inflate_ahead_on(Builder::new(), source, read)
}

fn inflate_ahead_on<T>(
    thread: Builder,
    source: &mut (impl Source + Send),
    read: impl FnOnce(&mut dyn Source) -> T,
) -> T {
    let (give_back, used) = channel::<Vec<u8>>();
    let next = move |source: &mut _| {
        let mut piece = used.try_recv().unwrap_or_default();
        piece.resize(PIECE, 0);
        let count = Source::read(source, &mut piece);
        piece.truncate(count);
        (count > 0).then_some(piece)
    };
    let result = make_ahead(thread, WAITING, source, next, read, |read, pieces| {
        read(&mut Ahead {
            pieces,
            give_back,
            piece: Vec::new(),
            at: 0,
        })
    });
    result.unwrap_or_else(|read| read(source))
}

/// The end of the pipe that is read from.
struct Ahead {
    pieces: Receiver<Vec<u8>>,
    /// Memory goes back to be filled again.
    give_back: Sender<Vec<u8>>,
    piece: Vec<u8>,
    /// How much of the piece was read.
    at: usize,
}

impl Source for Ahead {
    fn read(&mut self, into: &mut [u8]) -> usize {
        if self.at == self.piece.len() {
            // The other thread ends with the stream; nobody takes the memory back then.
            let Ok(piece) = self.pieces.recv() else {
                return 0;
            };
            let _ = self
                .give_back
                .send(std::mem::replace(&mut self.piece, piece));
            self.at = 0;
        }
        let rest = &self.piece[self.at..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        count
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Numbers, in pieces of odd sizes.
    struct Numbers {
        next: usize,
        end: usize,
    }

    impl Source for Numbers {
        fn read(&mut self, into: &mut [u8]) -> usize {
            let count = (self.end - self.next).min(into.len()).min(70_001);
            for byte in &mut into[..count] {
                *byte = (self.next % 251) as u8;
                self.next += 1;
            }
            count
        }
    }

    #[test]
    fn everything_comes_through_in_order() {
        for end in [0, 1, 70_001, PIECE, 5 * PIECE + 3] {
            let mut source = Numbers { next: 0, end };
            let sum = inflate_ahead(&mut source, |ahead| {
                let mut piece = vec![0; 1234];
                let mut at = 0;
                loop {
                    let count = ahead.read(&mut piece);
                    if count == 0 {
                        return at;
                    }
                    for byte in &piece[..count] {
                        assert_eq!(usize::from(*byte), at % 251);
                        at += 1;
                    }
                }
            });
            assert_eq!(sum, end);
        }
    }

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn without_another_thread_this_one_does_both() {
        let mut source = Numbers {
            next: 0,
            end: 3 * PIECE,
        };
        // No machine has memory for a stack of this size.
        let thread = Builder::new().stack_size(1 << 47);
        let (here, mut sum) = (thread::current().id(), 0);
        inflate_ahead_on(thread, &mut source, |source| {
            assert_eq!(thread::current().id(), here);
            let mut piece = vec![0; 1234];
            while let count @ 1.. = source.read(&mut piece) {
                sum += count;
            }
        });
        assert_eq!((sum, source.next), (3 * PIECE, 3 * PIECE));
    }

    #[test]
    fn nobody_waits_for_a_reader_that_has_stopped() {
        let mut source = Numbers {
            next: 0,
            end: 100 * PIECE,
        };
        let first = inflate_ahead(&mut source, |ahead| {
            let mut byte = [7];
            ahead.read(&mut byte);
            byte[0]
        });
        assert_eq!(first, 0);
        assert!(source.next < 10 * PIECE);
    }
}
