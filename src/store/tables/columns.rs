//! The dimensions that are kept, as columns of the tables `grouping` and `caller`.
//!
//! Owns their order, which everything that reads or writes these tables follows.

use std::fmt::Write as _;

use crate::sts::Dimension;

/// The dimensions kept of every call, in the order of the columns. The default grouping
/// comes first: where two deliveries of one record differ, the first in this order counts.
pub(in crate::store) const KEPT: [Dimension; 21] = {
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

/// The dimension that version 3 added, whose column is after all others.
const ADDED: Dimension = Dimension::Tool;

/// After the dimensions: the cause of a global call, and whether host and verdict disagree.
pub(in crate::store) const CAUSE: usize = KEPT.len();
pub(in crate::store) const DISAGREEMENT: usize = KEPT.len() + 1;
pub(in crate::store) const WIDTH: usize = KEPT.len() + 2;

/// What is kept of the origin of a global call.
pub(in crate::store) const CALLER: [Dimension; 3] = [
    Dimension::SourceIpAddress,
    Dimension::SessionName,
    Dimension::InScopeOf,
];

/// Whether a store can be asked for a dimension. Dimensions with a new value in nearly every
/// call, or a group for every hour, are not kept.
pub fn is_kept(dimension: Dimension) -> bool {
    // The name is told by the id.
    let is_told = [Dimension::Day, Dimension::AccountName].contains(&dimension);
    is_told || KEPT.contains(&dimension)
}

/// The table of groupings, and what makes `daily` readable.
pub(in crate::store) fn grouping_table() -> String {
    let mut sql = "CREATE TABLE grouping (\n    id INTEGER PRIMARY KEY".to_owned();
    for dimension in KEPT {
        if dimension != ADDED {
            // Writing to a String cannot fail.
            let _ = write!(sql, ",\n    {} TEXT", dimension.name());
        }
    }
    // As ALTER TABLE writes it, so that a migrated store is like a new one.
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

/// The names of all columns of `grouping` except `id`, with commas.
pub(in crate::store) fn grouping_columns() -> String {
    let names: Vec<_> = KEPT.iter().map(|dimension| dimension.name()).collect();
    names.join(", ") + ", cause, disagreement"
}
