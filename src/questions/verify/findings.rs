//! All that was found, in little memory: of each log a million may be missing.
//!
//! Owns how a finding about a log is kept until it is written. What is wrong with digests is kept as it is:
//! there are far fewer of them.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use super::chains::time;
use super::finding::{Finding, FindingKind};
use super::logs::delivered;
use crate::aws::LogId;
use crate::cloudtrail::digest::NamedLog;
use crate::sts::Time;
use crate::tally::{FoundDigest, FoundLogs, LogContent, LogDetail};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Findings<'e> {
    of_digests: Vec<Finding>,
    of_logs: Vec<LogFinding<'e>>,
    chains: Vec<Whose>,
}

/// Whose chain it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Whose {
    pub account_id: String,
    pub region: String,
    pub trail: Option<String>,
}

/// What is to be said of a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogFinding<'e> {
    /// The number of the chain that names it.
    pub chain: u32,
    pub what: OfLog<'e>,
}

/// What may be said of a log.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfLog<'e> {
    /// It is named and was not found.
    Missing {
        digest: &'e FoundDigest,
        log: &'e NamedLog,
    },
    /// It has another content.
    Differs {
        log: &'e NamedLog,
        of: &'e FoundLogs,
        detail: &'e LogDetail,
    },
    /// It is not named.
    Unnamed {
        id: LogId,
        detail: &'e LogDetail,
        /// Whether it is newer than the newest digest.
        is_newer: bool,
    },
}

impl<'e> Findings<'e> {
    /// Adds what was found on the next chain.
    pub(super) fn add(
        &mut self,
        chain: Whose,
        of_digests: Vec<Finding>,
        of_logs: Vec<LogFinding<'e>>,
    ) {
        self.chains.push(chain);
        self.of_digests.extend(of_digests);
        self.of_logs.extend(of_logs);
    }

    /// Puts them in their order, which does not depend on how they were found.
    pub(super) fn sort(&mut self) {
        self.of_digests.sort();
        let chains = &self.chains;
        let key = |one: &LogFinding<'_>| {
            let (from, until) = one.what.seconds();
            let whose = &chains[one.chain as usize];
            (one.what.kind(), whose, from, until, one.what.id())
        };
        self.of_logs.sort_by(|a, b| {
            let paths = || {
                a.what
                    .path(chains, a.chain)
                    .cmp(&b.what.path(chains, b.chain))
            };
            key(a).cmp(&key(b)).then_with(paths)
        });
    }

    /// What is wrong with digests.
    pub(super) fn of_digests(&self) -> &[Finding] {
        &self.of_digests
    }

    /// Whose each log is that is missing or was changed, and from when until when its events are; if its
    /// digest does not say that, when it was delivered.
    pub(super) fn spoilt_logs(&self) -> impl Iterator<Item = ((&str, &str), Time, Time)> {
        self.of_logs.iter().filter_map(|one| {
            let whose = &self.chains[one.chain as usize];
            let (from, until) = one.what.times()?;
            Some(((&*whose.account_id, &*whose.region), from, until))
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.of_digests.len() + self.of_logs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The findings, the worst kinds first. Each is made when its turn comes.
    pub fn iter(&self) -> impl Iterator<Item = Finding> {
        let of_logs = self.of_logs.iter().map(|one| one.made(&self.chains));
        self.of_digests.iter().cloned().chain(of_logs)
    }

    /// The keys of what is to be fetched, each once: digests and logs that are named and were not found.
    pub fn missing(&self) -> impl Iterator<Item = String> {
        let digests = self.of_digests.iter();
        let digests = digests.filter(|one| one.kind == FindingKind::Hole);
        let digests = digests.filter_map(|one| one.path.clone());
        let logs = self.of_logs.iter().filter_map(|one| match one.what {
            OfLog::Missing { digest, log } => Some(log.object(&digest.digest)),
            _ => None,
        });
        // Two trails may name one key. A million keys are many bytes, their hashes are few; those of two
        // hashers, so that no key is ever taken for another.
        let (hashers, mut seen) = ([(); 2].map(|()| RandomState::new()), HashSet::new());
        digests.chain(logs).filter(move |key| {
            let [one, other] = &hashers;
            seen.insert((one.hash_one(key), other.hash_one(key)))
        })
    }
}

impl LogFinding<'_> {
    fn made(&self, chains: &[Whose]) -> Finding {
        let at = |seconds: u32| match seconds {
            0 => None,
            seconds => Time::from_millis(i64::from(seconds) * 1000),
        };
        let whose = &chains[self.chain as usize];
        let (from, until) = self.what.seconds();
        Finding {
            kind: self.what.kind(),
            account_id: whose.account_id.clone(),
            region: whose.region.clone(),
            trail: whose.trail.clone(),
            from: at(from),
            until: match self.what {
                OfLog::Unnamed { id, .. } => delivered(id),
                _ => at(until),
            },
            path: Some(self.what.path(chains, self.chain)),
            detail: self.what.detail(),
        }
    }
}

impl OfLog<'_> {
    fn kind(&self) -> FindingKind {
        match self {
            OfLog::Missing { .. } => FindingKind::Missing,
            OfLog::Differs { .. } => FindingKind::Differs,
            OfLog::Unnamed { .. } => FindingKind::Unnamed,
        }
    }

    fn id(&self) -> LogId {
        match self {
            OfLog::Missing { log, .. } | OfLog::Differs { log, .. } => log.id,
            OfLog::Unnamed { id, .. } => *id,
        }
    }

    /// Its oldest and newest events, or the minute in its name.
    fn seconds(&self) -> (u32, u32) {
        match self {
            OfLog::Missing { log, .. } | OfLog::Differs { log, .. } => (log.oldest, log.newest),
            OfLog::Unnamed { id, .. } => (0, id.minute().unwrap_or(0)),
        }
    }

    /// When it is missing or was changed: the times of its events, or when it was delivered.
    fn times(&self) -> Option<(Time, Time)> {
        let at = |seconds: u32| Time::from_millis(i64::from(seconds) * 1000);
        match (self, self.seconds()) {
            (OfLog::Unnamed { .. }, _) => None,
            (OfLog::Missing { digest, .. }, (0, 0)) => {
                time(digest.digest.start).zip(time(digest.digest.end))
            }
            (OfLog::Differs { log, .. }, (0, 0)) => {
                let minute = delivered(log.id)?;
                Some((minute, minute))
            }
            (_, (0, one) | (one, 0)) => at(one).map(|one| (one, one)),
            (_, (oldest, newest)) => at(oldest.min(newest)).zip(at(newest)),
        }
    }

    fn path(&self, chains: &[Whose], chain: u32) -> String {
        match self {
            OfLog::Missing { digest, log } => log.object(&digest.digest),
            OfLog::Differs { log, of, detail } => {
                let usual = log.id.name(&of.account, &of.region);
                detail.path.text(usual.as_deref())
            }
            OfLog::Unnamed { id, detail, .. } => {
                let whose = &chains[chain as usize];
                let usual = id.name(&whose.account_id, &whose.region);
                detail.path.text(usual.as_deref())
            }
        }
    }

    fn detail(&self) -> String {
        match self {
            OfLog::Missing { digest, .. } => format!(
                "named by the digest of {}, and not here",
                digest.digest.end_text
            ),
            OfLog::Differs { detail, .. } => match &detail.content {
                LogContent::Spoilt(why) => why.to_string(),
                _ => "its content is not what was delivered".to_owned(),
            },
            OfLog::Unnamed { is_newer: true, .. } => {
                "in no digest that is here: it is newer than the newest of them".to_owned()
            }
            OfLog::Unnamed { .. } => {
                "in no digest: of another trail, of a digest that is not here, or put there"
                    .to_owned()
            }
        }
    }
}
