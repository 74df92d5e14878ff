//! Holds stscope against the twin: the same files, the same question, by every way of reading.

use std::path::PathBuf;

use stscope::internals::cloudtrail::Kernel;
use stscope::internals::input::Limits;
use stscope::internals::questions::{AnyQuestion, Plan, Report};
use stscope::internals::tally::SkipReason;
use tempfile::TempDir;

use super::count::{Answer, read};
use super::question::Question;

/// One way to read.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub kernel: Kernel,
    pub limits: Limits,
    pub threads: usize,
}

/// What a stream is read through at least.
const SMALLEST_WINDOW: usize = 256;

impl Way {
    /// Whole files and streams, with every kernel.
    pub fn all() -> Vec<Way> {
        let stream = |window| Limits {
            whole_file: 0,
            window,
            ..Limits::default()
        };
        let limits = [Limits::default(), stream(SMALLEST_WINDOW), stream(1000)];
        (Kernel::all().into_iter())
            .flat_map(|kernel| limits.map(|limits| (kernel, limits)))
            .map(|(kernel, limits)| Way {
                kernel,
                limits,
                threads: 1,
            })
            .collect()
    }

    /// Streams that keep at most `record` bytes of one record.
    pub fn with_record_limit(record: usize) -> Vec<Way> {
        Way::all()
            .into_iter()
            .filter(|way| way.limits.whole_file == 0)
            .map(|mut way| {
                way.limits.record = record;
                way
            })
            .collect()
    }
}

/// Files on a disk, to be held against the twin.
pub struct Held {
    /// Deleted once it is dropped.
    _folder: TempDir,
    pub files: Vec<Vec<u8>>,
    pub paths: Vec<PathBuf>,
    pub question: Question,
}

impl Held {
    pub fn new(files: Vec<Vec<u8>>) -> Held {
        let folder = tempfile::tempdir().expect("a folder for the files of a test");
        let paths: Vec<PathBuf> = (0..files.len())
            .map(|n| folder.path().join(format!("{n}.json")))
            .collect();
        for (path, file) in paths.iter().zip(&files) {
            std::fs::write(path, file).expect("room for the files of a test");
        }
        Held {
            _folder: folder,
            files,
            paths,
            question: Question::default(),
        }
    }

    /// The text as it is, and gzipped.
    pub fn plain_and_gzipped(text: &[u8]) -> [Held; 2] {
        [text.to_vec(), gzip(text)].map(|file| Held::new(vec![file]))
    }

    #[must_use]
    pub fn asked(mut self, question: &Question) -> Held {
        self.question = question.clone();
        self
    }

    /// stscope's report, by one way.
    pub fn report(&self, way: Way) -> Report {
        let Way {
            kernel,
            limits,
            threads,
        } = way;
        let mut scan = self.question.scan();
        (scan.kernel, scan.limits, scan.threads) = (kernel, limits, threads);
        scan.tally(&self.paths).expect("all paths exist").finish()
    }

    /// stscope's plan, by one way, held against the twin's, without and with tokens traced.
    pub fn plan_is_equal(&self, way: Way) -> super::plan::Expected {
        let mut scan = self.question.scan();
        (scan.kernel, scan.limits, scan.threads) = (way.kernel, way.limits, way.threads);
        let tally = scan.ask(&AnyQuestion::Plan, &self.paths);
        let report = tally.expect("all paths exist").finish();
        let expected = super::plan::expected(&read(&self.files), &self.question);
        let plan = Plan::of(&report, super::plan::region_of);
        super::plan::assert_equal(&plan, &expected);
        let (report, trace) = scan.trace(&self.paths).expect("all paths exist").finish();
        let plan = Plan::of(&report, super::plan::region_of);
        super::plan::assert_equal(&plan.with_tokens(Some(trace)), &expected);
        expected
    }

    /// The twin's answer.
    pub fn expected(&self) -> Answer {
        read(&self.files).answer(&self.question)
    }

    /// The answer of stscope by every way, which must be the twin's.
    pub fn is_equal(&self) -> Answer {
        let expected = self.expected();
        for way in Way::all() {
            assert_equal(&self.report(way), &expected, way);
        }
        expected
    }
}

/// Fails unless a report says what the twin says.
pub fn assert_equal(report: &Report, expected: &Answer, way: Way) {
    let mut found = of_report(report);
    let mut expected = expected.clone();
    // A broken record of another service need not be noticed: then it counts as a record.
    let records = |answer: &mut Answer| answer.figures.remove("records").unwrap_or_default();
    let (counted, sound) = (records(&mut found), records(&mut expected));
    assert!(
        (sound..=sound + expected.broken).contains(&counted),
        "{counted} records, not {sound} to {}, by {way:?}: {:?}",
        sound + expected.broken,
        report.totals.coverage
    );
    expected.broken = 0;
    if found != expected {
        let (found, expected) = (lines(&found), lines(&expected));
        let only = |some: &[String], others: &[String]| -> String {
            (some.iter().filter(|line| !others.contains(line)))
                .map(|line| format!("    {line}\n"))
                .collect()
        };
        panic!(
            "by {way:?}\n  only stscope says\n{}  only the twin says\n{}  {:?}",
            only(&found, &expected),
            only(&expected, &found),
            report.totals.coverage.damaged
        );
    }
}

/// An answer, one statement a line.
fn lines(answer: &Answer) -> Vec<String> {
    let figures = answer.figures.iter().map(|figure| format!("{figure:?}"));
    let groups = answer.groups.iter().enumerate();
    let groups = groups.map(|(n, group)| format!("{n}: {group:?}"));
    let rest = [
        format!("{:?}", answer.damaged),
        format!("{:?}", answer.span),
    ];
    figures.chain(groups).chain(rest).collect()
}

/// A report in the twin's words.
pub fn of_report(report: &Report) -> Answer {
    let (summary, coverage) = (&report.totals.summary(), &report.totals.coverage);
    let files = &coverage.files;
    let mut answer = Answer::default();
    let mut set = |name: &str, count: u64| {
        if count > 0 {
            answer.figures.insert(name.to_owned(), count);
        }
    };
    set("files.found", files.found);
    set("files.read", files.read);
    set("files.damaged", files.damaged);
    for (reason, name) in [
        (SkipReason::Insight, "Insight"),
        (SkipReason::Digest, "Digest"),
        (SkipReason::NotCloudtrail, "NotCloudtrail"),
        (SkipReason::Empty, "Empty"),
    ] {
        set(&format!("files.skipped {name}"), files.skipped[&reason]);
    }
    set("records", coverage.records);
    set("sts_records", coverage.sts_records);
    set("not_calls", coverage.not_calls);
    set("filtered", coverage.filtered);
    set("duplicates", coverage.duplicates);
    set("shared_copies", coverage.shared_copies);
    set("calls", coverage.calls);
    set("disagreements", coverage.disagreements);
    set("global_via_vpc_endpoint", coverage.global_via_vpc_endpoint);
    set("not_understood", coverage.not_understood);
    set("no_time", coverage.no_time);
    set("unplaced", coverage.unplaced);
    assert_eq!(coverage.calls, summary.calls);
    assert_eq!(summary.span.calls, summary.calls);
    let names = ["global", "regional", "aws-service", "other", "unknown"];
    for (name, count) in names.iter().zip(summary.endpoints.values()) {
        set(&format!("endpoint {name}"), count);
    }
    set("errors", summary.errors);
    set("principals", summary.principals);
    set("global_principals", summary.global_principals);
    set("global_aws_managed", summary.global_aws_managed);
    set("vpc_endpoint_calls", summary.vpc_endpoint_calls);
    let [global, regional, ..] = summary.endpoints.values();
    let share = (global + regional > 0).then(|| global as f64 / (global + regional) as f64);
    assert_eq!(summary.global_share, share);
    let millis = |time: Option<stscope::sts::Time>| time.map(stscope::sts::Time::millis);
    answer.span = (millis(summary.span.first), millis(summary.span.last));
    answer.groups = (report.groups())
        .map(|group| {
            let values = group
                .values
                .iter()
                .map(|value| value.unwrap_or_default().to_owned());
            let of = &group.measures;
            (
                values.collect(),
                (of.calls, of.errors, millis(of.first), millis(of.last)),
            )
        })
        .collect();
    answer.damaged = coverage
        .damaged
        .iter()
        .map(|file| file.stage.as_str())
        .collect();
    answer.damaged.sort_unstable();
    answer
}

/// One gzip member.
pub fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder
        .write_all(text)
        .expect("a Vec takes whatever is written to it");
    encoder
        .finish()
        .expect("a Vec takes whatever is written to it")
}
