//! What calls have in common by the kept dimensions: the rows of `grouping`, as they are read.
//!
//! Owns their memory. There may be a grouping for every ten calls, but few different texts.

use std::cmp::Ordering;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::checksums::{self, Checksums, Sum};
use super::columns::{DISAGREEMENT, KEPT, WIDTH, grouping_columns};
use crate::collections::Map;
use crate::sts::{Dimension, Endpoint, is_vpc_endpoint, sdk};
use crate::tally::{Candidate, Interner, Symbol};

/// Rows of `grouping`, by their ids.
#[derive(Default)]
pub(in crate::store) struct Groupings {
    texts: Interner,
    rows: Vec<[Symbol; WIDTH]>,
    /// The place of each id in `rows`.
    places: Map<u32, u32>,
}

impl Groupings {
    /// All of a store.
    pub fn read(connection: &Connection, checksums: &Checksums) -> rusqlite::Result<Groupings> {
        let columns = grouping_columns();
        let mut all = connection.prepare(&format!("SELECT id, {columns} FROM grouping"))?;
        let mut rows = all.query([])?;
        // A vector that grows takes up to three times what is in it.
        let count = "SELECT count(*) FROM grouping";
        let count: usize = connection.query_row(count, [], |row| row.get(0))?;
        let mut groupings = Groupings::default();
        groupings.rows.reserve_exact(count);
        groupings.places.reserve(count);
        let mut sum = Sum::default();
        while let Some(row) = rows.next()? {
            let mut values = [ValueRef::Null; 1 + WIDTH];
            for (at, value) in values.iter_mut().enumerate() {
                *value = row.get_ref(at)?;
            }
            if checksums.are_kept() {
                sum.add(checksums::hash("grouping", values));
            }
            groupings.add(row.get(0)?, &values[1..])?;
        }
        checksums.expect_all("grouping", sum)?;
        Ok(groupings)
    }

    /// Those with these ids.
    pub fn read_some(
        connection: &Connection,
        ids: impl IntoIterator<Item = u32>,
    ) -> rusqlite::Result<Groupings> {
        let columns = grouping_columns();
        let mut one =
            connection.prepare_cached(&format!("SELECT {columns} FROM grouping WHERE id = ?1"))?;
        let mut groupings = Groupings::default();
        for id in ids {
            let mut rows = one.query([id])?;
            if let Some(row) = rows.next()? {
                let mut values = [ValueRef::Null; WIDTH];
                for (at, value) in values.iter_mut().enumerate() {
                    *value = row.get_ref(at)?;
                }
                groupings.add(id, &values)?;
            }
        }
        Ok(groupings)
    }

    fn add(&mut self, id: u32, values: &[ValueRef<'_>]) -> rusqlite::Result<()> {
        let mut row = [Symbol::ABSENT; WIDTH];
        for (symbol, value) in row.iter_mut().zip(values) {
            *symbol = (self.texts).intern(value.as_str_or_null()?.unwrap_or_default());
        }
        self.places.insert(id, self.rows.len() as u32);
        self.rows.push(row);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The place of the grouping with this id: below [`Groupings::len`].
    pub fn place(&self, id: u32) -> Option<usize> {
        self.places.get(&id).map(|&place| place as usize)
    }

    /// The grouping in a place.
    pub fn at(&self, place: usize) -> Grouping<'_> {
        Grouping {
            texts: &self.texts,
            row: &self.rows[place],
        }
    }

    /// The grouping with this id.
    pub fn get(&self, id: u32) -> Option<Grouping<'_>> {
        self.place(id).map(|place| self.at(place))
    }
}

/// One row of `grouping`.
#[derive(Clone, Copy)]
pub(in crate::store) struct Grouping<'g> {
    texts: &'g Interner,
    row: &'g [Symbol; WIDTH],
}

impl<'g> Grouping<'g> {
    pub fn get(&self, dimension: Dimension) -> Option<&'g str> {
        let at = KEPT.iter().position(|&kept| kept == dimension)?;
        self.value(at)
    }

    /// What is in a column.
    pub fn value(&self, at: usize) -> Option<&'g str> {
        match self.row[at] {
            Symbol::ABSENT => None,
            symbol => Some(self.texts.text(symbol)),
        }
    }

    /// Where its calls went.
    pub fn endpoint(&self) -> Endpoint<'static> {
        match self.value(0) {
            Some("global") => Endpoint::Global,
            Some("regional") => Endpoint::Regional {
                region: None,
                variant: None,
            },
            Some("aws-service") => Endpoint::AwsService,
            Some("other") => Endpoint::Other,
            _ => Endpoint::Unknown,
        }
    }

    /// The order of the values, column by column; what is absent comes first.
    pub fn compare(&self, other: &Grouping<'_>) -> Ordering {
        let values = (0..WIDTH).map(|at| self.value(at));
        values.cmp((0..WIDTH).map(|at| other.value(at)))
    }

    /// A candidate with the properties of its calls.
    pub fn candidate(&self) -> Candidate<()> {
        Candidate::of_many(
            self.endpoint(),
            self.get(Dimension::Sdk).is_some_and(sdk::is_aws_managed),
            self.get(Dimension::VpcEndpointId)
                .is_some_and(is_vpc_endpoint),
            self.value(DISAGREEMENT).is_some(),
            (),
        )
    }
}
