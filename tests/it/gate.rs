//! Verdicts on a report: what fails a gate, and when there is none.

use chrono::NaiveDate;
use stscope::internals::questions::gate::{Gate, NoVerdict, judge};
use stscope::internals::tally::glob;
use stscope::sts::{Dimension, Endpoint, Time};
use stscope::{AnyQuestion, Condition, Report, Scan, Selection};

fn report(selection: Selection) -> Report<AnyQuestion> {
    let scan = Scan {
        selection,
        threads: 1,
        ..Scan::default()
    };
    let logs = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-logs/AWSLogs");
    scan.tally(&[logs.into()])
        .expect("as it should be")
        .finish()
}

const GLOBAL: Gate = Gate {
    endpoint: Endpoint::Global,
    most: 0,
};

#[test]
fn a_gate_fails_where_more_is_called_than_it_allows_by_those_who_are_not_allowed() {
    let all = Selection::default();
    let report = report(all.clone());
    let totals = &report.totals;
    let failed = judge(&[GLOBAL], |_| false, totals, &all).expect("as it should be");
    let [failed] = &failed[..] else {
        panic!("{failed:?}")
    };
    let calls: u64 = failed.offenders.iter().map(|one| one.calls).sum();
    assert!(failed.calls > 0 && failed.calls == calls, "{failed:?}");

    let most = failed.calls;
    let wide = Gate { most, ..GLOBAL };
    assert_eq!(judge(&[wide], |_| false, totals, &all), Ok(Vec::new()));
    let narrow = Gate {
        most: most - 1,
        ..GLOBAL
    };
    assert_eq!(
        judge(&[wide, narrow], |_| false, totals, &all)
            .expect("as it should be")
            .len(),
        1
    );
    let first = failed.offenders[0].principal;
    assert_eq!(
        judge(&[narrow], |one| one == first, totals, &all),
        Ok(Vec::new())
    );
    assert_eq!(judge(&[], |_| false, totals, &all), Ok(Vec::new()));
}

#[test]
fn what_shows_no_global_call_or_may_be_a_typo_is_no_verdict() {
    let elsewhere = Selection {
        regions: vec!["eu-west-1".to_owned()],
        ..Selection::default()
    };
    let report_of_it = report(elsewhere.clone());
    assert_eq!(
        judge(&[GLOBAL], |_| false, &report_of_it.totals, &elsewhere),
        Err(NoVerdict::NothingOfUsEast1)
    );
    let typo = Condition {
        dimension: Dimension::Principal,
        glob: glob("*nobody-is-called-so*").expect("as it should be"),
        negated: false,
        names: None,
    };
    let mistyped = Selection {
        conditions: vec![typo.clone()],
        ..Selection::default()
    };
    let report_of_it = report(mistyped.clone());
    assert_eq!(
        judge(&[GLOBAL], |_| false, &report_of_it.totals, &mistyped),
        Err(NoVerdict::Unmatched(&typo))
    );
}

#[test]
fn a_gate_that_holds_says_nothing_of_days_forgotten_and_of_calls_without_a_time() {
    let since = Time::parse("2000-01-01T00:00:00Z").expect("as it should be");
    let timed = Selection {
        since: Some(since),
        ..Selection::default()
    };
    let mut totals = (*report(timed.clone()).totals).clone();
    let wide = Gate {
        most: u64::MAX,
        ..GLOBAL
    };
    totals.coverage.no_time = 0;
    assert_eq!(judge(&[wide], |_| false, &totals, &timed), Ok(Vec::new()));
    totals.coverage.no_time = 2;
    assert_eq!(
        judge(&[wide], |_| false, &totals, &timed),
        Err(NoVerdict::NoTime(2))
    );
    // A gate that fails does so whatever else there may be.
    assert_eq!(
        judge(&[GLOBAL], |_| false, &totals, &timed)
            .expect("as it should be")
            .len(),
        1
    );
    let kept_from = NaiveDate::from_ymd_opt(2001, 1, 1).expect("as it should be");
    totals.coverage.kept_from = Some(kept_from);
    assert_eq!(
        judge(&[wide], |_| false, &totals, &timed),
        Err(NoVerdict::Forgotten { since, kept_from })
    );
}
