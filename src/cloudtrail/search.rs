//! Which records may be of the service looked for, found without reading them.
//!
//! A record is of the service if the value of its `eventSource` is the service's name. Then the key,
//! a colon and the name stand in its text, one behind the other, or some letter of them is escaped.
//! Nothing else is left out: the search may say "maybe" to too many records, never "no" to one.

use memchr::memmem::Finder;

use super::bounds::{Marks, is_value_of_event_source};
use super::text::escapes_letter;

/// A search in one record after the other.
pub(super) struct Search {
    /// The name of the service, quoted.
    service: Finder<'static>,
    /// What begins an escape of an ASCII character.
    escape: Finder<'static>,
    /// What stands in every Insight.
    insight: Finder<'static>,
}

impl Search {
    pub fn new(service: &str) -> Search {
        Search {
            service: Finder::new(&format!("\"{service}\"")).into_owned(),
            escape: Finder::new(b"\\u00"),
            insight: Finder::new(b"Insight"),
        }
    }

    /// Whether a record may be of the service. `marks` say what there may be in it: most records
    /// need no look.
    #[inline]
    pub fn may_be_of_service(&self, record: &[u8], marks: Marks) -> bool {
        marks.has(Marks::OF_SERVICE)
            || (marks.has(Marks::SERVICE) && self.is_named(record))
            || (marks.has(Marks::ESCAPED_LETTER) && self.has_escaped_letter(record))
    }

    /// Whether a record without escapes may be an Insight.
    pub fn may_be_insight(&self, record: &[u8]) -> bool {
        self.insight.find(record).is_some()
    }

    /// Whether `"eventSource":` and the service stand in these bytes, in whatever object.
    fn is_named(&self, record: &[u8]) -> bool {
        self.service
            .find_iter(record)
            .any(|at| is_value_of_event_source(&record[..at]) == Some(true))
    }

    /// Whether some `\u` escape stands for a letter, digit or dot. Such a record may spell the key or
    /// the service in a way that a search does not find; the escapes AWS writes itself (`\u003c`)
    /// cannot.
    fn has_escaped_letter(&self, record: &[u8]) -> bool {
        let mut escapes = self.escape.find_iter(record);
        escapes.any(|at| escapes_letter(&record[at..]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::bounds::Bounds;
    use super::super::kernel::Kernel;
    use super::super::window::Window;
    use super::*;

    /// Which of the records in an array may be of STS.
    fn found(json: &str) -> Vec<bool> {
        let mut window = Window::whole(json.as_bytes());
        let search = Search::new("sts.amazonaws.com");
        let mut bounds = Bounds::new(Kernel::detect(), "sts.amazonaws.com");
        let mut answers = Vec::new();
        bounds.begin(1);
        while let Some(byte) = window.peek() {
            if byte != b'{' {
                window.step();
                continue;
            }
            let passed = window.pass_container(&mut bounds).unwrap();
            let record = window.bytes(passed.span.as_ref().unwrap());
            answers.push(search.may_be_of_service(record, passed.marks));
        }
        answers
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
            (
                r#"{"policy":"{\"eventSource\":\"sts.amazonaws.com\"}"}"#,
                false,
            ),
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
