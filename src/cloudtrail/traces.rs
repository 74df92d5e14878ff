//! Whether a record of the service is somewhere in JSON of an unknown shape: its name as the value
//! of an `eventSource`, plainly, or inside a string in a string, however often escaped, or as base64, of gzip, too.
//!
//! For what would be skipped as no log of CloudTrail. It says nothing of where the record is, and a
//! name under another key is none.

use memchr::memmem::Finder;

use super::encoded::{decoded, forms, gunzipped, run_around, unbroken};

/// Texts in texts: each may escape the quotes of the next one by `\u005c`, which takes a pass each.
const MAX_PASSES: usize = 8;

/// A search in one text after the other.
#[derive(Debug)]
pub(super) struct Traces {
    /// What is in the name wherever no letter of it is escaped.
    plain: Finder<'static>,
    /// What begins an escape of an ASCII character.
    escape: Finder<'static>,
    /// The name of the service, quoted, where it is looked for.
    value: Finder<'static>,
    /// The name as base64.
    encoded: [Finder<'static>; 3],
}

impl Traces {
    pub fn new(service: &str) -> Traces {
        Traces {
            plain: Finder::new(service).into_owned(),
            escape: Finder::new(b"\\u00"),
            value: Finder::new(&format!("\"{service}\"")).into_owned(),
            encoded: forms(service.as_bytes()).map(|form| Finder::new(&form).into_owned()),
        }
    }

    /// Whether there is such a record in a text.
    pub fn are_in(&self, text: &[u8]) -> bool {
        if self.are_plainly_in(text) {
            return true;
        }
        let text = unbroken(text);
        // What cannot be inflated may have one.
        self.are_encoded_in(&text)
            || gunzipped(&text)
                .any(|inside| inside.is_none_or(|inside| self.are_plainly_in(&inside)))
    }

    fn are_encoded_in(&self, text: &[u8]) -> bool {
        let has = |form: &Finder<'_>| {
            let mut from = 0;
            while let Some(at) = form.find(&text[from..]) {
                // Each run once, however often the name is in it: strangers write these.
                let run = run_around(text, from + at);
                from = run.end;
                if decoded(&text[run]).any(|bytes| self.are_plainly_in(&bytes)) {
                    return true;
                }
            }
            false
        };
        self.encoded.iter().any(has)
    }

    fn are_plainly_in(&self, text: &[u8]) -> bool {
        if self.plain.find(text).is_none() && self.escape.find(text).is_none() {
            return false;
        }
        let mut text = without_escapes(text);
        for _ in 1..MAX_PASSES {
            if memchr::memchr(b'\\', &text).is_none() {
                break;
            }
            text = without_escapes(&text);
        }
        let mut values = self.value.find_iter(&text);
        values.any(|at| ends_in_source_key(&text[..at]))
    }
}

/// Whether a text ends in the key of an event's source and a colon. Athena, Hive and others write keys
/// in small letters, or with an underscore between words.
fn ends_in_source_key(text: &[u8]) -> bool {
    let key = (before_space(text).strip_suffix(b":"))
        .and_then(|text| before_space(text).strip_suffix(b"\""));
    let Some(key) = key else {
        return false;
    };
    let begin = memchr::memrchr(b'"', key).map_or(0, |quote| quote + 1);
    let letters = key[begin..].iter().filter(|&&byte| byte != b'_');
    begin > 0 && letters.map(u8::to_ascii_lowercase).eq(*b"eventsource")
}

fn before_space(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let length = text.iter().rev().take_while(|byte| is_space(byte)).count();
    &text[..text.len() - length]
}

/// The text with every ASCII character that is escaped, by one backslash or by many, as what it is,
/// and white space as a space.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let slashes = rest.iter().take_while(|&&byte| byte == b'\\').count();
        let (run, past) = rest.split_at(slashes);
        rest = past;
        match *past {
            [b'n' | b'r' | b't', ..] => {
                plain.push(b' ');
                rest = &past[1..];
            }
            [b'"' | b'/', ..] => {}
            _ => match escaped(past) {
                Some(byte) => {
                    plain.push(byte);
                    rest = &past[5..];
                }
                None => plain.extend_from_slice(run),
            },
        }
    }
    plain.extend_from_slice(rest);
    plain
}

/// The ASCII character whose escape, without its backslash, a text begins with.
fn escaped(text: &[u8]) -> Option<u8> {
    let [b'u', b'0', b'0', high, low, ..] = *text else {
        return None;
    };
    let high = char::from(high).to_digit(16).filter(|&high| high < 8)?;
    let low = char::from(low).to_digit(16)?;
    Some((high << 4 | low) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_seen_however_deep_in_strings_it_stands() {
        let traces = Traces::new("sts.amazonaws.com");
        let mut text = r#"{"eventSource" : "sts.amazonaws.com"}"#.to_owned();
        for depth in 0..7 {
            assert!(traces.are_in(text.as_bytes()), "{depth}: {text}");
            text = serde_json::json!([text, "\n"]).to_string();
        }
        for text in [
            r#"{"event\u0053ource":"sts\u002Eamazonaws.com"}"#,
            "{\"eventSource\"\n:\t\"sts.amazonaws.com\"}",
            r#"{"a":"{\"eventSource\"\n:\t\"sts.amazonaws.com\"}"}"#,
            r#"{"eventsource":"sts.amazonaws.com"}"#,
            r#"{"EventSource":"sts.amazonaws.com"}"#,
            r#"{"a":"{\"event_source\":\"sts.amazonaws.com\"}"}"#,
            r#"{"a":"{\u0022eventSource\u0022:\u0022sts.amazonaws.com\u0022}"}"#,
            r#"{"a":"{\u005c\u0022eventSource\u005c\u0022:\u005c\u0022sts.amazonaws.com\u005c\u0022"}"#,
        ] {
            assert!(traces.are_in(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_record_is_seen_as_base64_and_gzip_is_not_passed_over() {
        let traces = Traces::new("sts.amazonaws.com");
        for text in [
            // {"eventSource":"sts.amazonaws.com"}
            r#"{"rawData":"eyJldmVudFNvdXJjZSI6InN0cy5hbWF6b25hd3MuY29tIn0="}"#,
            // [ {"event_source": "sts.amazonaws.com"}]
            r#"{"a":["WyB7ImV2ZW50X3NvdXJjZSI6ICJzdHMuYW1hem9uYXdzLmNvbSJ9XQ"]}"#,
            // The first again, with lines that end, and after another letter.
            r#"{"a":"eyJldmVudFNvdXJjZSI6InN0cy5h\r\nbWF6b25hd3MuY29tIn0=\r\n"}"#,
            r#"{"a":"xeyJldmVudFNvdXJjZSI6InN0cy5hbWF6b25hd3MuY29tIn0="}"#,
            // The first as gzip, and gzip that is cut off.
            r#"{"rawData":"H4sIAAAAAAAC/6tWSi1LzSsJzi8tSk5VslIqLinWS8xNrMrPSywv1kvOz1WqBQB/a4ZmIwAAAA=="}"#,
            r#"{"rawData":"H4sIAAAAAAAAA6tWSi1LzSsJzi8t"}"#,
        ] {
            assert!(traces.are_in(text.as_bytes()), "{text}");
        }
        for text in [
            // {"aud":"sts.amazonaws.com"}
            r#"{"a":"eyJhdWQiOiJzdHMuYW1hem9uYXdzLmNvbSJ9"}"#,
            r#"{"a":"c3RzLmFtYXpvbmF3cy5jb20"}"#,
            // {"a":"sts"}
            r#"{"a":"H4sIAAAAAAAC/6tWSlSyUiouKVaqBQAnKY7OCwAAAA=="}"#,
        ] {
            assert!(!traces.are_in(text.as_bytes()), "{text}");
        }
    }

    /// Strangers write these.
    #[test]
    fn the_name_as_base64_over_and_over_takes_no_time() {
        let traces = Traces::new("sts.amazonaws.com");
        assert!(!traces.are_in(&b"c3RzLmFtYXpvbmF3cy5jb20".repeat(1 << 16)));
        assert!(!traces.are_in(&b"c3RzLmFtYXpvbmF3cy5jb20 ".repeat(1 << 16)));
        assert!(!traces.are_in(&b"\"H4sI".repeat(1 << 18)));
    }

    #[test]
    fn the_name_under_another_key_is_no_record() {
        let traces = Traces::new("sts.amazonaws.com");
        for text in [
            "",
            r#"{"aud":"sts.amazonaws.com","eventSource":"s3.amazonaws.com"}"#,
            r#"{"Principal":{"Service":"sts.amazonaws.com"}}"#,
            r#"{"policy":"{\"StringEquals\":{\"oidc:aud\":\"sts.amazonaws.com\"}}"}"#,
            r#"{"detail":{"eventSource":["sts.amazonaws.com"]}}"#,
            r#"{"eventSource":"sts.amazonaws.com.example"}"#,
            r#"{"pattern":"{ $.eventSource = \"sts.amazonaws.com\" }"}"#,
            r#"{"a":"\u00e9\\","eventSource":1}"#,
            r#"{"event source":"sts.amazonaws.com"}"#,
            r#"{"my_eventSource":"sts.amazonaws.com"}"#,
            r#"eventSource":"sts.amazonaws.com"#,
        ] {
            assert!(!traces.are_in(text.as_bytes()), "{text}");
        }
    }
}
