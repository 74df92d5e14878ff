//! The list of own host names, and what it matches.

use crate::store::StoreError;
use crate::store::open::Store;
use crate::store::tables::hosts;
use crate::sts::Hosts;

impl Store {
    /// The list of own host names that the last ingest was given, with what its lines match of the hosts
    /// of all calls that are kept: [`Hosts::unmatched`] may be mistyped. Empty if it was given none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn hosts(&self) -> Result<Hosts, StoreError> {
        self.sql(hosts::read(&self.connection))
    }
}
