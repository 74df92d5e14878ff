//! The logs that were found, held against those that digests name.

use crate::aws::LogId;
use crate::collections::{Map, Set};
use crate::sts::Time;
use crate::tally::{Evidence, FoundLogs, LogDetail};

/// The logs of a run, to be asked for.
pub(super) struct Found<'e> {
    logs: &'e [FoundLogs],
    /// Where each is that was found: of whom, and at which place. Copies are in `copies`.
    places: Map<LogId, Place>,
    copies: Map<LogId, Vec<Place>>,
    named: Set<LogId>,
}

type Place = (u32, u32);

/// A log that no digest names.
pub(super) struct Unnamed<'e> {
    pub id: LogId,
    pub detail: Option<&'e LogDetail>,
}

impl Unnamed<'_> {
    /// The end of the slot in its name.
    pub fn time(&self) -> Option<Time> {
        delivered(self.id)
    }
}

/// When a log was delivered, by its name.
pub(super) fn delivered(id: LogId) -> Option<Time> {
    Time::from_millis(id.delivered()?.timestamp_millis())
}

impl<'e> Found<'e> {
    pub fn of(evidence: &'e Evidence) -> Found<'e> {
        let logs = evidence.logs();
        let count = logs.iter().map(|logs| logs.ids.len()).sum();
        let mut places = Map::with_capacity_and_hasher(count, Default::default());
        let mut copies: Map<LogId, Vec<Place>> = Map::default();
        for (of, logs) in (0..).zip(logs) {
            for (at, &id) in (0..).zip(&logs.ids) {
                if let Some(before) = places.insert(id, (of, at)) {
                    let copies = copies.entry(id).or_insert_with(|| vec![before]);
                    copies.push((of, at));
                }
            }
        }
        let names = evidence.digests.iter().flat_map(|found| &found.digest.logs);
        Found {
            logs,
            places,
            copies,
            named: names.map(|log| log.id).collect(),
        }
    }

    /// Whether a log was found.
    pub fn has(&self, id: LogId) -> bool {
        self.places.contains_key(&id)
    }

    /// What is known of each copy of a log.
    pub fn details(&self, id: LogId) -> impl Iterator<Item = (&'e FoundLogs, &'e LogDetail)> {
        let copies = self.copies.get(&id).map(Vec::as_slice);
        let one = self.places.get(&id).map(std::slice::from_ref);
        let places = copies.or(one).unwrap_or_default();
        places.iter().filter_map(|&(of, at)| {
            let logs = &self.logs[of as usize];
            Some((logs, logs.details.get(at as usize)?))
        })
    }

    /// The logs by account and Region.
    pub fn by_pair(&self) -> &'e [FoundLogs] {
        self.logs
    }

    /// The logs of an account and Region that no digest names, each once, in the order of their ids.
    pub fn unnamed(&self, account: &str, region: &str) -> Vec<Unnamed<'e>> {
        let of = |logs: &&FoundLogs| *logs.account == *account && *logs.region == *region;
        let Some(logs) = self.logs.iter().find(of) else {
            return Vec::new();
        };
        let mut unnamed: Vec<_> = (logs.ids.iter().enumerate())
            .filter(|(_, id)| !self.named.contains(*id))
            .map(|(at, &id)| Unnamed {
                id,
                detail: logs.details.get(at),
            })
            .collect();
        unnamed.sort_by_key(|one| one.id);
        unnamed.dedup_by_key(|one| one.id);
        unnamed
    }
}
