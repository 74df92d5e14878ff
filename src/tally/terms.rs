//! By which terms calls were counted: sums by different ones are told before they are added.
//!
//! Owns what is compared. How parts say it in bytes is their own.

use super::selection::Selection;
use crate::sts::Hosts;

/// What decides which calls are counted, and as what: sums by different terms have no sum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// Which calls are asked about.
    pub selection: Selection,
    /// What hosts lead to that are none of AWS's names.
    pub hosts: Hosts,
}

impl Terms {
    /// The first field by which two differ: their calls have no sum. Lists are compared as they were
    /// given.
    pub(super) fn differs_by(&self, other: &Terms) -> Option<&'static str> {
        let Terms { selection, hosts } = self;
        let differs = (*hosts != other.hosts).then_some("hosts");
        selection.differs_by(&other.selection).or(differs)
    }
}

impl Selection {
    /// The same of selections alone.
    fn differs_by(&self, other: &Selection) -> Option<&'static str> {
        let Selection {
            since,
            until,
            accounts,
            regions,
            endpoints,
            conditions,
        } = self;
        [
            (*since == other.since, "since"),
            (*until == other.until, "until"),
            (*accounts == other.accounts, "accounts"),
            (*regions == other.regions, "regions"),
            (*endpoints == other.endpoints, "endpoints"),
            (*conditions == other.conditions, "conditions"),
        ]
        .into_iter()
        .find_map(|(is_equal, field)| (!is_equal).then_some(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sts::{Dimension, Time, glob};
    use crate::tally::Condition;

    #[test]
    fn terms_differ_by_the_first_field_that_does() {
        let terms = Terms {
            selection: Selection {
                since: Time::parse("2024-05-10T00:00:00Z"),
                conditions: vec![Condition {
                    dimension: Dimension::Principal,
                    glob: glob("*x**").unwrap(),
                    negated: true,
                    names: None,
                }],
                ..Selection::default()
            },
            hosts: Hosts::parse(["*.example regional eu-west-1"]).unwrap(),
        };
        let mut other = terms.clone();
        assert_eq!(terms.differs_by(&other), None);
        // Two stars mean what one does.
        other.selection.conditions[0].glob = glob("*x*").unwrap();
        assert_eq!(terms.differs_by(&other), None);
        other.hosts = Hosts::default();
        assert_eq!(terms.differs_by(&other), Some("hosts"));
        other.selection.conditions[0].negated = false;
        assert_eq!(terms.differs_by(&other), Some("conditions"));
        assert_eq!(terms.differs_by(&Terms::default()), Some("since"));
    }
}
