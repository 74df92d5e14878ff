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
