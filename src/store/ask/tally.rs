//! The rows of a store → the tally that its files would have given.

use rusqlite::{Connection, Row};

use super::coverage::{self, WhatWasRead};
use crate::collections::{Map, Set};
use crate::store::chains;
use crate::store::days::day::{day_name, day_number, midnight};
use crate::store::days::resolve;
use crate::store::error::StoreError;
use crate::store::open::Store;
use crate::store::tables::checksums::{self, Checksums, Sum, Sums, damaged};
use crate::store::tables::columns::{CALLER, CAUSE};
use crate::store::tables::grouping::{Grouping, Groupings};
use crate::store::tables::kept::{self, Kept};
use crate::store::tables::migrate;
use crate::sts::{
    Dimension, Endpoint, EndpointKind, Properties, REGION_DISABLED, Time, is_vpc_endpoint,
    issuing_account_id,
};
use crate::tally::{Collector as _, Filter, Measures, Question, Selection, Tally, Terms, Verdict};

impl Store {
    /// The tally that the files in the ledger would have given, each object of S3 read once. If days
    /// were forgotten, files that were delivered before the first kept day are pruned, as are those
    /// that a scan with this selection prunes. Late calls in such files are counted nevertheless.
    ///
    /// `selection` must ask for kept dimensions only ([`is_kept`](crate::store::is_kept)), and its times must
    /// be midnights (UTC). The copies of closed days are gone: with
    /// [`Selection::accounts`], a cross-account call of such a day counts for the account whose copy
    /// was kept.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn tally<Q: Question>(
        &self,
        question: &Q,
        selection: &Selection,
    ) -> Result<Tally<Q>, StoreError> {
        self.sql(self.try_tally(question, selection, false, true))
    }

    /// The same, to which nothing can be added: then what has no copy in the store counts at once, and
    /// only copies take memory. With `days`, what was read is told by account, Region and day, too.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn closed_tally<Q: Question>(
        &self,
        question: &Q,
        selection: &Selection,
        days: bool,
    ) -> Result<Tally<Q>, StoreError> {
        self.sql(self.try_tally(question, selection, true, days))
    }

    fn try_tally<Q: Question>(
        &self,
        question: &Q,
        selection: &Selection,
        is_closed: bool,
        days: bool,
    ) -> rusqlite::Result<Tally<Q>> {
        // One transaction, so that an ingest meanwhile changes nothing.
        let transaction = self.connection.unchecked_transaction()?;
        let terms = Terms {
            selection: selection.clone(),
            ..Terms::default()
        };
        let mut tally = Tally::of(question.clone(), &terms, true);
        let checksums = self.checksums()?;
        let WhatWasRead {
            coverage,
            logs_read,
            days_read,
            saw_us_east_1,
            logs,
        } = coverage::read(&transaction, selection, &checksums, days)?;
        checksums.verify(&transaction, &["digest", "unnamed_log"])?;
        let mut pruning = selection.pruning();
        pruning.first_day = pruning.first_day.max(coverage.kept_from);
        let mut rows = chains::standing::chains(&transaction, selection, &pruning, logs.keys())?;
        // Of accounts and Regions without digests a store keeps no names.
        for row in (rows.iter_mut()).filter(|row| row.digests == 0 && row.trail.is_none()) {
            let pair = (row.account_id.clone(), row.region.clone());
            row.unnamed = row.unnamed.max(logs.get(&pair).copied().unwrap_or(0));
        }
        tally.add_read(coverage, logs_read, days_read);
        if saw_us_east_1 {
            tally.totals().see_us_east_1();
        }
        tally.totals().note_chains(rows);
        let groupings = Groupings::read(&transaction, &checksums)?;
        let mut places = Places {
            by_day: mentions_day(question, selection),
            by_caller: question.tells_callers(),
            callers: Map::default(),
            known: vec![None; groupings.len()],
            of_day_and_caller: Map::default(),
            last: None,
            is_grouping_lost: false,
            groupings: &groupings,
            selection,
            earlier: read_earlier(&transaction, selection)?,
        };
        if places.by_caller {
            checksums.verify(&transaction, &["caller"])?;
            places.callers = read_callers(&transaction)?;
        }
        let mut filter = None;
        if is_closed {
            filter = resolve::filter_of_all(&transaction)?;
            tally.allow_nothing_more();
        }
        // Of a former version the sums are over rows of another form.
        let are_as_summed = self.version >= migrate::FIRST_WITH_RUNS;
        if !are_as_summed {
            checksums.verify(&transaction, &["calls"])?;
        }
        let sums = read_open_days(&transaction, &mut tally, &mut places, filter.as_ref())?;
        if are_as_summed {
            checksums.expect("calls", &sums)?;
        }
        read_closed_days(&transaction, &mut tally, &mut places, &checksums)?;
        // Stores of former versions have no sums that would tell.
        match places.is_grouping_lost {
            true => Err(damaged("grouping", "")),
            false => Ok(tally),
        }
    }
}

fn mentions_day(question: &impl Question, selection: &Selection) -> bool {
    question.tells_days()
        || (selection.conditions.iter()).any(|condition| condition.dimension == Dimension::Day)
}

type Caller = [Option<Box<str>>; CALLER.len()];

/// A kept call, or many that are alike.
struct KeptCall<'s> {
    grouping: Grouping<'s>,
    day: Option<String>,
    caller: Option<&'s Caller>,
}

impl Properties for KeptCall<'_> {
    fn value<'s>(&'s self, dimension: Dimension, _scratch: &'s mut String) -> Option<&'s str> {
        if dimension == Dimension::Day {
            return self.day.as_deref();
        }
        match CALLER.iter().position(|&one| one == dimension) {
            Some(at) => self.caller?[at].as_deref(),
            None => self.grouping.get(dimension),
        }
    }

    fn endpoint(&self) -> Endpoint<'_> {
        self.grouping.endpoint()
    }

    fn time(&self) -> Option<Time> {
        None // each candidate, or the day, has its own
    }

    fn cause(&self) -> Option<&str> {
        self.grouping.value(CAUSE)
    }

    fn issuing_account_id(&self) -> Option<&str> {
        let get = |dimension| self.grouping.get(dimension);
        issuing_account_id(
            get(Dimension::EventName),
            get(Dimension::RoleArn),
            get(Dimension::RecipientAccountId),
        )
    }

    fn is_refused(&self) -> bool {
        self.grouping.get(Dimension::ErrorCode) == Some(REGION_DISABLED)
    }

    fn is_through_vpc_endpoint(&self) -> bool {
        self.grouping
            .get(Dimension::VpcEndpointId)
            .is_some_and(is_vpc_endpoint)
    }

    fn recipient_account_id(&self) -> Option<&str> {
        self.grouping.get(Dimension::RecipientAccountId)
    }

    fn aws_region(&self) -> Option<&str> {
        self.grouping.get(Dimension::AwsRegion)
    }
}

/// The verdicts on calls, each worked out once for all calls that are alike.
struct Places<'s> {
    by_day: bool,
    by_caller: bool,
    groupings: &'s Groupings,
    callers: Map<i64, Caller>,
    /// By the place of the grouping, for calls of any day and caller.
    known: Vec<Option<Verdict>>,
    /// By the place, for those of one day, if days matter, and of one caller.
    of_day_and_caller: Map<(i64, u32, Option<i32>), Verdict>,
    /// What was asked last: calls are kept in the order of their groupings.
    last: Option<(Asked, Verdict)>,
    /// Calls refer to a grouping that does not exist.
    is_grouping_lost: bool,
    selection: &'s Selection,
    /// Files that were delivered before the time asked about, and have calls without a time.
    earlier: Set<i64>,
}

/// A grouping, a day if days matter, and a caller if callers do.
type Asked = (u32, Option<i64>, i64);

impl Places<'_> {
    /// `None` if the grouping does not exist, which is noted.
    fn of<Q: Question>(
        &mut self,
        tally: &mut Tally<Q>,
        grouping: u32,
        day: Option<i64>,
        caller: i64,
    ) -> Option<Verdict> {
        let day = day.filter(|_| self.by_day);
        let caller = if self.by_caller { caller } else { 0 };
        let asked = (grouping, day, caller);
        if let Some((last, verdict)) = self.last
            && last == asked
        {
            return Some(verdict);
        }
        let verdict = self.look_up(tally, asked)?;
        self.last = Some((asked, verdict));
        Some(verdict)
    }

    fn look_up<Q: Question>(
        &mut self,
        tally: &mut Tally<Q>,
        (grouping, day, caller): Asked,
    ) -> Option<Verdict> {
        let Some(place) = self.groupings.place(grouping) else {
            self.is_grouping_lost = true;
            return None;
        };
        let is_of_any = day.is_none() && caller == 0;
        // The days of years with four digits are some millions.
        let of = (caller, place as u32, day.map(|day| day as i32));
        let known = match is_of_any {
            true => self.known[place],
            false => self.of_day_and_caller.get(&of).copied(),
        };
        if known.is_some() {
            return known;
        }
        let call = KeptCall {
            grouping: self.groupings.at(place),
            day: day.map(day_name),
            caller: self.callers.get(&caller),
        };
        let verdict = tally.verdict(&call, self.selection);
        match is_of_any {
            true => self.known[place] = Some(verdict),
            false => drop(self.of_day_and_caller.insert(of, verdict)),
        }
        Some(verdict)
    }
}

fn read_open_days<Q: Question>(
    connection: &Connection,
    tally: &mut Tally<Q>,
    places: &mut Places<'_>,
    filter: Option<&Filter>,
) -> rusqlite::Result<Sums> {
    let mut all = connection.prepare("SELECT day, file, calls FROM calls")?;
    let mut rows = all.query([])?;
    let mut sums = Sums::new();
    while let Some(row) = rows.next()? {
        let (day, calls) = (row.get_ref(0)?.as_str()?, row.get_ref(2)?.as_blob()?);
        let file = row.get(1)?;
        add(&mut sums, day, kept::hash_of_row(day, file, calls));
        // No call is logged before it is made: whenever that was, nobody asks about it.
        let is_earlier = day.is_empty() && places.earlier.contains(&file);
        let mut take = |mut kept: Kept, may_repeat: bool| {
            let day = kept.candidate.time().map(day_number);
            if let Some(place) = places.of(tally, kept.grouping, day, kept.caller) {
                if !may_repeat {
                    kept.candidate = kept.candidate.alone();
                }
                match is_earlier {
                    true => tally.leave_out_candidate(),
                    false => tally.take_candidate(kept.candidate, place, places.selection),
                }
            }
        };
        match filter {
            Some(filter) => resolve::each_told(filter, calls, take),
            None => kept::read(calls).for_each(|kept| take(kept, true)),
        }
    }
    Ok(sums)
}

/// The files with calls without a time that were delivered before the time asked about, as their keys say.
fn read_earlier(connection: &Connection, selection: &Selection) -> rusqlite::Result<Set<i64>> {
    let Some(first_day) = selection.pruning().first_day else {
        return Ok(Set::default());
    };
    connection
        .prepare(
            "SELECT calls.file FROM calls JOIN file ON file.id = calls.file \
             JOIN folder ON folder.id = folder WHERE calls.day = '' AND key_day < ?1",
        )?
        .query_map([first_day.to_string()], |row| row.get(0))?
        .collect()
}

fn add(sums: &mut Sums, day: &str, row: i64) {
    match sums.get_mut(day) {
        Some(sum) => sum.add(row),
        None => sums.entry(day.to_owned()).or_default().add(row),
    }
}

fn read_closed_days<Q: Question>(
    connection: &Connection,
    tally: &mut Tally<Q>,
    places: &mut Places<'_>,
    checksums: &Checksums,
) -> rusqlite::Result<()> {
    let closed: Vec<String> = connection
        .prepare("SELECT day FROM day WHERE is_closed = 1 ORDER BY day")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    // If callers matter, global calls are read by caller; other calls have no caller.
    let tables = [("daily", "0", false), ("daily_caller", "caller", true)];
    let wanted = if places.by_caller { 2 } else { 1 };
    for (table, caller, is_of_callers) in tables.into_iter().take(wanted) {
        let mut all = connection.prepare(&format!(
            "SELECT grouping, {caller}, calls, errors, first_event_time, last_event_time, {} \
             FROM {table} AS t WHERE day = ?1",
            match checksums.are_kept() {
                true => checksums::of_row(table, "t"),
                false => "0".to_owned(),
            }
        ))?;
        for day in &closed {
            let midnight = midnight(day);
            let is_day_admitted = places.selection.admits_time(midnight);
            let mut rows = all.query([day])?;
            let mut sum = Sum::default();
            while let Some(row) = rows.next()? {
                sum.add(row.get(6)?);
                let grouping = row.get(0)?;
                let Some(like) = places.groupings.get(grouping).map(|one| one.candidate()) else {
                    places.is_grouping_lost = true;
                    continue;
                };
                let is_global = like.endpoint() == EndpointKind::Global;
                if places.by_caller && is_global != is_of_callers {
                    continue;
                }
                let day = midnight.map(day_number);
                if let Some(place) = places.of(tally, grouping, day, row.get(1)?) {
                    tally.take_sum(like, place, measures(row)?, is_day_admitted);
                }
            }
            checksums.expect_day(table, day, sum)?;
        }
    }
    Ok(())
}

/// The measures in a row of `daily` or `daily_caller`.
fn measures(row: &Row<'_>) -> rusqlite::Result<Measures> {
    let time = |at| -> rusqlite::Result<Option<Time>> {
        Ok(row.get::<_, Option<i64>>(at)?.and_then(Time::from_millis))
    };
    Ok(Measures {
        calls: row.get::<_, i64>(2)?.cast_unsigned(),
        errors: row.get::<_, i64>(3)?.cast_unsigned(),
        first: time(4)?,
        last: time(5)?,
    })
}

fn read_callers(connection: &Connection) -> rusqlite::Result<Map<i64, Caller>> {
    let mut all = connection
        .prepare("SELECT id, source_ip_address, session_name, in_scope_of FROM caller")?;
    let mut rows = all.query([])?;
    let mut callers = Map::default();
    while let Some(row) = rows.next()? {
        callers.insert(row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]);
    }
    Ok(callers)
}
