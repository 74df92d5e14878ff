//! One record, read: its grammar checked to the end, its wanted members borrowed.
//!
//! Goes from one string to the next by the places `strings` gives, and looks at every byte between
//! them. No recursion into the unknown: only the few objects of [`Place`] are entered, everything else
//! is passed over with one flag a level.

use std::borrow::Cow;
use std::ops::Range;

use super::kernel::Kernel;
use super::record::{Field, Member, Place, Record};
use super::record_error::RecordError;
use super::strings::Strings;
use super::text::{is_scalar, is_white_control, unescape};

/// How deep brackets may be in one another. CloudTrail's own records stay below 20.
const MAX_DEPTH: usize = 1 << 16;

/// Reads records one after the other, with buffers that are used again.
#[derive(Debug)]
pub struct RecordParser {
    strings: Strings,
    /// For each open bracket of a value that is passed over, whether it is an object's.
    levels: Vec<bool>,
}

impl RecordParser {
    /// A parser for one thread.
    pub fn new(kernel: Kernel) -> RecordParser {
        RecordParser {
            strings: Strings::new(kernel),
            levels: Vec::new(),
        }
    }

    /// Reads `bytes`, which must be one JSON object and nothing else.
    ///
    /// # Errors
    /// Something that is no JSON, anywhere in the record, wanted or not. Of several such things it need
    /// not be the first.
    ///
    /// ```
    /// use stscope::internals::cloudtrail::{Field, Kernel, RecordParser};
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
    #[inline(never)]
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
        self.strings.begin();
        let mut walk = Walk {
            text,
            strings: &mut self.strings,
            next: 0,
            levels: &mut self.levels,
        };
        let end = walk.record(record)?;
        let past = walk.token(end);
        if past.at < bytes.len() {
            let what = "something after the end of the record";
            return Err(RecordError::new(past.at, what));
        }
        Ok(())
    }
}

/// The first byte of something that is no white space, and where it is; 0 at the end.
#[derive(Clone, Copy, Debug)]
struct Token {
    at: usize,
    byte: u8,
}

/// Goes along one record.
///
/// All of it is inlined into one loop, and none of it can panic: only so does the compiler keep the
/// state of the walk in registers.
struct Walk<'a, 'i> {
    text: &'a str,
    strings: &'i mut Strings,
    /// How many strings have been passed of those written out.
    next: usize,
    levels: &'i mut Vec<bool>,
}

type Step<T = ()> = Result<T, RecordError>;

/// How deep a [`Place`] may be: `userIdentity.sessionContext.sessionIssuer`.
const DEEPEST: usize = 3;

impl<'a> Walk<'a, '_> {
    #[inline(always)]
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes().get(at).copied().unwrap_or_default()
    }

    /// What is at a place and after it; zeros at the end.
    #[inline(always)]
    fn two(&self, at: usize) -> [u8; 2] {
        match self.bytes().get(at..at.wrapping_add(2)) {
            Some(&[one, other]) => [one, other],
            _ => [0; 2],
        }
    }

    /// What is at a place, or after the white space there.
    #[inline(always)]
    fn token(&self, at: usize) -> Token {
        let byte = self.byte(at);
        if byte > b' ' {
            return Token { at, byte };
        }
        self.behind_space(at)
    }

    /// Records that CloudTrail writes have none.
    #[cold]
    fn behind_space(&self, mut at: usize) -> Token {
        loop {
            let byte = self.byte(at);
            if byte != b' ' && !is_white_control(byte) {
                return Token { at, byte };
            }
            at += 1;
            // What is indented is indented by many.
            while self.bytes().get(at..at + 8) == Some(b"        ") {
                at += 8;
            }
        }
    }

    /// The last quote of the string that begins here. Strings are passed in their order, and none is
    /// left out, so it is the end of the next one.
    #[inline(always)]
    fn close(&mut self, open: Token) -> Step<usize> {
        match self.strings.end(self.text.as_bytes(), &mut self.next)? {
            Some(at) => Ok(at),
            None => Err(self.wrong(open, "a string without an end")),
        }
    }

    /// A key that begins with this token, and the first token of its value.
    #[inline(always)]
    fn member(&mut self, first: Token) -> Step<(Range<usize>, Token)> {
        if first.byte != b'"' {
            return Err(self.wrong(first, "no key where there must be one"));
        }
        let close = self.close(first)?;
        let value = match self.two(close + 1) {
            [b':', byte] if byte > b' ' => Token {
                at: close + 2,
                byte,
            },
            _ => self.spaced_value(close + 1)?,
        };
        Ok((first.at + 1..close, value))
    }

    /// The first token of a value after its key, with white space in front of it or the colon.
    #[cold]
    fn spaced_value(&self, past: usize) -> Step<Token> {
        let colon = self.token(past);
        if colon.byte != b':' {
            return Err(self.wrong(colon, "no colon after a key"));
        }
        Ok(self.token(colon.at + 1))
    }

    /// The members of the record, and of the objects in it that hold fields. Gives the place after
    /// it.
    #[inline(always)]
    fn record(&mut self, record: &mut Record<'a>) -> Step<usize> {
        let open = self.token(0);
        if open.byte != b'{' {
            return Err(self.wrong(open, "no object"));
        }
        let mut place = Place::Record;
        let mut outer = [place; DEEPEST];
        let mut depth = 0;
        let mut seen = 0_u32;
        // Every turn begins with a member, or with the end of an object that has none.
        let mut token = self.token(open.at + 1);
        let mut is_first = true;
        loop {
            if !is_first || token.byte != b'}' {
                let (key, value) = self.member(token)?;
                let member = if self.strings.has_escapes() {
                    self.escaped_member(place, key)
                } else {
                    place.member(self.bytes().get(key).unwrap_or_default())
                };
                if let Some(Member::Place(inner)) = member {
                    // Of a duplicate key the last value counts.
                    if seen & 1 << inner as u32 != 0 {
                        record.clear(inner);
                    }
                    seen |= 1 << inner as u32;
                    if value.byte == b'{'
                        && let Some(outer) = outer.get_mut(depth)
                    {
                        *outer = place;
                        depth += 1;
                        place = inner;
                        token = self.token(value.at + 1);
                        is_first = true;
                        continue;
                    }
                    if matches!(value.byte, b'"' | b'[') {
                        record.has_texts = true;
                    }
                }
                // Most values are strings.
                let past = if value.byte == b'"' {
                    self.close(value)? + 1
                } else {
                    self.pass_over(value)?
                };
                if let Some(Member::Field(field)) = member {
                    // What is no string is as if it were not there, except a time.
                    let mut inside = "";
                    if value.byte == b'"' {
                        inside = self.text.get(value.at + 1..past - 1).unwrap_or_default();
                    } else if field == Field::EventTime {
                        inside = self.number(value, past);
                    }
                    // Without escapes, what is written is what is meant.
                    match self.strings.has_escapes().then(|| unescape(inside)) {
                        Some(Cow::Owned(meant)) => record.set_unescaped(field, meant),
                        _ => record.set(field, inside),
                    }
                }
                is_first = false;
                // After most of them comes another key.
                if self.two(past) == *b",\"" {
                    token = Token {
                        at: past + 1,
                        byte: b'"',
                    };
                    continue;
                }
                token = self.token(past);
            }
            // With an object the one around it may end.
            while token.byte == b'}' {
                let Some(up) = depth.checked_sub(1) else {
                    return Ok(token.at + 1);
                };
                depth = up;
                place = outer.get(depth).copied().unwrap_or(Place::Record);
                token = self.token(token.at + 1);
            }
            if token.byte != b',' {
                return Err(self.wrong(token, "no comma between two members"));
            }
            token = self.token(token.at + 1);
            is_first = false;
        }
    }

    /// Any value but a string, checked and left alone: one entry in `levels` for each open bracket.
    /// Gives the place after it.
    #[inline(always)]
    fn pass_over(&mut self, mut token: Token) -> Step<usize> {
        self.levels.clear();
        loop {
            // A value begins with `token`.
            let mut past = match token.byte {
                b'"' => self.close(token)? + 1,
                b'{' | b'[' => {
                    if self.levels.len() == MAX_DEPTH {
                        return Err(self.wrong(token, "nesting deeper than 65,536 levels"));
                    }
                    let is_object = token.byte == b'{';
                    let first = self.token(token.at + 1);
                    if first.byte != if is_object { b'}' } else { b']' } {
                        self.levels.push(is_object);
                        token = self.value(is_object, first)?;
                        continue;
                    }
                    first.at + 1
                }
                _ => self.scalar(token)?,
            };
            // A value has ended: close what ends with it, then go on to the next one.
            loop {
                let Some(&is_object) = self.levels.last() else {
                    return Ok(past);
                };
                let end = self.token(past);
                past = end.at + 1;
                if end.byte == b',' {
                    let first = self.token(past);
                    token = self.value(is_object, first)?;
                    break;
                }
                if end.byte != if is_object { b'}' } else { b']' } {
                    return Err(self.wrong(end, "no comma between two members"));
                }
                self.levels.pop();
            }
        }
    }

    /// The first token of the next value of an object, after its key, or of an array.
    #[inline(always)]
    fn value(&mut self, of_object: bool, first: Token) -> Step<Token> {
        if of_object {
            Ok(self.member(first)?.1)
        } else {
            Ok(first)
        }
    }

    /// The place after a number, `true`, `false` or `null`.
    #[inline(always)]
    fn scalar(&self, first: Token) -> Step<usize> {
        let rest = self.bytes().get(first.at..).unwrap_or_default();
        for word in [b"true".as_slice(), b"false", b"null"] {
            if rest.starts_with(word) {
                return Ok(first.at + word.len());
            }
        }
        let ends = |&byte: &u8| byte <= b' ' || matches!(byte, b',' | b'}' | b']');
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        if !is_scalar(rest.get(..length).unwrap_or_default()) {
            return Err(self.wrong(first, "no JSON value"));
        }
        Ok(first.at + length)
    }

    /// A number as it is written, which ends before this place; of anything else nothing.
    #[cold]
    fn number(&self, value: Token, past: usize) -> &'a str {
        match value.byte {
            b'-' | b'0'..=b'9' => self.text.get(value.at..past).unwrap_or_default(),
            _ => "",
        }
    }

    /// What a key means that may be written with escapes.
    #[cold]
    fn escaped_member(&self, place: Place, key: Range<usize>) -> Option<Member> {
        place.member(unescape(self.text.get(key).unwrap_or_default()).as_bytes())
    }

    /// What is wrong with a token, if the record has not simply ended where something must follow.
    #[cold]
    fn wrong(&self, token: Token, what: &'static str) -> RecordError {
        let what = if token.at < self.bytes().len() {
            what
        } else {
            "a value without an end"
        };
        RecordError::new(token.at, what)
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
    fn a_time_may_be_a_number() {
        for (value, text) in [
            ("1762156800", Some("1762156800")),
            ("1.7621568E9", Some("1.7621568E9")),
            ("-1", Some("-1")),
            ("true", None),
            ("null", None),
            ("[1]", None),
        ] {
            let record = format!(r#"{{"a":{value},"eventTime" : {value} ,"eventName":"n"}}"#);
            assert_eq!(get(&record, Field::EventTime).as_deref(), text, "{record}");
            assert_eq!(get(&record, Field::EventName).as_deref(), Some("n"));
        }
        let twice = r#"{"eventTime":"\u0041","eventTime":1762156800}"#;
        assert_eq!(get(twice, Field::EventTime).as_deref(), Some("1762156800"));
        let emptied = r#"{"eventTime":1762156800,"eventTime":null}"#;
        assert_eq!(get(emptied, Field::EventTime), None);
    }

    #[test]
    fn white_space_may_stand_between_everything() {
        let many = |n| " ".repeat(n);
        for pad in [
            "",
            "\n",
            "\r\n\t ",
            "\n        \t",
            &many(1),
            &many(7),
            &many(8),
            &many(9),
            &many(30),
        ] {
            let text =
                "{ 'eventName' : 'a' , 'x' : [ 1 , true , { } , [ ] , 'y' ] , 'eventID' : 'b' } ";
            let text = text.replace('\'', "\"").replace(' ', pad);
            assert_eq!(get(&text, Field::EventName).as_deref(), Some("a"), "{text}");
            assert_eq!(get(&text, Field::EventId).as_deref(), Some("b"), "{text}");
            assert!(parse(&text.replace("true", "tru e")).is_err());
            assert!(parse(&text.replace(']', "\u{b}]")).is_err());
        }
    }

    /// The ends of strings are written out some hundred at a time.
    #[test]
    fn a_record_may_have_any_number_of_members() {
        for count in (0..140).chain([500, 1_000, 5_000]) {
            let unknown = "\"x\":\"y\",".repeat(count);
            let text = format!("{{\"eventName\":\"a\",{unknown}\"eventID\":\"b\\n\"}}");
            assert_eq!(get(&text, Field::EventName).as_deref(), Some("a"));
            assert_eq!(get(&text, Field::EventId).as_deref(), Some("b\n"));
            let nested = format!("{{\"x\":{text},\"eventID\":{{\"x\":[{text}]}}}}");
            assert_eq!(get(&nested, Field::EventId), None);
            for (wrong, at) in [
                (format!("{text}{{}}"), text.len()),
                (text.replace("\"b\\n", "\"\\x"), text.len() - 5),
                (text.replace("\\n\"", ""), text.len() - 6),
                (text.replace(":\"b\\n\"", ""), text.len() - 7),
            ] {
                assert_eq!(parse(&wrong).unwrap_err().at, at, "{wrong}");
            }
        }
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
