//! What other parsers of JSON take for stscope's own work: from the text of a log file to the fields of
//! its STS records. `cargo run --release -p json-peers`
//!
//! All three give the same fields, which is checked first. simd-json parses the whole into its tape, in
//! place: the copy of the text that this destroys is not timed. sonic-rs parses nothing: it walks the
//! records lazily, looks at the `eventSource` of each, and at the members of those of STS once.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use archive::bulk::{Archive, Options};
use simd_json::prelude::ValueIntoString as _;
use simd_json::tape;
use sonic_rs::{JsonValueTrait as _, LazyValue};
use stscope::internals::cloudtrail::{
    Field, Handler, Kernel, Member, Place, Reader, Record, Window,
};

const STS: &str = "sts.amazonaws.com";

/// Rounds of all parsers in turn, so that a machine that gets slower does so for all.
const ROUNDS: usize = 41;

/// The fields that stscope keeps, and where they are.
const FIELDS: &[(Field, &[&str])] = &[
    (Field::EventSource, &["eventSource"]),
    (Field::EventName, &["eventName"]),
    (Field::EventTime, &["eventTime"]),
    (Field::EventId, &["eventID"]),
    (Field::SharedEventId, &["sharedEventID"]),
    (Field::EventCategory, &["eventCategory"]),
    (Field::EventType, &["eventType"]),
    (Field::AwsRegion, &["awsRegion"]),
    (Field::SourceIpAddress, &["sourceIPAddress"]),
    (Field::UserAgent, &["userAgent"]),
    (Field::ErrorCode, &["errorCode"]),
    (Field::RecipientAccountId, &["recipientAccountId"]),
    (Field::VpcEndpointId, &["vpcEndpointId"]),
    (Field::OriginalEventId, &["addendum", "originalEventID"]),
    (
        Field::ClientProvidedHostHeader,
        &["tlsDetails", "clientProvidedHostHeader"],
    ),
    (Field::TlsVersion, &["tlsDetails", "tlsVersion"]),
    (Field::KeyExchange, &["tlsDetails", "keyExchange"]),
    (
        Field::EndpointType,
        &["additionalEventData", "RequestDetails", "endpointType"],
    ),
    (
        Field::AwsServingRegion,
        &["additionalEventData", "RequestDetails", "awsServingRegion"],
    ),
    (Field::RoleArn, &["requestParameters", "roleArn"]),
    (Field::PrincipalArn, &["requestParameters", "principalArn"]),
    (
        Field::IssuedAccessKeyId,
        &["responseElements", "credentials", "accessKeyId"],
    ),
    (Field::IdentityType, &["userIdentity", "type"]),
    (Field::IdentityArn, &["userIdentity", "arn"]),
    (Field::PrincipalId, &["userIdentity", "principalId"]),
    (Field::AccountId, &["userIdentity", "accountId"]),
    (Field::UserName, &["userIdentity", "userName"]),
    (Field::InvokedBy, &["userIdentity", "invokedBy"]),
    (
        Field::IdentityProvider,
        &["userIdentity", "identityProvider"],
    ),
    (Field::AccessKeyId, &["userIdentity", "accessKeyId"]),
    (
        Field::SessionIssuerArn,
        &["userIdentity", "sessionContext", "sessionIssuer", "arn"],
    ),
    (
        Field::IdentityStoreArn,
        &["userIdentity", "onBehalfOf", "identityStoreArn"],
    ),
    (
        Field::OnBehalfOfUserId,
        &["userIdentity", "onBehalfOf", "userId"],
    ),
    (
        Field::IssuerType,
        &["userIdentity", "inScopeOf", "issuerType"],
    ),
    (
        Field::CredentialsIssuedTo,
        &["userIdentity", "inScopeOf", "credentialsIssuedTo"],
    ),
];

/// What was found: a hash over all fields of all records, and how many records there were.
#[derive(Default)]
struct Found {
    records: u64,
    fields: DefaultHasher,
}

impl Found {
    fn field(&mut self, value: Option<&str>) {
        value.filter(|text| !text.is_empty()).hash(&mut self.fields);
    }

    fn result(&self) -> (u64, u64) {
        (self.records, self.fields.finish())
    }
}

impl Handler for Found {
    type Mark = ();

    fn record(&mut self, record: &Record<'_>) {
        if record.get(Field::EventSource) == Some(STS) {
            self.records += 1;
            for (field, _) in FIELDS {
                self.field(record.get(*field));
            }
        }
    }

    fn mark(&self) {}

    fn rollback(&mut self, (): ()) {}
}

fn ours(reader: &mut Reader, text: &[u8]) -> Found {
    let mut found = Found::default();
    reader.read(&mut Window::whole(text), &mut found);
    found
}

fn simd_json(buffers: &mut simd_json::Buffers, text: &mut [u8]) -> Result<Found, simd_json::Error> {
    let mut found = Found::default();
    let parsed = simd_json::to_tape_with_buffers(text, buffers)?;
    let records = parsed
        .as_value()
        .as_object()
        .and_then(|log| log.get("Records"));
    for record in records
        .and_then(|records| records.as_array())
        .iter()
        .flat_map(tape::Array::iter)
    {
        let Some(record) = record.as_object() else {
            continue;
        };
        if record
            .get("eventSource")
            .and_then(|value| value.into_string())
            != Some(STS)
        {
            continue;
        }
        found.records += 1;
        for (_, path) in FIELDS {
            let mut names = path.iter();
            let first = names.next().and_then(|name| record.get(*name));
            let value = names.fold(first, |value, name| value?.as_object()?.get(*name));
            let value = value.and_then(|value| value.into_string());
            found.field(value);
        }
    }
    Ok(found)
}

/// What a record has by sonic-rs, by the number of the field.
type Lazy<'a> = [Option<LazyValue<'a>>; Field::COUNT];

/// One walk over an object and those inside it that matter.
fn walk<'a>(place: Place, text: &'a str, into: &mut Lazy<'a>) -> Result<(), sonic_rs::Error> {
    for member in sonic_rs::to_object_iter(text) {
        let (key, value) = member?;
        match place.member(key.as_bytes()) {
            Some(Member::Field(field)) => into[field as usize] = Some(value),
            Some(Member::Place(place)) if value.is_object() => {
                if let Cow::Borrowed(text) = value.as_raw_cow() {
                    walk(place, text, into)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn sonic_rs(text: &[u8]) -> Result<Found, sonic_rs::Error> {
    let mut found = Found::default();
    let records = sonic_rs::get_from_slice(text, ["Records"])?;
    for record in sonic_rs::to_array_iter(records.as_raw_str()) {
        let record = record?;
        if record
            .get("eventSource")
            .as_ref()
            .and_then(|value| value.as_str())
            != Some(STS)
        {
            continue;
        }
        found.records += 1;
        let mut fields: Lazy<'_> = std::array::from_fn(|_| None);
        walk(Place::Record, record.as_raw_str(), &mut fields)?;
        for (field, _) in FIELDS {
            let value = fields[*field as usize].as_ref();
            found.field(value.and_then(|value| value.as_str()));
        }
    }
    Ok(found)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = io::stdout().lock();
    let mut buffers = simd_json::Buffers::new(1 << 22);
    let mut reader = Reader::new(Kernel::detect(), STS);
    writeln!(
        out,
        "sts share  records of STS  simd-json / ours  sonic-rs / ours"
    )?;
    for sts_share in [0.0, 0.1, 0.6, 1.0] {
        let mut text = Vec::new();
        let options = Options {
            files: 4,
            records: 8700,
            sts_share,
            ..Options::default()
        };
        Archive::new(options).write_file(0, &mut text);
        let expected = ours(&mut reader, &text).result();
        assert_eq!(
            simd_json(&mut buffers, &mut text.clone())?.result(),
            expected
        );
        assert_eq!(sonic_rs(&text)?.result(), expected);
        let mut times: [Vec<Duration>; 3] = Default::default();
        for _ in 0..ROUNDS {
            let mut copy = text.clone();
            let mut began = Instant::now();
            let mut lap = |times: &mut Vec<Duration>, found: (u64, u64)| {
                times.push(began.elapsed());
                assert_eq!(found, expected);
                began = Instant::now();
            };
            lap(&mut times[0], ours(&mut reader, &text).result());
            lap(&mut times[1], simd_json(&mut buffers, &mut copy)?.result());
            lap(&mut times[2], sonic_rs(&text)?.result());
        }
        let [ours, simd_json, sonic_rs] = times.map(median);
        writeln!(
            out,
            "{sts_share:>9}  {:>14}  {:>16.1}  {:>15.1}",
            expected.0,
            simd_json / ours,
            sonic_rs / ours
        )?;
    }
    Ok(())
}
