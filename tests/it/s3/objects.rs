//! Reading objects: what is said of those that cannot be read, and the bounds.

use std::time::{Duration, Instant};

use s3server::{Server, Stored};
use stscope::internals::input::s3::{Body, FetchLimits, Object, Selection};

use super::{connect, fetch, list};

fn objects(server: &Server) -> Vec<Object> {
    let s3 = connect(server);
    let all = list(&s3, "s3://trail", &Selection::default()).expect("a listing");
    all.objects.into_values().collect()
}

#[test]
fn what_changed_since_it_was_listed_is_not_read_as_the_same() {
    let server = Server::start();
    for key in ["gone", "other", "same"] {
        server.put("trail", key, b"bytes".as_slice());
    }
    let objects = objects(&server);
    server.remove("trail", "gone");
    server.put("trail", "other", b"BYTES".as_slice());
    let found = fetch(&connect(&server), objects, FetchLimits::default());
    assert_eq!(
        found["gone"],
        Err("s3://trail/gone: deleted since it was listed; run again".into())
    );
    assert_eq!(
        found["other"],
        Err("s3://trail/other: replaced since it was listed; run again".into())
    );
    assert_eq!(found["same"].as_deref(), Ok(b"bytes".as_slice()));
}

#[test]
fn a_right_that_is_missing_is_named() {
    let server = Server::start();
    server.put("trail", "k", b"bytes".as_slice());
    let objects = objects(&server);
    for (said, right) in [
        ("Access Denied", "s3:GetObject"),
        (
            "User x is not authorized to perform: kms:Decrypt on resource y",
            "kms:Decrypt",
        ),
    ] {
        server.change(|behaviour| behaviour.must_not_get = Some((String::new(), said.into())));
        let found = fetch(&connect(&server), objects.clone(), FetchLimits::default());
        let error = found["k"].as_ref().expect_err("denied");
        assert!(
            error.contains(&format!("the permission {right} is missing")),
            "{error}"
        );
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn an_object_archived_without_a_word_in_the_listing_is_named() {
    let server = Server::start();
    server.put("trail", "k", b"bytes".as_slice());
    let objects = objects(&server);
    let stored = Stored {
        bytes: b"bytes".as_slice().into(),
        class: "GLACIER".into(),
        restored: false,
        ..Stored::default()
    };
    server.put_stored("trail", "k", stored);
    let s3 = connect(&server);
    let fetches = s3
        .fetch(
            objects.into_iter().map(|o| (o, 7)).collect::<Vec<_>>(),
            FetchLimits::default(),
        )
        .expect("a thread");
    let fetched = fetches.next().expect("one");
    assert_eq!(fetched.with, 7);
    let error = fetched.body.map(drop).expect_err("archived");
    assert!(error.is_archived() && !error.is_fatal(), "{error}");
    assert!(fetches.next().is_none());
}

#[test]
fn bytes_that_wait_are_bounded() {
    let server = Server::start();
    for at in 0..200 {
        server.put("trail", &format!("k{at:03}"), vec![1; 100_000].as_slice());
    }
    let objects = objects(&server);
    let s3 = connect(&server);
    let limits = FetchLimits {
        bytes: 1_000_000,
        ..FetchLimits::default()
    };
    let fetches = s3
        .fetch(
            objects.into_iter().map(|o| (o, ())).collect::<Vec<_>>(),
            limits,
        )
        .expect("a thread");
    // Nobody takes any: nine of them are had, and no more are asked for.
    let begin = Instant::now();
    while s3.requests().get < 9 && begin.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(s3.requests().get, 9);
    assert_eq!(fetches.into_iter_count(), 200);
}

trait Count {
    fn into_iter_count(self) -> usize;
}

impl<T> Count for stscope::internals::input::s3::Fetches<T> {
    fn into_iter_count(self) -> usize {
        (&self)
            .map(|fetched| assert!(matches!(fetched.body, Ok(Body::Whole(_)))))
            .count()
    }
}

#[test]
fn no_more_reads_are_in_flight_than_were_asked_for() {
    let server = Server::start();
    for at in 0..200 {
        server.put("trail", &format!("k{at:03}"), b"x".as_slice());
    }
    let objects = objects(&server);
    server.change(|behaviour| behaviour.delay = Duration::from_millis(5));
    let limits = FetchLimits {
        reads: Some(3),
        ..FetchLimits::default()
    };
    assert_eq!(fetch(&connect(&server), objects, limits).len(), 200);
    assert!(server.most_at_once() <= 3, "{}", server.most_at_once());
}

#[test]
fn many_requests_are_in_flight() {
    let server = Server::start();
    for at in 0..2_000 {
        server.put("trail", &format!("k{at:04}"), vec![1; 4096].as_slice());
    }
    let objects = objects(&server);
    server.change(|behaviour| behaviour.delay = Duration::from_millis(30));
    let s3 = connect(&server);
    let begun = Instant::now();
    fetch(
        &s3,
        objects,
        FetchLimits {
            reads: Some(64),
            ..FetchLimits::default()
        },
    );
    // 0.94 s at best. The bar of 90 % is for a machine that has nothing else to do.
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    let activity = s3.activity();
    assert_eq!(
        (activity.objects, activity.bytes, activity.in_flight),
        (2_000, 2_000 * 4096, 0)
    );
}

#[test]
fn who_drops_the_objects_ends_the_reading() {
    let server = Server::start();
    for at in 0..500 {
        server.put("trail", &format!("k{at:03}"), vec![1; 1000].as_slice());
    }
    let objects = objects(&server);
    server.change(|behaviour| behaviour.delay = Duration::from_millis(10));
    let s3 = connect(&server);
    let limits = FetchLimits {
        reads: Some(4),
        ..FetchLimits::default()
    };
    let fetches = s3
        .fetch(objects.into_iter().map(|o| (o, ())), limits)
        .expect("a thread");
    assert!(fetches.next().is_some());
    drop(fetches);
    let then = super::at_rest(|| s3.requests().get);
    assert!(then < 100, "{then}");
}

#[test]
#[should_panic(expected = "the list broke")]
fn a_list_of_objects_that_panics_is_no_quiet_end() {
    let server = Server::start();
    server.put("trail", "k", b"x".as_slice());
    let s3 = connect(&server);
    let wanted = objects(&server)
        .into_iter()
        .cycle()
        .enumerate()
        .map(|(at, object)| {
            assert!(at < 3, "the list broke");
            (object, ())
        });
    let fetches = s3.fetch(wanted, FetchLimits::default()).expect("a thread");
    while fetches.next().is_some() {}
}
