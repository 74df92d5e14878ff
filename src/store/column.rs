//! The dimensions that are kept, as columns of the table `grouping`.

use std::fmt::Write as _;

use super::agents::Agents;
use super::kinds;
use crate::sts::{Call, Dimension, Endpoint};

/// The dimensions kept of every call, in the order of the columns. What groups are by default stands
/// first: where two deliveries of one record differ, the first by these counts.
pub(super) const KEPT: [Dimension; 21] = {
    use Dimension as D;
    [
        D::Endpoint,
        D::ClientProvidedHostHeader,
        D::VpcEndpointId,
        D::Principal,
        D::Evidence,
        D::EndpointRegion,
        D::EndpointVariant,
        D::PrincipalType,
        D::AccountId,
        D::RecipientAccountId,
        D::AwsRegion,
        D::AwsServingRegion,
        D::EventName,
        D::ErrorCode,
        D::RoleArn,
        D::InvokedBy,
        D::Sdk,
        D::SdkVersion,
        D::TlsVersion,
        D::KeyExchange,
        D::Tool,
    ]
};

/// The dimension that version 3 added, whose column stands behind all others.
const ADDED: Dimension = Dimension::Tool;

/// Behind the dimensions: the cause of a global call, and whether host and verdict disagree.
pub(super) const CAUSE: usize = KEPT.len();
pub(super) const DISAGREEMENT: usize = KEPT.len() + 1;
pub(super) const WIDTH: usize = KEPT.len() + 2;

/// What is kept of where a global call came from.
pub(super) const CALLER: [Dimension; 3] = [
    Dimension::SourceIpAddress,
    Dimension::SessionName,
    Dimension::InScopeOf,
];

const YES: &str = "yes";

/// Whether a store can be asked for a dimension. Those that take a new value with nearly every call,
/// or would make a group of every hour, are not kept of every call.
pub fn is_kept(dimension: Dimension) -> bool {
    dimension == Dimension::Day || KEPT.contains(&dimension)
}

/// The table of groupings, and what makes `daily` readable.
pub(super) fn grouping_table() -> String {
    let mut sql = "CREATE TABLE grouping (\n    id INTEGER PRIMARY KEY".to_owned();
    for dimension in KEPT {
        if dimension != ADDED {
            // Writing to a String cannot fail.
            let _ = write!(sql, ",\n    {} TEXT", dimension.name());
        }
    }
    // As ALTER TABLE writes it, so that a store that was brought up is like a new one.
    sql += ",\n    cause TEXT,\n    disagreement TEXT\n, tool TEXT);\n\
            CREATE VIEW daily_calls AS\n    SELECT d.day, d.calls, d.errors,\n\
            \x20       strftime('%Y-%m-%dT%H:%M:%SZ', d.first_event_time / 1000, 'unixepoch') AS first_event_time,\n\
            \x20       strftime('%Y-%m-%dT%H:%M:%SZ', d.last_event_time / 1000, 'unixepoch') AS last_event_time,\n\
            \x20       g.cause";
    for dimension in KEPT {
        let _ = write!(sql, ", g.{}", dimension.name());
    }
    sql + "\n    FROM daily AS d JOIN grouping AS g ON g.id = d.grouping;\n"
}

/// The names of all columns of `grouping` but the number, with commas.
pub(super) fn grouping_columns() -> String {
    let names: Vec<_> = KEPT.iter().map(|dimension| dimension.name()).collect();
    names.join(", ") + ", cause, disagreement"
}

/// Writes what is kept of a call into `row`.
pub(super) fn grouping_row(
    call: &Call<'_>,
    is_disagreement: bool,
    agents: &mut Agents,
    scratch: &mut String,
    row: &mut Vec<u8>,
) {
    row.clear();
    let agent = agents.read(call, scratch);
    for dimension in KEPT {
        match dimension {
            Dimension::Sdk => row.extend_from_slice(&agent.columns),
            Dimension::SdkVersion => {} // stands there already
            Dimension::Tool => row.extend_from_slice(&agent.tool),
            dimension => kinds::push(row, call.value(dimension, scratch)),
        }
    }
    let cause = match call.endpoint() {
        Endpoint::Global => Some(agent.cause.as_str()),
        _ => None,
    };
    kinds::push(row, cause);
    kinds::push(row, is_disagreement.then_some(YES));
}

/// Writes what is kept of where a global call came from into `row`.
pub(super) fn caller_row(call: &Call<'_>, scratch: &mut String, row: &mut Vec<u8>) {
    row.clear();
    for dimension in CALLER {
        kinds::push(row, call.value(dimension, scratch));
    }
}
