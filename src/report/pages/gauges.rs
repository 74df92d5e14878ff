//! The figures of report, trend and verify that a program watches, and of what each has read: without
//! these a zero and a blind run look the same.

use std::collections::BTreeMap;

use crate::questions::verify::{ChainStatus, FindingKind, Standing, Verification};
use crate::questions::{PeriodStatus, Report, Trend};
use crate::report::gauge::{Gauge, Number};
use crate::sts::{EndpointKind, Time};
use crate::tally::{Coverage, DigestCoverage, Group, Summary};

/// What labels of closed dimensions tell of a report. `is_judged` is false where a gate has no verdict: who
/// watches gauges sees no exit code.
pub(super) fn of_summary(summary: &Summary, can_judge: bool, is_judged: bool) -> Vec<Gauge> {
    let endpoints = (summary.endpoints.iter()).map(|(kind, &calls)| (kind.as_str(), calls));
    vec![
        Gauge::flag(
            "can_judge",
            "1 if a global call would have been seen: us-east-1 was read, and gates were judged",
            is_judged && (can_judge || summary.global() > 0),
        ),
        Gauge::by("calls", "STS calls by endpoint", "endpoint", endpoints),
        Gauge::share(
            "global_share",
            "Global calls of the global and Regional ones",
            summary.global_share,
        ),
        Gauge::count(
            "global_aws_managed_calls",
            "Global calls that AWS itself made",
            summary.global_aws_managed,
        ),
        Gauge::count(
            "failed_calls",
            "STS calls that were answered with an error",
            summary.errors,
        ),
        Gauge::count(
            "vpc_endpoint_calls",
            "STS calls that came through a VPC endpoint",
            summary.vpc_endpoint_calls,
        ),
        Gauge::count("principals", "Different principals", summary.principals),
        Gauge::count(
            "global_principals",
            "Different principals with global calls, AWS itself aside",
            summary.global_principals,
        ),
        Gauge::time(
            "first_event_timestamp",
            "When the first call was made",
            summary.span.first,
        ),
        Gauge::time(
            "last_event_timestamp",
            "When the last call was made",
            summary.span.last,
        ),
    ]
}

/// The groups of a report, by the dimensions that were asked for; at most `top`.
pub(super) fn of_groups(report: &Report, top: Option<u64>) -> Vec<Gauge> {
    let names: Vec<&'static str> = (report.question.dimensions().iter())
        .map(|one| one.name())
        .collect();
    let mut calls = Gauge::new("group_calls", "STS calls of a group");
    let mut errors = Gauge::new(
        "group_failed_calls",
        "STS calls of a group that were answered with an error",
    );
    let mut last = Gauge::new(
        "group_last_event_timestamp",
        "When the last call of a group was made",
    )
    .in_unit("seconds");
    let top = usize::try_from(top.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let mut sums: Vec<(Vec<String>, u64, u64, Option<Time>)> = Vec::new();
    let mut places: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for Group { values, measures } in report.groups().take(top) {
        // An empty label is no label: what records lack, and what is empty in them, are one figure.
        let labels: Vec<String> = (values.iter())
            .map(|value| value.unwrap_or_default().to_owned())
            .collect();
        let place = *places.entry(labels.clone()).or_insert(sums.len());
        if place == sums.len() {
            sums.push((labels, 0, 0, None));
        }
        let sum = &mut sums[place];
        sum.1 += measures.calls;
        sum.2 += measures.errors;
        sum.3 = sum.3.max(measures.last);
    }
    for (values, of_calls, of_errors, of_last) in sums {
        let labels: Vec<_> = names.iter().copied().zip(values).collect();
        calls.add(labels.clone(), Number::Count(of_calls));
        errors.add(labels.clone(), Number::Count(of_errors));
        if let Some(time) = of_last {
            last.add(labels, Number::Time(time));
        }
    }
    vec![calls, errors, last]
}

/// The newest complete period of a trend. Where there is none, there is no figure of it: it is not zero.
pub(super) fn of_trend(trend: &Trend) -> Vec<Gauge> {
    let statuses = [
        PeriodStatus::Complete,
        PeriodStatus::Incomplete,
        PeriodStatus::NotRead,
    ];
    let with = |status| {
        let rows = trend.rows.iter().filter(|row| row.status == status);
        rows.count() as u64
    };
    let mut gauges = vec![Gauge::by(
        "periods",
        "Periods by how much of them was read",
        "status",
        statuses.map(|status| (status.as_str(), with(status))),
    )];
    let is_complete = |status| status == PeriodStatus::Complete;
    let Some(row) = (trend.rows.iter()).rfind(|row| is_complete(row.status)) else {
        return gauges;
    };
    let of = |kind: EndpointKind| Some((kind.as_str(), row.endpoints[kind]?));
    let count = |name, help, count: Option<u64>| match count {
        Some(count) => Gauge::count(name, help, count),
        None => Gauge::new(name, help),
    };
    gauges.extend([
        Gauge::time(
            "period_start_timestamp",
            "When the newest complete period began",
            Time::of_midnight(row.period),
        ),
        Gauge::by(
            "calls",
            "STS calls of the newest complete period by endpoint",
            "endpoint",
            EndpointKind::ALL.into_iter().filter_map(of),
        ),
        Gauge::share(
            "global_share",
            "Global calls of the global and Regional ones in the newest complete period",
            row.global_share,
        ),
        count(
            "global_principals",
            "Principals with global calls in the newest complete period, AWS itself aside",
            row.global_principals,
        ),
        count(
            "new_principals",
            "Those of them that had none in the period before",
            row.new_principals,
        ),
        count(
            "gone_principals",
            "Principals that had global calls in the period before, and none in this one",
            row.gone_principals,
        ),
    ]);
    gauges
}

/// What digests say.
pub(super) fn of_verification(verification: &Verification<'_>, standing: &Standing) -> Vec<Gauge> {
    let rows = &verification.rows;
    let sum = |of: fn(&crate::questions::verify::ChainRow) -> u64| rows.iter().map(of).sum();
    let mut found = FindingKind::ALL.map(|kind| (kind.as_str(), 0));
    for finding in verification.findings.iter() {
        let of_kind = found
            .iter_mut()
            .find(|(name, _)| *name == finding.kind.as_str());
        if let Some((_, findings)) = of_kind {
            *findings += 1;
        }
    }
    let with = |status: ChainStatus| {
        let chains = rows.iter().filter(|row| row.status == status);
        (status.as_str(), chains.count() as u64)
    };
    vec![
        Gauge::by(
            "chains",
            "Chains of digests by status",
            "status",
            ChainStatus::ALL.map(with),
        ),
        Gauge::by("findings", "What was found by kind", "kind", found),
        Gauge::count("digests", "Digests that were read", sum(|row| row.digests)),
        Gauge::count(
            "named_logs",
            "Logs that digests name",
            sum(|row| row.log_files),
        ),
        Gauge::count(
            "missing_logs",
            "Logs that digests name and that were not found",
            sum(|row| row.missing),
        ),
        Gauge::count(
            "differing_logs",
            "Logs whose content is not the one that a digest names",
            sum(|row| row.differing),
        ),
        Gauge::count(
            "unnamed_logs",
            "Logs that no digest names",
            sum(|row| row.unnamed),
        ),
        Gauge::new("hole", "Time of which no digest was found")
            .in_unit("seconds")
            .with(Number::Count(sum(|row| row.hole_hours) * HOUR)),
        Gauge::time(
            "oldest_digest_end_timestamp",
            "Until when digests were found, of the chain that ends first",
            rows.iter().filter_map(|row| row.last_digest_end).min(),
        ),
        Gauge::flag(
            "can_judge",
            "1 if digests tell whether logs of us-east-1 are missing",
            standing.is_known(),
        ),
    ]
}

/// Prometheus has no units but base units.
const HOUR: u64 = 3600;

/// What was read.
pub(super) fn of_coverage(coverage: &Coverage) -> Vec<Gauge> {
    let mut gauges = of_files(coverage);
    gauges.extend(of_records(coverage));
    gauges.push(Gauge::time(
        "newest_log_day_timestamp",
        "The newest day of delivery in the paths of the files read",
        coverage.key_last_day.and_then(Time::of_midnight),
    ));
    gauges.extend(coverage.digests.into_iter().flat_map(of_digests));
    gauges
}

fn of_files(coverage: &Coverage) -> Vec<Gauge> {
    let files = &coverage.files;
    vec![
        Gauge::by(
            "files",
            "Files that were found by what became of them",
            "outcome",
            [
                ("read", files.read),
                ("pruned", files.pruned.total()),
                ("skipped", files.skipped_total()),
                ("damaged", files.damaged),
            ],
        ),
        Gauge::by(
            "skipped_files",
            "Files that are no logs by the reason",
            "reason",
            (files.skipped.iter()).map(|(reason, &files)| (reason.as_str(), files)),
        ),
        Gauge::new("read_compressed", "Bytes that were read from files")
            .in_unit("bytes")
            .with(Number::Count(coverage.bytes.compressed)),
    ]
}

fn of_records(coverage: &Coverage) -> Vec<Gauge> {
    vec![
        Gauge::count(
            "records",
            "Records of all services that were read",
            coverage.records,
        ),
        Gauge::by(
            "sts_records",
            "Records of STS calls by what became of them",
            "outcome",
            [
                ("counted", coverage.calls),
                ("filtered", coverage.filtered),
                ("duplicate", coverage.duplicates),
                ("shared-copy", coverage.shared_copies),
            ],
        ),
        Gauge::count(
            "not_understood",
            "Documents and elements of lists that are no record",
            coverage.not_understood,
        ),
        Gauge::count(
            "calls_without_time",
            "STS calls whose time cannot be read",
            coverage.no_time,
        ),
        Gauge::count(
            "calls_without_place",
            "STS calls left out for want of an account or a Region",
            coverage.unplaced,
        ),
        Gauge::count(
            "disagreements",
            "STS calls whose host contradicts CloudTrail's own verdict",
            coverage.disagreements,
        ),
    ]
}

fn of_digests(digests: DigestCoverage) -> Vec<Gauge> {
    vec![
        Gauge::by(
            "digest_chains",
            "Chains of digests that were found by status",
            "status",
            [
                ("complete", digests.complete),
                ("incomplete", digests.incomplete),
            ],
        ),
        Gauge::count(
            "digest_missing_logs",
            "Logs that digests name and that were not found",
            digests.missing_logs,
        ),
        Gauge::new("digest_hole", "Time of which no digest was found")
            .in_unit("seconds")
            .with(Number::Count(digests.hole_hours * HOUR)),
    ]
}
