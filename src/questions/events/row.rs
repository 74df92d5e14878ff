//! One call as a row: the columns of `events`, and where their values come from.
//!
//! Owns the form of a row in bytes. Refuses to know where rows are kept.

use crate::cloudtrail::Field;
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
    pub(super) fn write(call: &Call<'_>, text: &mut String, into: &mut Vec<u8>) {
        let time = call.time().map_or(i64::MIN, Time::millis);
        into.extend_from_slice(&time.to_le_bytes());
        for source in &SOURCES {
            let value = match *source {
                Column::Dimension(dimension) => call.value(dimension, text),
                Column::Field(field) => call.field(field),
            }
            .unwrap_or_default();
            // A value is a part of a record, and those end at 32 MiB.
            into.extend_from_slice(&(value.len() as u32).to_le_bytes());
            into.extend_from_slice(value.as_bytes());
        }
    }

    /// Its bytes, as [`Row::write`] writes them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::Record;

    #[test]
    fn after_a_value_that_is_cut_there_is_none() {
        let record = Record::default()
            .with(Field::EventName, "AssumeRole")
            .with(Field::EventId, "x".repeat(40));
        let mut bytes = Vec::new();
        Row::write(&Call::new(&record, None), &mut String::new(), &mut bytes);
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
}
