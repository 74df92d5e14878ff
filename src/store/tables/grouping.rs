//! What calls have in common by the kept dimensions: the rows of `grouping`, as they are read.

use std::cmp::Ordering;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _};

use super::checksums::{self, Checksums, Sum};
use super::columns::{DISAGREEMENT, KEPT, WIDTH, grouping_columns};
use crate::collections::Map;
use crate::sts::{Dimension, Endpoint, is_vpc_endpoint, sdk};
use crate::tally::Candidate;

/// A row of `grouping`. There may be as many as a tenth of the calls, so all its texts are in one.
pub(in crate::store) struct Grouping {
    texts: Box<str>,
    /// Where each text ends.
    ends: [u32; WIDTH],
    /// One bit for each text that is absent.
    absent: u32,
    pub endpoint: Endpoint<'static>,
}

impl Grouping {
    pub fn get(&self, dimension: Dimension) -> Option<&str> {
        let at = KEPT.iter().position(|&kept| kept == dimension)?;
        self.value(at)
    }

    /// What is in a column.
    pub fn value(&self, at: usize) -> Option<&str> {
        if self.absent & 1 << at != 0 {
            return None;
        }
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.texts.get(start as usize..self.ends[at] as usize)
    }

    /// The order of the values, column by column; what is absent comes first.
    pub fn compare(&self, other: &Grouping) -> Ordering {
        let values = (0..WIDTH).map(|at| self.value(at));
        values.cmp((0..WIDTH).map(|at| other.value(at)))
    }

    /// A candidate with the properties of its calls.
    pub fn candidate(&self) -> Candidate<()> {
        Candidate::of_many(
            self.endpoint,
            self.get(Dimension::Sdk).is_some_and(sdk::is_aws_managed),
            self.get(Dimension::VpcEndpointId)
                .is_some_and(is_vpc_endpoint),
            self.value(DISAGREEMENT).is_some(),
            (),
        )
    }
}

/// All groupings, by their ids.
pub(in crate::store) fn read_groupings(
    connection: &Connection,
    checksums: &Checksums,
) -> rusqlite::Result<Map<u32, Grouping>> {
    let columns = grouping_columns();
    let mut all = connection.prepare(&format!("SELECT id, {columns} FROM grouping"))?;
    let mut rows = all.query([])?;
    let mut groupings = Map::default();
    let mut sum = Sum::default();
    while let Some(row) = rows.next()? {
        let mut values = [ValueRef::Null; 1 + WIDTH];
        for (at, value) in values.iter_mut().enumerate() {
            *value = row.get_ref(at)?;
        }
        if checksums.are_kept() {
            sum.add(checksums::hash("grouping", values));
        }
        groupings.insert(row.get(0)?, grouping(&values[1..])?);
    }
    checksums.expect_all("grouping", sum)?;
    Ok(groupings)
}

/// The grouping with this id.
pub(in crate::store) fn read_grouping(
    connection: &Connection,
    number: u32,
) -> rusqlite::Result<Option<Grouping>> {
    let columns = grouping_columns();
    connection
        .prepare_cached(&format!("SELECT id, {columns} FROM grouping WHERE id = ?1"))?
        .query_row([number], |row| {
            let mut values = [ValueRef::Null; WIDTH];
            for (at, value) in values.iter_mut().enumerate() {
                *value = row.get_ref(at + 1)?;
            }
            grouping(&values)
        })
        .optional()
}

fn grouping(values: &[ValueRef<'_>]) -> rusqlite::Result<Grouping> {
    let mut texts = String::new();
    let (mut ends, mut absent) = ([0; WIDTH], 0);
    for (at, (end, value)) in ends.iter_mut().zip(values).enumerate() {
        match value.as_str_or_null()? {
            Some(text) => texts.push_str(text),
            None => absent |= 1 << at,
        }
        *end = texts.len() as u32;
    }
    let mut grouping = Grouping {
        texts: texts.into(),
        ends,
        absent,
        endpoint: Endpoint::Unknown,
    };
    grouping.endpoint = match grouping.value(0) {
        Some("global") => Endpoint::Global,
        Some("regional") => Endpoint::Regional {
            region: None,
            variant: None,
        },
        Some("aws-service") => Endpoint::AwsService,
        Some("other") => Endpoint::Other,
        _ => Endpoint::Unknown,
    };
    Ok(grouping)
}
