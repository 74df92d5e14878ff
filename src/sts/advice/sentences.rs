//! Sentences, put together.

use crate::sts::defaults::Defaults;

/// Adds a sentence, where there is one.
pub(super) fn add(text: &mut String, sentence: &str) {
    if !sentence.is_empty() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(sentence);
    }
}

/// The option of an SDK that names an endpoint, where it has one: ` (--endpoint-url)`.
pub(super) fn option_in_brackets(row: Option<&Defaults>) -> String {
    match row.map_or("", |row| row.endpoint_option) {
        "" => String::new(),
        option => format!(" ({option})"),
    }
}
