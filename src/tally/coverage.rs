//! What a run read, skipped, dropped and could not read. Its figures add up.
//!
//! Owns the figures. Refuses to know who reads, and how it is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::aws::{Key, Pruned};
use crate::damage::Stage;

/// Why a file that was found was not taken as a log. None of these is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Checksums of log files.
    Digest,
    /// Insights, which are not calls.
    Insight,
    /// Aggregated events, which are not calls.
    Aggregated,
    /// Zero bytes, or a gzip of nothing.
    Empty,
    /// Sound JSON of another kind.
    NotCloudtrail,
    /// A log of another service of AWS.
    OtherService,
    /// A name that is not that of a log.
    NotALog,
    /// A FIFO, a socket, a device.
    NotAFile,
    /// A log of which only the name was wanted.
    ByName,
}

impl SkipReason {
    /// The reasons for which every run has a figure, in the order of the documentation. The others are
    /// there where they apply.
    pub const ALL: [SkipReason; 8] = [
        SkipReason::Digest,
        SkipReason::Insight,
        SkipReason::Aggregated,
        SkipReason::Empty,
        SkipReason::NotCloudtrail,
        SkipReason::OtherService,
        SkipReason::NotALog,
        SkipReason::NotAFile,
    ];

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            SkipReason::Digest => "digest",
            SkipReason::Insight => "insight",
            SkipReason::Aggregated => "aggregated",
            SkipReason::Empty => "empty",
            SkipReason::NotCloudtrail => "not-cloudtrail",
            SkipReason::OtherService => "other-service",
            SkipReason::NotALog => "not-a-log",
            SkipReason::NotAFile => "not-a-file",
            SkipReason::ByName => "by-name",
        }
    }
}

/// Files not read because their keys say that they hold nothing of what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "by the reason")]
#[non_exhaustive]
pub struct PrunedFiles {
    pub date: u64,
    pub account: u64,
    pub region: u64,
}

impl PrunedFiles {
    /// So many more.
    pub fn count(&mut self, pruned: Pruned, files: u64) {
        match pruned {
            Pruned::Date => self.date += files,
            Pruned::Account => self.account += files,
            Pruned::Region => self.region += files,
        }
    }

    /// Their numbers, each with its reason.
    pub fn by_reason(&self) -> [(Pruned, u64); 3] {
        [
            (Pruned::Date, self.date),
            (Pruned::Account, self.account),
            (Pruned::Region, self.region),
        ]
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.date + self.account + self.region
    }
}

/// What became of the files: `found = read + pruned + skipped + damaged`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Files {
    /// Everything named or found. A folder that cannot be listed counts as one.
    pub found: u64,
    /// Read, whole and sound.
    pub read: u64,
    /// Not opened.
    pub pruned: PrunedFiles,
    /// No logs.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Not readable, or not whole and sound.
    pub damaged: u64,
}

impl Default for Files {
    fn default() -> Self {
        Files {
            found: 0,
            read: 0,
            pruned: PrunedFiles::default(),
            skipped: SkipReason::ALL.map(|reason| (reason, 0)).into(),
            damaged: 0,
        }
    }
}

impl Files {
    /// All that were skipped.
    pub fn skipped_total(&self) -> u64 {
        self.skipped.values().sum()
    }
}

/// A file with something wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DamagedFile {
    /// Its path, as it was found.
    pub path: String,
    /// How far it came.
    pub stage: Stage,
    /// What is wrong, and at which byte.
    pub detail: String,
    /// Whole records that were read from it, which count.
    pub records_read: u64,
}

impl DamagedFile {
    /// What is said of a file on which the program itself failed.
    pub(crate) const OWN_FAULT: &str =
        "stscope failed on this file; please report it with the file";

    /// Whether what is wrong is in what the file has in it: then it is there the next time, too.
    pub(crate) fn is_of_content(&self) -> bool {
        self.stage != Stage::Open && self.detail != DamagedFile::OWN_FAULT
    }
}

/// Sizes in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bytes {
    /// Read from files.
    pub compressed: u64,
    /// After decompression.
    pub decompressed: u64,
}

/// What was asked of S3. A request that was tried again counts each time, as it does on the bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Pages of listings, and what had to be asked to find a bucket's Region.
    pub list: u64,
    /// Objects.
    pub get: u64,
    /// Those among the two that were asked again after a fault.
    pub retried: u64,
}

/// What digests say of the logs that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DigestCoverage {
    /// Chains of digests, of what is asked about.
    pub chains: u64,
    /// Those of which nothing is missing.
    pub complete: u64,
    /// Those that are not whole.
    pub incomplete: u64,
    /// Logs that are named and were not found.
    pub missing_logs: u64,
    /// Hours of which there is no digest.
    pub hole_hours: u64,
}

/// Prefixes of S3 that were not listed, as nothing in them can matter: how many, by the reason.
pub type NotListed = BTreeMap<String, u64>;

/// What a run read. The order of the members is that of the JSON.
///
/// `sts_records = calls + filtered + duplicates + shared_copies`; `not_calls` are not among them. A store
/// has the calls of pruned files, too: there they are among the `sts_records`, and `filtered` unless
/// they came late.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coverage {
    /// What became of the files.
    pub files: Files,
    /// The damaged ones, by path.
    pub damaged: Vec<DamagedFile>,
    /// What was read of them.
    pub bytes: Bytes,
    /// Records of all services.
    pub records: u64,
    /// Records of STS that are calls.
    pub sts_records: u64,
    /// Records of STS that are not: a VPC endpoint's own log, Insights.
    pub not_calls: u64,
    /// Calls that the options leave out.
    pub filtered: u64,
    /// Records delivered more than once.
    pub duplicates: u64,
    /// Second copies of cross-account calls.
    pub shared_copies: u64,
    /// Calls counted.
    pub calls: u64,
    /// Calls whose host header contradicts CloudTrail's own verdict, which holds.
    pub disagreements: u64,
    /// Global calls that came through a VPC endpoint, which answers Regional names only.
    pub global_via_vpc_endpoint: u64,
    /// Documents and elements of lists that are no records, in files that have records or lists of
    /// them.
    #[serde(default)]
    pub not_understood: u64,
    /// STS calls whose `eventTime` cannot be read, copies included, in the accounts and Regions asked
    /// about. With `--since`, `--until` and conditions on days and hours they are left out.
    #[serde(default)]
    pub no_time: u64,
    /// STS calls to the global endpoint or an unknown one that the options leave out because their records
    /// name no account or no Region of a log, copies included. They may be of those asked about.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unplaced: u64,
    /// What digests say of the logs. `None` if there are none, or nobody looked.
    #[serde(default)]
    pub digests: Option<DigestCoverage>,
    /// Of a store: calls that came so late that copies of them could no longer be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_window: Option<u64>,
    /// Of a store: calls of days that are forgotten, as they were delivered. They are outside
    /// `sts_records`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgotten: Option<u64>,
    /// Of a store that has forgotten: the first day of which it knows anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_from: Option<NaiveDate>,
    /// What was asked of S3, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Requests>,
    /// Prefixes of S3 that were not listed.
    #[serde(default, skip_serializing_if = "NotListed::is_empty")]
    pub not_listed: NotListed,
    /// Accounts in the keys of the files read.
    pub key_accounts: BTreeSet<String>,
    /// Regions in the keys of the files read.
    pub key_regions: BTreeSet<String>,
    /// The first day of delivery in the keys of the files read.
    pub key_first_day: Option<NaiveDate>,
    /// The last one.
    pub key_last_day: Option<NaiveDate>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Coverage {
    /// Whether nothing at all was read, not even of damaged files. A store may have calls that came
    /// so late that a scan would not look for them.
    pub fn is_nothing_read(&self) -> bool {
        let opened = self.damaged.iter().any(|file| file.stage != Stage::Open);
        self.files.read == 0 && !opened && self.calls == 0
    }

    /// Notes that so many of the records of STS are of days that are forgotten.
    pub fn forget(&mut self, calls: u64) {
        self.sts_records = self.sts_records.saturating_sub(calls);
        self.forgotten = Some(self.forgotten.unwrap_or(0) + calls);
    }

    /// Why digests were not listed, in `not_listed`.
    pub const DIGEST: &str = "digest";

    /// Folders of digests in S3 that nobody asked for, so that nothing is known of what they name.
    pub fn unread_digests(&self) -> u64 {
        self.not_listed.get(Coverage::DIGEST).copied().unwrap_or(0)
    }

    /// Notes what the key of a file says that was read. Most files are of an account and Region that
    /// are known.
    pub fn see_key(&mut self, key: &Key) {
        if !self.key_accounts.contains(&key.account) {
            self.key_accounts.insert(key.account.clone());
        }
        if !self.key_regions.contains(&key.region) {
            self.key_regions.insert(key.region.clone());
        }
        self.key_last_day = self.key_last_day.max(Some(key.day));
        self.key_first_day = Some(self.key_first_day.map_or(key.day, |d| d.min(key.day)));
    }
}

impl AddAssign for Coverage {
    fn add_assign(&mut self, other: Coverage) {
        let files = &mut self.files;
        files.found += other.files.found;
        files.read += other.files.read;
        files.pruned.date += other.files.pruned.date;
        files.pruned.account += other.files.pruned.account;
        files.pruned.region += other.files.pruned.region;
        for (reason, count) in other.files.skipped {
            *files.skipped.entry(reason).or_default() += count;
        }
        files.damaged += other.files.damaged;
        self.damaged.extend(other.damaged);
        self.damaged.sort();
        self.bytes.compressed += other.bytes.compressed;
        self.bytes.decompressed += other.bytes.decompressed;
        self.records += other.records;
        self.sts_records += other.sts_records;
        self.not_calls += other.not_calls;
        self.filtered += other.filtered;
        self.duplicates += other.duplicates;
        self.shared_copies += other.shared_copies;
        self.calls += other.calls;
        self.disagreements += other.disagreements;
        self.global_via_vpc_endpoint += other.global_via_vpc_endpoint;
        self.not_understood += other.not_understood;
        self.no_time += other.no_time;
        self.unplaced += other.unplaced;
        let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.beyond_window = sum(self.beyond_window, other.beyond_window);
        self.forgotten = sum(self.forgotten, other.forgotten);
        self.kept_from = self.kept_from.max(other.kept_from);
        if let Some(theirs) = other.digests {
            let digests = self.digests.get_or_insert_default();
            digests.chains += theirs.chains;
            digests.complete += theirs.complete;
            digests.incomplete += theirs.incomplete;
            digests.missing_logs += theirs.missing_logs;
            digests.hole_hours += theirs.hole_hours;
        }
        if let Some(theirs) = other.requests {
            let requests = self.requests.get_or_insert_default();
            requests.list += theirs.list;
            requests.get += theirs.get;
            requests.retried += theirs.retried;
        }
        for (reason, prefixes) in other.not_listed {
            *self.not_listed.entry(reason).or_default() += prefixes;
        }
        self.key_accounts.extend(other.key_accounts);
        self.key_regions.extend(other.key_regions);
        // `None` is less than any day, so only the first day needs a word.
        self.key_first_day = match (self.key_first_day, other.key_first_day) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.key_last_day = self.key_last_day.max(other.key_last_day);
    }
}
