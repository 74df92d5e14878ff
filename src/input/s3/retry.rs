//! What is tried again, when, and how often.

use std::time::Duration;

use super::client::Client;
use super::error::Kind;
use super::failure::Failure;
use super::flight::Flight;

/// How often a connection is tried while there never was one: that is a wrong name or address.
const CONNECTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// The tries of one request.
#[derive(Debug)]
pub(super) struct Tries {
    made: u32,
    most: u32,
    renewed: bool,
    moved: bool,
}

impl Tries {
    pub(super) fn new(most: u32) -> Tries {
        Tries {
            made: 1,
            most: most.max(1),
            renewed: false,
            moved: false,
        }
    }

    /// How long to wait for an answer. Most of what is slow is a bad connection, and a new one is
    /// fast: AWS's advice is to try again after 2 seconds.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-design-patterns.html>
    pub(super) fn patience(&self, first: Duration) -> Duration {
        (first * 2u32.pow(self.made.saturating_sub(1).min(5))).min(Duration::from_secs(60))
    }

    /// Something came of it: whatever fails next is another fault.
    pub(super) fn begin_anew(&mut self) {
        self.made = 1;
        self.renewed = false;
    }

    /// Waits for the next try, or says why there is none.
    pub(super) async fn after(
        &mut self,
        failure: Failure,
        client: &Client,
        bucket: &str,
        flight: &Flight,
    ) -> Result<(), Kind> {
        let mut unreached = false;
        let last = match failure {
            Failure::Final(kind) => return Err(kind),
            Failure::Elsewhere(region) => {
                if self.moved {
                    return Err(Kind::WrongRegion(client.region_of(bucket).to_string()));
                }
                self.moved = true;
                return client.follow(bucket, region).await;
            }
            Failure::Expired(stale) => {
                if self.renewed {
                    return Err(client.expired());
                }
                self.renewed = true;
                return client.renew(stale).await;
            }
            Failure::Slow(last) => {
                flight.slow_down();
                last
            }
            Failure::Late(last) => {
                // One bad connection is nothing. Twice late is a line that is full.
                if self.made > 1 {
                    flight.slow_down();
                }
                last
            }
            Failure::Passing(last) => last,
            Failure::Unreached { why, connecting } => {
                unreached = connecting;
                why
            }
        };
        if unreached && self.made >= self.most.min(CONNECTS) && !client.was_reached() {
            return Err(Kind::Connection(last));
        }
        if self.made >= self.most {
            return Err(Kind::GaveUp {
                tries: self.made,
                last,
            });
        }
        tokio::time::sleep(pause(self.made, rand())).await;
        self.made += 1;
        client.retried();
        Ok(())
    }
}

/// Full jitter: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
fn pause(made: u32, chance: f64) -> Duration {
    let longest = FIRST_PAUSE * 2u32.pow(made.saturating_sub(1).min(16));
    longest.min(LONGEST_PAUSE).mul_f64(chance)
}

/// From 0 to 1. The standard library's keys of hash maps are random enough to spread requests.
fn rand() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let bits = RandomState::new().hash_one(()) >> 40;
    #[allow(clippy::cast_precision_loss)] // 24 bits fit
    let number = bits as f64;
    number / f64::from(1u32 << 24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::s3::xml::Refusal;

    #[test]
    fn pauses_double_up_to_twenty_seconds() {
        assert_eq!(pause(1, 1.0), Duration::from_millis(100));
        assert_eq!(pause(4, 0.5), Duration::from_millis(400));
        assert_eq!(pause(60, 1.0), LONGEST_PAUSE);
        let spread: Vec<f64> = (0..100).map(|_| rand()).collect();
        assert!(spread.iter().all(|chance| (0.0..1.0).contains(chance)));
        assert!(
            spread.iter().any(|chance| *chance < 0.5) && spread.iter().any(|chance| *chance > 0.5)
        );
    }

    #[test]
    fn an_answer_is_passing_or_final_by_its_code() {
        let of = |status, code: &str| {
            let refusal = Refusal {
                code: code.into(),
                ..Refusal::default()
            };
            Failure::of_answer(status, refusal, None)
        };
        for (status, code) in [
            (500, ""),
            (500, "InternalError"),
            (502, ""),
            (504, ""),
            (408, ""),
            (400, "RequestTimeout"),
            (200, "InternalError"),
        ] {
            assert!(
                matches!(of(status, code), Failure::Passing(_)),
                "{status} {code}"
            );
        }
        for (status, code) in [(503, "SlowDown"), (503, ""), (429, ""), (400, "Throttling")] {
            assert!(
                matches!(of(status, code), Failure::Slow(_)),
                "{status} {code}"
            );
        }
        for (status, code) in [(400, "ExpiredToken"), (403, "ExpiredToken")] {
            assert!(
                matches!(of(status, code), Failure::Expired(_)),
                "{status} {code}"
            );
        }
        for (status, code) in [
            (301, "PermanentRedirect"),
            (301, ""),
            (400, "AuthorizationHeaderMalformed"),
        ] {
            assert!(
                matches!(of(status, code), Failure::Elsewhere(None)),
                "{status} {code}"
            );
        }
        for (status, code, kind) in [
            (403, "RequestTimeTooSkewed", Kind::Clock),
            (404, "NoSuchBucket", Kind::NoBucket),
            (404, "NoSuchKey", Kind::Gone),
            (412, "PreconditionFailed", Kind::Changed),
        ] {
            assert!(
                matches!(of(status, code), Failure::Final(found) if found == kind),
                "{status} {code}"
            );
        }
        assert!(matches!(
            of(403, "AccessDenied"),
            Failure::Final(Kind::Refused { .. })
        ));
    }
}
