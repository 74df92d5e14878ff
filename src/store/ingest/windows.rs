//! How far back S3 is listed each night.
//!
//! Objects may be delivered late, by hours or days: so no night begins where the last one ended. It lists
//! the days of a window again, and the ledger knows what was read of them. The window reaches back from
//! the last night that came to its end, however long ago that is; before the first, all is listed.

use std::path::Path;

use chrono::{Days, NaiveDate};
use rusqlite::Connection;

use super::ledger::UNREAD;
use super::seen::Seen;
use crate::collections::Set;
use crate::input::s3::{Estimate, Requests, S3Url, is_listed_from};
use crate::input::{Folder, Paths, Prefix};
use crate::scan::{Progress, Scan};
use crate::store::StoreError;
use crate::store::open::Store;
use crate::store::tables::batch::Batch;
use crate::store::tables::schema;
use crate::store::tables::unfinished::{self, beginning_with};

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

    /// Has only those days listed that may have something new, and objects of earlier days that could not
    /// be read. Of many of these, all days since the first are listed, and what was given to a run that has not
    /// come to its end is listed as far back as by that one.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn narrow(&self, prefixes: &mut Vec<Prefix>) -> Result<(), StoreError> {
        let mut again = Vec::new();
        let unread = self.sql(unread_objects(&self.connection))?;
        let unfinished = self.sql(unfinished::all(&self.connection))?;
        for prefix in prefixes.iter_mut() {
            let last = self.sql(schema::setting(&self.connection, &name(prefix)))?;
            let last = last.and_then(|day| day.parse::<NaiveDate>().ok());
            let Some(from) = last.and_then(|day| day.checked_sub_days(Days::new(LISTED_DAYS - 1)))
            else {
                continue;
            };
            let left = beginning_with(&unfinished, &prefix.url.to_string());
            prefix.from = (left.iter()).try_fold(from, |from, one| one.widen(&prefix.url, from));
            let Some(from) = prefix.from else {
                continue;
            };
            let below = unread_below(&unread, &prefix.url);
            let mut of_prefix: Vec<_> = (below.iter())
                .filter(|(url, _)| !is_listed_from(&url.prefix, from))
                .collect();
            // Those whose keys only begin so.
            let is_in = |url: &S3Url| prefix.url.leads_to(url);
            if !of_prefix.iter().all(|(url, _)| is_in(url))
                && self.sql(is_folder(&self.connection, &prefix.url))?
            {
                of_prefix.retain(|(url, _)| is_in(url));
            }
            if of_prefix.len() > MOST_AGAIN {
                // `None` if one is of no day: then all are listed.
                prefix.from = of_prefix.iter().map(|(_, day)| *day).min().flatten();
                continue;
            }
            again.extend(of_prefix.into_iter().map(|(url, _)| Prefix {
                url: url.clone(),
                from: None,
                was_listed: true,
                is_again: true,
            }));
        }
        again.sort_by(|one, other| one.url.prefix.cmp(&other.url.prefix));
        again.dedup();
        prefixes.extend(again);
        Ok(())
    }
}

/// An object that could not be read, and the day of its key.
type Unread = (S3Url, Option<NaiveDate>);

fn order(url: &S3Url) -> (&str, &str) {
    (&url.bucket, &url.prefix)
}

/// Those of the objects that begin with a prefix.
fn unread_below<'u>(unread: &'u [Unread], prefix: &S3Url) -> &'u [Unread] {
    let first = unread.partition_point(|(url, _)| order(url) < order(prefix));
    let below = &unread[first..];
    &below[..below.partition_point(|(url, _)| prefix.begins(url))]
}

/// Whether objects were found in a prefix as in a folder: then it is not the beginning of other keys.
fn is_folder(connection: &Connection, prefix: &S3Url) -> rusqlite::Result<bool> {
    // What follows the slash among the characters is the zero.
    let query = "SELECT EXISTS (SELECT 1 FROM folder \
         WHERE path = ?1 OR path > ?1 || '/' AND path < ?1 || '0')";
    connection.query_row(query, [prefix.to_string()], |row| row.get(0))
}

/// As many objects are asked for one by one.
const MOST_AGAIN: usize = 500;

/// The objects of S3 that could not be read, in their order: logs and digests. What is archived is read when
/// somebody has restored it.
fn unread_objects(connection: &Connection) -> rusqlite::Result<Vec<Unread>> {
    let mut all = connection.prepare(
        "SELECT path, name FROM file JOIN folder ON folder.id = folder WHERE outcome = \
         'damaged' AND size = ?1 AND modified = ?2 AND path GLOB 's3://*' \
         AND ifnull(detail, '') NOT GLOB 'archived *'",
    )?;
    // Of forgotten days nothing is asked any more.
    let kept_from = schema::kept_from(connection)?;
    let mut rows = all.query((UNREAD.size.cast_signed(), UNREAD.changed))?;
    let mut unread = Vec::new();
    while let Some(row) = rows.next()? {
        let (folder, name) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        let day = Folder::new(folder.into()).day();
        if day.is_none() || day >= kept_from {
            let url = S3Url::parse(&format!("{folder}/{name}"));
            unread.extend(url.ok().map(|url| (url, day)));
        }
    }
    unread.sort_unstable_by(|(one, _), (other, _)| order(one).cmp(&order(other)));
    Ok(unread)
}

/// Notes that prefixes were listed to their ends, but for those at which there was nothing.
pub(super) fn note_listed(
    batch: &mut Batch<'_>,
    prefixes: &[Prefix],
    unread: &Set<&Path>,
    today: NaiveDate,
) -> rusqlite::Result<()> {
    for prefix in prefixes {
        if prefix.is_again || unread.contains(Path::new(&prefix.url.to_string())) {
            continue;
        }
        schema::set(batch.step()?, &name(prefix), &today.to_string())?;
    }
    Ok(())
}
