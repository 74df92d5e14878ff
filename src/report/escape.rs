//! Text chosen by strangers, made harmless for each medium.

use std::borrow::Cow;
use std::fmt::Write as _;

/// For a spreadsheet: a cell that would be taken for a formula gets an apostrophe before it.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
pub fn for_spreadsheet(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// For a terminal: characters that would move the cursor, colour, hide or turn text are shown as
/// escapes.
///
/// ```
/// use stscope::report::escape::for_terminal;
/// assert_eq!(for_terminal("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
/// ```
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if is_dangerous(c) => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// For Markdown, as code: nothing in it is markup, a mention or a link. What would break a line is
/// shown as an escape, and the fence is longer than any run of backticks inside.
///
/// ```
/// use stscope::report::escape::markdown_code;
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

/// For Markdown, as a sentence: words that are more than letters and digits stand in code, so that
/// file names and settings read well and nothing a stranger chose becomes markup.
///
/// ```
/// use stscope::report::escape::markdown_prose;
/// assert_eq!(
///     markdown_prose("Set AWS_REGION=eu-west-1 (or a_b) for @all."),
///     "Set `AWS_REGION=eu-west-1` (or `a_b`) for `@all`."
/// );
/// ```
pub fn markdown_prose(text: &str) -> String {
    let mut prose = String::with_capacity(text.len() + 16);
    for (at, word) in text.split_whitespace().enumerate() {
        if at > 0 {
            prose.push(' ');
        }
        let core = word
            .trim_start_matches('(')
            .trim_end_matches([',', '.', ';', ':', ')']);
        let is_plain = |word: &str| {
            word.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '\''))
        };
        // By itself a hyphen begins a list, and so does a number with a stop behind it.
        let is_word = core.chars().any(|c| c.is_ascii_alphabetic()) || core.len() == word.len();
        if is_plain(core) && is_word && !core.starts_with('-') {
            prose.push_str(word);
            continue;
        }
        let start = word.len() - word.trim_start_matches('(').len();
        let (before, rest) = word.split_at(start);
        let (core, after) = rest.split_at(core.len());
        prose.push_str(before);
        if !core.is_empty() {
            prose.push_str(&markdown_code(core));
        }
        prose.push_str(after);
    }
    prose
}

/// Control characters, and those that change the direction of text or are not seen:
/// <https://www.unicode.org/reports/tr9/>, <https://trojansource.codes/>.
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{ad}')
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
            ("(see www.evil.example)", "(see `www.evil.example`)"),
            ("a\n\n<img>", "a `<img>`"),
            ("`x` @all", "`` `x` `` `@all`"),
            ("(, )", "(, )"),
        ] {
            assert_eq!(markdown_prose(text), prose, "{text:?}");
        }
    }

    #[test]
    fn nothing_that_moves_or_turns_text_reaches_a_terminal() {
        for c in [
            '\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{200f}', '\u{202e}', '\u{2066}',
        ] {
            let shown = for_terminal(&format!("a{c}b")).into_owned();
            assert!(shown.chars().all(|c| c.is_ascii_graphic()), "{shown:?}");
        }
        assert_eq!(for_terminal("Zoë 日本 a/b"), "Zoë 日本 a/b");
        assert_eq!(for_terminal("a\nb\tc"), "a\\nb\\tc");
    }
}
