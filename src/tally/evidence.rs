//! What a run has found that says whether something is missing: digests, and the names of logs.
//!
//! Owns the memory of both, in as few bytes as they can be had: there may be a million names. Refuses to
//! know what follows from them, which is for [`questions::verify`](crate::questions::verify).

use std::borrow::Cow;
use std::ops::AddAssign;
use std::sync::Arc;

use super::earlier::EarlierDigests;
use crate::aws::{LogId, LogName};
use crate::cloudtrail::digest::{Digest, Hash};
use crate::collections::Map;
use crate::input::Folder;

/// How much a run looks at digests and at what they name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrutiny {
    /// Whether digests are read, and names noted.
    pub names: bool,
    /// Whether it is noted where each log is, so that one in no digest can be named.
    pub places: bool,
    /// Whether the content of logs is hashed.
    pub hashes: bool,
    /// Whether the signatures in digests are kept.
    pub signatures: bool,
    /// Whether digests in S3 are listed, too: each is a request.
    pub remote: bool,
    /// Whether nothing but that is wanted: no record is read.
    pub alone: bool,
    /// Whether it is judged elsewhere, together with what others have found: all is kept for that.
    pub elsewhere: bool,
}

impl Scrutiny {
    /// Whether the name of every file is noted, even before there is a digest.
    pub(crate) fn needs_names(self) -> bool {
        self.places || self.hashes || self.remote || self.alone || self.elsewhere
    }
}

/// What a run has found of digests and of what they name.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The digests that were read.
    pub digests: Vec<FoundDigest>,
    /// Those that could not be read.
    pub damaged: Vec<DamagedDigest>,
    /// Those that were left out for being from before the time asked about.
    pub earlier: EarlierDigests,
    /// The logs, by account and Region.
    logs: Vec<FoundLogs>,
    /// The place of an account and Region in `logs`.
    places: Map<(Box<str>, Box<str>), usize>,
    /// The one that was noted last.
    last: usize,
    /// By account, when a log was delivered that is not among these, in minutes since 1970.
    newest: Map<Box<str>, u32>,
    /// Whether logs were found whose names were not noted, as there was no digest yet.
    misses_names: bool,
    /// How it was looked for, where it is judged elsewhere.
    pub looked: Looked,
}

/// How evidence was looked for. Of a sum, what is so of any of its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Whether files were left out for what their keys say.
    pub is_pruned: bool,
    /// Whether contents were not hashed.
    pub no_hashes: bool,
    /// Whether signatures were not kept.
    pub no_signatures: bool,
}

/// A digest that was read.
#[derive(Clone, Debug)]
pub struct FoundDigest {
    /// What is in it.
    pub digest: Digest,
    /// The hash of its content.
    pub hash: Hash,
    /// Its signature in hexadecimal digits, where it came with it.
    pub signature: Option<Box<str>>,
    /// Where it is.
    pub path: FoundPath,
    /// What is known of it from earlier days; `None` in a run that has read all of it.
    pub earlier: Option<Box<Earlier>>,
}

/// Digests that go on where another ends, taken for one, and what was found of them on earlier days.
/// The logs of that one are those that are still to come, and those that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Earlier {
    /// How many digests.
    pub digests: u64,
    /// How many of their signatures are right.
    pub signed: u64,
    /// Whether one is wrong.
    pub is_wrong: bool,
    /// Logs that are named and were read.
    pub log_files: u64,
    /// Whether all of these have the hash that is named.
    pub is_hashed: bool,
    /// Logs whose content is another.
    pub differing: Vec<LogId>,
}

/// A digest that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DamagedDigest {
    /// Where it is.
    pub path: String,
    /// What is wrong with it.
    pub detail: String,
}

/// Where something was found. Most names follow from what is there, and are not kept.
#[derive(Clone, Debug)]
pub struct FoundPath {
    folder: Arc<Folder>,
    name: Option<Box<str>>,
}

impl FoundPath {
    /// The path of a file whose usual name is that.
    pub fn new(folder: &Arc<Folder>, name: &str, usual: Option<&str>) -> FoundPath {
        FoundPath {
            folder: Arc::clone(folder),
            name: (usual != Some(name)).then(|| name.into()),
        }
    }

    /// The path of the folder, and the name, if it is not the usual one.
    pub(super) fn parts(&self) -> (Cow<'_, str>, Option<&str>) {
        (self.folder.path().to_string_lossy(), self.name.as_deref())
    }

    pub(super) fn of_parts(folder: &Arc<Folder>, name: Option<Box<str>>) -> FoundPath {
        FoundPath {
            folder: Arc::clone(folder),
            name,
        }
    }

    /// The path as text.
    pub fn text(&self, usual: Option<&str>) -> String {
        let folder = self.folder.path().to_string_lossy();
        let name = self.name.as_deref().or(usual).unwrap_or_default();
        match folder.is_empty() || folder.ends_with('/') {
            true => format!("{folder}{name}"),
            false => format!("{folder}/{name}"),
        }
    }
}

/// The logs of an account and Region.
#[derive(Clone, Debug)]
pub struct FoundLogs {
    /// The account in their names.
    pub account: Box<str>,
    /// The Region in their names.
    pub region: Box<str>,
    /// What each is known by.
    pub ids: Vec<LogId>,
    /// More of each, in the same order; none if nobody wants to know it.
    pub details: Vec<LogDetail>,
}

/// More of a log.
#[derive(Clone, Debug)]
pub struct LogDetail {
    /// Where it is.
    pub path: FoundPath,
    /// What was seen of its content.
    pub content: LogContent,
}

/// What was seen of the content of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogContent {
    /// Nobody looked.
    Unseen,
    /// The hash of it.
    Hashed(Box<Hash>),
    /// It is not as CloudTrail writes it, whatever its hash would be: why.
    Spoilt(Box<str>),
}

impl Evidence {
    /// Notes that a file of this name was found. Whatever is no log by its name is of no account.
    pub fn see(&mut self, folder: &Arc<Folder>, name: &str, with_place: bool) {
        let log = LogName::parse_whole(name);
        let id = LogId::of(name, log.as_ref());
        let log = log.filter(LogName::is_of_events);
        let (account, region) = log.map_or(("", ""), |log| (log.account, log.region));
        let at = self.place(account, region);
        let logs = &mut self.logs[at];
        logs.ids.push(id);
        if with_place {
            let usual = id.name(account, region);
            logs.details.push(LogDetail {
                path: FoundPath::new(folder, name, usual.as_deref()),
                content: LogContent::Unseen,
            });
        }
        self.last = at;
    }

    /// Notes that a log was found.
    #[cfg(feature = "store")]
    pub(crate) fn see_log(&mut self, account: &str, region: &str, id: LogId) {
        let at = self.place(account, region);
        self.logs[at].ids.push(id);
        self.last = at;
    }

    /// Notes that logs of an account and Region were found.
    #[cfg(feature = "store")]
    pub(crate) fn see_pair(&mut self, account: &str, region: &str) {
        self.place(account, region);
    }

    /// Notes when a log of an account was delivered, of which nothing else is kept.
    pub(crate) fn see_delivery(&mut self, account: &str, minute: u32) {
        let newest = self.newest.entry(account.into()).or_default();
        *newest = minute.max(*newest);
    }

    /// When logs were delivered of which nothing else is kept.
    pub(super) fn deliveries(&self) -> impl Iterator<Item = (String, u32)> {
        (self.newest.iter()).map(|(account, minute)| (account.to_string(), *minute))
    }

    /// When the newest log of each account was delivered, in any Region, in minutes since 1970.
    pub(crate) fn newest_logs(&self) -> Map<&str, u32> {
        let mut newest: Map<&str, u32> = Map::default();
        for (account, minute) in &self.newest {
            newest.insert(account, *minute);
        }
        for logs in self.logs.iter().filter(|logs| !logs.account.is_empty()) {
            let last = logs.ids.iter().filter_map(|id| id.minute()).max();
            let newest = newest.entry(&logs.account).or_default();
            *newest = last.unwrap_or(0).max(*newest);
        }
        newest
    }

    /// Notes that a digest could not be read.
    #[cfg(feature = "store")]
    pub(crate) fn see_damaged(&mut self, path: String, detail: String) {
        self.damaged.push(DamagedDigest { path, detail });
    }

    /// What was seen of the content of the log that was noted last.
    #[cfg(feature = "store")]
    pub(crate) fn last_content(&self) -> Option<&LogContent> {
        let detail = self.logs.get(self.last)?.details.last()?;
        Some(&detail.content)
    }

    /// A file was found, and nobody wants to know its name as long as there is no digest.
    pub fn miss_name(&mut self) {
        self.misses_names = true;
    }

    /// Whether names are missing in it.
    pub fn misses_names(&self) -> bool {
        self.misses_names
    }

    /// Takes the names of logs from other evidence, in place of those that are in it.
    pub fn take_names(&mut self, other: Evidence) {
        self.logs = other.logs;
        self.places = other.places;
        self.last = other.last;
        self.misses_names = false;
    }

    /// Notes what is in the file that was noted last.
    pub fn see_content(&mut self, content: LogContent) {
        if let Some(detail) =
            (self.logs.get_mut(self.last)).and_then(|logs| logs.details.last_mut())
        {
            detail.content = content;
        }
    }

    /// The logs by account and Region. Files that are no logs by their names have neither.
    pub fn logs(&self) -> &[FoundLogs] {
        &self.logs
    }

    /// Whether there is a digest or a log.
    pub(crate) fn has_any(&self) -> bool {
        !self.is_empty() || !self.logs.is_empty()
    }

    /// Whether there is no digest, so that nothing can be said.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty() && self.damaged.is_empty() && self.earlier.is_empty()
    }

    /// Forgets all of contents, and where logs are.
    #[cfg(feature = "cli")]
    pub(crate) fn forget_contents(&mut self) {
        for logs in &mut self.logs {
            logs.details.clear();
        }
        let named = self
            .digests
            .iter_mut()
            .flat_map(|found| &mut found.digest.logs);
        named.for_each(|log| log.hash = None);
    }

    /// Adds logs of an account and Region.
    pub(super) fn add_logs(&mut self, theirs: FoundLogs) {
        let at = self.place(&theirs.account, &theirs.region);
        self.logs[at].ids.extend(theirs.ids);
        self.logs[at].details.extend(theirs.details);
    }

    fn place(&mut self, account: &str, region: &str) -> usize {
        let is = |logs: &FoundLogs| *logs.account == *account && *logs.region == *region;
        if self.logs.get(self.last).is_some_and(is) {
            return self.last;
        }
        let key = (Box::from(account), Box::from(region));
        *self.places.entry(key).or_insert_with(|| {
            self.logs.push(FoundLogs {
                account: account.into(),
                region: region.into(),
                ids: Vec::new(),
                details: Vec::new(),
            });
            self.logs.len() - 1
        })
    }
}

impl AddAssign for Evidence {
    fn add_assign(&mut self, other: Evidence) {
        self.digests.extend(other.digests);
        self.damaged.extend(other.damaged);
        self.earlier += other.earlier;
        if other.misses_names {
            self.miss_name();
        }
        let Looked {
            is_pruned,
            no_hashes,
            no_signatures,
        } = other.looked;
        self.looked.is_pruned |= is_pruned;
        self.looked.no_hashes |= no_hashes;
        self.looked.no_signatures |= no_signatures;
        for theirs in other.logs {
            self.add_logs(theirs);
        }
        for (account, minute) in other.newest {
            self.see_delivery(&account, minute);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_keeps_its_name_place_and_content() {
        let folder = Arc::new(Folder::new("a/b".into()));
        let name = "111122223333_CloudTrail_us-east-1_20251103T0905Z_0aZ9bY8cX7dW6eV5.json.gz";
        let mut evidence = Evidence::default();
        evidence.see(&folder, name, true);
        evidence.see_content(LogContent::Hashed(Box::new([1; 32])));
        let mut other = Evidence::default();
        other.see(&folder, "x.json.gz", true);
        other.see(&folder, &name.replace(".gz", ""), true);
        evidence += other;
        let [logs, none] = evidence.logs() else {
            panic!()
        };
        assert_eq!(
            (&*logs.account, &*logs.region),
            ("111122223333", "us-east-1")
        );
        assert_eq!(logs.ids[0], logs.ids[1]);
        let usual = logs.ids[0].name(&logs.account, &logs.region);
        let paths: Vec<_> = (logs.details.iter())
            .map(|detail| detail.path.text(usual.as_deref()))
            .collect();
        assert_eq!(paths[0], format!("a/b/{name}"));
        assert_eq!(format!("{}.gz", paths[1]), paths[0]);
        assert_ne!(logs.details[0].content, logs.details[1].content);
        assert_eq!(none.details[0].path.text(None), "a/b/x.json.gz");
    }
}
