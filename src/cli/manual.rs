//! `stscope help TOPIC`: the pages of the manual, which the program has with it, for a terminal.
//!
//! Owns which pages there are, and how their Markdown is shown. What is not a page is clap's: `stscope
//! help`, and the help of a command.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use super::exit::{Exit, Failure};
use super::output;
use crate::report::escape::for_terminal;

macro_rules! pages {
    ($($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../docs/", $path, ".md")))),*]
    };
}

/// Every page by its path in the manual, and what is on it, in the order of the table of contents.
#[rustfmt::skip]
pub(super) const PAGES: &[(&str, &str)] = pages![
    "start" "overview" "plan" "migrate" "regions" "verify" "nightly" "trend" "pipelines"
    "beyond-one-machine" "formats" "logs" "s3" "counting" "query" "performance" "limits" "privacy"
    "faq" "library" "reference/commands" "reference/options" "reference/dimensions"
    "reference/columns" "reference/json"
];

/// The word that lists the pages.
const TOPICS: &str = "topics";

/// Shows a page, if that is what was typed: `help` and one word that is no command.
pub(super) fn run(words: &[String], command: &clap::Command) -> Option<Result<Exit, Failure>> {
    let [help, word] = words else {
        return None;
    };
    if help != "help" || word.starts_with('-') {
        return None;
    }
    let is_command = |name: &str| command.find_subcommand(name).is_some();
    if is_command(word) || word == "help" {
        return None;
    }
    let look = Look::of_output();
    Some(if word == TOPICS {
        output::print(topics(&is_command).as_bytes())
    } else if let Some((_, text)) = PAGES.iter().find(|(path, _)| is_name(word, path)) {
        output::print(rendered(text, look).as_bytes())
    } else {
        Err(unknown(word, command))
    })
}

/// The last part of a path: what a page is called.
fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a page is meant: `counting`, `counting.md`, `docs/counting.md`.
fn is_name(word: &str, path: &str) -> bool {
    let word = word.strip_prefix("docs/").unwrap_or(word);
    let word = word.strip_suffix(".md").unwrap_or(word);
    word == path || word == stem(path)
}

/// The pages, each with what it is about. One with the name of a command goes by that of its file.
fn topics(is_command: &dyn Fn(&str) -> bool) -> String {
    let mut text = "The manual, page by page: 'stscope help NAME' shows one.\n\n".to_owned();
    for (path, page) in PAGES {
        let title = page.lines().next().unwrap_or_default();
        let title = title.trim_start_matches(['#', ' ']);
        let name = stem(path);
        let name = match is_command(name) {
            true => format!("{name}.md"),
            false => name.to_owned(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<20} {title}");
    }
    text + "\n'stscope help COMMAND' shows the help of a command.\n"
}

fn unknown(word: &str, command: &clap::Command) -> Failure {
    let commands = command.get_subcommands().map(clap::Command::get_name);
    let pages = PAGES.iter().map(|(path, _)| stem(path));
    let alike = |name: &&str| (strsim::jaro_winkler(name, word) * 1e6) as u64;
    let nearest = commands.chain(pages).chain([TOPICS]).max_by_key(alike);
    Failure::new(format!(
        "help {}: there is no such command, and no such page; the nearest is 'stscope help {}', and \
         'stscope help topics' lists the pages",
        for_terminal(word),
        nearest.unwrap_or(TOPICS)
    ))
}

/// How a page is shown.
#[derive(Clone, Copy)]
struct Look {
    width: usize,
    has_colours: bool,
}

impl Look {
    fn of_output() -> Look {
        let is_terminal = std::io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let size = is_terminal.then(terminal_size::terminal_size).flatten();
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        let width = size.map(|(width, _)| usize::from(width.0)).or_else(columns);
        Look {
            // Longer lines are hard to read.
            width: width.unwrap_or(80).clamp(20, 100),
            has_colours: is_terminal && !no_color,
        }
    }

    fn strong(self, text: &str) -> String {
        match self.has_colours {
            true => format!("\u{1b}[1m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }
}

/// A page of the manual as text. Only what our pages have of Markdown is understood.
fn rendered(page: &str, look: Look) -> String {
    let mut text = String::new();
    let mut is_code = false;
    let mut header: Option<Vec<String>> = None;
    for line in page.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            let _ = writeln!(text, "{}", format!("    {line}").trim_end());
        } else if line.starts_with("<!--") {
        } else if let Some(row) = line.strip_prefix('|') {
            match &header {
                None => header = Some(cells(row)),
                Some(_) if row.chars().all(|c| "|-: ".contains(c)) => {}
                Some(names) => of_row(names, &cells(row), look, &mut text),
            }
            continue;
        } else if line.starts_with('#') {
            let title = plain(line.trim_start_matches(['#', ' ']));
            let _ = writeln!(text, "{}", look.strong(&title));
            if !look.has_colours {
                let _ = writeln!(
                    text,
                    "{}",
                    "-".repeat(textwrap::core::display_width(&title))
                );
            }
        } else {
            let indent = line.len() - line.trim_start().len();
            let item = line.trim_start();
            let hang = match item.split_once(' ') {
                Some((mark, _)) if mark == "-" || is_number(mark) => indent + mark.len() + 1,
                _ => indent,
            };
            wrapped(
                &" ".repeat(indent),
                &" ".repeat(hang),
                &plain(item),
                look,
                &mut text,
            );
        }
        header = None;
    }
    text
}

/// `1.`
fn is_number(mark: &str) -> bool {
    let digits = mark.strip_suffix('.').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn wrapped(first: &str, others: &str, line: &str, look: Look, text: &mut String) {
    let options = textwrap::Options::new(look.width)
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(line, options);
    if lines.is_empty() {
        text.push('\n');
    }
    for line in lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// The cells of a row; `\|` is no end of one.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut chars = row.trim_end().trim_end_matches('|').chars().peekable();
    while let Some(c) = chars.next() {
        let last = cells.len() - 1;
        match c {
            '\\' if chars.peek() == Some(&'|') => cells[last].extend(chars.next()),
            '|' => cells.push(String::new()),
            c => cells[last].push(c),
        }
    }
    cells.iter().map(|cell| plain(cell.trim())).collect()
}

/// A row of a table: its first cell, and below it the others, named if there are several.
fn of_row(names: &[String], row: &[String], look: Look, text: &mut String) {
    let Some((first, others)) = row.split_first() else {
        return;
    };
    wrapped("  ", "    ", first, look, text);
    let is_named = others.len() > 1;
    for (name, cell) in names.iter().skip(1).zip(others) {
        if cell.is_empty() {
            continue;
        }
        let line = match is_named && !name.is_empty() {
            true => format!("{name}: {cell}"),
            false => cell.clone(),
        };
        wrapped("      ", "      ", &line, look, text);
    }
}

/// A line without marks: links as their text, and where they lead if that is in the network.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    let mut is_code = false;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            is_code = !is_code;
            text.push(c);
        } else if is_code {
            text.push(c);
        } else if let Some(after) = rest.strip_prefix("**") {
            rest = after;
            continue;
        } else if let Some((label, target, after)) = link(rest) {
            text.push_str(&plain(label));
            if target.starts_with("http") {
                let _ = write!(text, " ({target})");
            }
            rest = after;
            continue;
        } else if c == '\\' && rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) {
            rest = &rest[1..];
            text.push_str(&rest[..1]);
            rest = &rest[1..];
            continue;
        } else {
            text.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    text
}

/// `[label](target)` or `![label](target)` at the start: the two, and the rest.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let inside = text.strip_prefix('!').unwrap_or(text).strip_prefix('[')?;
    let (label, rest) = inside.split_once("](")?;
    let (target, rest) = rest.split_once(')')?;
    (!label.contains(['[', ']']) || label.contains('`')).then_some((label, target, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look {
        width: 40,
        has_colours: false,
    };

    #[test]
    fn a_page_is_shown_without_its_marks() {
        let page = "# Title\n\nSome **bold** text with `code` and [a link](other.md), [another](https://a.example/x).\n\n\
                    - an item that is so long that it goes on in another line\n\n\
                    ```sh\nstscope report  logs/ | x\n```\n\n\
                    | option | meaning | default |\n|---|---|---|\n| `--a` | one \\| two | 3 |\n\n<!-- end -->\n";
        assert_eq!(
            rendered(page, PLAIN),
            "Title\n-----\n\n\
             Some bold text with `code` and a link,\n\
             another (https://a.example/x).\n\n\
             - an item that is so long that it goes\n  on in another line\n\n    \
             stscope report  logs/ | x\n\n  \
             `--a`\n      meaning: one | two\n      default: 3\n\n"
        );
    }

    #[test]
    fn no_page_keeps_a_mark_or_a_line_that_is_too_long_for_no_reason() {
        for (path, page) in PAGES {
            let text = rendered(page, Look { width: 80, ..PLAIN });
            for line in text.lines().filter(|line| !line.starts_with("    ")) {
                for mark in ["](", "**", "<!--", "```"] {
                    assert!(!line.contains(mark) || line.contains('`'), "{path}: {line}");
                }
                let words = line.split(' ').filter(|word| !word.is_empty()).count();
                let width = textwrap::core::display_width(line);
                assert!(width <= 80 || words <= 2, "{path}: {line}");
            }
        }
    }
}
