//! `trend`: global versus Regional over time, and what must not look like zero.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::harness::{Run, SAMPLE, column, number, stscope};
use super::logs::{call, log, put};
use archive::bulk::{Archive, Options};

/// A folder for logs, and a store of them to be.
pub struct Nightly {
    pub folder: TempDir,
    pub store: PathBuf,
}

impl Nightly {
    pub fn new() -> Nightly {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("sts.db");
        Nightly { folder, store }
    }

    pub fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    /// A file of this day and Region with calls of these principals to the global endpoint, in
    /// the middle of the day.
    pub fn deliver(&self, day: &str, region: &str, principals: &[&str]) {
        let calls: Vec<Value> = (principals.iter().enumerate())
            .map(|(at, name)| called(day, region, at, name))
            .collect();
        put(&self.logs(), key(day, region), &log(&calls));
    }

    /// One more file of this day, with one more call.
    fn deliver_late(&self, day: &str, principal: &str) {
        let call = called(day, "us-east-1", 77, principal);
        let path = key(day, "us-east-1").replace(".json", "-late.json");
        put(&self.logs(), path, &log(&[call]));
    }

    pub fn ingest(&self) {
        ingest(&self.store, &self.logs());
    }

    pub fn ask(&self, words: &str) -> Run {
        stscope(words).arg("--store").arg(&self.store)
    }
}

pub fn ingest(store: &Path, logs: &Path) {
    stscope("ingest -q --store")
        .arg(store)
        .arg(logs)
        .run()
        .exits(0);
}

fn key(day: &str, region: &str) -> String {
    let path = day.replace('-', "/");
    format!("AWSLogs/111122223333/CloudTrail/{region}/{path}/{region}.json")
}

fn key_of_network(day: &str) -> String {
    let path = day.replace('-', "/");
    format!("AWSLogs/111122223333/CloudTrail-NetworkActivity/us-east-1/{path}")
}

/// A call of a role; in us-east-1 a global one, elsewhere a Regional one.
fn called(day: &str, region: &str, number: usize, name: &str) -> Value {
    let host = match region {
        "us-east-1" => "sts.amazonaws.com".to_owned(),
        region => format!("sts.{region}.amazonaws.com"),
    };
    let role = format!("arn:aws:iam::111122223333:role/{name}");
    call(
        0,
        json!({
            "eventID": format!("{day}-{region}-{number}"),
            "eventTime": format!("{day}T12:00:00Z"),
            "awsRegion": region,
            "tlsDetails": { "clientProvidedHostHeader": host },
            "userIdentity": {
                "type": "AssumedRole",
                "sessionContext": { "sessionIssuer": { "type": "Role", "arn": role } },
            },
        }),
    )
}

#[test]
fn the_trend_of_an_archive_is_what_its_calls_say_day_by_day() {
    let archive = Archive::new(Options {
        seed: 11,
        files: 120,
        records: 40,
        sts_share: 0.7,
        duplicates: 0.1,
        shared_pairs: 0.2,
        accounts: 3,
        principals: 40,
        days: 24,
        ..Options::default()
    });
    let nightly = Nightly::new();
    for file in 0..120 {
        let mut text = Vec::new();
        archive.write_file(file, &mut text);
        put(&nightly.logs(), archive.key(file), &text);
    }
    nightly.ingest();
    let groups = stscope("report --format json --group-by day,endpoint,principal,sdk,aws_region")
        .arg(nightly.logs())
        .run()
        .exits(0)
        .rows();
    for pattern in [None, Some("*role/*[0-4]*")] {
        let mut run = nightly.ask("trend --format json");
        if let Some(pattern) = pattern {
            run = run.arg("--principal").arg(pattern);
        }
        let rows = run.run().exits(0).rows();
        assert!(rows.len() > 20, "{}", rows.len());
        let matches = |group: &Value| {
            let principal = group["principal"].as_str().unwrap();
            pattern.is_none()
                || principal
                    .split_once("role/")
                    .is_some_and(|(_, rest)| rest.contains(['0', '1', '2', '3', '4']))
        };
        let mut before: Option<BTreeSet<&str>> = None;
        let (mut changes, mut total) = (0, 0);
        for row in &rows {
            let day = row["period"].as_str().unwrap();
            let of_day: Vec<&Value> = (groups.iter())
                .filter(|group| group["day"] == day && matches(group))
                .collect();
            let mut endpoints: BTreeMap<&str, u64> = BTreeMap::new();
            let mut callers = BTreeSet::new();
            for group in of_day {
                let endpoint = group["endpoint"].as_str().unwrap();
                *endpoints.entry(endpoint).or_default() += number(&group["calls"]);
                let sdk = group["sdk"].as_str().unwrap_or_default();
                if endpoint == "global" && !["aws-internal", "aws-service"].contains(&sdk) {
                    callers.insert(group["principal"].as_str().unwrap());
                }
            }
            if row["status"] == "not-read" || row["global"].is_null() {
                assert!(callers.is_empty(), "{row}");
                continue;
            }
            let of = |name: &str| endpoints.get(name).copied().unwrap_or(0);
            for name in ["global", "regional", "aws-service", "other", "unknown"] {
                assert_eq!(row[name], of(name), "{row}");
            }
            assert_eq!(row["calls"], endpoints.values().sum::<u64>(), "{row}");
            let either = of("global") + of("regional");
            match either {
                0 => assert!(row["global_share"].is_null(), "{row}"),
                either => {
                    // JSON is read back to some fifteen digits here.
                    let share = row["global_share"].as_f64().unwrap();
                    let expected = of("global") as f64 / either as f64;
                    assert!((share - expected).abs() < 1e-12, "{row}");
                }
            }
            assert_eq!(row["global_principals"], callers.len(), "{row}");
            if let Some(before) = &before {
                let (new, gone) = (callers.difference(before), before.difference(&callers));
                let (new, gone) = (new.count(), gone.count());
                assert_eq!(row["new_principals"], new, "{row}");
                assert_eq!(row["gone_principals"], gone, "{row}");
                changes += new + gone;
            } else {
                assert!(row["new_principals"].is_null() && row["gone_principals"].is_null());
            }
            before = Some(callers);
            total += number(&row["calls"]);
        }
        assert!(
            changes > 0 && total > 500,
            "nothing was shown: {changes}, {total}"
        );
    }
}

#[test]
fn what_was_not_read_is_no_zero() {
    let nightly = Nightly::new();
    nightly.deliver("2025-11-03", "us-east-1", &["a", "b"]);
    nightly.deliver("2025-11-04", "us-east-1", &[]);
    nightly.deliver("2025-11-06", "eu-west-1", &["a"]);
    nightly.deliver("2025-11-07", "us-east-1", &["b", "c"]);
    nightly.ingest();
    let said = nightly.ask("trend --format csv").run().exits(0);
    let expected = "\
period,calls,global,regional,aws-service,other,unknown,global_share,global_principals,new_principals,gone_principals,status
2025-11-03,2,2,0,0,0,0,1,2,,,complete
2025-11-04,0,0,0,0,0,0,,0,0,2,complete
2025-11-05,,,,,,,,,,,not-read
2025-11-06,1,,1,0,0,,,,,,incomplete
2025-11-07,2,2,0,0,0,0,1,2,2,0,complete
";
    assert_eq!(said.text(), expected);
    said.says(&["nothing was read of 2025-11-05"]);
    let document = nightly.ask("trend --format json").run().exits(0).json();
    assert_eq!(document["schema"], "stscope.trend/1");
    assert_eq!(
        document["gaps"],
        json!([{ "first_day": "2025-11-05", "last_day": "2025-11-05" }])
    );
    let of_a = nightly
        .ask("trend --format json --principal *role/a")
        .run()
        .exits(0)
        .rows();
    assert_eq!(column(&of_a, "status"), column(&rows(&nightly), "status"));
    assert_eq!(of_a[4]["global"], 0);
    assert_eq!(of_a[4]["gone_principals"], 0);
    let line = nightly.ask("trend").run().exits(0).text().to_owned();
    assert!(line.contains("100.0 % █···█ 100.0 %"), "{line}");
}

/// Of a call at midnight the other account's copy may be of the day before.
#[test]
fn a_copy_that_does_not_count_makes_no_day() {
    let nightly = Nightly::new();
    let copies = [
        call(
            0,
            json!({ "eventTime": "2025-11-03T00:00:00Z", "sharedEventID": "s" }),
        ),
        call(
            1,
            json!({
                "eventTime": "2025-11-02T23:59:59Z",
                "sharedEventID": "s",
                "recipientAccountId": "444455556666",
                "userIdentity": { "type": "AWSAccount", "accountId": "111122223333" },
            }),
        ),
    ];
    let day = "2025-11-03";
    put(&nightly.logs(), key(day, "us-east-1"), &log(&copies));
    nightly.deliver("2025-11-04", "us-east-1", &["app"]);
    nightly.ingest();
    let of_logs = stscope("trend -q --format json").arg(nightly.logs());
    for rows in [of_logs.run().exits(0).rows(), rows(&nightly)] {
        assert_eq!(column(&rows, "period"), [day, "2025-11-04"]);
        assert_eq!(rows[0]["new_principals"], Value::Null);
    }
}

fn rows(nightly: &Nightly) -> Vec<Value> {
    nightly.ask("trend --format json").run().exits(0).rows()
}

#[test]
fn a_clock_that_was_wrong_makes_no_row_for_every_day_since() {
    let nightly = Nightly::new();
    nightly.deliver("2025-11-03", "us-east-1", &["a"]);
    let late = called("0001-01-01", "us-east-1", 1, "a");
    put(
        &nightly.logs(),
        key("2025-11-04", "us-east-1"),
        &log(&[late]),
    );
    nightly.ingest();
    let said = nightly.ask("trend --format json").run().exits(0);
    let periods = said.rows();
    assert_eq!(
        column(&periods, "period"),
        ["0001-01-01", "2025-11-03", "2025-11-04"]
    );
    assert_eq!(column(&periods, "status")[0], "incomplete");
    said.says(&["0001-01-02 to 2025-11-02"]);
}

#[test]
fn a_day_is_not_complete_if_a_file_of_it_is_damaged() {
    let nightly = Nightly::new();
    let days = ["2025-11-03", "2025-11-04", "2025-11-05", "2025-11-06"];
    for day in days {
        nightly.deliver(day, "us-east-1", &["a"]);
    }
    let status = |words: &str| {
        let said = stscope(&format!("trend -q --format json {words}")).arg(nightly.logs());
        column(&said.run().rows(), "status").join(" ")
    };
    assert_eq!(status(""), "complete complete complete incomplete");
    let cut = key("2025-11-04", "eu-west-1");
    let cut = Path::new(&cut).with_file_name(
        "111122223333_CloudTrail_eu-west-1_20251104T0810Z_0123456789abcdef.json.gz",
    );
    put(&nightly.logs(), &cut, b"{\"Records\":[");
    let one_day = "complete incomplete complete incomplete";
    assert_eq!(status(""), one_day);
    assert_eq!(
        status("--region us-east-1 --no-prune"),
        "complete complete complete incomplete"
    );
    // A store says the same of it, but for its last day, which is over.
    let ingest = stscope("ingest -q --store")
        .arg(&nightly.store)
        .arg(nightly.logs());
    ingest.run().exits(3);
    let said = nightly.ask("trend -q --format json").run().exits(3);
    let of_store = column(&said.rows(), "status").join(" ");
    assert_eq!(of_store, "complete incomplete complete complete");
    let info = nightly.ask("store info --format json").run().exits(0);
    assert_eq!(info.json()["days"]["incomplete"], 1);
    // Of the night, it may hold calls of the day before.
    let of_night = cut.with_file_name(
        "111122223333_CloudTrail_eu-west-1_20251104T0005Z_0123456789abcdef.json.gz",
    );
    put(&nightly.logs(), &of_night, b"{\"Records\":[");
    assert_eq!(status(""), "incomplete incomplete complete incomplete");
    std::fs::remove_file(nightly.logs().join(of_night)).unwrap();
    // In digests there are no calls.
    let digests = nightly
        .logs()
        .join("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2025/11/04");
    std::fs::create_dir_all(&digests).unwrap();
    std::os::unix::fs::symlink(
        "nowhere",
        digests.join("111122223333_CloudTrail-Digest_us-east-1_x.json.gz"),
    )
    .unwrap();
    assert_eq!(status(""), one_day);
    // In a network's own logs there is nothing of other days.
    let of_network = format!("{day}/x.json", day = key_of_network("2025-11-05"));
    put(&nightly.logs(), &of_network, b"{\"Records\":[");
    assert_eq!(status(""), "complete incomplete incomplete incomplete");
    std::fs::remove_file(nightly.logs().join(of_network)).unwrap();
    // What has no day in its path may be of any.
    put(&nightly.logs(), "cut.json", b"{\"Records\":[");
    assert_eq!(status(""), "incomplete incomplete incomplete incomplete");
}

/// What is called just before midnight is in a file of the next day, and there are more calls of the day.
#[test]
fn a_file_without_a_key_and_without_calls_completes_no_day() {
    let nightly = Nightly::new();
    nightly.deliver("2025-11-03", "us-east-1", &["a"]);
    let calls = [
        called("2025-11-04", "us-east-1", 1, "a"),
        called("2025-11-05", "us-east-1", 2, "a"),
    ];
    put(
        &nightly.logs(),
        key("2025-11-05", "us-east-1"),
        &log(&calls),
    );
    nightly.deliver("2025-11-06", "us-east-1", &["a"]);
    let others = [json!({ "eventSource": "ec2.amazonaws.com" })];
    let of_network = format!("{}/x.json", key_of_network("2025-11-04"));
    put(&nightly.logs(), of_network, &log(&others));
    put(&nightly.logs(), "x.json", &log(&others));
    let says = |expected: &str| {
        nightly.ingest();
        let of_logs = stscope("trend -q --format json").arg(nightly.logs());
        let of_logs = column(&of_logs.run().exits(0).rows(), "status").join(" ");
        assert_eq!(of_logs, format!("{expected} incomplete"));
        let of_store = column(&rows(&nightly), "status").join(" ");
        assert_eq!(of_store, format!("{expected} complete"));
    };
    says("complete incomplete complete");
    // With a call, it may be all there is of the day.
    let call = called("2025-11-04", "us-east-1", 3, "a");
    put(&nightly.logs(), "y.json", &log(&[call]));
    says("complete complete complete");
}

#[test]
fn the_day_that_is_not_over_is_marked() {
    let nightly = Nightly::new();
    let today = chrono::Utc::now().date_naive();
    for day in [today - chrono::Days::new(1), today] {
        nightly.deliver(&day.to_string(), "us-east-1", &["a"]);
    }
    nightly.ingest();
    // Where midnight went by between the two, the run itself says that the day is over.
    if chrono::Utc::now().date_naive() == today {
        assert_eq!(
            column(&rows(&nightly), "status"),
            ["complete", "incomplete"]
        );
    }
}

#[test]
fn weeks_begin_on_monday_and_a_part_of_one_is_incomplete() {
    let nightly = Nightly::new();
    for day in 1..=30 {
        let name = if day < 15 { "a" } else { "b" };
        nightly.deliver(&format!("2025-11-{day:02}"), "us-east-1", &[name, "c"]);
    }
    nightly.ingest();
    let weeks = nightly
        .ask("trend --by week --format json")
        .run()
        .exits(0)
        .rows();
    assert_eq!(
        column(&weeks, "period"),
        [
            "2025-10-27",
            "2025-11-03",
            "2025-11-10",
            "2025-11-17",
            "2025-11-24"
        ]
    );
    assert_eq!(column(&weeks, "status")[0], "incomplete");
    assert!(
        column(&weeks, "status")[1..]
            .iter()
            .all(|&status| status == "complete")
    );
    let figures = |name: &str| {
        weeks
            .iter()
            .map(|row| row[name].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(figures("calls"), [4, 14, 14, 14, 14]);
    assert_eq!(figures("global_principals"), [2, 2, 3, 2, 2]);
    assert_eq!(figures("new_principals")[1..], [0, 1, 0, 0]);
    assert_eq!(figures("gone_principals")[1..], [0, 0, 1, 0]);
    let months = nightly
        .ask("trend --by month --format json")
        .run()
        .exits(0)
        .rows();
    assert_eq!((months.len(), &months[0]["calls"]), (1, &json!(60)));
    assert_eq!(months[0]["status"], "complete");
    let some = nightly.ask("trend --since 2025-11-04 --until 2025-11-11 --by week --format json");
    let some = some.run().exits(0).rows();
    assert_eq!(column(&some, "status"), ["incomplete", "incomplete"]);
    assert_eq!(some[0]["calls"], 12);
}

#[test]
fn a_trend_fits_a_terminal_and_errors_name_what_is_wrong() {
    let nightly = Nightly::new();
    for day in 1..=28 {
        for month in ["08", "09", "10"] {
            nightly.deliver(&format!("2025-{month}-{day:02}"), "us-east-1", &["a"]);
        }
    }
    nightly.ingest();
    let said = nightly.ask("trend").env("COLUMNS", "80").run().exits(0);
    let widest = said.text().lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{said}");
    stscope("trend").run().fails(&["no PATH given"]);
    stscope("trend --store nowhere.db")
        .run()
        .fails(&["nowhere.db", "stscope ingest"]);
    for (words, piece) in [
        ("--since 36h", "--since"),
        ("--account 1", "--account"),
        ("--principal [", "--principal"),
        ("--by year", "--by"),
    ] {
        nightly.ask(&format!("trend {words}")).run().fails(&[piece]);
    }
    let before = std::fs::read(&nightly.store).unwrap();
    let over = nightly
        .ask("trend --format csv")
        .arg("-o")
        .arg(&nightly.store);
    over.run().fails(&["--output", "the store"]);
    assert!(before == std::fs::read(&nightly.store).unwrap());
    let sample = Nightly::new();
    ingest(&sample.store, Path::new(SAMPLE));
    let csv = sample.folder.path().join("trend.csv");
    sample.ask("trend").arg("-o").arg(&csv).run().exits(0);
    assert!(
        std::fs::read_to_string(csv)
            .unwrap()
            .starts_with("period,calls,global,")
    );
}

/// The day so many days ago. Soon after midnight (UTC) yesterday is not over: logs of it are still to come. It
/// is once there are logs of today, `ago(0)`.
fn ago(days: u64) -> String {
    let day = chrono::Utc::now().date_naive() - chrono::Days::new(days);
    day.to_string()
}

/// A store of the days from `oldest` to `newest`, in days ago, on which `a` called; `b` on the last.
fn with_a_new_caller(oldest: u64, newest: u64) -> Nightly {
    let nightly = Nightly::new();
    for days in newest..=oldest {
        let callers: &[&str] = if days == newest { &["a", "b"] } else { &["a"] };
        nightly.deliver(&ago(days), "us-east-1", callers);
    }
    nightly.ingest();
    nightly
}

/// What is called just before midnight is in a file of the next day.
#[test]
fn a_new_caller_on_a_day_without_a_file_fails_the_gate() {
    let nightly = Nightly::new();
    for days in 5..=12 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    nightly.ingest();
    for (principal, code) in [("a", 0), ("b", 1)] {
        let mut call = called(&ago(4), "us-east-1", 1, principal);
        call["eventTime"] = format!("{}T23:57:00Z", ago(4)).into();
        put(&nightly.logs(), key(&ago(3), "us-east-1"), &log(&[call]));
        nightly.ingest();
        let said = nightly
            .ask("report --fail-on new-global=3")
            .run()
            .exits(code);
        if code == 1 {
            said.says(&[&format!("the global endpoint on {}", ago(4)), "role/b"]);
        }
    }
}

#[test]
fn a_principal_that_had_not_called_before_fails_the_gate_and_is_named() {
    let nightly = with_a_new_caller(33, 3);
    for words in [
        "report --fail-on new-global",
        "report --fail-on new-global=5 --since 1d",
    ] {
        let said = nightly.ask(words).run().exits(1);
        let said = said.says(&[
            "--fail-on new-global: 1 principal",
            "role/b",
            &ago(3),
            "--allow",
        ]);
        assert!(!said.stderr.contains("role/a"), "{said}");
    }
    for words in ["--where principal=*role/a", "--endpoint regional"] {
        nightly
            .ask(&format!("report --fail-on new-global {words}"))
            .run()
            .exits(0);
    }
    // It has days of its own, and global calls are of us-east-1.
    let day = format!("--where day={}", ago(20));
    for (words, why) in [
        (&*day, "it judges the newest complete day"),
        (
            "--where day!=2025-11-03",
            "it judges the newest complete day",
        ),
        ("--where aws_region=eu-west-1", "cannot be judged"),
    ] {
        let said = nightly.ask(&format!("report --fail-on new-global {words}"));
        said.run().exits(2).says(&["--fail-on new-global", why]);
    }
    // A gate that holds makes no answer of a report that has nothing to say.
    let nothing = "report --fail-on new-global --since 1d --endpoint regional";
    nightly.ask(nothing).run().fails(&["nothing was read"]);
    let both = nightly
        .ask("report -q --fail-on new-global,global")
        .run()
        .exits(1);
    both.says(&["--fail-on global: 32 calls", "--fail-on new-global"]);
    let known = put(nightly.folder.path(), "known.txt", b"*role/b\n");
    nightly
        .ask("report --fail-on new-global")
        .arg("--allow")
        .arg(known)
        .run()
        .exits(0);
    // The next day b is no new caller any more, even on a day of its own only.
    nightly.deliver(&ago(2), "us-east-1", &["b"]);
    nightly.ingest();
    nightly.ask("report --fail-on new-global").run().exits(0);
}

/// They would be new ones if the list had named the host in time.
#[test]
fn no_gate_on_new_callers_passes_over_calls_that_were_read_before_the_list_of_hosts_named_them() {
    let nightly = Nightly::new();
    for days in 4..=9 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    let through = |days: u64, host: &str| {
        let mut call = called(&ago(days), "us-east-1", 1, "b");
        call["tlsDetails"] = json!({ "clientProvidedHostHeader": host });
        let path = key(&ago(days), "us-east-1").replace(".json", "-more.json");
        put(&nightly.logs(), path, &log(&[call]));
    };
    let ingest_by = |lines: &str| {
        let hosts = put(nightly.folder.path(), "hosts.txt", lines.as_bytes());
        let run = nightly.ask("ingest -q").arg("--hosts").arg(hosts);
        run.arg(nightly.logs()).run().exits(0);
    };
    let gate = || nightly.ask("report -q --fail-on new-global=3").run();
    nightly.deliver(&ago(3), "us-east-1", &["a"]);
    through(3, "proxy.example");
    nightly.ingest();
    gate().exits(0);
    ingest_by("prxy.example global\n");
    gate().exits(2).says(&["line 1 (prxy.example)"]);
    ingest_by("proxy.example global\n");
    gate().exits(2).says(&[
        "calls through proxy.example (1",
        "before the list of 'ingest --hosts' said",
        "wait until a later day is complete",
    ]);
    // Days that were judged do not keep it from judging later ones.
    nightly.deliver(&ago(2), "us-east-1", &["a"]);
    ingest_by("proxy.example global\n");
    gate();
    nightly.deliver(&ago(1), "us-east-1", &["a"]);
    nightly.deliver(&ago(0), "us-east-1", &["a"]);
    ingest_by("proxy.example global\n");
    gate().exits(0);
}

#[test]
fn a_gate_of_new_callers_without_the_history_for_it_cannot_judge() {
    let nightly = with_a_new_caller(32, 2);
    let cannot = "--fail-on new-global cannot be judged";
    nightly
        .ask("report --fail-on new-global=31")
        .run()
        .exits(2)
        .says(&[cannot, "31 days before", "holds 30", "ingest older logs"]);
    nightly
        .ask("report --fail-on new-global --region eu-west-1")
        .run()
        .exits(2);
    let old = with_a_new_caller(9, 5);
    old.ask("report --fail-on new-global=4")
        .run()
        .exits(2)
        .says(&[cannot, "5 days ago", "--max-age 5"]);
    old.ask("report --fail-on new-global=4 --max-age 5")
        .run()
        .exits(1);
    let blind = with_a_new_caller(9, 3);
    blind.deliver(&ago(2), "eu-west-1", &["a"]);
    blind.ingest();
    blind
        .ask("report --fail-on new-global=4")
        .run()
        .exits(2)
        .says(&[cannot, "us-east-1", &ago(2)]);
    for (words, piece) in [
        ("report --fail-on new-global=0", "new-global=30"),
        ("report --fail-on new-global=x", "new-global=30"),
        ("report --fail-on global --max-age 2", "--max-age"),
        ("plan --fail-on new-global", "stscope report --store"),
    ] {
        nightly.ask(words).run().fails(&[piece]);
    }
    stscope("report sample-logs --fail-on new-global")
        .run()
        .fails(&["stscope report --store"]);
}

/// The night before the last there was no ingest: two days become complete at once.
#[test]
fn who_began_on_a_day_whose_night_was_missed_is_new_all_the_same() {
    let nightly = Nightly::new();
    for days in 4..=36 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    nightly.ingest();
    nightly.deliver(&ago(3), "us-east-1", &["a", "b"]);
    nightly.deliver(&ago(2), "us-east-1", &["a", "b", "c"]);
    nightly.deliver(&ago(1), "us-east-1", &["a", "b", "c"]);
    nightly.deliver(&ago(0), "us-east-1", &["a"]);
    nightly.ingest();
    let gate = "report --fail-on new-global";
    let said = nightly.ask(gate).run().exits(1);
    let said = said.says(&[
        &format!("1 principal called the global endpoint on {}", ago(3)),
        "role/b",
        &format!("1 principal called the global endpoint on {}", ago(2)),
        "role/c",
        "judged the days that became complete, or got more calls, since the last ingest after which this \
         gate was asked: ",
        &format!("{}, {}, {}", ago(3), ago(2), ago(1)),
    ]);
    assert!(!said.stderr.contains("role/a"), "{said}");
    // Nothing new comes: the same days are the ones to be judged.
    nightly.ingest();
    nightly.ask(gate).run().exits(1);
    let quiet = nightly.ask("report -q --fail-on new-global").run().exits(1);
    assert!(!quiet.stderr.contains("judged the days"), "{quiet}");
    let known = put(nightly.folder.path(), "known.txt", b"*role/b\n*role/c\n");
    let allowed = nightly.ask(gate).arg("--allow").arg(known);
    allowed.run().exits(0).says(&["judged the days"]);
}

/// What nobody knows is no zero, in the first line as in the rows.
#[test]
fn a_trend_without_us_east_1_says_at_once_that_it_cannot_tell() {
    let nightly = Nightly::new();
    nightly.deliver("2025-11-03", "eu-west-1", &["a", "b"]);
    let logs = nightly.logs();
    let said = stscope("trend").arg(&logs).run().exits(0);
    assert!(
        said.text().starts_with("2 STS calls in 1 period\n"),
        "{said}"
    );
    let words = "global calls: cannot be told, as nothing of us-east-1 was read";
    assert!(said.text().contains(words), "{said}");
    let page = stscope("trend --format html").arg(&logs).run().exits(0);
    assert!(page.text().contains(words) && !page.text().contains("0 calls global"));
    nightly.deliver("2025-11-04", "us-east-1", &["a"]);
    let said = stscope("trend").arg(&logs).run().exits(0);
    let heading = "3 STS calls, 1 global, in 2 periods\n  1 of these without a log of us-east-1";
    assert!(said.text().starts_with(heading), "{said}");
}

/// An ingest that ends with 3 stops a chain of commands before its gate: the next one judges its days, too.
#[test]
fn who_began_on_a_day_whose_night_ended_with_damage_is_new_all_the_same() {
    let nightly = Nightly::new();
    for days in 4..=40 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    nightly.ingest();
    nightly.deliver(&ago(3), "us-east-1", &["a", "b"]);
    nightly.deliver(&ago(2), "us-east-1", &["a"]);
    let cut = key(&ago(3), "eu-west-1");
    put(&nightly.logs(), &cut, b"{\"Records\":[");
    let words = stscope("ingest -q --store").arg(&nightly.store);
    words.arg(nightly.logs()).run().exits(3);
    nightly.deliver(&ago(3), "eu-west-1", &["a"]);
    nightly.deliver(&ago(1), "us-east-1", &["a", "b"]);
    nightly.deliver(&ago(0), "us-east-1", &["a"]);
    nightly.ingest();
    let gate = "report --fail-on new-global";
    let said = nightly.ask(gate).run().exits(1);
    said.says(&[&format!("on {}", ago(3)), "role/b"]);
}

/// A day that came late and cannot be judged must not make its callers old ones without a word.
#[test]
fn a_late_day_with_a_caller_who_may_be_new_leaves_the_gate_without_a_verdict() {
    let nightly = Nightly::new();
    for days in 1..=32 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    nightly.deliver(&ago(0), "us-east-1", &["a"]);
    nightly.ingest();
    let gate = "report -q --fail-on new-global";
    nightly.deliver_late(&ago(4), "a");
    nightly.ingest();
    nightly.ask(gate).run().exits(0);
    nightly.deliver_late(&ago(5), "late");
    nightly.ingest();
    let cannot = nightly.ask(gate).run().exits(2);
    cannot.says(&[
        "--fail-on new-global cannot be judged",
        &format!("of the 30 days before {} the store holds 27", ago(5)),
    ]);
    let known = put(nightly.folder.path(), "known.txt", b"*role/late\n");
    let allowed = nightly.ask(gate).arg("--allow").arg(known);
    allowed.run().exits(0);
    // Of fewer days the store knows enough.
    let fewer = nightly.ask("report -q --fail-on new-global=20");
    fewer.run().exits(1).says(&["role/late"]);
}

/// A day that was judged gets more logs: who is in them is new all the same.
#[test]
fn a_day_that_was_judged_is_judged_again_when_more_of_it_comes_late() {
    let nightly = Nightly::new();
    for days in 2..=40 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    nightly.ingest();
    let gate = "report --fail-on new-global";
    nightly.ask(gate).run().exits(0);
    // Nothing but what is late: no day becomes complete.
    nightly.deliver_late(&ago(5), "late");
    nightly.ingest();
    nightly
        .ask(gate)
        .run()
        .exits(1)
        .says(&["role/late", &format!("{}, {}", ago(5), ago(2))]);
    nightly.deliver(&ago(1), "us-east-1", &["a"]);
    nightly.deliver(&ago(0), "us-east-1", &["a"]);
    nightly.deliver_late(&ago(2), "b");
    nightly.ingest();
    let said = nightly.ask(gate).run().exits(1);
    said.says(&["role/b", &format!("{}, {}", ago(2), ago(1))]);
    // A night later with nothing new is the same night to the gate; then the store is as it was.
    nightly.ingest();
    nightly.ask(gate).run().exits(1);
    stscope("store check").arg(&nightly.store).run().exits(0);
}

/// A day that is closed has sums alone, and late calls are added to them.
#[test]
fn a_closed_day_is_judged_again_too() {
    let nightly = Nightly::new();
    for days in 1..=60 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    let ingest = || {
        let words = "ingest --window 0 --store";
        stscope(words)
            .arg(&nightly.store)
            .arg(nightly.logs())
            .run()
            .exits(0);
    };
    ingest();
    nightly.deliver_late(&ago(20), "late");
    ingest();
    let gate = "report --fail-on new-global";
    nightly.ask(gate).run().exits(1).says(&["role/late"]);
}

/// What comes late of long ago is judged if it can be, and otherwise named.
#[test]
fn a_day_that_becomes_complete_late_is_judged_or_named() {
    let nightly = Nightly::new();
    for days in (0..=40).filter(|days| *days != 3) {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    nightly.ingest();
    let gate = "report --fail-on new-global";
    nightly.ask(gate).run().exits(0);
    nightly.deliver(&ago(3), "us-east-1", &["late"]);
    nightly.ingest();
    nightly
        .ask(gate)
        .run()
        .exits(1)
        .says(&["role/late", &format!("{}, {}", ago(3), ago(1))]);
    for days in 50..=60 {
        nightly.deliver(&ago(days), "us-east-1", &["old"]);
    }
    nightly.ingest();
    nightly.ask(gate).run().exits(0).says(&[
        "not judged, as too little is known",
        &ago(60),
        "and 1 more",
    ]);
}

#[test]
fn a_call_without_a_time_may_be_of_any_day() {
    let nightly = with_a_new_caller(33, 2);
    let known = put(nightly.folder.path(), "known.txt", b"*role/b\n");
    let gate = |nightly: &Nightly| {
        let run = nightly.ask("report --fail-on new-global");
        run.arg("--allow").arg(&known).run()
    };
    gate(&nightly).exits(0);
    let timeless = call(77, json!({ "eventTime": "soon", "eventID": "timeless" }));
    let path = put(&nightly.logs(), "timeless.json", &log(&[timeless]));
    nightly.ingest();
    gate(&nightly).exits(2).says(&[
        "cannot be judged",
        "1 call without a readable time",
        "mend the files",
    ]);
    // Who fails it fails it.
    nightly.ask("report --fail-on new-global").run().exits(1);
    let said = nightly.ask("report --format json").run().exits(0);
    assert_eq!(said.json()["coverage"]["no_time"], 1);
    for words in ["trend", "trend --since 5d"] {
        nightly
            .ask(words)
            .run()
            .exits(0)
            .says(&["note: 1 call without a readable time, copies included, in no period"]);
    }
    put(
        &nightly.logs(),
        "timeless.json",
        &log(&[called(&ago(9), "us-east-1", 77, "a")]),
    );
    assert!(path.exists());
    nightly.ingest();
    gate(&nightly).exits(0);
}

#[test]
fn periods_are_ordered_and_cut_as_groups_are_and_the_rest_stays() {
    let nightly = Nightly::new();
    for (day, callers) in [
        ("2026-03-01", &["a"][..]),
        ("2026-03-02", &["a", "b", "c"]),
        ("2026-03-04", &["a", "b"]),
        ("2026-03-05", &["a", "b", "c"]),
    ] {
        nightly.deliver(day, "us-east-1", callers);
    }
    let ask = |options: &str| {
        let run = stscope(&format!("trend -q --format json {options}"));
        run.arg(nightly.logs()).run().json()
    };
    let all = ask("");
    for (options, days) in [
        ("", "1 2 3 4 5"),
        ("--sort group", "1 2 3 4 5"),
        ("--sort last_event_time", "5 4 3 2 1"),
        // Of equals the earlier one first, and last of which nothing is known.
        ("--sort calls", "2 5 4 1 3"),
        ("--sort calls --top 2", "2 5"),
        ("--top 0", "1 2 3 4 5"),
        // A day that was not read may have had as many.
        ("--min-calls 3", "2 3 5"),
        ("--min-calls 2 --sort last_event_time --top 2", "5 4"),
    ] {
        let some = ask(options);
        let shown: Vec<_> = (some["rows"].as_array().unwrap().iter())
            .map(|row| row["period"].as_str().unwrap().replace("2026-03-0", ""))
            .collect();
        assert_eq!(shown.join(" "), days, "{options}");
        for row in some["rows"].as_array().unwrap() {
            assert!(all["rows"].as_array().unwrap().contains(row), "{row}");
        }
        for whole in ["gaps", "undated", "coverage"] {
            assert_eq!(some[whole], all[whole], "{options}");
        }
    }
    let table = |options: &str| {
        let run = stscope(&format!("trend -q {options}")).arg(nightly.logs());
        run.run().exits(0).text().to_owned()
    };
    let heading = |table: &str| table.split("\n\n").next().unwrap().to_owned();
    assert_eq!(heading(&table("--top 1")), heading(&table("")));
    assert!(table("--top 1").ends_with("… and 4 more periods; --top 0 shows all\n"));
    let few = table("--min-calls 4 --since 2026-03-04");
    assert!(
        few.contains("as many calls as --min-calls asks for.\n"),
        "{few}"
    );
}
