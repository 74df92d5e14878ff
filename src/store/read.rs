//! What a store has kept → a tally, as the files would have given it.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::calls;
use super::checksums::{self, Checksums, Sum, Sums};
use super::column::{CALLER, CAUSE};
use super::day::{day_name, day_number};
use super::grouping::{Grouping, read_groupings};
use super::hashed::Map;
use super::{Store, StoreError, files};
use crate::sts::{
    Dimension, Endpoint, EndpointKind, Properties, REGION_DISABLED, Time, is_vpc_endpoint,
    issuing_account_id,
};
use crate::tally::{Measures, Question, Selection, Tally, Terms, Verdict};

impl Store {
    /// The tally that the files in the ledger would have given, each object of S3 read once. Of a store
    /// that has forgotten, that of the files from that day on: files that were delivered before it
    /// are pruned, as are those that a scan with this selection prunes. Calls of such files that came
    /// late are counted all the same.
    ///
    /// `selection` must ask for kept dimensions only ([`is_kept`](super::is_kept)), and its times must
    /// be midnights (UTC). What of closed days acts before counting once cannot bring back copies
    /// that were settled: with [`Selection::accounts`], a cross-account call counts for the account
    /// whose copy stood.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn tally<Q: Question>(
        &self,
        question: &Q,
        selection: &Selection,
    ) -> Result<Tally<Q>, StoreError> {
        self.sql(self.try_tally(question, selection))
    }

    fn try_tally<Q: Question>(
        &self,
        question: &Q,
        selection: &Selection,
    ) -> rusqlite::Result<Tally<Q>> {
        // One state of the store, whatever an ingest writes meanwhile.
        let transaction = self.connection.unchecked_transaction()?;
        let terms = Terms {
            selection: selection.clone(),
            ..Terms::default()
        };
        let mut tally = Tally::of(question.clone(), &terms, true);
        let checksums = self.checksums()?;
        let (coverage, reach) = files::read(&transaction, selection, &checksums)?;
        tally.add_read(coverage, reach);
        let groupings = read_groupings(&transaction, &checksums)?;
        let mut places = Places {
            by_day: mentions_day(question, selection),
            by_caller: question.tells_callers(),
            groupings: &groupings,
            callers: Map::default(),
            known: Map::default(),
            selection,
        };
        if places.by_caller {
            checksums.verify(&transaction, &["caller"])?;
            places.callers = read_callers(&transaction)?;
        }
        read_open_days(&transaction, &mut tally, &mut places, &checksums)?;
        read_closed_days(&transaction, &mut tally, &mut places, &checksums)?;
        Ok(tally)
    }
}

fn mentions_day(question: &impl Question, selection: &Selection) -> bool {
    question.tells_days()
        || (selection.conditions.iter()).any(|condition| condition.dimension == Dimension::Day)
}

type Caller = [Option<Box<str>>; CALLER.len()];

/// A call, or many that are alike, as they were kept.
struct KeptCall<'s> {
    grouping: &'s Grouping,
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
        self.grouping.endpoint
    }

    fn time(&self) -> Option<Time> {
        None // what depends on it is asked of each claim, or of a day
    }

    fn cause(&self) -> Option<&str> {
        self.grouping.values[CAUSE].as_deref()
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

/// What becomes of calls, worked out once for all that are alike.
struct Places<'s> {
    by_day: bool,
    by_caller: bool,
    groupings: &'s Map<u32, Grouping>,
    callers: Map<i64, Caller>,
    known: Map<(u32, Option<i64>, i64), Verdict>,
    selection: &'s Selection,
}

impl Places<'_> {
    /// `None` for a grouping that is not there, which SQLite has vouched against.
    fn of<Q: Question>(
        &mut self,
        tally: &mut Tally<Q>,
        grouping: u32,
        day: Option<i64>,
        caller: i64,
    ) -> Option<Verdict> {
        let day = day.filter(|_| self.by_day);
        let caller = if self.by_caller { caller } else { 0 };
        if let Some(&place) = self.known.get(&(grouping, day, caller)) {
            return Some(place);
        }
        let call = KeptCall {
            grouping: self.groupings.get(&grouping)?,
            day: day.map(day_name),
            caller: self.callers.get(&caller),
        };
        let verdict = tally.verdict(&call, self.selection);
        self.known.insert((grouping, day, caller), verdict);
        Some(verdict)
    }
}

fn read_open_days<Q: Question>(
    connection: &Connection,
    tally: &mut Tally<Q>,
    places: &mut Places<'_>,
    checksums: &Checksums,
) -> rusqlite::Result<()> {
    let mut all = connection.prepare("SELECT id, file, day, calls FROM calls")?;
    let mut rows = all.query([])?;
    let mut sums = Sums::new();
    while let Some(row) = rows.next()? {
        let mut values = [ValueRef::Null; 4];
        for (at, value) in values.iter_mut().enumerate() {
            *value = row.get_ref(at)?;
        }
        add(
            &mut sums,
            values[2].as_str()?,
            checksums::hash("calls", values),
        );
        for kept in calls::read(values[3].as_blob()?) {
            let day = kept.claim.time().map(day_number);
            if let Some(place) = places.of(tally, kept.grouping, day, kept.caller) {
                tally.take_candidate(kept.claim, place, places.selection);
            }
        }
    }
    checksums.expect("calls", &sums)
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
    // Where callers matter, global calls are read by them; all others have none.
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
            let midnight = Time::parse(&format!("{day}T00:00:00Z"));
            let is_day_admitted = places.selection.admits_time(midnight);
            let mut rows = all.query([day])?;
            let mut sum = Sum::default();
            while let Some(row) = rows.next()? {
                sum.add(row.get(6)?);
                let grouping = row.get(0)?;
                let Some(like) = places.groupings.get(&grouping).map(Grouping::claim) else {
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

/// The measures in a row of sums.
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
