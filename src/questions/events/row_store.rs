//! A place to keep millions of rows: in memory, and when they are many in a temporary file.
//!
//! Owns where each row is. What is in a row is `row`'s to say.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};

use super::row::Row;
use crate::sts::Call;

/// Where rows begin and end, in little more than two bytes for each: of a million of them that counts.
#[derive(Debug, Default)]
struct Places {
    /// Where each thirty-second row begins.
    starts: Vec<u64>,
    lengths: Vec<u16>,
    /// The lengths that are too long for their place.
    long: BTreeMap<usize, usize>,
    end: u64,
}

/// Rows of which one has its begin written down.
const TOGETHER: usize = 32;
/// The length of a row that is in [`Places::long`].
const LONG: u16 = u16::MAX;

impl Places {
    fn push(&mut self, length: usize) {
        let at = self.lengths.len();
        if at.is_multiple_of(TOGETHER) {
            self.starts.push(self.end);
        }
        let short = u16::try_from(length).unwrap_or(LONG);
        if short == LONG {
            self.long.insert(at, length);
        }
        self.lengths.push(short);
        self.end += length as u64;
    }

    fn length(&self, at: usize) -> usize {
        match self.lengths[at] {
            LONG => self.long.get(&at).copied().unwrap_or_default(),
            short => short.into(),
        }
    }

    fn start(&self, at: usize) -> u64 {
        let first = at / TOGETHER * TOGETHER;
        let before = (first..at).map(|one| self.length(one) as u64);
        self.starts[at / TOGETHER] + before.sum::<u64>()
    }

    fn truncate(&mut self, rows: usize) {
        if rows < self.lengths.len() {
            self.end = self.start(rows);
            self.lengths.truncate(rows);
            self.starts.truncate(rows.div_ceil(TOGETHER));
            self.long.split_off(&rows);
        }
    }
}

/// Rows by number: the last of them in memory, the others in a temporary file without a name.
#[derive(Default)]
pub(super) struct RowStore {
    places: Places,
    /// Rows after the first `written` bytes.
    tail: Vec<u8>,
    written: u64,
    file: Option<File>,
    /// What went wrong with the file.
    error: Option<io::Error>,
}

/// How much of the rows a thread keeps in memory. Of more the time is the same.
const TAIL: usize = 256 << 10;

impl RowStore {
    pub fn len(&self) -> usize {
        self.places.lengths.len()
    }

    /// Adds the row of a call.
    pub fn push(&mut self, call: &Call<'_>, text: &mut String) {
        let before = self.tail.len();
        Row::write(call, text, &mut self.tail);
        self.ended(self.tail.len() - before);
    }

    /// Adds a row from elsewhere.
    pub fn push_row(&mut self, row: &Row) {
        self.tail.extend_from_slice(row.bytes());
        self.ended(row.bytes().len());
    }

    /// Forgets all rows but the first; for those that are in memory still.
    pub fn truncate(&mut self, rows: usize) {
        self.places.truncate(rows);
        let end = self.places.end;
        self.tail
            .truncate(end.saturating_sub(self.written) as usize);
    }

    fn ended(&mut self, length: usize) {
        self.places.push(length);
        if self.tail.len() >= TAIL {
            self.spill();
        }
    }

    fn spill(&mut self) {
        if self.error.is_some() {
            self.tail.clear(); // the rows are lost, and `read` will say so
        } else if let Err(error) = self.try_spill() {
            self.error = Some(error);
        }
    }

    fn try_spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.tail)?;
        self.written += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }

    /// Says what went wrong with the temporary file, if anything did.
    pub fn check(&mut self) -> io::Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }

    /// The row of a number.
    pub fn read(&self, at: usize) -> io::Result<Row> {
        let (start, length) = (self.places.start(at), self.places.length(at));
        if start >= self.written {
            let start = (start - self.written) as usize;
            let bytes = self.tail.get(start..start + length);
            return bytes
                .map(|bytes| Row::from_bytes(bytes.to_vec()))
                .ok_or_else(lost);
        }
        let mut bytes = vec![0; length];
        let file = self.file.as_ref().ok_or_else(lost)?;
        read_at(file, start, &mut bytes)?;
        Ok(Row::from_bytes(bytes))
    }
}

#[cfg(unix)]
fn read_at(file: &File, start: u64, into: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, start)
}

/// Where a place cannot be read but by going there, one goes at a time.
#[cfg(not(unix))]
fn read_at(mut file: &File, start: u64, into: &mut [u8]) -> io::Result<()> {
    use std::io::{Read as _, Seek as _};
    use std::sync::{Mutex, PoisonError};
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(io::SeekFrom::Start(start))?;
    file.read_exact(into)
}

/// A row that could not be written to the file; [`RowStore::check`] has the reason.
fn lost() -> io::Error {
    io::Error::other("a row was lost when the temporary file could not be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::{Field, Record};
    use crate::questions::events::EVENT_COLUMNS;
    use crate::sts::Time;

    #[test]
    fn places_are_those_of_the_ends_whatever_the_lengths() {
        let mut places = Places::default();
        let mut ends = vec![0_u64];
        // Around the longest short length, too.
        let lengths = (0..200).map(|at| match at % 40 {
            7 => 65_534,
            8 => 65_535,
            9 => 65_536,
            10 => 1 << 21,
            _ => at * 3,
        });
        for length in lengths {
            places.push(length);
            ends.push(ends[ends.len() - 1] + length as u64);
        }
        let agree = |places: &Places, ends: &[u64]| {
            assert_eq!(places.lengths.len(), ends.len() - 1);
            for (at, two) in ends.windows(2).enumerate() {
                assert_eq!(places.start(at), two[0], "{at}");
                assert_eq!(places.length(at) as u64, two[1] - two[0], "{at}");
            }
            assert_eq!(Some(&places.end), ends.last());
        };
        agree(&places, &ends);
        for rows in [199, 129, 128, 127, 50, 48, 33, 32, 31, 1, 0] {
            places.truncate(rows);
            ends.truncate(rows + 1);
            agree(&places, &ends);
            places.push(70_000);
            ends.push(ends[rows] + 70_000);
            agree(&places, &ends);
            places.truncate(rows);
            ends.truncate(rows + 1);
        }
    }

    #[test]
    fn rows_come_back_from_memory_and_from_the_file() {
        let mut store = RowStore::default();
        let agent = "x".repeat(1 << 20);
        for n in 0..40 {
            let id = format!("event-{n}");
            let record = Record::default()
                .with(Field::EventId, id.as_str())
                .with(Field::UserAgent, agent.as_str())
                .with(Field::EventTime, "2026-11-01T00:00:00Z");
            store.push(&Call::new(&record, None), &mut String::new());
        }
        // One that stays in memory.
        let short = Record::default()
            .with(Field::EventId, "event-40")
            .with(Field::EventTime, "2026-11-01T00:00:00Z");
        store.push(&Call::new(&short, None), &mut String::new());
        assert!(store.file.is_some() && !store.tail.is_empty());
        store.check().unwrap();
        for n in [0, 40, 39, 17, 3] {
            let row = store.read(n).unwrap();
            assert_eq!(row.tie_breaker().0, format!("event-{n}"));
            assert_eq!(row.values().count(), EVENT_COLUMNS.len() - 1);
            assert_eq!(row.time(), Time::parse("2026-11-01T00:00:00Z"));
        }
    }

    #[test]
    fn a_row_that_was_lost_is_an_error_and_nothing_else() {
        let mut store = RowStore {
            error: Some(io::Error::other("full")),
            ..RowStore::default()
        };
        let agent = "x".repeat(TAIL);
        let record = Record::default().with(Field::UserAgent, agent.as_str());
        store.push(&Call::new(&record, None), &mut String::new());
        assert!(store.read(0).is_err());
        assert_eq!(store.check().unwrap_err().to_string(), "full");
    }
}
