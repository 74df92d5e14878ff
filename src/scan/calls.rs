//! Between the reader of JSON and the collector of calls: what is a call, or shows a token in use,
//! and is it asked about?

use crate::cloudtrail::{Field, Handler, Record};
use crate::sts::{self, Call, Kind, Time, TokenUse};
use crate::tally::{Collector, Coverage, LogsRead, Selection};

/// Takes the records of one file.
pub(super) struct Calls<'w, C> {
    pub selection: &'w Selection,
    pub trace_tokens: bool,
    pub collector: &'w mut C,
    pub coverage: &'w mut Coverage,
    pub logs_read: &'w mut LogsRead,
    pub scratch: &'w mut String,
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
    /// The counts of records, and the places of what they are noted in.
    type Mark = ([u64; 3], usize, C::Mark);

    fn record(&mut self, record: &Record<'_>) {
        match sts::kind(record) {
            None => {}
            Some(Kind::NotACall) => {
                self.coverage.not_calls += 1;
                let time = record.get(Field::EventTime).and_then(Time::parse);
                if record.get(Field::EventCategory) == Some("NetworkActivity")
                    && self.selection.admits_record(record, time)
                {
                    self.note_log(record);
                }
            }
            Some(Kind::Call) => {
                let host = Call::host_of(record);
                let call = Call::new(record, host.as_ref());
                self.coverage.sts_records += 1;
                if self.selection.admits(&call) {
                    if matches!(record.get(Field::AwsRegion), Some("us-east-1" | "global")) {
                        self.collector.totals().see_us_east_1();
                    }
                    self.note_log(record);
                    let wanted = self.selection.wants(&call, self.scratch);
                    self.collector.take(&call, wanted);
                } else {
                    self.coverage.filtered += 1;
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
            ..
        } = *self.coverage;
        (
            [sts_records, not_calls, filtered],
            self.logs_read.mark(),
            self.collector.mark(),
        )
    }

    fn rollback(&mut self, ([sts_records, not_calls, filtered], logs_read, mark): Self::Mark) {
        self.coverage.sts_records = sts_records;
        self.coverage.not_calls = not_calls;
        self.coverage.filtered = filtered;
        self.logs_read.rollback(logs_read);
        self.collector.rollback(mark);
    }
}
