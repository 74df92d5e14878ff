//! Between the reader of JSON and the collector of calls: what is a call, and is it asked about?

use crate::cloudtrail::{Field, Handler, Record};
use crate::sts::{self, Call, Kind};
use crate::tally::{Collector, Coverage, Selection};

/// Takes the records of one file.
pub(super) struct Calls<'w, C> {
    pub selection: &'w Selection,
    pub collector: &'w mut C,
    pub coverage: &'w mut Coverage,
    pub scratch: &'w mut String,
}

impl<C: Collector> Handler for Calls<'_, C> {
    /// The counts of records, and the collector's place.
    type Mark = ([u64; 3], C::Mark);

    fn record(&mut self, record: &Record<'_>) {
        match sts::kind(record) {
            None => {}
            Some(Kind::NotACall) => self.coverage.not_calls += 1,
            Some(Kind::Call) => {
                let host = Call::host_of(record);
                let call = Call::new(record, host.as_ref());
                self.coverage.sts_records += 1;
                if self.selection.admits(&call) {
                    if matches!(record.get(Field::AwsRegion), Some("us-east-1" | "global")) {
                        self.collector.totals().see_us_east_1();
                    }
                    let wanted = self.selection.wants(&call, self.scratch);
                    self.collector.take(&call, wanted);
                } else {
                    self.coverage.filtered += 1;
                }
            }
        }
    }

    fn mark(&self) -> Self::Mark {
        let Coverage {
            sts_records,
            not_calls,
            filtered,
            ..
        } = *self.coverage;
        ([sts_records, not_calls, filtered], self.collector.mark())
    }

    fn rollback(&mut self, ([sts_records, not_calls, filtered], mark): Self::Mark) {
        self.coverage.sts_records = sts_records;
        self.coverage.not_calls = not_calls;
        self.coverage.filtered = filtered;
        self.collector.rollback(mark);
    }
}
