//! JSON as text, written straight into one String: a tree of values would cost more than gzip.

use std::fmt::Write as _;

/// An object under way. Members stand in the order they are written.
pub struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Begins an object at the end of `out`.
    pub fn open(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    /// Writes a key and returns the text, for a value of the caller's own making.
    pub fn key(&mut self, key: &str) -> &mut String {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        push_text(self.out, key);
        self.out.push(':');
        self.out
    }

    /// A member that is a string.
    pub fn text(&mut self, key: &str, value: &str) -> &mut Self {
        push_text(self.key(key), value);
        self
    }

    /// A string, or nothing at all where it is empty.
    pub fn text_if(&mut self, key: &str, value: &str) -> &mut Self {
        if value.is_empty() {
            self
        } else {
            self.text(key, value)
        }
    }

    /// A string in which `<`, `>`, `&`, `=` and `'` are escaped, as some services log theirs.
    pub fn markup(&mut self, key: &str, value: &str) -> &mut Self {
        push_markup(self.key(key), value);
        self
    }

    /// A member that is JSON already; null where it is empty.
    pub fn raw(&mut self, key: &str, json: &str) -> &mut Self {
        self.key(key)
            .push_str(if json.is_empty() { "null" } else { json });
        self
    }

    /// JSON already, or nothing at all where it is empty.
    pub fn raw_if(&mut self, key: &str, json: &str) -> &mut Self {
        if json.is_empty() {
            self
        } else {
            self.raw(key, json)
        }
    }

    /// A member that is true or false.
    pub fn truth(&mut self, key: &str, value: bool) -> &mut Self {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// A member that is a whole number.
    pub fn number(&mut self, key: &str, value: u64) -> &mut Self {
        let out = self.key(key);
        // A String takes whatever is written to it.
        let _ = write!(out, "{value}");
        self
    }

    /// A string that `write` appends and that needs no escaping.
    pub fn plain(&mut self, key: &str, write: impl FnOnce(&mut String)) -> &mut Self {
        let out = self.key(key);
        out.push('"');
        write(out);
        out.push('"');
        self
    }

    /// A member that is an object.
    pub fn object(&mut self, key: &str, write: impl FnOnce(&mut Object)) -> &mut Self {
        let mut inner = Object::open(self.key(key));
        write(&mut inner);
        inner.close();
        self
    }

    /// A member that is an array of one object.
    pub fn one(&mut self, key: &str, write: impl FnOnce(&mut Object)) -> &mut Self {
        let out = self.key(key);
        out.push('[');
        let mut inner = Object::open(out);
        write(&mut inner);
        inner.close();
        self.out.push(']');
        self
    }

    /// Ends the object.
    pub fn close(&mut self) {
        self.out.push('}');
    }
}

/// Replaces `out` by an object.
pub fn set(out: &mut String, write: impl FnOnce(&mut Object)) {
    out.clear();
    let mut object = Object::open(out);
    write(&mut object);
    object.close();
}

/// Appends a string with its quotes.
pub fn push_text(out: &mut String, value: &str) {
    push_escaped(out, value, |_| false);
}

/// Appends a string with its quotes, `<`, `>`, `&`, `=` and `'` as `\u003c` and so on.
pub fn push_markup(out: &mut String, value: &str) {
    push_escaped(out, value, |c| matches!(c, '<' | '>' | '&' | '=' | '\''));
}

fn push_escaped(out: &mut String, value: &str, too: impl Fn(char) -> bool) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Bidirectional controls are legal raw, but nobody should meet them in a committed file.
            '\0'..='\x1f' | '\x7f' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c if too(c) => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
