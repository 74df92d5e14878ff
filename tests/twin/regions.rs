//! Files with their keys → the Regions of each account. Contract §5.3, and what is in doubt is not
//! read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};

use super::call::Call;
use super::count::{file, read};
use super::question::Question;
use super::shape::Kind;

/// Account, Region and day of delivery, where a path tells them.
pub type Key = Option<(&'static str, &'static str, NaiveDate)>;

/// account_id and region; regional_calls, vpc_endpoint_calls, aws_service_calls, callers, refused;
/// first and last time; status.
pub type Row = (
    String,
    String,
    [u64; 5],
    (Option<i64>, Option<i64>),
    &'static str,
);

const DEFAULT: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
const DEFAULT_IN_CHINA: [&str; 2] = ["cn-north-1", "cn-northwest-1"];

/// The rows, by account and Region.
pub fn regions(files: &[(Key, Vec<u8>)], question: &Question) -> Vec<Row> {
    let contents: Vec<&Vec<u8>> = files.iter().map(|(_, content)| content).collect();
    let readings = read(&contents);
    let calls = readings.counted(question);

    let mut read = BTreeSet::new();
    let mut damaged = BTreeSet::new();
    let mut damaged_anywhere = false;
    for (key, content) in files {
        let found = file(content);
        match (found.damage, key) {
            (Some(_), Some((account, region, _))) => {
                damaged.insert((account.to_string(), region.to_string()));
            }
            (Some(_), None) => damaged_anywhere = true,
            (None, Some(key)) if found.kind == Kind::CloudTrail && is_asked(key, question) => {
                read.insert((key.0.to_owned(), key.1.to_owned()));
            }
            (None, _) => {}
        }
    }
    for call in &calls {
        if is_region(call.value("aws_region")) {
            let pair = ["recipient_account_id", "aws_region"].map(|name| call.value(name).into());
            let [account, region]: [String; 2] = pair;
            read.insert((account, region));
        }
    }

    // It may be of any Region and of that time.
    damaged_anywhere |= readings.has_undated(question);
    let reached = readings.reached(question).into_iter();
    read.extend(reached.filter(|(account, region)| is_account(account) && is_region(region)));

    let mut rows: BTreeMap<(String, String), Vec<&Call>> = BTreeMap::new();
    let mut accounts: BTreeSet<String> = read.iter().map(|(account, _)| account.clone()).collect();
    for call in &calls {
        accounts.insert(call.issuing_account());
        if let Some(region) = region_of(call) {
            let pair = (call.issuing_account(), region.to_owned());
            rows.entry(pair).or_default().push(call);
        }
    }
    for pair in read.iter().filter(|(account, _)| is_account(account)) {
        rows.entry(pair.clone()).or_default();
    }
    for account in accounts.iter().filter(|account| is_account(account)) {
        let mut seen: Vec<String> = (rows.keys())
            .filter(|(of, _)| of == account)
            .map(|(_, region)| region.clone())
            .collect();
        if seen.is_empty() {
            seen.push("us-east-1".to_owned());
        }
        for region in seen {
            let others: &[&str] = match region.split('-').next() {
                Some("cn") => &DEFAULT_IN_CHINA,
                _ if region.starts_with("us-gov-") || region.starts_with("eusc-") => &[],
                _ if region.contains("-iso") && region.len() > 12 => &[],
                _ => &DEFAULT,
            };
            for other in others {
                let pair = (account.clone(), other.to_string());
                rows.entry(pair).or_default();
            }
        }
    }

    rows.into_iter()
        .map(|(pair, calls)| {
            let count = |is: &dyn Fn(&Call) -> bool| calls.iter().filter(|c| is(c)).count() as u64;
            let callers: BTreeSet<&str> = calls.iter().map(|c| c.value("principal")).collect();
            let refused = count(&|c| c.value("error_code") == "RegionDisabledException");
            let is_read = read.contains(&pair) && !damaged.contains(&pair) && !damaged_anywhere;
            let region = pair.1.as_str();
            let status = if refused > 0 {
                "refused"
            } else if !calls.is_empty() {
                "in-use"
            } else if !is_read {
                "not-read"
            } else if region == "us-east-1" || region == "cn-north-1" {
                "always-on"
            } else if DEFAULT.contains(&region) || DEFAULT_IN_CHINA.contains(&region) {
                "idle"
            } else {
                "opt-in"
            };
            let times: Vec<i64> = calls.iter().filter_map(|call| call.time).collect();
            let measured = [
                count(&|c| c.value("endpoint") == "regional"),
                count(&|c| c.is_through_vpc_endpoint()),
                count(&|c| c.value("endpoint") == "aws-service"),
                callers.len() as u64,
                refused,
            ];
            let span = (times.iter().min().copied(), times.iter().max().copied());
            (pair.0, pair.1, measured, span, status)
        })
        .collect()
}

/// Whether a file of this key says something by what it lacks.
fn is_asked((account, region, day): &(&str, &str, NaiveDate), question: &Question) -> bool {
    let day_of = |millis| DateTime::from_timestamp_millis(millis).map(|time| time.date_naive());
    let listed =
        |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
    listed(&question.accounts, account)
        && listed(&question.regions, region)
        && question
            .since
            .is_none_or(|since| day_of(since) <= Some(*day))
        && question
            .until
            .is_none_or(|until| Some(*day) <= day_of(until - 1))
}

fn region_of(call: &Call) -> Option<&str> {
    let region = match call.value("endpoint") {
        "regional" => call.value("endpoint_region"),
        "aws-service" => call.value("aws_region"),
        "other" if call.value("aws_region") != "us-east-1" => call.value("aws_region"),
        _ => "",
    };
    is_region(region).then_some(region)
}

fn is_region(name: &str) -> bool {
    name.contains('-') && super::call::is_region(name)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
