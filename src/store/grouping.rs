//! What calls have in common by the kept dimensions: the rows of `grouping`.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::checksums::{self, Checksums, Sum};
use super::column::{DISAGREEMENT, KEPT, WIDTH, grouping_columns};
use super::hashed::Map;
use crate::sts::{Dimension, Endpoint, is_vpc_endpoint, sdk};
use crate::tally::Candidate;

/// A row of `grouping`.
pub(super) struct Grouping {
    pub values: [Option<Box<str>>; WIDTH],
    pub endpoint: Endpoint<'static>,
}

impl Grouping {
    pub fn get(&self, dimension: Dimension) -> Option<&str> {
        let at = KEPT.iter().position(|&kept| kept == dimension)?;
        self.values[at].as_deref()
    }

    /// A claim with its properties.
    pub fn claim(&self) -> Candidate<()> {
        Candidate::of_many(
            self.endpoint,
            self.get(Dimension::Sdk).is_some_and(sdk::is_aws_managed),
            self.get(Dimension::VpcEndpointId)
                .is_some_and(is_vpc_endpoint),
            self.values[DISAGREEMENT].is_some(),
            (),
        )
    }
}

/// All of them.
pub(super) fn read_groupings(
    connection: &Connection,
    checksums: &Checksums,
) -> rusqlite::Result<Map<u32, Grouping>> {
    let columns = grouping_columns();
    let mut all = connection.prepare(&format!("SELECT id, {columns} FROM grouping"))?;
    let mut rows = all.query([])?;
    let mut groupings = Map::default();
    let mut sum = Sum::default();
    while let Some(row) = rows.next()? {
        if checksums.are_kept() {
            let mut values = [ValueRef::Null; 1 + WIDTH];
            for (at, value) in values.iter_mut().enumerate() {
                *value = row.get_ref(at)?;
            }
            sum.add(checksums::hash("grouping", values));
        }
        groupings.insert(row.get(0)?, grouping(row)?);
    }
    checksums.expect_all("grouping", sum)?;
    Ok(groupings)
}

/// One of the groupings.
pub(super) fn read_grouping(
    connection: &Connection,
    number: u32,
) -> rusqlite::Result<Option<Grouping>> {
    let columns = grouping_columns();
    connection
        .prepare_cached(&format!("SELECT id, {columns} FROM grouping WHERE id = ?1"))?
        .query_row([number], grouping)
        .optional()
}

fn grouping(row: &Row<'_>) -> rusqlite::Result<Grouping> {
    let mut values = [const { None }; WIDTH];
    for (at, value) in values.iter_mut().enumerate() {
        *value = row.get(at + 1)?;
    }
    let endpoint = match values[0].as_deref() {
        Some("global") => Endpoint::Global,
        Some("regional") => Endpoint::Regional {
            region: None,
            variant: None,
        },
        Some("aws-service") => Endpoint::AwsService,
        Some("other") => Endpoint::Other,
        _ => Endpoint::Unknown,
    };
    Ok(Grouping { values, endpoint })
}
