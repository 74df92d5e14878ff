//! One record, read: its grammar checked to the end, its wanted members borrowed.
//!
//! Goes along the structure of `index` without recursion into the unknown: only the few objects of
//! [`Place`] are entered, everything else is passed over with one bit a level.

use std::borrow::Cow;

use super::index::{Index, Places};
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
        let mut record = Record::default();
        self.parse_into(bytes, &mut record)?;
        Ok(record)
    }

    /// The same, into a record that holds nothing yet. Records are not small: moving one out of a
    /// result costs as much as reading a third of it.
    #[inline]
    pub(super) fn parse_into<'a>(
        &mut self,
        bytes: &'a [u8],
        record: &mut Record<'a>,
    ) -> Result<(), RecordError> {
        let text = simdutf8::basic::from_utf8(bytes).map_err(|_| {
            let sound =
                std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
            RecordError::new(sound, "bytes that are no UTF-8")
        })?;
        self.index.build(self.kernel, bytes)?;
        let mut walk = Walk {
            text,
            places: self.index.places(),
            has_escapes: self.index.has_escapes(),
            levels: &mut self.levels,
            record,
        };
        if walk.next("nothing")?.byte != b'{' {
            return Err(RecordError::new(0, "no object"));
        }
        walk.object(Place::Record)?;
        match walk.places.next() {
            None => Ok(()),
            Some(at) => Err(RecordError::new(
                at,
                "something after the end of the record",
            )),
        }
    }
}

/// A piece of structure: where it stands, and its first byte.
#[derive(Clone, Copy, Debug)]
struct Token {
    at: usize,
    byte: u8,
}

/// Goes along the structure of one record. Everything that reads a value is given its first token
/// and gives back the one behind it: that one says where a string or scalar ends.
struct Walk<'a, 'i, 'r> {
    text: &'a str,
    places: Places<'i>,
    /// Whether there are escapes anywhere in the record.
    has_escapes: bool,
    levels: &'i mut Vec<bool>,
    record: &'r mut Record<'a>,
}

type Step<T = ()> = Result<T, RecordError>;

const CUT_OBJECT: &str = "an object without an end";
const CUT_VALUE: &str = "a value without an end";

impl<'a> Walk<'a, '_, '_> {
    #[inline(always)]
    fn next(&mut self, what_if_none: &'static str) -> Step<Token> {
        let bytes = self.text.as_bytes();
        match self.places.next() {
            Some(at) if at < bytes.len() => Ok(Token {
                at,
                byte: bytes[at],
            }),
            _ => Err(RecordError::new(bytes.len(), what_if_none)),
        }
    }

    /// The inside of the string whose first quote is at `open`, `behind` being the next token: only
    /// white space stands between its last quote and that.
    #[inline(always)]
    fn inside(&self, open: usize, behind: usize) -> &'a str {
        let bytes = self.text.as_bytes();
        let mut close = behind - 1;
        while bytes[close] != b'"' {
            close -= 1;
        }
        self.text.get(open + 1..close).unwrap_or_default()
    }

    /// A number or word from `token` to the one behind it, without the white space between.
    #[inline]
    fn scalar(&mut self, token: Token, what_if_none: &'static str) -> Step<Token> {
        let next = self.next(what_if_none)?;
        let bytes = &self.text.as_bytes()[token.at..next.at];
        if is_scalar(bytes.trim_ascii_end()) {
            Ok(next)
        } else {
            Err(RecordError::new(token.at, "no JSON value"))
        }
    }

    /// The members of an object that holds fields, its first bracket having been passed; ends
    /// behind its last. Recursion ends with the tree of [`Place`]: four levels, whatever the input.
    fn object(&mut self, place: Place) -> Step {
        let mut token = self.next(CUT_OBJECT)?;
        if token.byte == b'}' {
            return Ok(());
        }
        loop {
            let (key, value) = self.key(token)?;
            let member = if self.has_escapes {
                place.member(unescape(key).as_bytes())
            } else {
                place.member(key.as_bytes())
            };
            let behind = match member {
                None => self.pass_over(value)?,
                Some(Member::Field(field)) => self.field(field, value)?,
                Some(Member::Place(inner)) => {
                    self.record.clear(inner);
                    if value.byte == b'{' {
                        self.object(inner)?;
                        self.next(CUT_OBJECT)?
                    } else {
                        self.pass_over(value)?
                    }
                }
            };
            match behind.byte {
                b',' => token = self.next(CUT_OBJECT)?,
                b'}' => return Ok(()),
                _ => return Err(RecordError::new(behind.at, "no comma between two members")),
            }
        }
    }

    /// A key, its colon, and the first token of its value.
    #[inline(always)]
    fn key(&mut self, token: Token) -> Step<(&'a str, Token)> {
        if token.byte != b'"' {
            return Err(RecordError::new(token.at, "no key where one must stand"));
        }
        let colon = self.next(CUT_OBJECT)?;
        if colon.byte != b':' {
            return Err(RecordError::new(colon.at, "no colon after a key"));
        }
        let key = self.inside(token.at, colon.at);
        Ok((key, self.next("a member without a value")?))
    }

    /// The value of a field: kept if it is a string, else the field is as if it were not there.
    #[inline]
    fn field(&mut self, field: Field, value: Token) -> Step<Token> {
        if value.byte != b'"' {
            self.record.set(field, Cow::Borrowed(""));
            return self.pass_over(value);
        }
        let behind = self.next(CUT_OBJECT)?;
        let inside = self.inside(value.at, behind.at);
        // Without escapes, what is written is what is meant.
        let text = if self.has_escapes {
            unescape(inside)
        } else {
            Cow::Borrowed(inside)
        };
        self.record.set(field, text);
        Ok(behind)
    }

    /// Any member's value, checked and left alone.
    #[inline(always)]
    fn pass_over(&mut self, value: Token) -> Step<Token> {
        // Most values are strings.
        if value.byte == b'"' {
            self.next(CUT_OBJECT)
        } else {
            self.pass_over_others(value)
        }
    }

    /// Any value, without recursion: one entry for each open bracket.
    fn pass_over_others(&mut self, mut token: Token) -> Step<Token> {
        self.levels.clear();
        loop {
            // A value begins with `token`.
            let mut behind = match token.byte {
                b'"' => self.next(CUT_VALUE)?,
                b'{' | b'[' => {
                    if self.levels.len() == MAX_DEPTH {
                        return Err(RecordError::new(
                            token.at,
                            "nesting deeper than 65,536 levels",
                        ));
                    }
                    let is_object = token.byte == b'{';
                    let first = self.next(CUT_VALUE)?;
                    if first.byte != if is_object { b'}' } else { b']' } {
                        self.levels.push(is_object);
                        token = if is_object { self.key(first)?.1 } else { first };
                        continue;
                    }
                    self.next(CUT_VALUE)?
                }
                b'}' | b']' | b',' | b':' => {
                    return Err(RecordError::new(token.at, "no JSON value"));
                }
                _ => self.scalar(token, CUT_VALUE)?,
            };
            // A value has ended: close what ends with it, then go on to the next one.
            loop {
                let Some(&is_object) = self.levels.last() else {
                    return Ok(behind);
                };
                match (behind.byte, is_object) {
                    (b'}', true) | (b']', false) => {
                        self.levels.pop();
                        behind = self.next(CUT_VALUE)?;
                    }
                    (b',', _) => {
                        let first = self.next(CUT_VALUE)?;
                        token = if is_object { self.key(first)?.1 } else { first };
                        break;
                    }
                    _ => {
                        return Err(RecordError::new(behind.at, "no comma between two members"));
                    }
                }
            }
        }
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
