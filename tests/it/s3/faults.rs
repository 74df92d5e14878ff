//! Whatever goes wrong on the way, the same objects come out.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use s3server::{FAULTS, Fault, Server};
use stscope::Pruning;
use stscope::internals::input::s3::{FetchLimits, Selection};

use super::{connect, fetch, list, trail, url};

/// A bucket with a bit of everything, and what is in it.
fn mixed(server: &Server) -> BTreeMap<String, Vec<u8>> {
    let mut there: BTreeMap<String, Vec<u8>> = trail(server, "trail", "p/")
        .into_iter()
        .map(|key| (key.clone(), key.into_bytes()))
        .collect();
    for (at, key) in [
        "p//x",
        "p/./y",
        "p/../z",
        "p/ä +%&=?#",
        "p/\u{1}\n",
        "p/AWSLogs/README",
        "p/zero",
    ]
    .iter()
    .enumerate()
    {
        let bytes = vec![u8::try_from(at).expect("few"); at * 9_000];
        let bytes = if *key == "p/zero" { Vec::new() } else { bytes };
        server.put("trail", key, bytes.as_slice());
        there.insert((*key).to_owned(), bytes);
    }
    there
}

#[test]
fn the_same_objects_come_out_whatever_the_faults() {
    for (round, faults) in [0, 100, 400, 900].into_iter().enumerate() {
        let server = Server::start();
        let there = mixed(&server);
        server.change(|behaviour| {
            behaviour.faults = faults;
            behaviour.page = [1000, 5, 1, 3][round];
            behaviour.at_most = 3;
        });
        let s3 = connect(&server);
        let all = list(&s3, "s3://trail/p/", &Selection::default()).expect("a listing");
        assert_eq!(all.keys(), there.keys().collect::<Vec<_>>(), "{faults}");
        // The larger ones come as streams.
        let limits = FetchLimits {
            whole: 10_000,
            ..FetchLimits::default()
        };
        let found = fetch(&s3, all.objects.into_values(), limits);
        for (key, bytes) in &there {
            assert_eq!(found[key].as_ref(), Ok(bytes), "{key}");
        }
        let requests = s3.requests();
        assert_eq!(requests.retried == 0, faults == 0, "{requests:?}");
        assert!(requests.list + requests.get >= requests.retried + there.len() as u64 - 1);
    }
}

#[test]
fn each_fault_alone_is_got_over() {
    for fault in FAULTS {
        let server = Server::start();
        let there = mixed(&server);
        server.change(|behaviour| {
            (behaviour.faults, behaviour.kinds, behaviour.at_most) = (1000, vec![fault], 2);
        });
        let s3 = connect(&server);
        let all = list(&s3, "s3://trail/p/", &Selection::default()).expect("a listing");
        let limits = FetchLimits {
            whole: 10_000,
            ..FetchLimits::default()
        };
        let found = fetch(&s3, all.objects.into_values(), limits);
        assert!(
            found
                .iter()
                .all(|(key, bytes)| bytes.as_ref() == Ok(&there[key])),
            "{fault:?}"
        );
        assert!(
            s3.requests().retried >= 2 * there.len() as u64 - 2,
            "{fault:?}"
        );
    }
}

#[test]
fn what_never_works_is_given_up_and_named() {
    let server = Server::start();
    server.put("trail", "k", b"bytes".as_slice());
    let s3 = connect(&server);
    let all = list(&s3, "s3://trail/", &Selection::default()).expect("a listing");
    server.change(|behaviour| {
        (behaviour.faults, behaviour.kinds, behaviour.at_most) = (1000, vec![Fault::Internal], 100);
    });
    // Some 25 seconds on average, by design: the pauses of ten tries.
    let found = fetch(&s3, all.objects.into_values(), FetchLimits::default());
    let error = found["k"].as_ref().expect_err("an error");
    assert!(
        error.starts_with("s3://trail/k: not to be had in 10 tries (500 InternalError)"),
        "{error}"
    );
    assert_eq!(s3.requests().get, 10);
}

#[test]
fn a_listing_that_goes_in_a_circle_is_an_error() {
    let server = Server::start();
    mixed(&server);
    server.change(|behaviour| (behaviour.page, behaviour.stuck) = (1, true));
    let s3 = connect(&server);
    let since = Selection {
        pruning: Pruning {
            first_day: NaiveDate::from_ymd_opt(2025, 11, 1),
            ..Pruning::default()
        },
        ..Selection::default()
    };
    let region = "s3://trail/p/AWSLogs/111122223333/CloudTrail/us-east-1/";
    // Looked at by folder; keys in one chain; beside the days, too.
    for (at, asked) in [
        ("s3://trail/p/AWSLogs/", Selection::default()),
        (region, Selection::default()),
        (region, since),
    ] {
        let error = (s3.list(&url(at), &asked).find_map(Result::err)).expect("an error");
        let error = error.to_string();
        assert!(error.contains("the same page came twice"), "{at}: {error}");
    }
}

#[test]
fn a_late_answer_is_not_waited_for() {
    let server = Server::start();
    server.put("trail", "k", b"bytes".as_slice());
    let s3 = connect(&server);
    let all = list(&s3, "s3://trail/", &Selection::default()).expect("a listing");
    server.change(|behaviour| {
        (behaviour.faults, behaviour.kinds, behaviour.at_most) = (1000, vec![Fault::Late], 1);
    });
    let begun = Instant::now();
    let found = fetch(&s3, all.objects.into_values(), FetchLimits::default());
    assert_eq!(found["k"].as_deref(), Ok(b"bytes".as_slice()));
    assert!(
        begun.elapsed() >= Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(s3.requests().retried, 1);
}

#[test]
fn a_stream_that_breaks_is_taken_up_where_it_broke() {
    for no_ranges in [false, true] {
        let server = Server::start();
        let bytes: Vec<u8> = (0..6_000_000_u32).map(|at| (at % 251) as u8).collect();
        server.put("trail", "large", bytes.as_slice());
        let s3 = connect(&server);
        let all = list(&s3, "s3://trail/large", &Selection::default()).expect("a listing");
        server.change(|behaviour| {
            (behaviour.faults, behaviour.kinds, behaviour.at_most) = (1000, vec![Fault::Short], 3);
            behaviour.no_ranges = no_ranges;
        });
        server.asked();
        let limits = FetchLimits {
            whole: 1_000,
            ..FetchLimits::default()
        };
        let found = fetch(&s3, all.objects.into_values(), limits);
        assert!(
            found["large"].as_ref().is_ok_and(|found| *found == bytes),
            "{no_ranges}"
        );
        let asked = server.asked();
        assert!(asked.len() > 1, "{}", asked.len());
        assert!(
            asked
                .iter()
                .skip(1)
                .all(|asked| asked.headers["range"].starts_with("bytes="))
        );
        assert!(
            asked
                .iter()
                .all(|asked| asked.headers.contains_key("if-match"))
        );
    }
}

#[test]
fn who_is_told_to_slow_down_does() {
    let server = Server::start();
    for at in 0..600 {
        server.put("trail", &format!("k{at:04}"), vec![7; 100].as_slice());
    }
    let s3 = connect(&server);
    let all = list(&s3, "s3://trail/", &Selection::default()).expect("a listing");
    server.change(|behaviour| {
        behaviour.throttle_above = Some(8);
        behaviour.delay = Duration::from_millis(5);
    });
    let found = fetch(&s3, all.objects.into_values(), FetchLimits::default());
    assert!(found.values().all(Result::is_ok));
    // Some 60 at once in the beginning, most of them refused again and again if nobody slowed down.
    let retried = s3.requests().retried;
    assert!((1..1_500).contains(&retried), "{retried}");
}

#[test]
fn nothing_there_to_connect_to_is_a_clear_error() {
    let server = Server::start();
    server.make_bucket("trail");
    let s3 = connect(&server);
    drop(server);
    std::thread::sleep(Duration::from_millis(50));
    let error = list(&s3, "s3://trail/", &Selection::default()).expect_err("no server");
    assert!(error.is_fatal());
    assert!(error.to_string().contains("no connection to S3"), "{error}");
}
