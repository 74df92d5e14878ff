//! Names and texts of the user's in SQL: nothing that is typed can end the quotes around it.

/// How a quote is written inside quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Twice, and nothing else is special: standard SQL.
    Doubled,
    /// After a backslash, as is the backslash itself: ClickHouse.
    Escaped,
}

impl Quotes {
    fn around(self, text: &str, quote: char) -> String {
        let mut quoted = String::from(quote);
        for c in text.chars() {
            match self {
                Quotes::Doubled if c == quote => quoted.push(quote),
                Quotes::Escaped if c == quote || c == '\\' => quoted.push('\\'),
                _ => {}
            }
            quoted.push(c);
        }
        quoted.push(quote);
        quoted
    }
}

/// A text.
pub(super) fn literal(text: &str, quotes: Quotes) -> String {
    quotes.around(text, '\'')
}

/// A name that can be that of no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no name of a table; write NAME, DATABASE.NAME or CATALOG.DATABASE.NAME, without quotes")]
pub struct BadName;

/// The name of a table, each part in quotes of its own.
pub(super) fn name(table: &str, quotes: Quotes) -> Result<String, BadName> {
    let parts: Vec<&str> = table.split('.').collect();
    let is_name = |part: &&str| !part.trim().is_empty() && !part.contains(char::is_control);
    if parts.len() > 3 || !parts.iter().all(is_name) {
        return Err(BadName);
    }
    let quoted: Vec<String> = parts.iter().map(|part| quotes.around(part, '"')).collect();
    Ok(quoted.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stays_inside_its_quotes() {
        let table = [
            ("it's", "'it''s'", r"'it\'s'"),
            (r"a\", r"'a\'", r"'a\\'"),
            (
                r"\'; DROP TABLE t; --",
                r"'\''; DROP TABLE t; --'",
                r"'\\\'; DROP TABLE t; --'",
            ),
            ("line\nend", "'line\nend'", "'line\nend'"),
            ("", "''", "''"),
        ];
        for (text, doubled, escaped) in table {
            assert_eq!(literal(text, Quotes::Doubled), doubled);
            assert_eq!(literal(text, Quotes::Escaped), escaped);
        }
    }

    #[test]
    fn each_part_of_a_name_has_quotes_of_its_own() {
        let table = [
            ("logs", r#""logs""#),
            ("audit.cloudtrail_logs", r#""audit"."cloudtrail_logs""#),
            ("AwsDataCatalog.my-db.t", r#""AwsDataCatalog"."my-db"."t""#),
            (r#"a" UNION SELECT 1 --"#, r#""a"" UNION SELECT 1 --""#),
            (r#"a"."b"#, r#""a"""."""b""#),
        ];
        for (typed, quoted) in table {
            assert_eq!(name(typed, Quotes::Doubled).as_deref(), Ok(quoted));
        }
        assert_eq!(
            name(r#"a\"b"#, Quotes::Escaped).as_deref(),
            Ok(r#""a\\\"b""#)
        );
    }

    #[test]
    fn what_can_name_no_table_is_refused() {
        for typed in ["", ".", "a.", ".a", "a..b", " ", "a.b.c.d", "a\nb", "a\0b"] {
            assert_eq!(name(typed, Quotes::Doubled), Err(BadName), "{typed:?}");
        }
    }
}
