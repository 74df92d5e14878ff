//! Sums → answers: what is asked of the calls, and what is made of the groups in the end.
//!
//! Owns every question that this program asks: by dimensions, over time, who must change what, which
//! Regions are in use, and calls one by one. A question says by what it tells calls apart, and folds
//! the finished groups into rows. Refuses to know how calls are counted, which is the
//! [`tally`](crate::tally)'s, and how rows look, which is the [`report`](crate::report)'s.

mod calendar;
mod contents;
mod events;
pub mod gate;
mod groups;
mod key;
pub mod new_callers;
pub mod overview;
mod plan;
mod regions;
mod tokens;
mod traced;
mod trend;
pub mod verify;

use std::sync::Arc;

use crate::aws::AccountNames;
use crate::sts::{Dimension, Properties};
use crate::tally::Question;

pub use calendar::{Calendar, DaysOfCalls};
pub use contents::{Checked, Contents, Days, Fault, Run};
pub use events::{
    EVENT_COLUMNS, EventLog, EventRows, EventStream, Events, Row, StreamError, Streamed,
};
pub use plan::{CrossRegion, Plan, PlanRow, Refusal, RegionEvidence, Risks};
pub use regions::{RegionRow, RegionStatus, Regions};
pub use tokens::{OptInTokens, TokenTrace};
pub use traced::Traced;
pub use trend::{CallsByDay, DayCalls, Gap, Period, PeriodStatus, Trend, TrendRow};

/// A tally of any question of this program.
pub type Tally = crate::tally::Tally<AnyQuestion>;
/// The finished sums of any question of this program.
pub type Report = crate::tally::Report<AnyQuestion>;

/// The questions of this program. `Vec<AnyQuestion>` asks several in one pass.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnyQuestion {
    /// Groups by these dimensions.
    Groups(Vec<Dimension>),
    /// The same, where one of them is the name of the caller's account. Names are of the machine that
    /// asks, so no part of an answer can be of this.
    NamedGroups(Vec<Dimension>, Arc<AccountNames>),
    /// Who must change what: see [`Plan`].
    Plan,
    /// Which Regional endpoints the accounts use: see [`Regions`].
    Regions,
    /// Global versus Regional by day: see [`Trend`].
    Trend,
}

impl AnyQuestion {
    /// The dimensions grouped by, if it is that what is asked.
    pub fn dimensions(&self) -> &[Dimension] {
        match self {
            AnyQuestion::Groups(dimensions) | AnyQuestion::NamedGroups(dimensions, _) => dimensions,
            AnyQuestion::Plan | AnyQuestion::Regions | AnyQuestion::Trend => &[],
        }
    }
}

impl Question for AnyQuestion {
    fn width(&self) -> usize {
        match self {
            AnyQuestion::Groups(dimensions) | AnyQuestion::NamedGroups(dimensions, _) => {
                dimensions.len()
            }
            AnyQuestion::Plan => plan::WIDTH,
            AnyQuestion::Regions => regions::WIDTH,
            AnyQuestion::Trend => trend::WIDTH,
        }
    }

    fn key(
        &self,
        call: &impl Properties,
        scratch: &mut String,
        mut push: impl FnMut(Option<&str>),
    ) {
        let columns = match self {
            AnyQuestion::Groups(dimensions) => {
                for &dimension in dimensions {
                    push(call.value(dimension, scratch));
                }
                return;
            }
            AnyQuestion::NamedGroups(dimensions, names) => {
                for &dimension in dimensions {
                    if dimension == Dimension::AccountName {
                        let id = call.value(Dimension::AccountId, scratch);
                        push(id.and_then(|id| names.name(id)));
                    } else {
                        push(call.value(dimension, scratch));
                    }
                }
                return;
            }
            AnyQuestion::Plan => plan::columns(call),
            AnyQuestion::Regions => regions::columns(call),
            AnyQuestion::Trend => trend::columns(call),
        };
        for column in columns {
            push(column.value(call, scratch));
        }
    }

    fn tells_days(&self) -> bool {
        match self {
            AnyQuestion::Groups(dimensions) | AnyQuestion::NamedGroups(dimensions, _) => {
                dimensions.contains(&Dimension::Day)
            }
            AnyQuestion::Plan | AnyQuestion::Regions => false,
            AnyQuestion::Trend => true,
        }
    }

    fn tells_callers(&self) -> bool {
        // A store keeps where global calls come from for plans alone: no dimension asks for it.
        matches!(self, AnyQuestion::Plan)
    }

    fn name(&self) -> String {
        match self {
            AnyQuestion::Groups(dimensions) => groups::name(dimensions),
            AnyQuestion::NamedGroups(dimensions, _) => {
                format!("named {}", groups::name(dimensions))
            }
            AnyQuestion::Plan => "plan".to_owned(),
            AnyQuestion::Regions => "regions".to_owned(),
            AnyQuestion::Trend => "trend".to_owned(),
        }
    }

    fn find(name: &str) -> Option<AnyQuestion> {
        match name {
            "plan" => Some(AnyQuestion::Plan),
            "regions" => Some(AnyQuestion::Regions),
            "trend" => Some(AnyQuestion::Trend),
            name => groups::find(name).map(AnyQuestion::Groups),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_found_by_its_name() {
        let questions = [
            AnyQuestion::Groups(Vec::new()),
            AnyQuestion::Groups(Dimension::all().collect()),
            AnyQuestion::Plan,
            AnyQuestion::Regions,
            AnyQuestion::Trend,
        ];
        for question in &questions {
            assert_eq!(AnyQuestion::find(&question.name()).as_ref(), Some(question));
        }
        let all = questions.to_vec();
        assert_eq!(Vec::find(&all.name()), Some(all));
        assert_eq!(Vec::<AnyQuestion>::find(""), Some(Vec::new()));
        for name in ["", "groups", "groups(", "groups(planet)", "plan + ", "Plan"] {
            assert_eq!(AnyQuestion::find(name), None, "{name}");
        }
    }

    #[test]
    fn a_list_of_one_question_has_the_name_of_that_question() {
        let one = AnyQuestion::Groups(vec![Dimension::Endpoint, Dimension::Day]);
        assert_eq!(one.name(), "groups(endpoint,day)");
        assert_eq!(vec![one.clone()].name(), one.name());
        assert_eq!(
            vec![one, AnyQuestion::Plan].name(),
            "groups(endpoint,day) + plan"
        );
    }
}
