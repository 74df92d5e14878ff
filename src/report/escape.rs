//! Text chosen by strangers, made harmless for each medium.

use std::borrow::Cow;

pub use crate::shown::{Shown, for_terminal};

/// For a spreadsheet: a cell that would be taken for a formula gets an apostrophe before it.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
pub fn for_spreadsheet(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// For Markdown, as code: nothing in it is markup, a mention or a link. What would break a line is
/// shown as an escape, and the fence is longer than any run of backticks inside.
///
/// ```
/// use stscope::internals::report::escape::markdown_code;
/// assert_eq!(markdown_code("arn:aws:iam::1:role/a_b"), "`arn:aws:iam::1:role/a_b`");
/// assert_eq!(markdown_code("a`@all"), "``a`@all``");
/// ```
pub fn markdown_code(text: &str) -> String {
    let text = for_terminal(text);
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A space on both sides is taken off again; one that is there already would be, too.
    let is_edge = |c: Option<char>| matches!(c, Some('`' | ' ') | None);
    let pad = if is_edge(text.chars().next()) || is_edge(text.chars().next_back()) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// For Markdown, as a sentence: words that are more than letters and digits go into code, so that
/// file names and settings read well and nothing a stranger chose becomes markup.
///
/// ```
/// use stscope::internals::report::escape::markdown_prose;
/// assert_eq!(
///     markdown_prose("Set AWS_REGION=eu-west-1 (or a_b) for @all."),
///     "Set `AWS_REGION=eu-west-1` (or `a_b`) for `@all`."
/// );
/// ```
pub fn markdown_prose(text: &str) -> String {
    let mut prose = String::with_capacity(text.len() + 16);
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let mut phrase = word.to_owned();
        // `region = eu-west-1` is one piece of code, and so is an option with its value.
        let mut last = word;
        while let Some(&next) = words.peek()
            && (is_operator(last) || is_operator(next) || last.starts_with("--"))
        {
            phrase = format!("{phrase} {next}");
            last = next;
            words.next();
        }
        if !prose.is_empty() {
            prose.push(' ');
        }
        let (before, core, after) = of_phrase(&phrase);
        // A number with something after it could begin a list.
        let is_number = core.bytes().all(|b| b.is_ascii_digit()) && !after.is_empty();
        let is_plain = (core.bytes()).all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'\'')
            && !core.starts_with('-')
            && !is_number;
        if is_plain || core.is_empty() {
            prose.push_str(&phrase);
        } else {
            prose.push_str(before);
            prose.push_str(&markdown_code(core));
            prose.push_str(after);
        }
    }
    prose
}

fn is_operator(word: &str) -> bool {
    word == "=" || word == "=>"
}

/// A word or more, and the brackets and stops of the sentence before and after it.
fn of_phrase(phrase: &str) -> (&str, &str, &str) {
    let mut core = phrase.trim_start_matches('(');
    let before = &phrase[..phrase.len() - core.len()];
    loop {
        let count = |bracket: char| core.matches(bracket).count();
        let closes_nothing = count(')') > count('(');
        core = match core.chars().next_back() {
            Some(',' | '.' | ';' | ':') => &core[..core.len() - 1],
            Some(')') if closes_nothing => &core[..core.len() - 1],
            // Of a quotation that began with another word.
            Some('\'') if !count('\'').is_multiple_of(2) => &core[..core.len() - 1],
            _ => break,
        };
    }
    (before, core, &phrase[before.len() + core.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_nothing_else_is_touched() {
        for formula in ["=1+1", "+1", "-1", "@SUM", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(for_spreadsheet(formula), format!("'{formula}"));
        }
        for plain in ["", "a=1", "1-1", "arn:aws:iam::1:role/r", " =1", "'x"] {
            assert_eq!(for_spreadsheet(plain), plain);
        }
    }

    #[test]
    fn in_markdown_a_strangers_text_stays_text() {
        for (text, code) in [
            ("plain", "`plain`"),
            ("a``b", "```a``b```"),
            ("`", "`` ` ``"),
            (" x ", "`  x  `"),
            ("", "`  `"),
            ("a\nb\u{202e}", "`a\\nb\\u{202e}`"),
            ("<b>@all|[x](http://y)", "`<b>@all|[x](http://y)`"),
        ] {
            assert_eq!(markdown_code(text), code, "{text:?}");
        }
        for (text, prose) in [
            ("Nothing to do.", "Nothing to do."),
            ("1.40.0, or later", "`1.40.0`, or later"),
            ("don't - stop", "don't `-` stop"),
            ("# a * b", "`#` a `*` b"),
            ("2. 2) 3", "`2`. `2`) 3"),
            ("it is f('x'), (or g.h)", "it is `f('x')`, (or `g.h`)"),
            ("region = a-b; e", "`region = a-b`; e"),
            ("'x' => 'y', --z 1", "`'x' => 'y'`, `--z 1`"),
            ("- [ ] x", "`-` `[` `]` x"),
            ("(see www.evil.example)", "(see `www.evil.example`)"),
            ("a\n\n<img>", "a `<img>`"),
            ("`x` @all", "`` `x` `` `@all`"),
            ("(, )", "(, )"),
            ("'report --top 0' of all", "'report `--top 0`' of all"),
            ("code: 'a_b' => 'c'", "code: `'a_b' => 'c'`"),
        ] {
            assert_eq!(markdown_prose(text), prose, "{text:?}");
        }
    }
}
