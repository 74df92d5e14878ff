//! Rows for people: those of one principal that differ in the version alone, and to which the same
//! advice is given, are one piece of work.

use std::collections::HashMap;

use super::rows::{Plan, PlanRow};
use super::seen::NAMED;
use crate::sts::Version;

impl<'r> Plan<'r> {
    /// Puts rows together that differ in the version alone: see [`PlanRow::versions`]. What evidence
    /// there is for a Region is that of the row with the most calls.
    #[must_use]
    pub fn together(mut self) -> Plan<'r> {
        self.sort_by_calls();
        let mut places = HashMap::new();
        let mut rows: Vec<PlanRow<'r>> = Vec::new();
        for row in self.rows {
            let advice = (
                (row.principal, row.principal_type, row.account_id),
                (row.sdk, row.cause, row.fix.clone()),
                row.recommended_region.map(|(region, _)| region),
            );
            let place = *places.entry(advice).or_insert(rows.len());
            match rows.get_mut(place) {
                Some(one) => one.add(&row),
                None => rows.push(row),
            }
        }
        rows.iter_mut().for_each(PlanRow::finish);
        self.rows = rows;
        self.sort_by_calls();
        self
    }
}

impl<'r> PlanRow<'r> {
    fn add(&mut self, other: &PlanRow<'r>) {
        self.measures += other.measures;
        self.versions.extend(&other.versions);
        self.seen.add(&other.seen);
    }

    /// What follows from all that was added, worked out once.
    fn finish(&mut self) {
        self.versions
            .sort_by_cached_key(|version| in_order(*version));
        self.source_ip_addresses = self.seen.addresses.first(NAMED);
        self.session_names = self.seen.sessions.first(NAMED);
        self.in_scope_of = self.seen.scopes.first(NAMED);
        self.tools = self.seen.tools.first(NAMED);
    }
}

/// Versions by their numbers, then by their text; none first.
fn in_order(version: Option<&str>) -> (Option<[u32; 4]>, Option<&str>) {
    let numbers = version.and_then(Version::parse).map(Version::numbers);
    (numbers, version)
}
