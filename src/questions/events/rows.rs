//! Calls one by one: the columns of `events`, and a place to keep millions of rows.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

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

/// One call, as a row of `events`: its time, and its values as lengths and bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(Vec<u8>);

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

    pub(super) fn from_bytes(bytes: &[u8]) -> Row {
        Row(bytes.to_vec())
    }

    /// When the call was completed.
    pub fn time(&self) -> Option<Time> {
        Time::from_millis(i64::from_le_bytes(*self.0.first_chunk()?))
    }

    /// The values of all columns but the time; `None` for what the record lacks.
    pub fn values(&self) -> impl Iterator<Item = Option<&str>> {
        self.fields().map(text)
    }

    /// The value of one column, by its place among [`values`](Row::values).
    pub fn value(&self, at: usize) -> Option<&str> {
        self.fields().nth(at).and_then(text)
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.0.get(8..).unwrap_or_default();
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk()?;
            let (value, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = after;
            Some(value)
        })
    }

    /// What rows of one instant are ordered by.
    pub(super) fn tie_breaker(&self) -> (&str, &[u8]) {
        (
            self.values().nth(EVENT_ID).flatten().unwrap_or_default(),
            &self.0,
        )
    }
}

fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value)
        .ok()
        .filter(|value| !value.is_empty())
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
    /// Where each row ends.
    ends: Vec<u64>,
    /// Rows after the first `written` bytes.
    tail: Vec<u8>,
    written: u64,
    file: Option<File>,
    /// What went wrong with the file.
    error: Option<io::Error>,
}

/// How much of the rows a thread keeps in memory. Of less the writes would be felt.
const TAIL: usize = 2 << 20;

impl RowStore {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds the row of a call.
    pub fn push(&mut self, call: &Call<'_>, spare: &mut Spare) {
        Row::write(call, spare, &mut self.tail);
        self.ended();
    }

    /// Adds a row from elsewhere.
    pub fn push_row(&mut self, row: &Row) {
        self.tail.extend_from_slice(&row.0);
        self.ended();
    }

    /// Forgets all rows but the first; for those that are in memory still.
    pub fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        let end = self.ends.last().copied().unwrap_or(0);
        self.tail
            .truncate(end.saturating_sub(self.written) as usize);
    }

    fn ended(&mut self) {
        self.ends.push(self.written + self.tail.len() as u64);
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
    pub fn read(&mut self, at: usize) -> io::Result<Row> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        let length = (self.ends[at] - start) as usize;
        if start >= self.written {
            let start = (start - self.written) as usize;
            let bytes = self.tail.get(start..start + length);
            return bytes.map(Row::from_bytes).ok_or_else(lost);
        }
        let mut bytes = vec![0; length];
        let file = self.file.as_mut().ok_or_else(lost)?;
        file.seek(SeekFrom::Start(start))?;
        io::Read::read_exact(file, &mut bytes)?;
        Ok(Row(bytes))
    }
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
    fn rows_come_back_from_memory_and_from_the_file() {
        let mut store = RowStore::default();
        let agent = "x".repeat(1 << 20);
        for n in 0..41 {
            let id = format!("event-{n}");
            let record = Record::default()
                .with(Field::EventId, id.as_str())
                .with(Field::UserAgent, agent.as_str())
                .with(Field::EventTime, "2026-11-01T00:00:00Z");
            store.push(&Call::new(&record, None), &mut Spare::default());
        }
        assert!(store.file.is_some() && store.tail.len() < TAIL);
        store.check().unwrap();
        for n in [0, 39, 17, 3] {
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
        store.push(&Call::new(&record, None), &mut Spare::default());
        assert!(store.read(0).is_err());
        assert_eq!(store.check().unwrap_err().to_string(), "full");
    }
}
