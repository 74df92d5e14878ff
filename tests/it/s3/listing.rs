//! What is asked of a bucket, and what is left unasked.

use s3server::{Server, Stored};
use stscope::Pruning;
use stscope::internals::input::s3::{Digests, NotListed, Selection};

use super::{connect, list, trail};

fn day(text: &str) -> Option<chrono::NaiveDate> {
    Some(text.parse().expect("a day"))
}

fn nothing() -> Selection {
    Selection::default()
}

fn pruned(pruning: Pruning) -> Selection {
    Selection {
        pruning,
        ..nothing()
    }
}

/// The day to ask up to, for a last day of delivery: what is delivered two days late is wanted, too.
fn until(last_day: Option<chrono::NaiveDate>) -> Option<chrono::NaiveDate> {
    Some(last_day? - chrono::Days::new(2))
}

/// The prefixes that were asked for, each with what the page began after.
fn asked(server: &Server) -> Vec<String> {
    let mut asked: Vec<String> = server
        .asked()
        .iter()
        .map(|asked| {
            let of = |name: &str| asked.query.get(name).map_or("", String::as_str).to_owned();
            format!("{} {} {}", of("prefix"), of("delimiter"), of("start-after"))
                .trim_end()
                .to_owned()
        })
        .collect();
    asked.sort();
    asked
}

#[test]
fn everything_under_a_prefix_is_listed_once() {
    let server = Server::start();
    let mut keys = trail(&server, "trail", "");
    keys.extend(trail(&server, "trail", "deep/er/"));
    keys.sort();
    for page in [1000, 10, 3] {
        server.change(|behaviour| behaviour.page = page);
        let s3 = connect(&server);
        assert_eq!(
            list(&s3, "s3://trail", &nothing()).expect("all").keys(),
            keys
        );
        let part = list(&s3, "s3://trail/deep/", &nothing()).expect("a part");
        assert_eq!(part.objects.len(), keys.len() / 2);
    }
}

#[test]
fn what_cannot_matter_is_not_asked_for() {
    let server = Server::start();
    let keys = trail(&server, "trail", "p/");
    for other in [
        "Config/eu-west-1/2025/1/1/x",
        "elasticloadbalancing/y",
        "CloudTrail-Digest/eu-west-1/2025/11/01/d",
        "CloudTrail-Insight/i",
        "CloudTrail-Aggregated/a",
    ] {
        server.put(
            "trail",
            &format!("p/AWSLogs/111122223333/{other}"),
            b"x".as_slice(),
        );
    }
    let s3 = connect(&server);
    let selection = pruned(Pruning {
        accounts: vec!["111122223333".into()],
        regions: vec!["us-east-1".into()],
        first_day: day("2025-11-01"),
        until_day: until(day("2025-11-30")),
    });
    let all = list(&s3, "s3://trail/p/AWSLogs/", &selection).expect("a listing");
    let wanted: Vec<&String> = keys
        .iter()
        .filter(|key| key.contains("111122223333/CloudTrail/us-east-1/2025/11/"))
        .collect();
    assert_eq!(all.keys(), wanted);
    // The days in one chain, and beside them the folders that they begin and end in.
    assert_eq!(
        asked(&server),
        [
            "p/AWSLogs/ /",
            "p/AWSLogs/111122223333/ /",
            "p/AWSLogs/111122223333/CloudTrail/ /",
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/  p/AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/01",
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/ /",
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/2025/ /",
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/ /",
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/2025/12/ /",
        ]
    );
    let left: Vec<_> = all.not_listed.into_iter().collect();
    assert_eq!(
        left,
        [
            (NotListed::Before, 1),
            (NotListed::After, 1),
            (NotListed::Account, 1),
            (NotListed::Region, 2),
            (NotListed::OtherService, 2),
            (NotListed::Digest, 1),
            (NotListed::Insight, 1),
            (NotListed::Aggregated, 1),
        ]
    );
}

#[test]
fn before_december_2021_every_region_is_listed() {
    let server = Server::start();
    let keys = trail(&server, "trail", "");
    let s3 = connect(&server);
    let selection = pruned(Pruning {
        regions: vec!["us-east-1".into()],
        ..Pruning::default()
    });
    let all = list(&s3, "s3://trail/AWSLogs/", &selection).expect("a listing");
    let wanted: Vec<&String> = {
        let mut keys: Vec<_> = keys
            .iter()
            .filter(|key| key.contains("/us-east-1/") || key.contains("/2021/11/"))
            .collect();
        keys.sort();
        keys
    };
    assert_eq!(all.keys(), wanted);
}

/// Whatever is left out by days, accounts and Regions is left out by a plain filter over all keys.
#[test]
fn pruning_lists_what_a_filter_would_keep() {
    let server = Server::start();
    let mut keys = trail(&server, "trail", "x/");
    keys.sort();
    server.change(|behaviour| behaviour.page = 4);
    let s3 = connect(&server);
    let days = [
        None,
        day("2021-11-30"),
        day("2021-12-01"),
        day("2025-11-01"),
        day("2025-12-02"),
    ];
    for first_day in days {
        for last_day in days {
            for region in [None, Some("us-east-1"), Some("eu-west-1")] {
                let selection = pruned(Pruning {
                    first_day,
                    until_day: until(last_day),
                    regions: region.map(Into::into).into_iter().collect(),
                    ..Pruning::default()
                });
                let wanted: Vec<&String> = keys
                    .iter()
                    .filter(|key| {
                        let parts: Vec<&str> = key.split('/').collect();
                        let date: chrono::NaiveDate = parts[5..8].join("-").parse().expect("a day");
                        first_day.is_none_or(|first| date >= first)
                            && last_day.is_none_or(|last| date <= last)
                            && (region.is_none_or(|region| parts[4] == region)
                                || date < day("2021-12-01").expect("a day"))
                    })
                    .collect();
                let all = list(&s3, "s3://trail/x/AWSLogs/", &selection).expect("a listing");
                assert_eq!(all.keys(), wanted, "{selection:?}");
            }
        }
    }
}

#[test]
fn a_prefix_may_begin_anywhere_in_the_layout() {
    let server = Server::start();
    let keys = trail(&server, "trail", "org/");
    server.put("trail", "org-old/AWSLogs/x", b"x".as_slice());
    let s3 = connect(&server);
    let first = &keys[0];
    for (prefix, count) in [
        ("org", 72), // the folder, and not org-old/
        ("org/", 72),
        ("or", 73), // the beginning of keys
        ("org/AWSLogs/1111", 36),
        ("org/AWSLogs/111122223333", 36),
        ("org/AWSLogs/111122223333/CloudTrail/eu", 12),
        ("org/AWSLogs/111122223333/CloudTrail/eu-west-1/2025/", 8),
        (first.as_str(), 1),
        ("org/AWSLogs/nothing/", 0),
        ("nothing", 0),
    ] {
        let all = list(&s3, &format!("s3://trail/{prefix}"), &nothing()).expect(prefix);
        assert_eq!(all.objects.len(), count, "{prefix}");
    }
    // Days are cut in a part of a Region, too.
    let selection = pruned(Pruning {
        first_day: day("2025-11-30"),
        ..Pruning::default()
    });
    let prefix = "s3://trail/org/AWSLogs/111122223333/CloudTrail/eu-west-1/2025/";
    assert_eq!(
        list(&s3, prefix, &selection).expect("a part").objects.len(),
        4
    );
}

#[test]
fn organisations_and_digests_are_looked_into() {
    let server = Server::start();
    let base = "AWSLogs/o-exampleorg/111122223333";
    server.put(
        "trail",
        &format!("{base}/CloudTrail/eu-west-1/2025/11/01/l.json.gz"),
        b"l".as_slice(),
    );
    server.put(
        "trail",
        &format!("{base}/CloudTrail-Digest/eu-west-1/2025/11/01/d.json.gz"),
        b"d".as_slice(),
    );
    let s3 = connect(&server);
    assert_eq!(
        list(&s3, "s3://trail/", &nothing())
            .expect("logs")
            .objects
            .len(),
        1
    );
    let digests = Selection {
        digests: Digests::All,
        ..nothing()
    };
    assert_eq!(
        list(&s3, "s3://trail/", &digests)
            .expect("both")
            .objects
            .len(),
        2
    );
}

#[test]
fn keys_are_as_they_are() {
    let odd = [
        "/lead",
        "a//b",
        "./c",
        "../d",
        "a b+c",
        "ä€😀",
        "tab\tand\nline",
        "q?x=1&y=2#z",
        "%2F",
        "\u{7f}",
        "a'\"<>&",
    ];
    for ignore_encoding in [false, true] {
        let server = Server::start();
        let mut keys: Vec<&str> = odd.to_vec();
        if ignore_encoding {
            // No XML can hold these as they are, which is what the encoding is for.
            keys.retain(|key| !key.contains(char::is_control));
        }
        for key in &keys {
            server.put("trail", key, key.as_bytes());
        }
        server
            .change(|behaviour| (behaviour.ignore_encoding, behaviour.page) = (ignore_encoding, 2));
        let s3 = connect(&server);
        let all = list(&s3, "s3://trail", &nothing()).expect("a listing");
        keys.sort_unstable();
        assert_eq!(all.keys(), keys);
        let found = super::fetch(&s3, all.objects.into_values(), Default::default());
        assert!(
            found
                .iter()
                .all(|(key, bytes)| bytes.as_deref() == Ok(key.as_bytes())),
            "{found:?}"
        );
        for key in keys {
            let one = list(&s3, &format!("s3://trail/{key}"), &nothing()).expect(key);
            assert!(one.objects.contains_key(key), "{key:?}");
        }
    }
}

#[test]
fn folder_markers_and_archived_objects_are_told_apart() {
    let server = Server::start();
    server.put("trail", "AWSLogs/", b"".as_slice());
    server.put("trail", "AWSLogs/empty.json.gz", b"".as_slice());
    for (key, class, restored) in [
        ("g", "GLACIER", false),
        ("d", "DEEP_ARCHIVE", false),
        ("r", "GLACIER", true),
        ("i", "GLACIER_IR", false),
    ] {
        let stored = Stored {
            bytes: b"x".as_slice().into(),
            class: class.into(),
            restored,
            ..Stored::default()
        };
        server.put_stored("trail", &format!("AWSLogs/{key}"), stored);
    }
    let s3 = connect(&server);
    let all = list(&s3, "s3://trail/", &nothing()).expect("a listing");
    assert_eq!(all.markers, 1);
    let archived: Vec<&str> = all
        .objects
        .values()
        .filter(|o| o.archived)
        .map(|o| o.key.as_str())
        .collect();
    assert_eq!(archived, ["AWSLogs/d", "AWSLogs/g"]);
    let before = s3.requests().get;
    let found = super::fetch(&s3, all.objects.into_values(), Default::default());
    let error = found["AWSLogs/g"].as_ref().expect_err("archived");
    assert!(
        error.contains("archived in the storage class GLACIER; restore it"),
        "{error}"
    );
    // Neither the archived nor the empty ones are asked for.
    assert_eq!(s3.requests().get - before, 2);
}

#[test]
fn a_policy_that_allows_only_what_is_below_is_enough() {
    let server = Server::start();
    let keys = trail(&server, "trail", "");
    server.change(|behaviour| behaviour.may_list = vec!["AWSLogs/".into()]);
    let s3 = connect(&server);
    // What else is in the bucket nobody knows.
    let all = list(&s3, "s3://trail", &nothing()).expect("AWSLogs/");
    assert_eq!(all.objects.len(), keys.len());
    assert_eq!(all.refused, ["s3://trail/"]);
    let all = list(&s3, "s3://trail/AWSLogs", &nothing()).expect("AWSLogs/");
    assert_eq!(all.objects.len(), keys.len());
    assert!(all.refused.is_empty());
    // One account alone, if it is named.
    server.change(|behaviour| behaviour.may_list = vec!["AWSLogs/111122223333/".into()]);
    let selection = pruned(Pruning {
        accounts: vec!["111122223333".into()],
        ..Pruning::default()
    });
    let all = list(&s3, "s3://trail/AWSLogs/", &selection).expect("an account");
    assert_eq!(all.objects.len(), 36);
    assert_eq!(all.refused, ["s3://trail/AWSLogs/"]);
    let error = list(&s3, "s3://trail/AWSLogs/", &nothing()).expect_err("not all");
    assert!(error.is_fatal());
    let text = error.to_string();
    assert!(
        text.contains("s3:ListBucket is missing") && text.contains("not authorized to perform"),
        "{text}"
    );
    // Nothing may be listed where nothing is found.
    server.change(|behaviour| behaviour.may_list = vec!["AWSLogs/o-other00000/".into()]);
    let error = list(&s3, "s3://trail", &nothing()).expect_err("nothing");
    assert_eq!(error.place(), "s3://trail/");
}

#[test]
fn a_missing_bucket_is_said_so() {
    let server = Server::start();
    let s3 = connect(&server);
    let error = list(&s3, "s3://no-such-bucket/AWSLogs/", &nothing()).expect_err("no bucket");
    assert_eq!(error.place(), "s3://no-such-bucket/AWSLogs/");
    assert!(
        error.is_fatal() && error.detail().starts_with("there is no such bucket"),
        "{error}"
    );
}

#[test]
fn a_service_that_does_not_sort_is_read_whole_or_refused() {
    let server = Server::start();
    let keys = trail(&server, "trail", "");
    server.change(|behaviour| behaviour.unsorted = true);
    let s3 = connect(&server);
    assert_eq!(
        list(&s3, "s3://trail/", &nothing())
            .expect("all")
            .objects
            .len(),
        keys.len()
    );
    let selection = pruned(Pruning {
        until_day: until(day("2025-11-01")),
        ..Pruning::default()
    });
    let error = list(&s3, "s3://trail/", &selection).expect_err("unsorted");
    assert!(
        error.is_fatal() && error.to_string().ends_with("use --no-prune"),
        "{error}"
    );
}

#[test]
fn a_long_chain_is_listed_by_month() {
    let server = Server::start();
    let mut keys = Vec::new();
    for month in 1..=11 {
        for file in 0..40 {
            keys.push(format!(
                "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/{month:02}/07/{file:02}.json.gz"
            ));
        }
    }
    keys.push("AWSLogs/111122223333/CloudTrail/eu-west-1/z-not-a-day".into());
    for key in &keys {
        server.put("trail", key, b"x".as_slice());
    }
    server.change(|behaviour| behaviour.page = 4);
    let s3 = connect(&server);
    let all = list(&s3, "s3://trail/AWSLogs/", &nothing()).expect("a listing");
    assert_eq!(all.keys(), keys);
    let months = server
        .asked()
        .iter()
        .filter(|asked| asked.query.contains_key("start-after"))
        .count();
    assert!(months >= 11, "{months}");
}

/// A long chain is split by months, of which some are empty.
#[test]
fn what_was_before_is_told_once_where_there_is_nothing_since() {
    let server = Server::start();
    let base = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/10";
    let keys: Vec<String> = (10..50)
        .map(|file| format!("{base}/{file}.json.gz"))
        .collect();
    let folder = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2025/01/10";
    let name = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20250110T";
    let digests = ["010000Z_backfill", "020000Z", "030000Z_backfill"]
        .map(|end| format!("{folder}/{name}{end}.json.gz"));
    for key in keys.iter().chain(&digests) {
        server.put("trail", key, b"x".as_slice());
    }
    server.change(|behaviour| behaviour.page = 4);
    let s3 = connect(&server);
    let listed = |first_day: &str, until_day: Option<&str>| {
        let asked = Selection {
            digests: Digests::All,
            tells_earlier: true,
            ..pruned(Pruning {
                first_day: day(first_day),
                until_day: until_day.and_then(day),
                ..Pruning::default()
            })
        };
        let listed = list(&s3, "s3://trail/AWSLogs/", &asked).expect("a listing");
        let mut keys: Vec<String> = listed.keys().into_iter().map(str::to_owned).collect();
        keys.sort();
        keys
    };
    let all: Vec<String> = digests.iter().chain(&keys).cloned().collect();
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!(listed("2025-01-05", Some("2025-06-20")), sorted);
    // Of what is before, one of the first page.
    let mut before = vec![digests[1].clone(), keys[3].clone()];
    before.sort();
    assert_eq!(listed("2025-02-01", None), before);
    // What makes a folder show in a console is no file, and a backfill says nothing of what follows.
    let folder = folder.replace("/01/10", "/02/20");
    let backfill = format!("{folder}/{name}010000Z_backfill.json.gz");
    let markers = [
        format!("{folder}/"),
        format!("{}/", base.replace("/01/10", "/02/20")),
    ];
    for key in markers.iter().chain([&backfill]) {
        server.put("trail", key, b"".as_slice());
    }
    before.push(backfill);
    before.sort();
    assert_eq!(listed("2025-02-01", None), before);
}

#[test]
fn who_stops_reading_a_listing_stops_it() {
    let server = Server::start();
    for at in 0..2_000 {
        server.put("trail", &format!("k{at:05}"), b"x".as_slice());
    }
    server.change(|behaviour| behaviour.page = 10);
    let s3 = connect(&server);
    let mut listing = s3.list(&super::url("s3://trail"), &nothing());
    assert!(listing.next().expect("one").is_ok());
    drop(listing);
    let then = super::at_rest(|| s3.requests().list);
    assert!(then < 50, "{then}");
}
