//! How many requests are in flight, and how many bytes wait to be used.
//!
//! Nobody says how many requests a bucket takes. So the number grows while it is what holds the
//! reading up, and is halved when S3 says SlowDown: the archive is one that others write to.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many to begin with: at 30 ms an answer some 2,000 objects a second.
pub(super) const START: usize = 64;
/// As many as one bucket's prefix is good for, by a wide margin.
pub(super) const MOST: usize = 256;
/// All requests in flight are told to slow down at once. They count as one.
const ONE_SLOWDOWN: Duration = Duration::from_secs(1);

/// The bounds on what is in flight.
#[derive(Debug)]
pub(super) struct Flight {
    state: Mutex<State>,
    freed: Condvar,
    most: usize,
    most_bytes: u64,
}

#[derive(Debug)]
struct State {
    allowed: f64,
    requests: usize,
    bytes: u64,
    slowed: Option<Instant>,
    closed: bool,
}

impl Flight {
    pub(super) fn new(most: Option<usize>, most_bytes: u64) -> Arc<Flight> {
        let most = most.unwrap_or(MOST).max(1);
        Arc::new(Flight {
            state: Mutex::new(State {
                allowed: as_f64(START.min(most)),
                requests: 0,
                bytes: 0,
                slowed: None,
                closed: false,
            }),
            freed: Condvar::new(),
            most,
            most_bytes: most_bytes.max(1),
        })
    }

    /// Waits until another request may begin, of which so many bytes will be kept. `None` if nobody
    /// wants them any more. An object larger than all the room there is waits for all of it.
    pub(super) fn take(self: &Arc<Flight>, bytes: u64) -> Option<(Slot, Room)> {
        let bytes = bytes.min(self.most_bytes);
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            let free = as_f64(state.requests + 1) <= state.allowed;
            if free && state.bytes + bytes <= self.most_bytes {
                break;
            }
            state = self
                .freed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.requests += 1;
        state.bytes += bytes;
        let slot = Slot(Arc::clone(self));
        let room = Room {
            flight: Arc::clone(self),
            bytes,
        };
        Some((slot, room))
    }

    /// Nobody wants more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.freed.notify_all();
    }

    /// How many may be in flight now.
    pub(super) fn allowed(&self) -> usize {
        let allowed = self.lock().allowed;
        // Between 1 and `most`.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let allowed = allowed as usize;
        allowed.max(1)
    }

    /// A request was answered. `in_flight` is how many there were.
    pub(super) fn went_well(&self, in_flight: usize) {
        let mut state = self.lock();
        let most = as_f64(self.most);
        if as_f64(in_flight + 1) < state.allowed || state.allowed >= most {
            return;
        }
        state.allowed += match state.slowed {
            // Nobody has complained: four times as many after some 3,000 objects.
            None => 1.0 / 16.0,
            Some(when) if when.elapsed() < ONE_SLOWDOWN => return,
            // One more for each round.
            Some(_) => 1.0 / state.allowed,
        };
        state.allowed = state.allowed.min(most);
        drop(state);
        self.freed.notify_one();
    }

    /// S3 asks for fewer requests.
    pub(super) fn slow_down(&self) {
        let mut state = self.lock();
        if state
            .slowed
            .is_none_or(|when| when.elapsed() >= ONE_SLOWDOWN)
        {
            state.allowed = (state.allowed / 2.0).max(1.0);
            state.slowed = Some(Instant::now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is in flight.
#[derive(Debug)]
pub(super) struct Slot(Arc<Flight>);

impl Slot {
    /// Ends the request, and counts it as one that went well.
    pub(super) fn well(self) {
        let in_flight = self.0.lock().requests;
        self.0.went_well(in_flight);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.lock().requests -= 1;
        self.0.freed.notify_one();
    }
}

/// The bytes of an object that somebody holds.
#[derive(Debug)]
pub(super) struct Room {
    flight: Arc<Flight>,
    bytes: u64,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.flight.lock().bytes -= self.bytes;
        self.flight.freed.notify_one();
    }
}

/// Numbers of requests are far below what a float holds.
#[allow(clippy::cast_precision_loss)]
fn as_f64(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_grows_while_it_is_what_holds_up_and_never_past_the_most() {
        let flight = Flight::new(None, 1 << 20);
        assert_eq!(flight.allowed(), START);
        flight.went_well(3);
        assert_eq!(flight.allowed(), START);
        for _ in 0..10_000 {
            flight.went_well(flight.allowed());
        }
        assert_eq!(flight.allowed(), MOST);
        assert_eq!(Flight::new(Some(7), 1).allowed(), 7);
    }

    #[test]
    fn a_slow_down_halves_it_once_for_all_that_were_in_flight() {
        let flight = Flight::new(None, 1 << 20);
        for _ in 0..START {
            flight.slow_down();
        }
        assert_eq!(flight.allowed(), START / 2);
        // For a while it does not grow.
        flight.went_well(START / 2);
        assert_eq!(flight.allowed(), START / 2);
    }

    #[test]
    fn bytes_are_bounded_and_an_object_larger_than_the_bound_goes_alone() {
        let flight = Flight::new(None, 100);
        let (slot, room) = flight.take(1_000).expect("room");
        assert_eq!(flight.lock().bytes, 100);
        slot.well();
        let waiting = std::thread::spawn({
            let flight = Arc::clone(&flight);
            move || flight.take(1).is_some()
        });
        std::thread::sleep(Duration::from_millis(50));
        assert!(!waiting.is_finished());
        drop(room);
        assert!(waiting.join().expect("no panic"));
        assert_eq!(flight.lock().bytes, 0);
        assert_eq!(flight.lock().requests, 0);
        flight.close();
        assert!(flight.take(1).is_none());
    }
}
