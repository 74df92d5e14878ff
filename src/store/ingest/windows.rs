//! How far back S3 is listed each night.
//!
//! Objects may be delivered late, by hours or days: so no night begins where the last one ended. It lists
//! the days of a window again, and the ledger knows what was read of them. The window reaches back from
//! the last night that came to its end, however long ago that is; before the first, all is listed.

use chrono::{Days, NaiveDate};

use super::ledger::Seen;
use crate::collections::Set;
use crate::input::s3::{Estimate, Requests};
use crate::input::{Paths, Prefix};
use crate::scan::{Progress, Scan};
use crate::store::StoreError;
use crate::store::open::Store;
use crate::store::tables::batch::Batch;
use crate::store::tables::schema;

/// Days of delivery that are listed again.
pub const LISTED_DAYS: u64 = 35;

/// The name of the setting that has the last day on which a prefix was listed to its end.
fn name(prefix: &Prefix) -> String {
    format!("listed {}", prefix.url)
}

impl Store {
    /// Says what reading what is new in S3 would come to, and what was asked for that.
    ///
    /// # Errors
    /// If S3 cannot be asked, or the store cannot be read.
    pub fn estimate(
        &self,
        scan: &Scan,
        paths: &Paths,
        progress: &Progress,
    ) -> Result<(Estimate, Requests), StoreError> {
        let ledger = self.sql(self.sound_ledger())?;
        scan.estimate_new(paths, progress, Some(&Seen::new(&ledger)))
            .map_err(StoreError::Scan)
    }

    /// Has only those days listed that may have something new.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn narrow(&self, prefixes: &mut [Prefix]) -> Result<(), StoreError> {
        for prefix in prefixes {
            let last = self.sql(schema::setting(&self.connection, &name(prefix)))?;
            let last = last.and_then(|day| day.parse::<NaiveDate>().ok());
            prefix.from = last.and_then(|day| day.checked_sub_days(Days::new(LISTED_DAYS - 1)));
        }
        Ok(())
    }
}

/// Notes that prefixes were listed to their ends, but for those at which there was nothing.
pub(super) fn note_listed(
    batch: &mut Batch<'_>,
    prefixes: &[Prefix],
    unread: &Set<&str>,
    today: NaiveDate,
) -> rusqlite::Result<()> {
    for prefix in prefixes {
        if unread.contains(&*prefix.url.to_string()) {
            continue;
        }
        schema::set(batch.step()?, &name(prefix), &today.to_string())?;
    }
    Ok(())
}
