//! Calls → the answer: counting once, filters, groups, coverage. Contract §3 to §5.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::call::{self, Call, KeyUse};
use super::question::{Question, matches};
use super::shape::Kind;
use super::{documents, gunzip, scraps};

/// What is measured of a group: calls, errors, first and last time in milliseconds.
pub type Measures = (u64, u64, Option<i64>, Option<i64>);

/// A group's values, empty where the records lack them, and what is measured of it.
pub type Group = (Vec<String>, Measures);

/// Everything a report says that does not depend on paths or sizes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Figures of the summary and of the coverage, by name.
    pub figures: BTreeMap<String, u64>,
    /// The stage at which each damaged file broke, in order.
    pub damaged: Vec<&'static str>,
    pub span: (Option<i64>, Option<i64>),
    pub groups: Vec<Group>,
    /// Records with something wrong inside. Of other services' records that need not be noticed, so
    /// so many more may be counted in `records`.
    pub broken: u64,
}

/// What one file comes to.
pub struct File {
    pub kind: Kind,
    pub damage: Option<&'static str>,
    pub found: super::shape::Found,
    /// Documents and elements of lists that are no record, where there are records or traces of them.
    pub not_understood: u64,
}

/// Reads one file.
pub fn file(file: &[u8]) -> File {
    let content = gunzip::content(file);
    let (found, json_is_damaged) = scraps::read(&content.bytes);
    if let Some(sound) = documents::read(&content.bytes) {
        assert_eq!(
            found, sound,
            "the twin's two ways to read sound JSON differ"
        );
        assert!(!json_is_damaged, "the twin finds damage in sound JSON");
    }
    let not_understood = if found.is_cloudtrail() {
        found.unknown
    } else if found.digests + found.others > 0
        && !json_is_damaged
        && (found.traces > 0 || super::traces::are_in(&content.bytes))
    {
        found.unknown.max(1)
    } else {
        0
    };
    let damage = if content.is_damaged {
        Some("gzip")
    } else if json_is_damaged {
        Some("json")
    } else if found.broken > 0 {
        Some("record")
    } else if not_understood > 0 {
        Some("shape")
    } else {
        None
    };
    let mut kind = found.kind();
    if json_is_damaged && kind == Kind::Insight {
        kind = Kind::CloudTrail;
    }
    File {
        kind,
        damage,
        found,
        not_understood,
    }
}

/// What was read of some files, before anything is asked.
#[derive(Clone, Default)]
pub struct Readings {
    /// The figures that no question changes.
    figures: Answer,
    calls: Vec<Call>,
    uses: Vec<KeyUse>,
}

/// Reads files.
pub fn read(files: &[impl AsRef<[u8]>]) -> Readings {
    let mut figures = Answer::default();
    let mut calls = Vec::new();
    let mut uses = Vec::new();
    for file in files.iter().map(|bytes| file(bytes.as_ref())) {
        figures.add("files.found", 1);
        match (file.damage, file.kind) {
            (Some(stage), _) => {
                figures.add("files.damaged", 1);
                figures.damaged.push(stage);
            }
            (None, Kind::CloudTrail) => figures.add("files.read", 1),
            (None, kind) => figures.add(&format!("files.skipped {kind:?}"), 1),
        }
        figures.broken += file.found.broken;
        figures.add("not_understood", file.not_understood);
        if file.kind != Kind::CloudTrail {
            continue;
        }
        figures.add("records", file.found.records);
        let all = file.found.of_sts.iter().chain(&file.found.of_others);
        uses.extend(all.filter_map(KeyUse::of));
        for record in &file.found.of_sts {
            if call::is_call(record) {
                calls.push(call::of(record));
            } else {
                figures.add("not_calls", 1);
            }
        }
    }
    figures.damaged.sort_unstable();
    figures.add("sts_records", calls.len() as u64);
    Readings {
        figures,
        calls,
        uses,
    }
}

impl Readings {
    /// All calls, with what the user says of their hosts.
    fn calls(&self, question: &Question) -> Vec<Call> {
        let calls = self.calls.iter().cloned();
        calls.map(|call| call.mapped(&question.hosts)).collect()
    }

    /// The conditions that match no call of the time, accounts and Regions asked about, by their
    /// places.
    pub fn unmatched(&self, question: &Question) -> Vec<usize> {
        let delivered = self.delivered(question);
        let conditions = question.conditions.iter().enumerate();
        conditions
            .filter(|(_, (name, pattern, _))| {
                let mut calls = delivered.iter().map(|(call, _)| call);
                !calls.any(|call| matches(pattern, call.value(name)))
            })
            .map(|(place, _)| place)
            .collect()
    }

    /// The conditions that leave out every call of the time, accounts and Regions asked about, where
    /// there are any, by their places.
    pub fn excluding(&self, question: &Question) -> Vec<usize> {
        let delivered = self.delivered(question);
        let conditions = question.conditions.iter().enumerate();
        conditions
            .filter(|(_, (name, pattern, negated))| {
                let mut calls = delivered.iter().map(|(call, _)| call);
                let all = calls.all(|call| matches(pattern, call.value(name)));
                *negated && all && !delivered.is_empty()
            })
            .map(|(place, _)| place)
            .collect()
    }

    /// The times of all calls.
    pub fn times(&self) -> Vec<i64> {
        self.calls.iter().filter_map(|call| call.time).collect()
    }

    /// The calls that count, and pass all filters.
    pub fn counted(&self, question: &Question) -> Vec<Call> {
        Answer::default().counted(self.calls(question), question)
    }

    /// Whether a call has no time, where one is asked about.
    pub fn has_undated(&self, question: &Question) -> bool {
        let asks = question.since.or(question.until).is_some();
        asks && (self.calls.iter()).any(|call| call.time.is_none() && is_of_log(call, question))
    }

    /// The calls that were delivered and are admitted, copies and all, with whether they pass the
    /// filters that act after counting once.
    pub fn delivered(&self, question: &Question) -> Vec<(Call, bool)> {
        let calls = self.calls(question).into_iter();
        calls
            .filter(|call| passes_before_counting_once(call, question))
            .map(|call| {
                let is_wanted = passes_after_counting_once(&call, question);
                (call, is_wanted)
            })
            .collect()
    }

    /// Whose logs of which Region were read, by the records of STS in them.
    pub fn reached(&self, question: &Question) -> HashSet<(String, String)> {
        (self.calls.iter())
            .filter(|call| passes_before_counting_once(call, question))
            .map(|call| ["recipient_account_id", "aws_region"].map(|name| call.value(name)))
            .map(|[account, region]| (account.to_owned(), region.to_owned()))
            .collect()
    }

    /// The uses of keys in the time, accounts and Regions asked about.
    pub fn uses(&self, question: &Question) -> Vec<&KeyUse> {
        let listed = |list: &[String], value: &String| list.is_empty() || list.contains(value);
        let uses = self.uses.iter();
        uses.filter(|one| {
            is_in_time(one.time, question)
                && listed(&question.accounts, &one.recipient)
                && listed(&question.regions, &one.region)
        })
        .collect()
    }

    /// The answer to a question about them.
    pub fn answer(&self, question: &Question) -> Answer {
        let mut answer = self.figures.clone();
        answer.count(self.calls(question), question);
        answer
    }
}

impl Answer {
    /// A figure that is zero is not there.
    fn add(&mut self, figure: &str, count: u64) {
        if count > 0 {
            *self.figures.entry(figure.to_owned()).or_default() += count;
        }
    }

    fn count(&mut self, calls: Vec<Call>, question: &Question) {
        let calls = self.counted(calls, question);
        self.sum(&calls);
        self.group(&calls, question);
    }

    fn counted(&mut self, mut calls: Vec<Call>, question: &Question) -> Vec<Call> {
        let all = calls.len();
        let has_no_time = |call: &&Call| call.time.is_none() && is_of_log(call, question);
        let no_time = calls.iter().filter(has_no_time).count();
        self.add("no_time", no_time as u64);
        let may_be_asked = |call: &&Call| may_be_asked(call, question);
        let unplaced = calls.iter().filter(may_be_asked).count();
        self.add("unplaced", unplaced as u64);
        calls.retain(|call| passes_before_counting_once(call, question));
        let mut filtered = all - calls.len();
        if question.once {
            let before = calls.len();
            calls = by_event(calls);
            self.add("duplicates", (before - calls.len()) as u64);
            let before = calls.len();
            calls = by_shared_event(calls);
            self.add("shared_copies", (before - calls.len()) as u64);
        }
        let once = calls.len();
        calls.retain(|call| passes_after_counting_once(call, question));
        filtered += once - calls.len();
        self.add("filtered", filtered as u64);
        calls
    }

    fn sum(&mut self, calls: &[Call]) {
        let mut principals = HashSet::new();
        let mut global_principals = HashSet::new();
        for call in calls {
            let is_global = call.value("endpoint") == "global";
            let is_through_vpc = call.is_through_vpc_endpoint();
            principals.insert(call.value("principal"));
            if is_global && !call.is_aws_managed {
                global_principals.insert(call.value("principal"));
            }
            self.add("calls", 1);
            self.add(&format!("endpoint {}", call.value("endpoint")), 1);
            self.add("errors", u64::from(!call.value("error_code").is_empty()));
            self.add(
                "global_aws_managed",
                u64::from(is_global && call.is_aws_managed),
            );
            self.add("vpc_endpoint_calls", u64::from(is_through_vpc));
            self.add(
                "global_via_vpc_endpoint",
                u64::from(is_global && is_through_vpc),
            );
            self.add("disagreements", u64::from(call.disagrees));
        }
        self.add("principals", principals.len() as u64);
        self.add("global_principals", global_principals.len() as u64);
        self.span = span(calls.iter());
    }

    fn group(&mut self, calls: &[Call], question: &Question) {
        let mut groups: BTreeMap<Vec<String>, Vec<&Call>> = BTreeMap::new();
        for call in calls {
            let values = question
                .group_by
                .iter()
                .map(|name| call.value(name).to_owned());
            groups.entry(values.collect()).or_default().push(call);
        }
        self.groups = groups
            .into_iter()
            .map(|(values, calls)| {
                let errors = calls
                    .iter()
                    .filter(|call| !call.value("error_code").is_empty());
                let (first, last) = span(calls.iter().copied());
                (
                    values,
                    (calls.len() as u64, errors.count() as u64, first, last),
                )
            })
            .collect();
        // The map is in the order of the values' bytes; what is sorted stably stays so.
        self.groups
            .sort_by_key(|(_, (calls, ..))| std::cmp::Reverse(*calls));
    }
}

fn span<'c>(calls: impl Iterator<Item = &'c Call>) -> (Option<i64>, Option<i64>) {
    let times: Vec<i64> = calls.filter_map(|call| call.time).collect();
    (times.iter().min().copied(), times.iter().max().copied())
}

fn is_in_time(time: Option<i64>, question: &Question) -> bool {
    let after = (question.since).is_none_or(|since| time.is_some_and(|time| since <= time));
    let before = (question.until).is_none_or(|until| time.is_some_and(|time| time < until));
    after && before
}

fn passes_before_counting_once(call: &Call, question: &Question) -> bool {
    is_in_time(call.time, question) && is_of_log(call, question)
}

/// Whether a call is of an account and a Region asked about.
fn is_of_log(call: &Call, question: &Question) -> bool {
    let listed = |list: &[String], dimension| {
        list.is_empty() || list.iter().any(|one| one == call.value(dimension))
    };
    listed(&question.accounts, "recipient_account_id") && listed(&question.regions, "aws_region")
}

/// Whether a call that a gate would count is not asked about, and might be if its record said in whose log of
/// which Region it is: whether there is an account, a Region and a time that would let it pass.
fn may_be_asked(call: &Call, question: &Question) -> bool {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let places = ["recipient_account_id", "aws_region"];
    let is_placed = is_account(call.value(places[0])) && call::is_region(call.value(places[1]));
    if is_placed || !["global", "unknown"].contains(&call.value("endpoint")) {
        return false;
    }
    let is_unknown = |dimension: &str| match dimension {
        "recipient_account_id" => !is_account(call.value(dimension)),
        // Logged as of global, it is of us-east-1.
        "aws_region" => !call::is_region(call.value(dimension)) && !is_global(call),
        "day" | "hour" => call.time.is_none(),
        _ => false,
    };
    let would_pass = |dimension: &str, passes: &dyn Fn(&str) -> bool| {
        is_unknown(dimension)
            || passes(call.value(dimension))
            || dimension == "aws_region" && is_global(call) && passes("us-east-1")
    };
    let lists = [
        (places[0], &question.accounts),
        (places[1], &question.regions),
    ];
    let may_be = (call.time.is_none() || is_in_time(call.time, question))
        && lists.iter().all(|(dimension, list)| {
            let is_listed = |value: &str| list.is_empty() || list.iter().any(|one| one == value);
            would_pass(dimension, &is_listed)
        })
        && (question.endpoints.is_empty() || question.endpoints.contains(&call.value("endpoint")))
        && question
            .conditions
            .iter()
            .all(|(dimension, pattern, negated)| {
                would_pass(dimension, &|value| matches(pattern, value) != *negated)
            });
    let mut of_place = question
        .conditions
        .iter()
        .filter(|(name, ..)| places.contains(name));
    let is_asked = is_of_log(call, question)
        && of_place.all(|(name, pattern, negated)| matches(pattern, call.value(name)) != *negated);
    may_be && !is_asked
}

fn is_global(call: &Call) -> bool {
    call.value("aws_region") == "global"
}

fn passes_after_counting_once(call: &Call, question: &Question) -> bool {
    (question.endpoints.is_empty() || question.endpoints.contains(&call.value("endpoint")))
        && (question.conditions.iter()).all(|(dimension, pattern, negated)| {
            matches(pattern, call.value(dimension)) != *negated
        })
}

/// Of the deliveries of one event to one account, one. Which one matters only to its sharing: a copy
/// that mends another is preferred, and the caller's own.
fn by_event(calls: Vec<Call>) -> Vec<Call> {
    let mut standing = Vec::new();
    let mut deliveries: HashMap<(String, String), Vec<Call>> = HashMap::new();
    for call in calls {
        match call.event_id.clone() {
            None => standing.push(call),
            Some(id) => {
                let account = call.value("recipient_account_id").to_owned();
                deliveries.entry((id, account)).or_default().push(call);
            }
        }
    }
    standing.extend(deliveries.into_values().filter_map(preferred));
    standing
}

/// Of the copies of one call in several accounts, one: the caller's own if there is one.
fn by_shared_event(calls: Vec<Call>) -> Vec<Call> {
    let mut standing = Vec::new();
    let mut copies: HashMap<String, Vec<Call>> = HashMap::new();
    for call in calls {
        match call.shared_event_id.clone() {
            Some(id) if call.event_id.is_some() => copies.entry(id).or_default().push(call),
            _ => standing.push(call),
        }
    }
    standing.extend(copies.into_values().filter_map(preferred));
    standing
}

fn preferred(copies: Vec<Call>) -> Option<Call> {
    copies.into_iter().min_by_key(|call| {
        let is_target_copy = call.value("principal_type") == "AWSAccount";
        (is_target_copy, !call.mends_another)
    })
}
