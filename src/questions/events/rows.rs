//! Calls one by one: the columns of `events`, and a place to keep millions of rows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};

use crate::cloudtrail::Field;
use crate::collections::Memo;
use crate::sts::{Call, Dimension, Time};

/// The columns of `events`, in order. The first holds a time, all others text.
pub const EVENT_COLUMNS: [&str; 17] = [
    "event_time",
    "recipient_account_id",
    "event_name",
    "endpoint",
    "client_provided_host_header",
    "vpc_endpoint_id",
    "aws_region",
    "aws_serving_region",
    "source_ip_address",
    "event_id",
    "principal",
    "user_identity_arn",
    "sdk",
    "sdk_version",
    "user_agent",
    "error_code",
    "tool",
];

/// Where a column's value comes from.
enum Column {
    Dimension(Dimension),
    Field(Field),
}

const SOURCES: [Column; 16] = [
    Column::Dimension(Dimension::RecipientAccountId),
    Column::Dimension(Dimension::EventName),
    Column::Dimension(Dimension::Endpoint),
    Column::Dimension(Dimension::ClientProvidedHostHeader),
    Column::Dimension(Dimension::VpcEndpointId),
    Column::Dimension(Dimension::AwsRegion),
    Column::Dimension(Dimension::AwsServingRegion),
    Column::Dimension(Dimension::SourceIpAddress),
    Column::Field(Field::EventId),
    Column::Dimension(Dimension::Principal),
    Column::Field(Field::IdentityArn),
    Column::Dimension(Dimension::Sdk),
    Column::Dimension(Dimension::SdkVersion),
    Column::Dimension(Dimension::UserAgent),
    Column::Dimension(Dimension::ErrorCode),
    Column::Dimension(Dimension::Tool),
];
const EVENT_ID: usize = 8;

/// One call, as a row of `events`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// Its time, and its values as lengths and bytes.
    bytes: Vec<u8>,
    /// Where the values begin: a page asks for one after the other.
    starts: [u32; SOURCES.len()],
}

impl Row {
    /// Writes the row of a call after what is in `into`.
    fn write(call: &Call<'_>, spare: &mut Spare, into: &mut Vec<u8>) {
        let time = call.time().map_or(i64::MIN, Time::millis);
        into.extend_from_slice(&time.to_le_bytes());
        let Spare { text, agents } = spare;
        let agent = Agent::of(call, agents, text);
        for source in &SOURCES {
            let value = match *source {
                Column::Dimension(Dimension::Sdk) => agent.sdk.as_deref(),
                Column::Dimension(Dimension::SdkVersion) => agent.sdk_version.as_deref(),
                Column::Dimension(Dimension::Tool) => agent.tool.as_deref(),
                Column::Dimension(dimension) => call.value(dimension, text),
                Column::Field(field) => call.field(field),
            }
            .unwrap_or_default();
            // A value is a part of a record, and those end at 32 MiB.
            into.extend_from_slice(&(value.len() as u32).to_le_bytes());
            into.extend_from_slice(value.as_bytes());
        }
    }

    /// How much memory it takes, about.
    pub(super) fn size(&self) -> usize {
        size_of::<Row>() + self.bytes.len()
    }

    pub(super) fn from_bytes(bytes: Vec<u8>) -> Row {
        let mut starts = [0; SOURCES.len()];
        let mut start = TIME;
        for at in &mut starts {
            // A row is a part of a record, and those end at 32 MiB.
            *at = start as u32;
            // After damage there is no value.
            start = match field(&bytes, start) {
                Some(value) => start + LENGTH + value.len(),
                None => bytes.len(),
            };
        }
        Row { bytes, starts }
    }

    /// When the call was completed.
    pub fn time(&self) -> Option<Time> {
        Time::from_millis(i64::from_le_bytes(*self.bytes.first_chunk()?))
    }

    /// The values of all columns but the time; `None` for what the record lacks.
    pub fn values(&self) -> impl Iterator<Item = Option<&str>> {
        (0..SOURCES.len()).map(|at| self.value(at))
    }

    /// The value of one column, by its place among [`values`](Row::values).
    pub fn value(&self, at: usize) -> Option<&str> {
        field(&self.bytes, *self.starts.get(at)? as usize).and_then(text)
    }

    /// What rows of one instant are ordered by.
    pub(super) fn tie_breaker(&self) -> (&str, &[u8]) {
        (self.value(EVENT_ID).unwrap_or_default(), &self.bytes)
    }
}

/// Bytes of a time, and of a length.
const TIME: usize = size_of::<i64>();
const LENGTH: usize = size_of::<u32>();

/// The value whose length begins here.
fn field(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let (length, after) = bytes.get(start..)?.split_first_chunk::<LENGTH>()?;
    after.get(..u32::from_le_bytes(*length) as usize)
}

fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value)
        .ok()
        .filter(|value| !value.is_empty())
}

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

/// What is used again for each row.
#[derive(Default)]
pub(super) struct Spare {
    text: String,
    agents: Memo<Agent>,
}

/// What a user agent says.
struct Agent {
    sdk: Option<Box<str>>,
    sdk_version: Option<Box<str>>,
    tool: Option<Box<str>>,
}

impl Agent {
    fn of<'a>(call: &Call<'_>, known: &'a mut Memo<Agent>, text: &mut String) -> &'a Agent {
        let texts = [
            call.field(Field::UserAgent),
            call.is_from_inside_aws().then_some("inside"),
        ];
        known.of(&texts, || {
            let mut value = |dimension| call.value(dimension, text).map(Into::into);
            Agent {
                sdk: value(Dimension::Sdk),
                sdk_version: value(Dimension::SdkVersion),
                tool: value(Dimension::Tool),
            }
        })
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
    pub fn push(&mut self, call: &Call<'_>, spare: &mut Spare) {
        let before = self.tail.len();
        Row::write(call, spare, &mut self.tail);
        self.ended(self.tail.len() - before);
    }

    /// Adds a row from elsewhere.
    pub fn push_row(&mut self, row: &Row) {
        self.tail.extend_from_slice(&row.bytes);
        self.ended(row.bytes.len());
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
    use crate::cloudtrail::Record;

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
            store.push(&Call::new(&record, None), &mut Spare::default());
        }
        // One that stays in memory.
        let short = Record::default()
            .with(Field::EventId, "event-40")
            .with(Field::EventTime, "2026-11-01T00:00:00Z");
        store.push(&Call::new(&short, None), &mut Spare::default());
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
    fn after_a_value_that_is_cut_there_is_none() {
        let record = Record::default()
            .with(Field::EventName, "AssumeRole")
            .with(Field::EventId, "x".repeat(40));
        let mut bytes = Vec::new();
        Row::write(&Call::new(&record, None), &mut Spare::default(), &mut bytes);
        let whole: Vec<Option<String>> = (Row::from_bytes(bytes.clone()).values())
            .map(|value| value.map(str::to_owned))
            .collect();
        assert_eq!(whole[1].as_deref(), Some("AssumeRole"));
        for cut in 0..bytes.len() {
            let row = Row::from_bytes(bytes[..cut].to_vec());
            let mut is_over = false;
            for (value, whole) in row.values().zip(&whole) {
                is_over |= value != whole.as_deref();
                assert!(!is_over || value.is_none(), "{cut}");
            }
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
        store.push(&Call::new(&record, None), &mut Spare::default());
        assert!(store.read(0).is_err());
        assert_eq!(store.check().unwrap_err().to_string(), "full");
    }
}
