//! What became of a file, as it is kept in the column `outcome`.
//!
//! Owns the words on disk. Statements that filter by one name it as a literal: `read`, `damaged` and
//! `same` never change.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

use crate::tally::SkipReason;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Outcome {
    /// It was read to its end.
    Read,
    /// It is not readable, or not whole.
    Damaged,
    /// It is a copy of a file that was read.
    Copy,
    /// It has no calls in it, by its name or by what is in it.
    Skipped(SkipReason),
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Read => "read",
            Outcome::Damaged => "damaged",
            Outcome::Copy => "same",
            Outcome::Skipped(reason) => reason.as_str(),
        }
    }

    /// A word that no release has written counts as a file that is not a log.
    fn of(word: &str) -> Outcome {
        match word {
            "read" => Outcome::Read,
            "damaged" => Outcome::Damaged,
            "same" => Outcome::Copy,
            word => {
                let reason = SkipReason::ALL.iter().find(|one| one.as_str() == word);
                Outcome::Skipped(reason.copied().unwrap_or(SkipReason::NotALog))
            }
        }
    }
}

impl ToSql for Outcome {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(
            self.as_str().as_bytes(),
        )))
    }
}

impl FromSql for Outcome {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Outcome> {
        value.as_str().map(Outcome::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_read_back_as_it_was_written() {
        let plain = [Outcome::Read, Outcome::Damaged, Outcome::Copy];
        let skipped = SkipReason::ALL.map(Outcome::Skipped);
        for outcome in plain.into_iter().chain(skipped) {
            assert_eq!(Outcome::of(outcome.as_str()), outcome);
        }
    }
}
