//! A stream of JSON → the CloudTrail records in it, whatever they are wrapped in.
//!
//! The shapes are told by content: `{"Records":[…]}` as CloudTrail writes it to S3, arrays, single
//! records, JSON lines, `lookup-events` output, EventBridge envelopes, CloudWatch Logs
//! subscriptions and exports. Only what may be of the service looked for, or of the Regions, is read
//! closely; of everything else only the end is looked for.

use super::ends::Ends;
use super::event_ids::{event_ids, own_ids};
use super::hidden::{Hidden, hidden_in, is_told};
use super::kernel::Kernel;
use super::keys::Key;
use super::marks::{Marks, misplaced_control};
use super::normal::normal;
use super::parser::RecordParser;
use super::parts::{foreign_parts, names_source};
use super::record::{Field, Record};
use super::search::Search;
use super::sound::{members, plain};
use super::window::{Passed, Window};
use crate::damage::{Damage, Stage};

/// What is done with the records.
pub trait Handler {
    /// A place in the sequence of records.
    type Mark;
    /// A whole record that may be of the service, or one of the Regions, looked for.
    fn record(&mut self, record: &Record<'_>);
    /// The place after the last record.
    fn mark(&self) -> Self::Mark;
    /// Takes everything since `mark` back.
    fn rollback(&mut self, mark: Self::Mark);
}

/// What a stream turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Records, or a container for them.
    CloudTrail,
    /// A digest: checksums of log files, no records.
    Digest,
    /// Nothing but Insights.
    Insight,
    /// Sound JSON of another kind.
    Other,
    /// Nothing but white space.
    Empty,
}

/// What came of reading one stream.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it was.
    pub shape: Shape,
    /// Whole records.
    pub records: u64,
    /// The first record with something wrong inside; reading went on after it.
    pub broken_record: Option<Damage>,
    /// How many such records there were.
    pub broken_records: u64,
    /// Where the JSON itself broke off or was no JSON; reading ended there.
    pub broken_json: Option<Damage>,
    /// Documents and elements of lists that are no record and nothing else that is known. Counted where
    /// there are records or lists of them, or traces of some.
    pub not_understood: u64,
    /// The first of them.
    pub first_not_understood: Option<Damage>,
}

/// Reads streams one after the other, with buffers that are used again.
pub struct Reader {
    pub(super) ends: Ends,
    pub(super) parser: RecordParser,
    pub(super) search: Search,
    /// The text of a string that holds JSON itself.
    pub(super) inner: Vec<u8>,
}

impl Reader {
    /// A reader that looks closely at the records whose `eventSource` may be `service`.
    ///
    /// # Panics
    /// If the name of the service has fewer than 2 letters, or more than 31.
    pub fn new(kernel: Kernel, service: &str) -> Reader {
        Reader {
            ends: Ends::new(kernel, service),
            parser: RecordParser::new(kernel),
            search: Search::new(service),
            inner: Vec::new(),
        }
    }

    /// Looks closely at the records of all services, too, whose `awsRegion` may pass a test. What is
    /// broken inside such a record is then noticed.
    #[must_use]
    pub fn with_regions(mut self, is_wanted: fn(&str) -> bool) -> Reader {
        self.search.look_for_regions(is_wanted);
        self
    }

    /// Reads a stream to its end, or to where it breaks.
    pub fn read<H: Handler>(&mut self, window: &mut Window<'_>, handler: &mut H) -> Outcome {
        let before = handler.mark();
        let mut reading = Reading {
            reader: self,
            handler,
            tally: Tally::default(),
            has_timestamps: false,
        };
        let broken_json = reading.documents(window).err();
        let tally = reading.tally;
        let shape = if tally.is_cloudtrail() {
            if tally.records > 0 && tally.insights == tally.records && broken_json.is_none() {
                handler.rollback(before);
                Shape::Insight
            } else {
                Shape::CloudTrail
            }
        } else {
            match (tally.digests, tally.others) {
                (0, 0) => Shape::Empty,
                (0, _) => Shape::Other,
                _ => Shape::Digest,
            }
        };
        let first_not_understood = tally.first_not_understood(broken_json.is_some());
        Outcome {
            not_understood: first_not_understood
                .as_ref()
                .map_or(0, |_| tally.unknown.max(1)),
            first_not_understood,
            records: tally.records,
            shape,
            broken_record: tally.broken_record,
            broken_records: tally.broken_records,
            broken_json,
        }
    }
}

/// What was made of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// A call, or the like.
    OfService,
    /// A record of another service, or a broken one.
    Other,
    /// Nothing yet: whatever it says it is, there is a record of the service inside it.
    Hides,
}

/// What has been found in a stream so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) records: u64,
    /// Insights, for as long as there is nothing else.
    pub(super) insights: u64,
    pub(super) containers: u64,
    pub(super) digests: u64,
    /// Sound values that are nothing of this.
    pub(super) others: u64,
    /// Those of them of which it is not known what they are.
    pub(super) unknown: u64,
    pub(super) first_unknown: Option<u64>,
    /// Those of them in which there is a record of the service, or one of which nothing tells whose it
    /// is.
    pub(super) traces: u64,
    /// The first value that is none of CloudTrail's, and in which there is a record of the service.
    pub(super) first_trace: Option<u64>,
    broken_record: Option<Damage>,
    pub(super) broken_records: u64,
}

impl Tally {
    /// What of the file was not understood that may be records.
    fn first_not_understood(&self, is_broken_off: bool) -> Option<Damage> {
        let (at, what) = if self.is_cloudtrail() {
            (self.first_unknown, "no record, and nothing that is known")
        } else if is_broken_off {
            return None;
        } else {
            let what = "JSON of an unknown shape with a record of STS in it";
            (self.first_trace, what)
        };
        at.map(|at| Damage::new(Stage::Shape, at, what))
    }

    pub(super) fn is_cloudtrail(&self) -> bool {
        self.containers > 0 || self.records > 0 || self.broken_records > 0
    }

    pub(super) fn is_nothing(&self) -> bool {
        !self.is_cloudtrail() && self.digests == 0 && self.others == 0
    }
}

/// One stream being read.
pub(super) struct Reading<'r, H> {
    pub(super) reader: &'r mut Reader,
    pub(super) handler: &'r mut H,
    pub(super) tally: Tally,
    /// Lines of an export were read.
    pub(super) has_timestamps: bool,
}

impl<H: Handler> Reading<'_, H> {
    /// One record, its bounds known. `lists_are_read` of those in it.
    #[inline]
    pub(super) fn record(
        &mut self,
        window: &Window<'_>,
        passed: &Passed,
        lists_are_read: bool,
    ) -> Kept {
        let Some(span) = &passed.span else {
            self.too_large(passed.offset);
            return Kept::Other;
        };
        let bytes = window.bytes(span);
        if passed.marks.has(Marks::CONTROL)
            && let Some(at) = misplaced_control(bytes)
        {
            let what = "a control character where none is allowed";
            self.broken(Damage::new(Stage::Record, passed.offset + at as u64, what));
            return Kept::Other;
        }
        self.check_for_insights(bytes, passed.marks.has(Marks::UNICODE_ESCAPE));
        if !self.reader.search.may_matter(bytes, passed.marks) {
            self.tally.records += 1;
            return Kept::Other;
        }
        let mut record = Record::default();
        match self.reader.parser.parse_into(bytes, &mut record) {
            Ok(()) => {
                let source = record.get(Field::EventSource).unwrap_or_default();
                if source.as_bytes() != self.reader.search.name() {
                    return self.of_another(bytes, passed, &record, lists_are_read);
                }
                if record.has_texts {
                    return self.with_texts(bytes, passed.offset, &record, true);
                }
                if !is_told(&record)
                    && (self.reader.search).may_hide_endpoint(bytes, passed.marks, &record)
                    && let Some(hidden) = hidden_in(bytes, &record)
                {
                    return self.with_hidden(hidden, bytes, passed.offset, &record);
                }
                self.tally.records += 1;
                self.handler.record(&record);
                Kept::OfService
            }
            Err(error) => {
                let at = passed.offset + error.at as u64;
                self.broken(Damage::new(Stage::Record, at, error.what));
                Kept::Other
            }
        }
    }

    /// A record that may be one of the service in disguise, or around one.
    #[cold]
    #[inline(never)]
    fn of_another(
        &mut self,
        bytes: &[u8],
        passed: &Passed,
        record: &Record<'_>,
        lists_are_read: bool,
    ) -> Kept {
        if !is_insight(record) && self.reader.search.may_be_of_service(bytes, passed.marks) {
            let small = normal(bytes, true, &mut self.reader.parser);
            if let Ok(small) = &small
                && let Ok(record) = self.reader.parser.parse(small)
                && record.get(Field::EventSource).map(str::as_bytes)
                    == Some(self.reader.search.name())
            {
                if let Some(hidden) = hidden_in(bytes, &record) {
                    self.broken(Damage::new(Stage::Record, passed.offset, hidden.what()));
                    return Kept::Other;
                }
                self.tally.records += 1;
                self.handler.record(&record);
                return Kept::OfService;
            }
            let is_read = |key: &str, first| lists_are_read && first == b'[' && is_list(key);
            let parts = foreign_parts(bytes, is_read);
            if self.reader.search.is_named(&plain(&parts)) {
                return Kept::Hides;
            }
            let name = std::str::from_utf8(self.reader.search.name()).unwrap_or_default();
            if names_source(bytes, name) {
                self.not_understood(passed.offset);
                return Kept::Other;
            }
        }
        if record.has_texts {
            return self.with_texts(bytes, passed.offset, record, false);
        }
        self.tally.records += 1;
        self.handler.record(record);
        Kept::Other
    }

    /// A record in which an object is given as a text.
    #[cold]
    #[inline(never)]
    fn with_texts(
        &mut self,
        bytes: &[u8],
        offset: u64,
        record: &Record<'_>,
        is_of_service: bool,
    ) -> Kept {
        let normal = normal(bytes, false, &mut self.reader.parser);
        let normal = normal.as_deref().map(|text| self.reader.parser.parse(text));
        match normal {
            Ok(Ok(normal)) => {
                if is_of_service && let Some(hidden) = hidden_in(bytes, &normal) {
                    return self.with_hidden(hidden, bytes, offset, record);
                }
                self.tally.records += 1;
                self.handler.record(&normal);
            }
            _ if is_of_service => {
                let what = "an object of a record that is given as a text, and is no sound JSON";
                return self.not_whole(offset, record, what);
            }
            _ => {
                self.tally.records += 1;
                self.handler.record(record);
            }
        }
        if is_of_service {
            Kept::OfService
        } else {
            Kept::Other
        }
    }

    /// A record of the service that tells its endpoint, but not where that is looked for first.
    #[cold]
    #[inline(never)]
    fn with_hidden(
        &mut self,
        hidden: Hidden,
        bytes: &[u8],
        offset: u64,
        record: &Record<'_>,
    ) -> Kept {
        if let Ok(small) = normal(bytes, true, &mut self.reader.parser)
            && let Ok(small) = self.reader.parser.parse(&small)
            && hidden.is_read(&small)
        {
            self.tally.records += 1;
            self.handler.record(&small);
            return Kept::OfService;
        }
        if !is_insight(record) && wraps_itself(bytes) {
            return Kept::Hides;
        }
        self.not_whole(offset, record, hidden.what())
    }

    /// A record of the service that is broken, whatever it says.
    #[cold]
    #[inline(never)]
    fn not_whole(&mut self, offset: u64, record: &Record<'_>, what: &'static str) -> Kept {
        // It was counted as an Insight, and is no record: others after it must not make up for that.
        let insights = self.tally.insights;
        self.tally.insights = insights.saturating_sub(u64::from(is_insight(record)));
        self.broken(Damage::new(Stage::Record, offset, what));
        Kept::Other
    }

    /// Insights are in files of their own, so this looks no further than the first other record.
    #[inline]
    fn check_for_insights(&mut self, bytes: &[u8], has_escapes: bool) {
        if self.tally.insights == self.tally.records {
            self.count_if_insight(bytes, has_escapes);
        }
    }

    #[cold]
    fn count_if_insight(&mut self, bytes: &[u8], has_escapes: bool) {
        if !has_escapes && !self.reader.search.may_be_insight(bytes) {
            return;
        }
        let record = self.reader.parser.parse(bytes);
        self.tally.insights += u64::from(record.is_ok_and(|record| is_insight(&record)));
    }

    #[cold]
    pub(super) fn too_large(&mut self, offset: u64) {
        let what = "a record too large to be read (the limit is 32 MiB)";
        self.broken(Damage::new(Stage::Record, offset, what));
    }

    #[cold]
    pub(super) fn broken(&mut self, damage: Damage) {
        self.tally.broken_records += 1;
        self.tally.broken_record.get_or_insert(damage);
    }
}

/// Whether a record that lacks something has itself as it was in one of its members, as programs leave it
/// beside what they take out of it.
fn wraps_itself(record: &[u8]) -> bool {
    let own = own_ids(record);
    members(record).any(|(key, value)| {
        matches!(Key::of(key.as_bytes()), Key::Wrapper(_)) && !own.is_disjoint(&event_ids(value))
    })
}

fn is_insight(record: &Record<'_>) -> bool {
    record.get(Field::EventCategory) == Some("Insight")
        || record.get(Field::EventType) == Some("AwsCloudTrailInsight")
}

fn is_list(key: &str) -> bool {
    matches!(Key::of(key.as_bytes()), Key::List(_))
}
