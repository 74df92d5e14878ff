//! About a second of work in one transaction, because each transaction waits for the disk several times.
//!
//! What belongs together is written between two calls of [`Batch::step`]: it is committed together,
//! with what was written before and after it, or not at all.

use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction};

/// How long a transaction stays open.
pub(in crate::store) const COMMIT_EVERY: Duration = Duration::from_secs(1);

/// Transactions, one after the other. What is not committed is taken back when this is dropped.
pub(in crate::store) struct Batch<'c> {
    connection: &'c Connection,
    commit_every: Duration,
    open: Option<(Transaction<'c>, Instant)>,
}

impl<'c> Batch<'c> {
    pub fn new(connection: &'c Connection) -> Batch<'c> {
        Batch::of(connection, COMMIT_EVERY)
    }

    /// The same, with another time for which a transaction stays open.
    pub fn of(connection: &'c Connection, commit_every: Duration) -> Batch<'c> {
        Batch {
            connection,
            commit_every,
            open: None,
        }
    }

    /// The connection, to write something that belongs together. Commits what came before, if it has
    /// waited long enough.
    pub fn step(&mut self) -> rusqlite::Result<&'c Connection> {
        if self.is_due() {
            self.commit()?;
        }
        self.begin()
    }

    /// The same, but commits nothing.
    pub fn begin(&mut self) -> rusqlite::Result<&'c Connection> {
        if self.open.is_none() {
            let transaction = self.connection.unchecked_transaction()?;
            self.open = Some((transaction, Instant::now()));
        }
        Ok(self.connection)
    }

    /// How long what was written may wait to be committed; `None` if there is nothing.
    pub fn left(&self) -> Option<Duration> {
        let (_, begun) = self.open.as_ref()?;
        Some(self.commit_every.saturating_sub(begun.elapsed()))
    }

    /// Whether what was written has waited long enough.
    pub fn is_due(&self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    pub fn commit(&mut self) -> rusqlite::Result<()> {
        match self.open.take() {
            Some((transaction, _)) => transaction.commit(),
            None => Ok(()),
        }
    }
}
