//! The one way to write markup: elements by name, text escaped, and no attribute of a stranger's.
//!
//! Owns escaping. There is no function that writes a text as it is, and no attribute takes a text that
//! is not stscope's own: that is a matter of types ([`Value`]), not of care.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::report::escape::for_terminal;
use crate::report::words::Phrase;

/// The value of an attribute: nothing of a stranger's can be one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'v> {
    /// A word of stscope's own.
    Word(&'static str),
    /// A section of the same page.
    Place(&'static str),
    /// A number.
    Number(f64),
    /// The width and height of a drawing.
    Size(f64, f64),
    /// Lines from left to right, as one path.
    Lines(&'v [Line]),
    /// Moved down by so much.
    Down(f64),
    /// What the page may load: see [`Policy`].
    Policy(&'v Policy),
}

/// Left, top and length, in pixels.
pub(super) type Line = (u32, u32, u32);

/// What a page may load: nothing but its own style and script, known by their hashes.
#[derive(Clone, Debug)]
pub(super) struct Policy(String);

impl Policy {
    pub fn of(style: &str, script: &str) -> Policy {
        use base64::Engine as _;
        let hash = |text: &str| {
            let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
            base64::engine::general_purpose::STANDARD.encode(digest)
        };
        Policy(format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
             form-action 'none'",
            hash(style),
            hash(script)
        ))
    }
}

/// Attributes by name.
pub(super) type Attributes<'a> = &'a [(&'static str, Value<'a>)];

/// Writes markup.
pub(super) struct Html<'o> {
    out: &'o mut dyn Write,
}

impl<'o> Html<'o> {
    pub fn new(out: &'o mut dyn Write) -> Html<'o> {
        Html { out }
    }

    /// The line before the first element.
    pub fn begin(&mut self) -> io::Result<()> {
        self.out.write_all(b"<!doctype html>\n")
    }

    pub fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        write!(self.out, "<{tag}")?;
        for (name, value) in attributes {
            write!(self.out, " {name}=\"")?;
            match value {
                Value::Word(word) => self.escaped(word)?,
                Value::Place(id) => {
                    write!(self.out, "#")?;
                    self.escaped(id)?;
                }
                Value::Number(number) => self.number(*number)?,
                Value::Size(width, height) => {
                    write!(self.out, "0 0 ")?;
                    self.number(*width)?;
                    write!(self.out, " ")?;
                    self.number(*height)?;
                }
                Value::Lines(lines) => {
                    // From the end of the one before, as there are tens of thousands.
                    let (mut x, mut y) = (0, 0);
                    for &(left, top, length) in *lines {
                        let away = |to: u32, from: u32| i64::from(to) - i64::from(from);
                        write!(self.out, "m{} {}h{length}", away(left, x), away(top, y))?;
                        (x, y) = (left + length, top);
                    }
                }
                Value::Down(by) => {
                    write!(self.out, "translate(0 ")?;
                    self.number(*by)?;
                    write!(self.out, ")")?;
                }
                Value::Policy(Policy(policy)) => self.escaped(policy)?,
            }
            write!(self.out, "\"")?;
        }
        write!(self.out, ">")
    }

    pub fn close(&mut self, tag: &'static str) -> io::Result<()> {
        write!(self.out, "</{tag}>")
    }

    /// A line end, for whoever reads the markup.
    pub fn line(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Text, whoever chose it: control and bidirectional characters are shown first, then it is
    /// escaped.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.escaped(&for_terminal(text))
    }

    /// An element with text in it.
    pub fn element(
        &mut self,
        tag: &'static str,
        attributes: Attributes<'_>,
        text: &str,
    ) -> io::Result<()> {
        self.open(tag, attributes)?;
        self.text(text)?;
        self.close(tag)
    }

    /// A name of stscope's own, which may be broken behind its underscores.
    pub fn long_word(&mut self, name: &'static str) -> io::Result<()> {
        for part in name.split_inclusive('_') {
            self.text(part)?;
            if part.ends_with('_') {
                self.open("wbr", &[])?;
            }
        }
        Ok(())
    }

    /// A stranger's text, which turns no text around it.
    pub fn name(&mut self, text: &str) -> io::Result<()> {
        self.element("bdi", &[], text)
    }

    /// Words of stscope's with words of strangers among them.
    pub fn phrase(&mut self, phrase: &Phrase<'_>) -> io::Result<()> {
        phrase.each(|text, is_ours| match is_ours {
            true => self.text(text),
            false => self.name(text),
        })
    }

    /// The style or the script of every page, which the policy knows.
    pub fn own(&mut self, tag: &'static str, content: &'static str) -> io::Result<()> {
        self.open(tag, &[])?;
        self.out.write_all(content.as_bytes())?;
        self.close(tag)
    }

    fn escaped(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(escape(text).as_bytes())
    }

    /// No more than a digit after the point: a page has many of them.
    fn number(&mut self, number: f64) -> io::Result<()> {
        write!(self.out, "{}", (number * 10.0).round() / 10.0)
    }
}

/// For text, and for attributes in double quotes.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '>', '&', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html<'_>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut Html::new(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_stays_text() {
        let hostile = "</td><script>alert('x')</script>&amp;\u{202e}\u{0}\n\"";
        let text = written(|html| html.element("td", &[], hostile));
        assert_eq!(
            text,
            "<td>&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\\u{202e}\\u{0}\\n&quot;</td>"
        );
    }

    #[test]
    fn attributes_are_words_and_numbers() {
        let lines = [(10, 1, 5), (20, 1, 5), (10, 7, 3)];
        let text = written(|html| {
            html.open(
                "path",
                &[
                    ("d", Value::Lines(&lines)),
                    ("x", Value::Number(2.04)),
                    ("viewBox", Value::Size(10.0, 20.5)),
                    ("class", Value::Word("a \"b\"")),
                ],
            )
        });
        assert_eq!(
            text,
            "<path d=\"m10 1h5m5 0h5m-15 6h3\" x=\"2\" viewBox=\"0 0 10 20.5\" class=\"a &quot;b&quot;\">"
        );
    }
}
