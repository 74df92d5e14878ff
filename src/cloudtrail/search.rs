//! Which records may be of the service looked for, found without reading them.
//!
//! A record is of the service if the value of its `eventSource` is the service's name. Then the key,
//! a colon and the name are in its text, one after the other, or some letter of them is escaped.
//! Nothing else is left out: the search may say "maybe" to too many records, never "no" to one.
//!
//! Records of all services may be looked for by their Region, too, in the same way.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::hidden::{ENDPOINT_TYPE, HOST, TLS_DETAILS};
use super::marks::{Marks, is_source_in_disguise, is_value_of_event_source};
use super::record::{Field, Record};
use super::text::escapes_letter;
use super::traces::Traces;

/// A search in one record after the other.
pub(super) struct Search {
    /// The name of the service.
    service: Finder<'static>,
    /// What begins an escape of an ASCII character.
    escape: Finder<'static>,
    /// What every Insight has in it.
    insight: Finder<'static>,
    /// What is in the names of a host, however they are spelled.
    host: Finder<'static>,
    /// The same of an endpoint's type.
    endpoint_type: Finder<'static>,
    /// The same of where a host is.
    tls_details: Finder<'static>,
    /// For files that are no log of CloudTrail.
    traces: Arc<Traces>,
    /// The Regions of which records of all services are looked for.
    regions: Option<Regions>,
}

/// A search for records of some Regions.
struct Regions {
    /// The key of a record's Region, quoted.
    key: Finder<'static>,
    is_wanted: fn(&str) -> bool,
}

impl Search {
    pub fn new(service: &str) -> Search {
        Search {
            service: Finder::new(service).into_owned(),
            escape: Finder::new(b"\\u00"),
            insight: Finder::new(b"Insight"),
            host: Finder::new(HOST.hint),
            endpoint_type: Finder::new(ENDPOINT_TYPE.hint),
            tls_details: Finder::new(TLS_DETAILS.hint),
            traces: Arc::new(Traces::new(service)),
            regions: None,
        }
    }

    /// Says that records of all services are looked for whose `awsRegion` passes a test.
    pub fn look_for_regions(&mut self, is_wanted: fn(&str) -> bool) {
        self.regions = Some(Regions {
            key: Finder::new(b"\"awsRegion\""),
            is_wanted,
        });
    }

    /// Whether a record may be looked for.
    #[inline]
    pub fn may_matter(&self, record: &[u8], marks: Marks) -> bool {
        self.may_be_of_service(record, marks)
            || self
                .regions
                .as_ref()
                .is_some_and(|one| one.may_be_of(record))
    }

    /// Whether a record may be of the service. `marks` say what there may be in it: most records
    /// need no look.
    #[inline]
    pub fn may_be_of_service(&self, record: &[u8], marks: Marks) -> bool {
        marks.has(Marks::OF_SERVICE)
            || (marks.has(Marks::SERVICE) && self.may_be_named(record))
            || (marks.has(Marks::ESCAPED_LETTER) && self.has_escaped_letter(record))
    }

    /// Whether what tells the endpoint of a record without a host may be in it in a form that was not `read`.
    pub fn may_hide_endpoint(&self, record: &[u8], marks: Marks, read: &Record<'_>) -> bool {
        let is_missing = |field| read.get(field).is_none();
        let is_in = |hint: &Finder<'_>| hint.find(record).is_some();
        marks.has(Marks::UNICODE_ESCAPE)
            || is_in(&self.host)
            || is_missing(Field::TlsVersion) && is_in(&self.tls_details)
            || is_missing(Field::EndpointType) && is_in(&self.endpoint_type)
    }

    /// What finds records of the service in JSON of an unknown shape.
    pub fn traces(&self) -> Arc<Traces> {
        Arc::clone(&self.traces)
    }

    /// Whether a record without escapes may be an Insight.
    pub fn may_be_insight(&self, record: &[u8]) -> bool {
        self.insight.find(record).is_some()
    }

    /// The name of the service.
    #[inline]
    pub fn name(&self) -> &[u8] {
        self.service.needle()
    }

    /// Whether `"eventSource":` and the service may be in a record, in any object or string. A backslash
    /// before the key is no reason against it: the record may be damaged there.
    pub fn may_be_named(&self, record: &[u8]) -> bool {
        self.values(record).any(|(before, past)| {
            (past.first() == Some(&b'"') && is_value_of_event_source(before) == Some(true))
                || is_source(before, past)
        })
    }

    /// Whether they are in a sound piece of JSON.
    pub fn is_named(&self, json: &[u8]) -> bool {
        (self.values(json)).any(|(before, past)| is_source(before, past))
    }

    /// What is before and past every name of the service that begins a string.
    fn values<'r>(&self, record: &'r [u8]) -> impl Iterator<Item = (&'r [u8], &'r [u8])> {
        let length = self.service.needle().len();
        self.service.find_iter(record).filter_map(move |at| {
            let before = record[..at].strip_suffix(b"\"")?;
            Some((before, &record[at + length..]))
        })
    }

    /// Whether some `\u` escape means a letter, digit or dot. Such a record may spell the key or
    /// the service in a way that a search does not find; the escapes AWS writes itself (`\u003c`)
    /// cannot.
    fn has_escaped_letter(&self, record: &[u8]) -> bool {
        let mut escapes = self.escape.find_iter(record);
        escapes.any(|at| escapes_letter(&record[at..]))
    }
}

/// Whether a value is that of an event's source in any spelling, where nothing is cut off: what has no colon
/// before it is no value of a key.
fn is_source(before: &[u8], past: &[u8]) -> bool {
    memchr::memchr(b':', before).is_some() && is_source_in_disguise(before, past)
}

impl Regions {
    /// Whether a record without an escaped letter may be of one of the Regions. What says "maybe" to
    /// an escaped letter has seen the others.
    #[inline(never)]
    fn may_be_of(&self, record: &[u8]) -> bool {
        let mut keys = self.key.find_iter(record);
        keys.any(|at| self.is_value_wanted(&record[at + self.key.needle().len()..]))
    }

    /// Whether a colon and the name of such a Region follow, or a text with an escape in it: a
    /// hyphen may be escaped, too.
    fn is_value_wanted(&self, past: &[u8]) -> bool {
        let value = (past.trim_ascii_start().strip_prefix(b":"))
            .and_then(|past| past.trim_ascii_start().strip_prefix(b"\""));
        let Some(value) = value else {
            return false;
        };
        let end = memchr::memchr2(b'"', b'\\', value).unwrap_or(value.len());
        value.get(end) == Some(&b'\\')
            || std::str::from_utf8(&value[..end]).is_ok_and(self.is_wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ends::Ends;
    use super::super::kernel::Kernel;
    use super::super::window::Window;
    use super::*;

    /// Which of the records in an array may be of STS.
    fn found(json: &str) -> Vec<bool> {
        found_by(&Search::new("sts.amazonaws.com"), json)
    }

    /// Which of the records in an array a search looks for.
    fn found_by(search: &Search, json: &str) -> Vec<bool> {
        let mut window = Window::whole(json.as_bytes());
        let mut ends = Ends::new(Kernel::detect(), "sts.amazonaws.com");
        let mut answers = Vec::new();
        ends.begin(1);
        while let Some(byte) = window.peek() {
            if byte != b'{' {
                window.step();
                continue;
            }
            let passed = window.pass_container(&mut ends).unwrap();
            let record = window.bytes(passed.span.as_ref().unwrap());
            answers.push(search.may_matter(record, passed.marks));
        }
        answers
    }

    #[test]
    fn records_of_a_region_are_found_however_it_is_written() {
        let mut search = Search::new("sts.amazonaws.com");
        search.look_for_regions(|region| region == "ap-east-1");
        for (record, expected) in [
            (r#"{"awsRegion":"ap-east-1"}"#, true),
            ("{\"awsRegion\" :\n\t\"ap-east-1\"}", true),
            (r#"{"awsRegion":"us-east-1","awsRegion":"ap-east-1"}"#, true),
            (
                r#"{"a":{"awsRegion":"us-east-1"},"awsRegion":"ap-east-1"}"#,
                true,
            ),
            (r#"{"aws\u0052egion":"ap-east-1"}"#, true),
            (r#"{"awsRegion":"\u0061p-east-1"}"#, true),
            (r#"{"awsRegion":"ap\u002deast-1"}"#, true),
            (
                r#"{"eventSource":"sts.amazonaws.com","awsRegion":"us-east-1"}"#,
                true,
            ),
            (r#"{"awsRegion":"us-east-1","a":"ap-east-1"}"#, false),
            (r#"{"a":"\"awsRegion\":\"ap-east-1\""}"#, false),
            (r#"{"awsRegion":"ap-east-11"}"#, false),
            (r#"{"awsRegion":["ap-east-1"]}"#, false),
            (r#"{"awsRegion":null,"b":"awsRegion"}"#, false),
            (r#"{"awsRegions":"ap-east-1"}"#, false),
            (r#"{"awsRegion":""}"#, false),
        ] {
            assert_eq!(
                found_by(&search, &format!("[{{}},{record},{{}}]")),
                [false, expected, false],
                "{record}"
            );
        }
    }

    #[test]
    fn a_key_that_ends_as_the_source_does_is_another() {
        let search = Search::new("sts.amazonaws.com");
        for (json, is_named) in [
            (r#"{"eventSource":"sts.amazonaws.com"}"#, true),
            (r#"{"a\"eventSource":"sts.amazonaws.com"}"#, false),
            (r#"{"a\\":"{\"eventSource\":\"sts.amazonaws.com\"}"}"#, true),
        ] {
            assert_eq!(search.is_named(json.as_bytes()), is_named, "{json}");
            assert!(search.may_be_named(json.as_bytes()), "{json}");
        }
    }

    #[test]
    fn only_the_value_of_the_key_counts() {
        let of_sts = r#"{"eventSource" : "sts.amazonaws.com"}"#;
        for (record, expected) in [
            (of_sts, true),
            (r#"{"a":{"eventSource":"sts.amazonaws.com"}}"#, true),
            (
                r#"{"eventSource":"s3.amazonaws.com","invokedBy":"sts.amazonaws.com"}"#,
                false,
            ),
            (r#"{"policy":"{\"Service\":\"sts.amazonaws.com\"}"}"#, false),
            // A record in disguise, or around one.
            (
                r#"{"message":"{\"eventSource\": \"sts.amazonaws.com\"}"}"#,
                true,
            ),
            (
                r#"{"message":"{\u0022eventSource\u0022:\u0022sts.amazonaws.com\u0022}"}"#,
                true,
            ),
            (r#"{"eventsource":"sts.amazonaws.com"}"#, true),
            (r#"{"eventSource":["sts.amazonaws.com"]}"#, true),
            (r#"{"eventSources":["sts.amazonaws.com"]}"#, false),
            (r#"{"eventSource":"sts.amazonaws.com.evil"}"#, false),
            (
                r#"{"a":"sts.amazonaws.com","b":"sts.amazonaws.com","eventSource":"sts.amazonaws.com"}"#,
                true,
            ),
            (r#"{"event\u0053ource":"sts.amazonaws.com"}"#, true),
            (r#"{"eventSource":"sts\u002Eamazonaws.com"}"#, true),
            (
                r#"{"eventSource":"s3.amazonaws.com","a":"\u003c\u0026"}"#,
                false,
            ),
            (r#"{"eventSource":"s3.amazonaws.com","a":"\u00"}"#, false),
            (r#"{}"#, false),
        ] {
            // Between two that are, and two that are not: the search must neither stop nor lag.
            let json = format!("[{of_sts},{record},{{}},{record},{of_sts}]");
            assert_eq!(
                found(&json),
                [true, expected, false, expected, true],
                "{record}"
            );
        }
    }
}
