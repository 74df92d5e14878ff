//! A chain of pages: one flat listing, from a first key to a last one.
//!
//! Owns where it is in it, and how a long one is split. Asks for nothing itself.

use chrono::{Datelike, Months, NaiveDate};

use super::continuation::Continuation;
use super::error::Kind;
use super::layout::{Bounds, day_of_key, key_of_month};
use super::xml::Entry;
use crate::input::NotListed;

/// Twenty years.
const MOST_MONTHS: u32 = 240;

/// A flat listing, page after page.
#[derive(Default)]
pub(super) struct Chain {
    pub prefix: String,
    /// The prefix of the Region whose days these are.
    pub base: Option<String>,
    pub bounds: Bounds,
    /// What is left out past the end, to be told if there is anything.
    pub past: Option<NotListed>,
    pub at: Continuation,
    /// The last key that was handed out.
    pub last: Option<String>,
    /// Whether one of them is a log, or a digest after which another follows.
    pub has_files: bool,
    pub split: bool,
}

impl Chain {
    /// Takes out what is past the end, and tells whether the end was seen. What relies on the order
    /// of keys checks it.
    pub fn cut(&self, entries: &mut Vec<Entry>) -> Result<bool, Kind> {
        let Bounds { after, before } = &self.bounds;
        if after.is_none() && before.is_none() {
            return Ok(false);
        }
        let mut previous = self.last.as_deref().or(after.as_deref());
        for entry in entries.iter() {
            if previous.is_some_and(|previous| *entry.key <= *previous) {
                return Err(Kind::Unsorted);
            }
            previous = Some(&entry.key);
        }
        let Some(before) = before else {
            return Ok(false);
        };
        let inside = entries.partition_point(|entry| entry.key <= *before);
        let ended = inside < entries.len();
        entries.truncate(inside);
        Ok(ended)
    }

    /// Splits what is left of a long chain at the beginnings of months, so that a bucket of one
    /// account is listed by many requests at once. All that was in the chain is in one of the parts.
    pub fn by_month(mut self, today: NaiveDate) -> Vec<Chain> {
        self.split = true;
        let cuts = self.months(today);
        let (Some(base), false) = (self.base.clone(), cuts.is_empty()) else {
            return vec![self];
        };
        let mut chains = Vec::with_capacity(cuts.len() + 1);
        let (end, past) = (self.bounds.before.take(), self.past.take());
        let prefix = self.prefix.clone();
        chains.push(self);
        for cut in cuts {
            let cut = key_of_month(&base, cut);
            if let Some(before) = chains.last_mut() {
                before.bounds.before = Some(cut.clone());
            }
            chains.push(Chain {
                prefix: prefix.clone(),
                base: Some(base.clone()),
                bounds: Bounds {
                    after: Some(cut),
                    before: None,
                },
                split: true,
                ..Chain::default()
            });
        }
        if let Some(last) = chains.last_mut() {
            last.bounds.before = end;
            last.past = past;
        }
        chains
    }

    /// The months that begin between the last key and the end.
    fn months(&self, today: NaiveDate) -> Vec<NaiveDate> {
        let (Some(base), Some(last)) = (&self.base, &self.last) else {
            return Vec::new();
        };
        let Some(day) = day_of_key(base, last).and_then(|day| day.with_day(1)) else {
            return Vec::new();
        };
        let end = self
            .bounds
            .before
            .as_ref()
            .and_then(|end| day_of_key(base, end));
        let end = end.unwrap_or(today);
        (1..=MOST_MONTHS)
            .filter_map(|months| day.checked_add_months(Months::new(months)))
            .take_while(|month| *month < end)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(keys: &[&str]) -> Vec<Entry> {
        let entry = |key: &&str| Entry {
            key: (*key).into(),
            ..Entry::default()
        };
        keys.iter().map(entry).collect()
    }

    fn chain(after: Option<&str>, before: Option<&str>) -> Chain {
        Chain {
            prefix: "b/".into(),
            base: Some("b/".into()),
            bounds: Bounds {
                after: after.map(Into::into),
                before: before.map(Into::into),
            },
            past: Some(NotListed::After),
            ..Chain::default()
        }
    }

    #[test]
    fn a_chain_ends_at_the_first_key_past_its_end() {
        let mut page = entries(&["b/2025/11/01/a", "b/2025/11/30/z", "b/2025/12/01/a"]);
        let bounded = chain(Some("b/2025/11/01"), Some("b/2025/12/01"));
        assert_eq!(bounded.cut(&mut page), Ok(true));
        assert_eq!(page.len(), 2);
        assert_eq!(bounded.cut(&mut page), Ok(false));
    }

    #[test]
    fn keys_out_of_order_are_noticed_where_it_matters() {
        let keys = ["b/2025/11/02/a", "b/2025/11/01/a"];
        assert_eq!(chain(None, None).cut(&mut entries(&keys)), Ok(false));
        assert_eq!(
            chain(None, Some("b/2026")).cut(&mut entries(&keys)),
            Err(Kind::Unsorted)
        );
        assert_eq!(
            chain(Some("b/2025/11/03"), None).cut(&mut entries(&keys[..1])),
            Err(Kind::Unsorted)
        );
        // A key past the end with one before the end after it.
        let keys = ["b/2025/12/02/a", "b/2025/11/01/a"];
        assert_eq!(
            chain(None, Some("b/2025/12")).cut(&mut entries(&keys)),
            Err(Kind::Unsorted)
        );
    }

    #[test]
    fn the_parts_of_a_long_chain_join_without_a_gap() {
        let mut long = chain(Some("b/2025/01/05"), Some("b/2025/04/01"));
        long.last = Some("b/2025/01/20/x".into());
        long.at.turn(Some("t".into())).expect("a page");
        let parts = long.by_month("2026-01-01".parse().expect("a day"));
        let bounds: Vec<_> = parts
            .iter()
            .map(|part| {
                (
                    part.bounds.after.as_deref().unwrap_or(""),
                    part.bounds.before.as_deref().unwrap_or(""),
                )
            })
            .collect();
        assert_eq!(
            bounds,
            [
                ("b/2025/01/05", "b/2025/02"),
                ("b/2025/02", "b/2025/03"),
                ("b/2025/03", "b/2025/04/01")
            ]
        );
        assert_eq!(parts[0].at.token(), Some("t"));
        assert_eq!(
            (parts[0].past, parts[2].past),
            (None, Some(NotListed::After))
        );
        // With no end, the last part has none either.
        let mut open = chain(None, None);
        open.last = Some("b/2025/11/20/x".into());
        let parts = open.by_month("2026-01-15".parse().expect("a day"));
        assert_eq!(parts.len(), 3);
        assert_eq!(
            parts[2].bounds,
            Bounds {
                after: Some("b/2026/01".into()),
                before: None
            }
        );
    }

    #[test]
    fn a_chain_without_days_is_not_split() {
        let mut foreign = chain(None, None);
        foreign.last = Some("b/other".into());
        assert_eq!(
            foreign.by_month("2026-01-15".parse().expect("a day")).len(),
            1
        );
    }
}
