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
use crate::aws::is_of_digests;
use crate::collections::Set;
use crate::input::s3::{Estimate, Requests, S3Url};
use crate::input::{Folder, Paths, Prefix, walks_all_of};
use crate::scan::{Progress, Scan};
use crate::store::StoreError;
use crate::store::open::Store;
use crate::store::tables::batch::Batch;
use crate::store::tables::schema;
use crate::store::tables::unfinished::{self, Unfinished, beginning_with};

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

    /// Has only those days listed that may have something new. What was given to a run that has not come to its end is
    /// listed as far back as by that one.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn narrow(&self, prefixes: &mut [Prefix]) -> Result<(), StoreError> {
        let unfinished = self.sql(unfinished::all(&self.connection))?;
        for prefix in prefixes {
            let last = self.sql(schema::setting(&self.connection, &name(prefix)))?;
            let last = last.and_then(|day| day.parse::<NaiveDate>().ok());
            let from = last.and_then(|day| day.checked_sub_days(Days::new(LISTED_DAYS - 1)));
            let left = beginning_with(&unfinished, &prefix.url.to_string());
            let widened = |from, one: &Unfinished| one.widen(&prefix.url, from);
            prefix.from = from.and_then(|from| left.iter().try_fold(from, widened));
        }
        Ok(())
    }

    /// Has objects asked for again that could not be read, and that a listing does not come to, or passes by. Of many
    /// that are of earlier days, all days since the first are listed.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn ask_again(&self, prefixes: &mut Vec<Prefix>) -> Result<(), StoreError> {
        let unread = self.sql(unread_objects(&self.connection))?;
        let mut again = Vec::new();
        for prefix in prefixes.iter_mut() {
            let below = unread_below(&unread, &prefix.url);
            let is_in = |(url, _): &&Unread| prefix.url.leads_to(url);
            // It may be the beginning of keys: then it lists all of them if it is listed whole.
            let is_folder = !below.iter().all(|one| is_in(&one))
                && (prefix.from.is_none() || self.sql(is_folder(&self.connection, &prefix.url))?);
            let of_prefix = below.iter().filter(|one| !is_folder || is_in(one));
            let (listed, early): (Vec<_>, Vec<_>) =
                of_prefix.partition(|(url, _)| prefix.lists(url));
            // Digests are listed for themselves, and may be as many as hours.
            let comes_to =
                |url: &S3Url| is_of_digests(&url.prefix) || walks_all_of(&prefix.url, url);
            let passed_by = listed.into_iter().filter(|(url, _)| !comes_to(url));
            again.extend(passed_by.take(MOST_AGAIN));
            if early.len() > MOST_AGAIN {
                // `None` if one is of no day: then all are listed.
                prefix.from = early.iter().map(|(_, day)| *day).min().flatten();
            } else {
                again.extend(early);
            }
        }
        again.sort_unstable_by(|(one, _), (other, _)| order(one).cmp(&order(other)));
        again.dedup();
        prefixes.extend(again.into_iter().map(|(url, _)| Prefix {
            url: url.clone(),
            from: None,
            was_listed: true,
            is_again: true,
        }));
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

/// As many objects of a prefix are asked for one by one.
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
