//! One record, read: its grammar checked to the end, its wanted members borrowed.
//!
//! Goes along the positions of `index` without recursion into the unknown: only the few objects of
//! [`Place`] are entered, everything else is passed over with one bit a level.

use std::borrow::Cow;

use super::index::Index;
use super::kernel::Kernel;
use super::record::{Field, Member, Place, Record};
use super::text::{is_scalar, unescape};

/// How deep brackets may stand in one another. CloudTrail's own records stay below 20.
const MAX_DEPTH: usize = 1 << 16;

/// What is wrong inside a record whose bounds are sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// Where, in bytes from the record's first.
    pub at: usize,
    /// What stands there.
    pub what: &'static str,
}

impl RecordError {
    pub(crate) fn new(at: usize, what: &'static str) -> RecordError {
        RecordError { at, what }
    }
}

/// Reads records one after the other, with buffers that are used again.
#[derive(Debug)]
pub struct RecordParser {
    kernel: Kernel,
    index: Index,
    /// One bit for each open bracket of a value that is passed over: 1 for an object.
    levels: Vec<bool>,
}

impl RecordParser {
    /// A parser for one thread.
    pub fn new(kernel: Kernel) -> RecordParser {
        RecordParser {
            kernel,
            index: Index::default(),
            levels: Vec::new(),
        }
    }

    /// Reads `bytes`, which must be one JSON object and nothing else.
    ///
    /// # Errors
    /// The first thing that is no JSON, anywhere in the record, wanted or not.
    ///
    /// ```
    /// use stscope::cloudtrail::{Field, Kernel, RecordParser};
    /// let mut parser = RecordParser::new(Kernel::detect());
    /// let record = parser.parse(br#"{"eventName":"AssumeRole","readOnly":true}"#).unwrap();
    /// assert_eq!(record.get(Field::EventName), Some("AssumeRole"));
    /// assert!(parser.parse(br#"{"eventName":AssumeRole}"#).is_err());
    /// ```
    pub fn parse<'a>(&mut self, bytes: &'a [u8]) -> Result<Record<'a>, RecordError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| RecordError::new(error.valid_up_to(), "bytes that are no UTF-8"))?;
        self.index.build(self.kernel, bytes)?;
        let mut walk = Walk {
            text,
            positions: self.index.positions(),
            at: 0,
            has_escapes: self.index.has_escapes(),
            levels: &mut self.levels,
            record: Record::default(),
        };
        if walk.next("nothing")?.1 != b'{' {
            return Err(RecordError::new(0, "no object"));
        }
        walk.place(Place::Record)?;
        match walk.positions.get(walk.at) {
            None => Ok(walk.record),
            Some(&at) => Err(RecordError::new(
                at as usize,
                "something after the end of the record",
            )),
        }
    }
}

struct Walk<'a, 'i> {
    text: &'a str,
    positions: &'i [u32],
    /// The next of `positions`.
    at: usize,
    /// Whether there are escapes anywhere in the record.
    has_escapes: bool,
    levels: &'i mut Vec<bool>,
    record: Record<'a>,
}

type Step<T = ()> = Result<T, RecordError>;

impl<'a> Walk<'a, '_> {
    /// The next piece of structure: where it stands, and its first byte.
    #[inline]
    fn next(&mut self, what_if_none: &'static str) -> Step<(usize, u8)> {
        let Some(&at) = self.positions.get(self.at) else {
            return Err(RecordError::new(self.text.len(), what_if_none));
        };
        self.at += 1;
        Ok((at as usize, self.text.as_bytes()[at as usize]))
    }

    /// Where the string ends whose opening quote was just passed.
    #[inline]
    fn closing_quote(&mut self) -> Step<usize> {
        // Inside a string nothing is structure, so the next position is the closing quote.
        match self.positions.get(self.at) {
            Some(&close) => {
                self.at += 1;
                Ok(close as usize)
            }
            None => Err(RecordError::new(self.text.len(), "a string without an end")),
        }
    }

    /// A number or word that begins at `at`: up to the next structure, without white space.
    #[inline]
    fn scalar(&self, at: usize) -> Step {
        let end = self
            .positions
            .get(self.at)
            .map_or(self.text.len(), |&next| next as usize);
        let token = self.text.as_bytes()[at..end].trim_ascii_end();
        if is_scalar(token) {
            Ok(())
        } else {
            Err(RecordError::new(at, "no JSON value"))
        }
    }

    #[inline]
    fn colon(&mut self) -> Step {
        match self.next("an object without an end")? {
            (_, b':') => Ok(()),
            (at, _) => Err(RecordError::new(at, "no colon after a key")),
        }
    }

    /// The members of an object that holds fields. Recursion ends with the tree of [`Place`]: four
    /// levels, whatever the input.
    fn place(&mut self, place: Place) -> Step {
        const CUT: &str = "an object without an end";
        let (mut at, mut byte) = self.next(CUT)?;
        if byte == b'}' {
            return Ok(());
        }
        loop {
            if byte != b'"' {
                return Err(RecordError::new(at, "no key where one must stand"));
            }
            let close = self.closing_quote()?;
            self.colon()?;
            let member = if self.has_escapes {
                place.member(unescape(&self.text[at + 1..close]).as_bytes())
            } else {
                place.member(&self.text.as_bytes()[at + 1..close])
            };
            match member {
                None => self.pass_over()?,
                Some(Member::Field(field)) => self.field(field)?,
                Some(Member::Place(inner)) => {
                    self.record.clear(inner);
                    if self.peek() == Some(b'{') {
                        self.at += 1;
                        self.place(inner)?;
                    } else {
                        self.pass_over()?;
                    }
                }
            }
            match self.next(CUT)? {
                (_, b',') => (at, byte) = self.next(CUT)?,
                (_, b'}') => return Ok(()),
                (at, _) => return Err(RecordError::new(at, "no comma between two members")),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.positions
            .get(self.at)
            .map(|&at| self.text.as_bytes()[at as usize])
    }

    /// The value of a field: kept if it is a string, else the field is as if it were not there.
    fn field(&mut self, field: Field) -> Step {
        if self.peek() == Some(b'"') {
            let (open, _) = self.next("")?;
            let close = self.closing_quote()?;
            let inside = &self.text[open + 1..close];
            // Without escapes, what is written is what is meant.
            let value = if self.has_escapes {
                unescape(inside)
            } else {
                Cow::Borrowed(inside)
            };
            self.record.set(field, value);
            return Ok(());
        }
        self.record.set(field, Cow::Borrowed(""));
        self.pass_over()
    }

    /// Any value, checked and left alone.
    #[inline]
    fn pass_over(&mut self) -> Step {
        let (at, byte) = self.next("a value without an end")?;
        // Most values are strings.
        if byte == b'"' {
            self.closing_quote().map(drop)
        } else {
            self.pass_over_from(at, byte)
        }
    }

    /// Any value whose first byte was just passed.
    fn pass_over_from(&mut self, mut at: usize, mut byte: u8) -> Step {
        const CUT: &str = "a value without an end";
        self.levels.clear();
        loop {
            // A value begins at `at`.
            match byte {
                b'"' => {
                    self.closing_quote()?;
                }
                b'{' | b'[' => {
                    if self.levels.len() == MAX_DEPTH {
                        return Err(RecordError::new(at, "nesting deeper than 65,536 levels"));
                    }
                    let is_object = byte == b'{';
                    self.levels.push(is_object);
                    (at, byte) = self.next(CUT)?;
                    if byte != if is_object { b'}' } else { b']' } {
                        if is_object {
                            (at, byte) = self.key(at, byte)?;
                        }
                        continue;
                    }
                    self.levels.pop();
                }
                b'}' | b']' | b',' | b':' => return Err(RecordError::new(at, "no JSON value")),
                _ => self.scalar(at)?,
            }
            // A value has ended: close what ends with it, then go on to the next one.
            loop {
                let Some(&is_object) = self.levels.last() else {
                    return Ok(());
                };
                match (self.next(CUT)?, is_object) {
                    ((_, b'}'), true) | ((_, b']'), false) => {
                        self.levels.pop();
                    }
                    ((_, b','), _) => {
                        (at, byte) = self.next(CUT)?;
                        if is_object {
                            (at, byte) = self.key(at, byte)?;
                        }
                        break;
                    }
                    ((at, _), _) => {
                        return Err(RecordError::new(at, "no comma between two members"));
                    }
                }
            }
        }
    }

    /// A key that begins at `at`, its colon, and the first of its value.
    #[inline]
    fn key(&mut self, at: usize, byte: u8) -> Step<(usize, u8)> {
        if byte != b'"' {
            return Err(RecordError::new(at, "no key where one must stand"));
        }
        self.closing_quote()?;
        self.colon()?;
        self.next("a member without a value")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Record<'_>, RecordError> {
        let results: Vec<_> = Kernel::all()
            .into_iter()
            .map(|kernel| RecordParser::new(kernel).parse(text.as_bytes()))
            .collect();
        assert!(
            results.iter().all(|one| *one == results[0]),
            "the kernels differ on {text}"
        );
        results.into_iter().next().unwrap()
    }

    fn get(text: &str, field: Field) -> Option<String> {
        parse(text).expect(text).get(field).map(str::to_owned)
    }

    #[test]
    fn only_members_in_their_own_place_are_taken() {
        let text = r#"{"requestParameters":{"eventSource":"no","deep":{"roleArn":"no"},"roleArn":"arn"},
            "x":[{"eventSource":"no"}],"eventSource":"yes","userIdentity":{"sessionContext":
            {"sessionIssuer":{"arn":"issuer"},"arn":"no"},"arn":"own"}}"#;
        assert_eq!(get(text, Field::EventSource).as_deref(), Some("yes"));
        assert_eq!(get(text, Field::RoleArn).as_deref(), Some("arn"));
        assert_eq!(
            get(text, Field::SessionIssuerArn).as_deref(),
            Some("issuer")
        );
        assert_eq!(get(text, Field::IdentityArn).as_deref(), Some("own"));
    }

    #[test]
    fn of_a_duplicate_key_the_last_value_stands() {
        let last = |text: &str| get(text, Field::EventName);
        assert_eq!(
            last(r#"{"eventName":"a","eventName":"b"}"#).as_deref(),
            Some("b")
        );
        assert_eq!(last(r#"{"eventName":"a","eventName":null}"#), None);
        assert_eq!(last(r#"{"eventName":"a","event\u004eame":["x"]}"#), None);
        let arn = |text: &str| get(text, Field::SessionIssuerArn);
        let nested = r#""sessionContext":{"sessionIssuer":{"arn":"a"}}"#;
        assert_eq!(
            arn(&format!(r#"{{"userIdentity":{{{nested}}}}}"#)).as_deref(),
            Some("a")
        );
        for last in ["{}", "null", "[]", "\"s\"", "{\"sessionContext\":{}}"] {
            let text = format!(r#"{{"userIdentity":{{{nested}}},"userIdentity":{last}}}"#);
            assert_eq!(arn(&text), None, "{text}");
        }
    }

    #[test]
    fn keys_and_values_may_be_escaped() {
        let text = r#"{"event\u0053ource":"sts\u002eamazonaws.com","userAgent":"a\"b\\c\/\u00e9"}"#;
        assert_eq!(
            get(text, Field::EventSource).as_deref(),
            Some("sts.amazonaws.com")
        );
        assert_eq!(get(text, Field::UserAgent).as_deref(), Some("a\"b\\c/é"));
    }

    #[test]
    fn what_is_no_string_is_missing() {
        for value in ["1", "null", "true", "{}", "[\"a\"]", "{\"b\":[{}]}"] {
            let text = format!(r#"{{"eventID":{value},"eventName":"n"}}"#);
            assert_eq!(get(&text, Field::EventId), None, "{text}");
            assert_eq!(get(&text, Field::EventName).as_deref(), Some("n"), "{text}");
        }
        assert_eq!(
            get(r#"{"tlsDetails":["tlsVersion","x"]}"#, Field::TlsVersion),
            None
        );
    }

    #[test]
    fn ten_thousand_levels_are_no_recursion() {
        let deep = |n: usize| {
            let (open, close) = ("{\"a\":[".repeat(n), "]}".repeat(n));
            format!(r#"{{"requestParameters":{open}1{close},"eventName":"n"}}"#)
        };
        assert_eq!(get(&deep(5_000), Field::EventName).as_deref(), Some("n"));
        assert_eq!(
            parse(&deep(40_000)).unwrap_err().what,
            "nesting deeper than 65,536 levels"
        );
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "x",
            "[]",
            "\"a\"",
            "{",
            "{}}",
            "{} {}",
            "{}x",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\" 1}",
            "{\"a\":1:2}",
            "{a:1}",
            "{\"a\":tru}",
            "{\"a\":truex}",
            "{\"a\":01}",
            "{\"a\":[1,]}",
            "{\"a\":[1 2]}",
            "{\"a\":[}",
            "{\"a\":{]}",
            "{\"a\":[1}]",
            "{\"a\":{\"b\":1]}",
            "{\"a\":{1:2}}",
            "{\"a\":\"b\"\"c\"}",
            "{\"a\":1\"b\"}",
            "{\"a\":[,1]}",
            "{\"userIdentity\":{\"arn\":}}",
            "{\"a\":{\"b\"}}",
            "{\"a\":{\"b\":1,}}",
        ] {
            assert!(parse(text).is_err(), "{text}");
            assert!(serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(text).is_err());
        }
        let mut parser = RecordParser::new(Kernel::detect());
        assert!(parser.parse(b"{\"a\":\"\xff\"}").is_err());
    }
}
