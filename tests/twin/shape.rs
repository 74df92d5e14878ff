//! What has been found in a file, and what the file is because of it.

use serde_json::{Map, Value};

use super::tame;

/// EventBridge in CloudWatch Logs is text in text; there is no deeper nesting in the wild.
pub const MAX_NESTING: usize = 3;

/// The keys under which arrays of records stand.
pub const LISTS: [&str; 4] = ["Records", "Events", "logEvents", "events"];

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
        if is("eventSource", "sts.amazonaws.com") {
            self.of_sts.push(record.clone());
        } else {
            self.of_others.push(record.clone());
        }
    }

    /// An element of `Records`: a record, whatever it looks like.
    pub fn element(&mut self, element: &Value) {
        match element {
            Value::Object(record) => self.record(record),
            _ => self.records += 1,
        }
    }

    /// An object that holds no list of records.
    pub fn object(&mut self, object: &Map<String, Value>, nesting: usize) {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        if object.contains_key("eventSource") || object.contains_key("eventVersion") {
            return self.record(object);
        }
        if let Some(Value::Object(detail)) = object.get("detail")
            && (object.contains_key("detail-type")
                || (detail.get("eventSource").and_then(Value::as_str))
                    .is_some_and(|source| !source.is_empty()))
        {
            return self.record(detail);
        }
        if let Some(text) = text("CloudTrailEvent").or(text("message"))
            && self.text(text, nesting)
        {
            return;
        }
        if object.contains_key("digestStartTime") {
            self.digests += 1;
        } else {
            self.others += 1;
        }
    }

    /// A string that may hold a record, or something with records in it. Says whether it did.
    pub fn text(&mut self, text: &str, nesting: usize) -> bool {
        let is_object = text.trim_ascii_start().starts_with('{');
        if nesting == MAX_NESTING || !is_object {
            return false;
        }
        match tame::parse(text.as_bytes()) {
            Some(value) => super::documents::value(&value, self, nesting + 1),
            None => super::scraps::text(text, self, nesting + 1),
        }
        true
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
    }

    pub fn kind(&self) -> Kind {
        if self.containers + self.records + self.broken > 0 {
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
