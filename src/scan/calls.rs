//! Between the reader of JSON and the collector of calls: what is a call, or shows a token in use,
//! and is it asked about?

use crate::cloudtrail::{Field, Handler, Record};
use crate::sts::{self, Agents, Call, Endpoint, Hosts, Kind, Properties as _, TokenUse};
use crate::tally::{Collector, Coverage, DaysRead, LogsRead, Matched, Selection};

/// Takes the records of one file.
pub(super) struct Calls<'w, C> {
    pub selection: &'w Selection,
    pub hosts: &'w Hosts,
    pub agents: &'w Agents,
    pub trace_tokens: bool,
    pub collector: &'w mut C,
    pub coverage: &'w mut Coverage,
    pub logs_read: &'w mut LogsRead,
    pub days_read: &'w mut DaysRead,
    pub matched: &'w mut Matched,
    pub scratch: &'w mut String,
    /// Whether a call shows that global ones would be here.
    pub saw_us_east_1: bool,
}

impl<C: Collector> Calls<'_, C> {
    /// Notes whose record of which Region was read.
    fn note_log(&mut self, record: &Record<'_>) {
        if let (Some(account), Some(region)) = (
            record.get(Field::RecipientAccountId),
            record.get(Field::AwsRegion),
        ) {
            self.logs_read.see_record(account, region);
        }
    }

    /// Notes a call that is left out, if it may be one of those asked about.
    fn note_misplaced(&mut self, call: &Call<'_>) {
        if self.selection.may_admit_time(call.time())
            && self.selection.misplaces(call, self.scratch)
        {
            self.coverage.unplaced += 1;
        }
    }

    /// Passes on the use of a token. What is no call may be one, and so may an STS call.
    #[inline(never)]
    fn trace(&mut self, record: &Record<'_>) {
        if let Some(used) = TokenUse::of(record)
            && self.selection.admits_record(record, used.time)
        {
            self.collector.take_use(&used);
        }
    }
}

impl<C: Collector> Handler for Calls<'_, C> {
    /// The counts of records, the places of what they are noted in, and what was seen of them.
    type Mark = ([u64; 5], [usize; 2], (Matched, bool), C::Mark);

    fn record(&mut self, record: &Record<'_>) {
        match sts::kind(record) {
            None => {}
            // Of no log of calls, so it says nothing of whether one was read.
            Some(Kind::NotACall) => self.coverage.not_calls += 1,
            Some(Kind::Call) => {
                let host = Call::host_of(record);
                let call = Call::among(record, host.as_ref(), Some(self.hosts), Some(self.agents));
                self.coverage.sts_records += 1;
                if call.time().is_none() && self.selection.admits_log(&call) {
                    self.coverage.no_time += 1;
                }
                if self.selection.admits(&call) {
                    let is_of_us_east_1 = call.is_of_us_east_1();
                    let is_asked = self.selection.admits_its_log(&call, self.scratch);
                    self.saw_us_east_1 |= is_of_us_east_1 && is_asked;
                    let is_global = matches!(call.endpoint(), Endpoint::Global);
                    let saw_us_east_1 = (is_of_us_east_1 || is_global) && is_asked;
                    self.days_read.see_call(call.time(), saw_us_east_1);
                    self.note_log(record);
                    let wanted = self.selection.wants(&call, self.matched, self.scratch);
                    self.collector.take(&call, wanted);
                    if !is_asked {
                        self.note_misplaced(&call);
                    }
                } else {
                    self.coverage.filtered += 1;
                    self.note_misplaced(&call);
                }
            }
        }
        if self.trace_tokens {
            self.trace(record);
        }
    }

    fn mark(&self) -> Self::Mark {
        let Coverage {
            sts_records,
            not_calls,
            filtered,
            no_time,
            unplaced,
            ..
        } = *self.coverage;
        (
            [sts_records, not_calls, filtered, no_time, unplaced],
            [self.logs_read.mark(), self.days_read.mark()],
            (*self.matched, self.saw_us_east_1),
            self.collector.mark(),
        )
    }

    fn rollback(&mut self, (counts, [logs_read, days_read], seen, mark): Self::Mark) {
        let [sts_records, not_calls, filtered, no_time, unplaced] = counts;
        (*self.matched, self.saw_us_east_1) = seen;
        self.coverage.sts_records = sts_records;
        self.coverage.not_calls = not_calls;
        self.coverage.filtered = filtered;
        self.coverage.no_time = no_time;
        self.coverage.unplaced = unplaced;
        self.logs_read.rollback(logs_read);
        self.days_read.rollback(days_read);
        self.collector.rollback(mark);
    }
}
