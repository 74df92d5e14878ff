//! What has been found in a file, and what the file is because of it.

use serde_json::{Map, Value};

use super::tame;

/// How often text in a string is opened: EventBridge in SNS in SQS is three times.
const MAX_TEXTS: usize = 6;

/// How many arrays, lists and wrappers are opened, one in the other.
const MAX_LEVELS: usize = 32;

/// The keys under which arrays of records stand.
pub const LISTS: [&str; 4] = ["Records", "Events", "logEvents", "events"];

/// The keys under which an object may have a record, in the order in which they are tried.
pub const WRAPPERS: [&str; 19] = [
    "detail",
    "CloudTrailEvent",
    "message",
    "Message",
    "@message",
    "body",
    "Body",
    "log",
    "Sns",
    "_source",
    "event",
    "original",
    "_raw",
    "result",
    "Messages",
    "hits",
    "records",
    "payload",
    "data",
];

/// The keys that only say where other pages are.
pub const PAGING: [&str; 6] = [
    "NextToken",
    "nextToken",
    "nextForwardToken",
    "nextBackwardToken",
    "ResponseMetadata",
    "searchedLogStreams",
];

/// How deep a value stands in others that are opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nest {
    texts: usize,
    levels: usize,
}

impl Nest {
    pub fn deeper(self) -> Nest {
        Nest {
            levels: self.levels + 1,
            ..self
        }
    }

    pub fn may_open(self) -> bool {
        self.levels < MAX_LEVELS
    }

    /// Inside a string, if that is opened here.
    pub fn in_text(self) -> Option<Nest> {
        (self.texts < MAX_TEXTS && self.may_open()).then_some(Nest {
            texts: self.texts + 1,
            levels: self.levels + 1,
        })
    }
}

/// Whether an object is a record, by the name of its first member, its `eventSource`, and whether it has
/// an `eventVersion`. What Lambda is given has a source such as `aws:sqs`.
pub fn is_record(first: Option<&str>, source: Option<&Value>, has_version: bool) -> bool {
    match source {
        _ if first == Some("eventVersion") => true,
        Some(Value::String(source)) => !source.starts_with("aws:"),
        Some(_) => true,
        None => has_version,
    }
}

/// Everything found in one file, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Whole records of STS.
    pub of_sts: Vec<Map<String, Value>>,
    /// Whole records of other services.
    pub of_others: Vec<Map<String, Value>>,
    /// Whole records of anything.
    pub records: u64,
    /// Those of them that are Insights.
    pub insights: u64,
    /// Records with something wrong between sound bounds.
    pub broken: u64,
    /// Lists of records, be they empty.
    pub containers: u64,
    /// Digests.
    pub digests: u64,
    /// Sound values that are nothing of this.
    pub others: u64,
    /// Those of them that are nothing known.
    pub unknown: u64,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    CloudTrail,
    Insight,
    Digest,
    NotCloudtrail,
    Empty,
}

impl Found {
    pub fn record(&mut self, record: &Map<String, Value>) {
        let is = |key: &str, text: &str| record.get(key).and_then(Value::as_str) == Some(text);
        self.records += 1;
        self.insights +=
            u64::from(is("eventCategory", "Insight") || is("eventType", "AwsCloudTrailInsight"));
        // Lists in it have been read, and say nothing of the record.
        let mut kept = record.clone();
        kept.retain(|key, _| !LISTS.contains(&key.as_str()));
        if is("eventSource", "sts.amazonaws.com") {
            self.of_sts.push(kept);
        } else {
            self.of_others.push(kept);
        }
    }

    /// Something that is no record, and nothing else that is known.
    pub fn unknown(&mut self) {
        self.others += 1;
        self.unknown += 1;
    }

    /// An element of `Records`.
    pub fn element(&mut self, element: &Value, nest: Nest) {
        match element {
            Value::Object(object) if says_record(object) => self.record(object),
            _ => super::documents::value(element, self, nest),
        }
    }

    /// An object whose lists have been read, if it has any.
    pub fn object(&mut self, object: &Map<String, Value>, nest: Nest, has_lists: bool) {
        if says_record(object) {
            return self.record(object);
        }
        for key in WRAPPERS {
            match object.get(key) {
                Some(Value::Object(detail))
                    if key == "detail" && object.contains_key("detail-type") =>
                {
                    return self.record(detail);
                }
                Some(value) if self.wrapped(value, nest) => return,
                _ => {}
            }
        }
        let message = object.get("message").and_then(Value::as_str);
        let is_paging = object.keys().all(|key| PAGING.contains(&key.as_str()));
        if has_lists {
        } else if object.contains_key("digestStartTime") {
            self.digests += 1;
        } else if is_paging && !object.is_empty() || is_control(message) {
            self.others += 1;
        } else {
            self.unknown();
        }
    }

    /// What stands under the key of a wrapper. Says whether anything was in it.
    pub fn wrapped(&mut self, value: &Value, nest: Nest) -> bool {
        let mut inner = Found::default();
        match value {
            Value::String(text) => drop(inner.text(text, nest)),
            Value::Object(_) | Value::Array(_) => {
                super::documents::value(value, &mut inner, nest.deeper());
            }
            _ => {}
        }
        let is_known = inner.records + inner.broken + inner.containers + inner.digests > 0;
        if is_known {
            self.add(&inner);
        }
        is_known
    }

    /// A string that may hold a record, or something with records in it. Says whether it did.
    pub fn text(&mut self, text: &str, nest: Nest) -> bool {
        let Some(nest) = nest.in_text() else {
            return false;
        };
        let first = text.trim_ascii_start().chars().next();
        match (first, tame::parse(text.as_bytes())) {
            (Some('{' | '[' | '"'), Some(value)) => {
                super::documents::value(&value, self, nest);
                true
            }
            (Some('{'), None) => {
                super::scraps::objects(text, self, nest);
                true
            }
            (Some('[' | '"'), None) => super::scraps::one_value(text, self, nest),
            _ => false,
        }
    }

    pub fn add(&mut self, more: &Found) {
        self.of_sts.extend_from_slice(&more.of_sts);
        self.of_others.extend_from_slice(&more.of_others);
        self.records += more.records;
        self.insights += more.insights;
        self.broken += more.broken;
        self.containers += more.containers;
        self.digests += more.digests;
        self.others += more.others;
        self.unknown += more.unknown;
    }

    pub fn is_cloudtrail(&self) -> bool {
        self.containers + self.records + self.broken > 0
    }

    pub fn kind(&self) -> Kind {
        if self.is_cloudtrail() {
            if self.records > 0 && self.insights == self.records {
                Kind::Insight
            } else {
                Kind::CloudTrail
            }
        } else if self.digests > 0 {
            Kind::Digest
        } else if self.others > 0 {
            Kind::NotCloudtrail
        } else {
            Kind::Empty
        }
    }
}

fn says_record(object: &Map<String, Value>) -> bool {
    let first = object.keys().next().map(String::as_str);
    is_record(
        first,
        object.get("eventSource"),
        object.contains_key("eventVersion"),
    )
}

/// Whether a message is what CloudWatch Logs sends where nothing was logged.
pub fn is_control(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.starts_with("CWL CONTROL MESSAGE"))
}
