//! What a run has found that says whether something is missing: digests, and the names of logs.
//!
//! Owns the memory of both, in as few bytes as they can be had: there may be a million names. Refuses to
//! know what follows from them, which is for [`questions::verify`](crate::questions::verify).

use std::ops::AddAssign;
use std::sync::Arc;

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
}

impl Scrutiny {
    /// Whether the name of every file is noted, even before there is a digest.
    pub(crate) fn needs_names(self) -> bool {
        self.places || self.hashes || self.remote || self.alone
    }
}

/// What a run has found of digests and of what they name.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The digests that were read.
    pub digests: Vec<FoundDigest>,
    /// Those that could not be read.
    pub damaged: Vec<DamagedDigest>,
    /// The logs, by account and Region.
    logs: Vec<FoundLogs>,
    /// The place of an account and Region in `logs`.
    places: Map<(Box<str>, Box<str>), usize>,
    /// The one that was noted last.
    last: usize,
    /// Whether logs were found whose names were not noted, as there was no digest yet.
    misses_names: bool,
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
        let log = LogName::parse(name);
        let id = LogId::of(name, log.as_ref());
        // Insights and aggregates are no events, and nobody expects them in a digest.
        let log =
            log.filter(|log| !matches!(log.kind, "CloudTrail-Insight" | "CloudTrail-Aggregated"));
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

    /// Whether there is no digest, so that nothing can be said.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty() && self.damaged.is_empty()
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
        if other.misses_names {
            self.miss_name();
        }
        for theirs in other.logs {
            let at = self.place(&theirs.account, &theirs.region);
            self.logs[at].ids.extend(theirs.ids);
            self.logs[at].details.extend(theirs.details);
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
