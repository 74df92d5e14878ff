//! What has been found in a file, and what the file is because of it.

use serde_json::{Map, Value};

use super::normal::normal;
use super::{hidden, nothing, tame};

const STS: &str = "sts.amazonaws.com";

/// How often text in a string is opened: EventBridge in SNS in SQS is three times.
const MAX_TEXTS: usize = 6;

/// How many arrays, lists and wrappers are opened, one in the other.
const MAX_LEVELS: usize = 32;

/// The keys of arrays of records.
pub const LISTS: [&str; 4] = ["Records", "Events", "logEvents", "events"];

/// The keys under which an object may have a record, in the order in which they are tried.
pub const WRAPPERS: [&str; 22] = [
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
    "eventData",
    "awslogs",
    "kinesis",
];

/// The members of AWS's own records that hold what a caller says or asks for.
const FREE: [&str; 10] = [
    "userAgent",
    "userIdentity",
    "tlsDetails",
    "errorMessage",
    "resources",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "insightDetails",
];

/// The keys that say what an object is, and hold no record.
const OWN: [&str; 8] = [
    "eventSource",
    "eventsource",
    "eventVersion",
    "eventversion",
    "eventName",
    "eventname",
    "detail-type",
    "digestStartTime",
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

/// How deep a value is in others that are opened.
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

/// What an object says it is, by its keys alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Says {
    Record,
    /// A record, but not whose.
    Nobodys,
    Nothing,
}

/// By the name of its first member, its `eventSource`, and whether it has a version and a name. What
/// Lambda is given has a source such as `aws:sqs`.
pub fn says(
    first: Option<&str>,
    source: Option<&Value>,
    has_version: bool,
    has_name: bool,
) -> Says {
    match source {
        Some(source) if !is_source(source) => says(first, None, has_version, has_name),
        Some(Value::String(source)) if is_version(first) || !source.starts_with("aws:") => {
            Says::Record
        }
        Some(Value::String(_)) => Says::Nothing,
        _ if has_version && has_name => Says::Nobodys,
        _ => Says::Nothing,
    }
}

fn is_version(key: Option<&str>) -> bool {
    matches!(key, Some("eventVersion" | "eventversion"))
}

/// A member by AWS's name, or by that in small letters.
pub fn get<T>(name: &str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
    of(name).or_else(|| of(&name.to_ascii_lowercase()))
}

/// What the source is: what is no text says nothing, and so does a word for nothing.
pub fn source(of: impl Fn(&str) -> Option<Value>) -> Option<Value> {
    get("eventSource", |name| of(name).filter(is_source))
}

fn is_source(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !nothing::is_word(text))
}

/// Whether there may be something beside what was read under this key.
pub fn may_hide(key: &str) -> bool {
    !is_free(key) && !OWN.contains(&key) && !PAGING.contains(&key)
}

/// Whether it is a key of [`FREE`], as AWS writes it, or in small letters as Athena does.
pub fn is_free(key: &str) -> bool {
    (FREE.iter()).any(|free| *free == key || free.to_ascii_lowercase() == key)
}

/// What was made of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kept {
    OfSts,
    Other,
    /// Nothing: there is one of STS inside it.
    Hides,
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
    /// Those of them in which there is a record of STS, or one of which nothing tells whose it is.
    pub traces: u64,
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
    /// A record. `lists_are_read` of those in it.
    pub fn record(&mut self, record: &Map<String, Value>, lists_are_read: bool) -> Kept {
        let is = |key: &str, text: &str| record.get(key).and_then(Value::as_str) == Some(text);
        let is_of_sts =
            |record: &Map<String, Value>| record.get("eventSource") == Some(&Value::from(STS));
        if is_of_sts(record) {
            let Some(whole) = whole(record) else {
                let is_insight =
                    is("eventCategory", "Insight") || is("eventType", "AwsCloudTrailInsight");
                if !is_insight && normal(record, false).is_some() && wraps_itself(record) {
                    return Kept::Hides;
                }
                self.broken += 1;
                return Kept::Other;
            };
            self.records += 1;
            self.of_sts.push(without_lists(whole));
        } else if is("eventCategory", "Insight") || is("eventType", "AwsCloudTrailInsight") {
            self.records += 1;
            self.of_others.push(without_lists(record.clone()));
        } else if let Some(normal) = normal(record, true).filter(is_of_sts) {
            if hidden::hidden(record, &normal).is_some() {
                self.broken += 1;
                return Kept::Other;
            }
            self.records += 1;
            self.of_sts.push(without_lists(normal));
            return Kept::OfSts;
        } else if hides(record, lists_are_read) {
            return Kept::Hides;
        } else if names_sts(record) {
            self.trace();
            return Kept::Other;
        } else {
            self.records += 1;
            let normal = normal(record, false).unwrap_or_else(|| record.clone());
            self.of_others.push(without_lists(normal));
        }
        self.insights +=
            u64::from(is("eventCategory", "Insight") || is("eventType", "AwsCloudTrailInsight"));
        if is_of_sts(record) {
            Kept::OfSts
        } else {
            Kept::Other
        }
    }

    /// Something in which there may well be a record of STS.
    pub fn trace(&mut self) {
        self.unknown();
        self.traces += 1;
    }

    /// Something that is no record, and nothing else that is known.
    pub fn unknown(&mut self) {
        self.others += 1;
        self.unknown += 1;
    }

    /// An element of `Records`. Of several sources the first says whether it is a record.
    pub fn element(&mut self, element: &Value, nest: Nest) {
        match element {
            Value::Object(object)
                if is_version(object.keys().next().map(String::as_str))
                    || says_by(object, object.get(tame::FIRST_SOURCE)) == Says::Record =>
            {
                self.record_or_opened(object, nest);
            }
            _ => super::documents::value(element, self, nest),
        }
    }

    /// A record, or what it hides.
    pub fn record_or_opened(&mut self, object: &Map<String, Value>, nest: Nest) {
        if self.record(object, false) != Kept::Hides {
        } else if nest.may_open() {
            let has_lists = super::documents::lists(object, self, nest);
            self.opened(object, nest, has_lists);
        } else {
            self.trace();
        }
    }

    /// An object whose lists have been read, if it has any.
    pub fn object(&mut self, object: &Map<String, Value>, nest: Nest, has_lists: bool) {
        let says = says_of(object);
        if says == Says::Record {
            return match self.record(object, true) {
                Kept::OfSts => self.trace_if(has_another(object, None, &own_ids(object))),
                Kept::Other => {}
                Kept::Hides => self.opened(object, nest, has_lists),
            };
        }
        let message = object.get("message").and_then(Value::as_str);
        let is_paging = object.keys().all(|key| PAGING.contains(&key.as_str()));
        if let Some(read) = self.wrapper(object, nest) {
            let known = event_ids(&object[read].to_string());
            self.trace_if(has_another(object, Some(read), &known));
        } else if has_lists {
            self.trace_if(has_another(object, None, &[]));
        } else if says == Says::Nobodys {
            self.trace();
        } else if object.contains_key("digestStartTime") {
            self.digests += 1;
        } else if is_paging && !object.is_empty() || is_control(message) {
            self.others += 1;
        } else {
            self.unknown();
        }
    }

    /// What says it is a record, and has one of STS inside it.
    pub fn opened(&mut self, object: &Map<String, Value>, nest: Nest, has_lists: bool) {
        if let Some(read) = self.wrapper(object, nest) {
            let known = event_ids(&object[read].to_string());
            self.trace_if(has_another(object, Some(read), &known));
        } else if has_lists {
            self.trace_if(has_another(object, None, &[]));
        } else {
            self.trace();
        }
    }

    pub fn trace_if(&mut self, has_traces: bool) {
        if has_traces {
            self.trace();
        }
    }

    /// The record that an object wraps, if there is any: the key that was read.
    fn wrapper(&mut self, object: &Map<String, Value>, nest: Nest) -> Option<&'static str> {
        for key in WRAPPERS {
            match object.get(key) {
                Some(Value::Object(detail))
                    if key == "detail" && object.contains_key("detail-type") =>
                {
                    self.detail(detail, object.get("source"), nest.deeper());
                    return Some(key);
                }
                Some(value) if self.wrapped(value, nest) => return Some(key),
                _ => {}
            }
        }
        None
    }

    /// What an EventBridge envelope has.
    pub fn detail(&mut self, detail: &Map<String, Value>, sender: Option<&Value>, nest: Nest) {
        let is_of_another =
            (sender.and_then(Value::as_str)).is_some_and(|sender| !sender.starts_with("aws."));
        if says_of(detail) == Says::Nobodys && !is_of_another {
            super::documents::value(&Value::Object(detail.clone()), self, nest);
        } else {
            self.record_or_opened(detail, nest);
        }
    }

    /// What is under the key of a wrapper. Says whether anything was in it.
    pub fn wrapped(&mut self, value: &Value, nest: Nest) -> bool {
        let mut inner = Found::default();
        match value {
            Value::String(text) => drop(inner.text(text, nest)),
            Value::Object(_) | Value::Array(_) => {
                super::documents::value(value, &mut inner, nest.deeper());
            }
            _ => {}
        }
        let is_known =
            inner.records + inner.broken + inner.containers + inner.digests + inner.traces > 0;
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
        if is_encoded(text) {
            self.trace();
            return true;
        }
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
        self.traces += more.traces;
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

fn says_of(object: &Map<String, Value>) -> Says {
    says_by(object, None)
}

/// The same, with this for its source if there is any.
fn says_by(object: &Map<String, Value>, source: Option<&Value>) -> Says {
    let get = |name: &str| get(name, |name| object.get(name));
    says(
        object.keys().next().map(String::as_str),
        (source.cloned())
            .or_else(|| self::source(|name| object.get(name).cloned()))
            .as_ref(),
        get("eventVersion").is_some(),
        get("eventName").is_some(),
    )
}

/// Whether this is gzip or JSON as base64.
pub fn is_encoded(text: &str) -> bool {
    let text = text.trim_ascii_start();
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=-_\t\n\r".contains(c);
    text.len() >= 16
        && text.chars().all(of_base64)
        && begins_as_json_or_gzip(&super::base64::decoded(&text[..text.len().min(64)]))
}

fn begins_as_json_or_gzip(bytes: &[u8]) -> bool {
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    // A byte order mark, as bytes.
    if text.starts_with("\u{1f}\u{8b}\u{8}") {
        return true;
    }
    // It may end within a letter: then some bytes more make it a text.
    let ends = [0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf].map(|first| [first, 0x80, 0x80]);
    let is_utf8 = std::str::from_utf8(bytes).is_ok()
        || ends.iter().any(|end| {
            (1..=3).any(|more| std::str::from_utf8(&[bytes, &end[..more]].concat()).is_ok())
        });
    let is_control = |c: char| c < ' ' && !"\t\n\r".contains(c);
    if !is_utf8 || text.contains(is_control) {
        return false;
    }
    let text = text.strip_prefix("\u{ef}\u{bb}\u{bf}").unwrap_or(&text);
    let is_space = |c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
    let text = text.trim_start_matches(is_space);
    let next = |open| {
        let rest = text.strip_prefix(open)?;
        Some(rest.trim_start_matches(is_space).chars().next())
    };
    text.starts_with("\"{")
        || next('{').is_some_and(|c| matches!(c, None | Some('"')))
        || next('[').is_some_and(|c| matches!(c, None | Some('{' | '[' | '"')))
}

/// Whether a source that was not taken is STS, or a list that begins with it.
fn names_sts(record: &Map<String, Value>) -> bool {
    (["eventSource", "eventsource"].iter())
        .filter_map(|name| record.get(*name))
        .any(|source| source == STS || source.get(0).is_some_and(|first| first == STS))
}

/// A record of STS as AWS writes it, if what tells its endpoint is nowhere else. Of what is not found by AWS's
/// names, those in small letters may tell.
fn whole(record: &Map<String, Value>) -> Option<Map<String, Value>> {
    let own = normal(record, false)?;
    match hidden::hidden(record, &own) {
        None => Some(own),
        Some(path) => normal(record, true).filter(|small| hidden::has(small, path)),
    }
}

/// Lists in it have been read, and say nothing of the record.
fn without_lists(mut record: Map<String, Value>) -> Map<String, Value> {
    record.retain(|key, _| !LISTS.contains(&key.as_str()) && !tame::is_note(key));
    record
}

/// Whether there is a record of STS in one of another service, elsewhere than where AWS writes what a
/// caller asked for.
fn hides(record: &Map<String, Value>, lists_are_read: bool) -> bool {
    record.iter().any(|(key, value)| {
        let is_read = lists_are_read && value.is_array() && LISTS.contains(&key.as_str());
        let (key, value) = tame::written(key, value);
        !is_read
            && may_hide(key)
            && super::traces::are_whole_in(&format!("{}:{value}", Value::from(key)))
    })
}

/// Whether there is one in an object beside what was read of it, that is no copy of one with a known id.
fn has_another(object: &Map<String, Value>, read: Option<&str>, known: &[String]) -> bool {
    object.iter().any(|(key, value)| {
        let is_read = read == Some(key) || value.is_array() && LISTS.contains(&key.as_str());
        let (name, written) = tame::written(key, value);
        let text = written.to_string();
        let has_traces = may_hide(name) && super::traces::are_whole_in(&text);
        let is_encoded = WRAPPERS.contains(&key.as_str()) && value.as_str().is_some_and(is_encoded);
        !is_read && (has_traces && !is_copy(&text, known) || is_encoded)
    })
}

/// Whether all records in a piece of JSON are known by their ids. Where some are, what has no id, no time and
/// no version is none.
pub fn is_copy(json: &str, known: &[String]) -> bool {
    let ids = event_ids(json);
    let names = json.to_ascii_lowercase().replace("event_", "event");
    let has_record = !ids.is_empty()
        || known.is_empty()
        || names.contains("eventtime")
        || names.contains("eventversion");
    !has_record || !ids.is_empty() && ids.iter().all(|id| known.contains(id))
}

/// Whether a record has itself in one of the members that wrap one.
fn wraps_itself(record: &Map<String, Value>) -> bool {
    let own = own_ids(record);
    (record.iter())
        .filter(|(key, _)| WRAPPERS.contains(&key.as_str()))
        .any(|(_, value)| {
            event_ids(&value.to_string())
                .iter()
                .any(|id| own.contains(id))
        })
}

/// The id of a record itself.
pub fn own_ids(record: &Map<String, Value>) -> Vec<String> {
    (record.iter())
        .filter(|(key, _)| !tame::is_note(key) && super::hidden::letters(key) == "eventid")
        .filter_map(|(_, value)| Some(value.as_str()?.to_ascii_lowercase()))
        .collect()
}

/// The ids of the events in a piece of JSON, by any spelling of the key.
pub fn event_ids(json: &str) -> Vec<String> {
    let json = json.to_ascii_lowercase();
    let mut ids = Vec::new();
    for (at, name) in json.match_indices("event") {
        let before = json[..at].chars().next_back();
        let behind = &json[at + name.len()..];
        let behind = behind.strip_prefix(['_', '-', '.']).unwrap_or(behind);
        let Some(behind) = behind.strip_prefix("id") else {
            continue;
        };
        let is_between = |c: char| "\\\": [\t\n\r\u{c}".contains(c);
        let value = behind.trim_start_matches(is_between);
        let between = &behind[..behind.len() - value.len()];
        let is_end = |c: char| "\\\",]} \t\n\r\u{c}".contains(c);
        let id: String = value.chars().take_while(|&c| !is_end(c)).collect();
        let is_key = !before.is_some_and(|c| c.is_ascii_alphanumeric());
        if is_key && between.contains('"') && !id.is_empty() {
            ids.push(id);
        }
    }
    ids
}

/// Whether a message is what CloudWatch Logs sends where nothing was logged.
pub fn is_control(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.starts_with("CWL CONTROL MESSAGE"))
}
