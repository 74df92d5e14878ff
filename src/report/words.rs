//! Figures, times and texts in words for people, the same in each format that is made to be read.
//!
//! Knows nothing of terminals, markup and colours. What strangers chose is told apart from what
//! stscope says ([`Phrase`]), so that each format can make it harmless in its own way.

use std::borrow::Cow;

use crate::sts::Time;

/// A number with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A noun for a number of things, or two with an `or`.
pub fn plural(number: u64, noun: &str) -> String {
    if number == 1 {
        return noun.to_owned();
    }
    let nouns = noun.split(" or ").map(|one| match one.ends_with('x') {
        true => format!("{one}es"),
        false => format!("{one}s"),
    });
    nouns.collect::<Vec<_>>().join(" or ")
}

/// What several things are called, for a number of them: `rows of the plan`, and of one `row of the plan`.
pub fn of_number(number: u64, nouns: &str) -> String {
    let (first, rest) = nouns.split_at(nouns.find(' ').unwrap_or(nouns.len()));
    match first.strip_suffix('s') {
        Some(one) if number == 1 => format!("{one}{rest}"),
        _ => nouns.to_owned(),
    }
}

/// A number of things, with their noun.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {}", count(number), plural(number, noun))
}

/// What is said where `--min-calls` leaves nothing to show.
pub fn too_few_calls(noun: &str) -> String {
    format!("No {noun} has as many calls as --min-calls asks for")
}

/// The first of some names, and how many more there are: `a, b, and 3 more`.
pub fn first_of(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let unnamed = names.len().saturating_sub(most) as u64;
    let mut names: Vec<String> = names.take(most).collect();
    if unnamed > 0 {
        names.push(format!("and {} more", count(unnamed)));
    }
    names.join(", ")
}

/// A part of a whole: `12.5 %`. Something is not shown as nothing, and not all of it not as all.
pub fn percent(share: f64) -> String {
    match share {
        _ if 0.0 < share && share < 0.0005 => "<0.1 %".to_owned(),
        _ if (0.9995..1.0).contains(&share) => ">99.9 %".to_owned(),
        _ => format!("{:.1} %", share * 100.0),
    }
}

/// The day of an instant.
pub fn day(time: Time) -> String {
    time.to_string().chars().take(10).collect()
}

/// An instant to the minute: seconds help nobody who reads a table.
pub fn minute(time: Time) -> String {
    let text: String = time.to_string().chars().take(16).collect();
    text.replace('T', " ")
}

/// The first and the last of something; one, where both are the same.
pub fn span(first: Option<String>, last: Option<String>) -> Option<String> {
    match (first, last) {
        (Some(first), Some(last)) if first == last => Some(first),
        (Some(first), Some(last)) => Some(format!("{first} to {last}")),
        _ => None,
    }
}

/// A piece of a sentence, and who chose it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<'p> {
    Ours(Cow<'p, str>),
    /// A name, an address, a version: read from logs, and perhaps hostile.
    Strangers(Cow<'p, str>),
}

/// Words of stscope's with words of strangers among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase<'p>(Vec<Piece<'p>>);

impl<'p> Phrase<'p> {
    /// Words of stscope's.
    pub fn of(words: impl Into<Cow<'p, str>>) -> Phrase<'p> {
        Phrase::default().say(words)
    }

    /// Goes on with words of stscope's.
    #[must_use]
    pub fn say(mut self, words: impl Into<Cow<'p, str>>) -> Phrase<'p> {
        self.0.push(Piece::Ours(words.into()));
        self
    }

    /// Goes on with a stranger's word.
    #[must_use]
    pub fn name(mut self, word: impl Into<Cow<'p, str>>) -> Phrase<'p> {
        self.0.push(Piece::Strangers(word.into()));
        self
    }

    /// Goes on with another phrase.
    #[must_use]
    pub fn then(mut self, other: Phrase<'p>) -> Phrase<'p> {
        self.0.extend(other.0);
        self
    }

    /// Several phrases, with `between` between them.
    pub fn joined(phrases: impl IntoIterator<Item = Phrase<'p>>, between: &'p str) -> Phrase<'p> {
        let mut all = Phrase::default();
        for (at, phrase) in phrases.into_iter().enumerate() {
            if at > 0 {
                all = all.say(between);
            }
            all = all.then(phrase);
        }
        all
    }

    /// As text, each stranger's word as `harmless` writes it.
    pub fn text(&self, harmless: impl Fn(&str) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Ours(words) => Cow::Borrowed(words.as_ref()),
            Piece::Strangers(word) => Cow::Owned(harmless(word)),
        });
        pieces.collect()
    }

    /// Hands over the pieces, and whether each is stscope's own.
    ///
    /// # Errors
    /// What `take` gives.
    pub fn each<E>(&self, mut take: impl FnMut(&str, bool) -> Result<(), E>) -> Result<(), E> {
        (self.0.iter()).try_for_each(|piece| match piece {
            Piece::Ours(words) => take(words, true),
            Piece::Strangers(word) => take(word, false),
        })
    }

    /// As text, before any escaping.
    pub fn plain(&self) -> String {
        self.text(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn a_few_are_not_none_and_nearly_all_are_not_all() {
        for (share, text) in [
            (0.0, "0.0 %"),
            (0.0002, "<0.1 %"),
            (0.0005, "0.1 %"),
            (0.294, "29.4 %"),
            (0.9994, "99.9 %"),
            (0.9998, ">99.9 %"),
            (1.0, "100.0 %"),
        ] {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn one_of_several_is_called_as_one() {
        assert_eq!(of_number(1, "rows of the plan"), "row of the plan");
        assert_eq!(of_number(1, "SDKs"), "SDK");
        assert_eq!(of_number(2, "accounts"), "accounts");
    }

    #[test]
    fn only_strangers_words_are_made_harmless() {
        let names = ["a", "b"].map(|name| Phrase::default().name(name));
        let phrase = Phrase::of("by ").then(Phrase::joined(names, ", "));
        assert_eq!(phrase.plain(), "by a, b");
        assert_eq!(phrase.text(|name| format!("<{name}>")), "by <a>, <b>");
    }
}
