//! A page in Markdown → lines of text of a width, plain, so that they look the same in a pipe.

use std::fmt::Write as _;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use textwrap::WordSplitter;

/// Wider lines are hard to read.
const WIDEST: usize = 100;

/// A page, in lines that fit into `width`. Code and words that are longer stay whole.
pub(in crate::cli) fn in_lines(markdown: &str, width: usize) -> String {
    let mut page = Page {
        width: width.min(WIDEST),
        ..Page::default()
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.lines.truncate(page.lines.trim_end().len());
    page.lines.push('\n');
    page.lines
}

#[derive(Default)]
struct Page {
    width: usize,
    lines: String,
    /// The text of the paragraph, heading or cell that is being read.
    text: String,
    /// Where links out of the manual lead, to be said after their text.
    links: Vec<Option<String>>,
    /// The lists that it is in: of numbered ones the next number.
    lists: Vec<Option<u64>>,
    /// What the first line of the next paragraph begins with, in an item of a list.
    bullet: Option<String>,
    is_code: bool,
    heads: Vec<String>,
    cells: Vec<String>,
    is_head: bool,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => {
                for line in text.lines() {
                    let indent = self.indent();
                    let line = format!("{indent}    {line}");
                    let _ = writeln!(self.lines, "{}", line.trim_end());
                }
            }
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            // Comments, and what only a browser shows.
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                // The text of the item that the list is in.
                self.paragraph();
                self.lists.push(first);
            }
            Tag::Item => {
                self.bullet = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                });
            }
            Tag::CodeBlock(kind) => {
                self.paragraph();
                self.is_code = true;
                let _: CodeBlockKind<'_> = kind;
            }
            Tag::Link { dest_url, .. } => {
                let leads_out = dest_url.starts_with("https://");
                self.links.push(leads_out.then(|| dest_url.to_string()));
            }
            Tag::TableHead => self.is_head = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.heading(level),
            TagEnd::Paragraph => {
                self.paragraph();
                self.blank();
            }
            TagEnd::Item => {
                self.paragraph();
                self.bullet = None;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.blank();
                }
            }
            TagEnd::CodeBlock => {
                self.is_code = false;
                self.blank();
            }
            TagEnd::Link => {
                if let Some(Some(url)) = self.links.pop()
                    && !self.text.ends_with(&url)
                {
                    let _ = write!(self.text, " ({url})");
                }
            }
            TagEnd::TableCell => self.cells.push(std::mem::take(&mut self.text)),
            TagEnd::TableHead => {
                self.is_head = false;
                self.heads = std::mem::take(&mut self.cells);
            }
            TagEnd::TableRow => self.row(),
            TagEnd::Table => self.blank(),
            _ => {}
        }
    }

    /// Each item of a list is two columns further in.
    fn indent(&self) -> String {
        "  ".repeat(self.lists.len())
    }

    fn blank(&mut self) {
        if !self.lines.is_empty() && !self.lines.ends_with("\n\n") {
            self.lines.push('\n');
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        self.blank();
        let text = std::mem::take(&mut self.text);
        match level {
            HeadingLevel::H1 => {
                let _ = writeln!(self.lines, "{}\n", text.to_uppercase());
            }
            _ => {
                let under = "-".repeat(textwrap::core::display_width(&text));
                let _ = writeln!(self.lines, "{text}\n{under}\n");
            }
        }
    }

    /// Writes what was read of a paragraph, if there is any.
    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        let indent = self.indent();
        let first = match self.bullet.take() {
            // The bullet is in the two columns before the text.
            Some(bullet) => format!("{}{bullet}", "  ".repeat(self.lists.len() - 1)),
            None => indent.clone(),
        };
        self.fill(&text, &first, &indent);
    }

    fn fill(&mut self, text: &str, first: &str, rest: &str) {
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(WordSplitter::NoHyphenation)
            .break_words(false);
        for line in textwrap::wrap(text.trim(), options) {
            let _ = writeln!(self.lines, "{line}");
        }
    }

    /// A row of a table: its first cell, and below it the others by the names of their columns, as
    /// sentences fit into no column of a terminal. Figures do: they are on one line.
    fn row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        let Some((first, others)) = cells.split_first() else {
            return;
        };
        self.fill(first, "  ", "    ");
        let names = self.heads.iter().skip(1);
        let named: Vec<String> = (names.zip(others))
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(name, cell)| match (name.is_empty(), others.len()) {
                (true, _) | (_, 1) => cell.clone(),
                _ => format!("{name}: {cell}"),
            })
            .collect();
        let in_one = named.join("; ");
        if textwrap::core::display_width(&in_one) + 6 <= self.width {
            self.fill(&in_one, "      ", "      ");
        } else {
            for text in named {
                self.fill(&text, "      ", "        ");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_well_without_its_marks() {
        let page = "# A title\n\nSome `code` and a [link](https://example.com/a), and one [in here](b.md).\n\n\
            ## More\n\n- one that is longer than a line may be, so it goes on\n- two\n  - inner\n\n1. first\n2. second\n\n\
            ```sh\nstscope report   logs/\n\nx\n```\n<!-- not shown -->\n\n\
            | name | what | default |\n|---|---|---|\n| `a` | short | 1 |\n| `b` | quite a long text about it | 2 |\n";
        let expected = "\
A TITLE

Some code and a link (https://example.com/a),
and one in here.

More
----

- one that is longer than a line may be, so it
  goes on
- two
  - inner

1. first
2. second

    stscope report   logs/

    x

  a
      what: short; default: 1
  b
      what: quite a long text about it
      default: 2
";
        assert_eq!(in_lines(page, 46), expected);
    }
}
