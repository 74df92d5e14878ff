//! What user agents say, each read once: most calls have one that was seen before.
//!
//! Owns the memory of them. How an agent is read is in [`super::sdk`], [`super::tool`] and
//! [`super::defaults`]; what its call adds to that, in [`super::call`] and [`super::judge`].

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::agent::{ENDPOINT_OVERRIDE, has_metric};
use super::aws_agent;
use super::defaults::Defaults;
use super::sdk::{self, Sdk};
use super::tool::{self, Tool};
use crate::collections::Map;

/// What an agent says, whatever call it comes with. Of what not every question is about, nothing is read before
/// it is asked for.
#[derive(Debug)]
pub(super) struct Said {
    /// The value of `sdk`.
    sdk: Option<&'static str>,
    sdk_version: Box<str>,
    /// Whether it is of Amazon's own framework.
    pub is_coral: bool,
    program: OnceLock<Option<Box<str>>>,
    habits: OnceLock<Habits>,
}

/// What an agent says of where its calls go.
#[derive(Debug)]
pub(super) struct Habits {
    /// The tool that is known of it.
    pub tool: Option<&'static Tool>,
    /// What its SDK does by default.
    pub defaults: Option<&'static Defaults>,
    /// Whether its SDK goes global unless told otherwise.
    pub goes_global: bool,
    /// Whether it says that an endpoint URL is configured.
    pub overrides_endpoint: bool,
}

impl Said {
    fn of(user_agent: &str) -> Said {
        let sdk = sdk::recognise(user_agent);
        Said {
            sdk: sdk.map(|sdk| sdk.name),
            sdk_version: sdk.map_or("", |sdk| sdk.version).into(),
            is_coral: aws_agent::is_coral(user_agent),
            program: OnceLock::new(),
            habits: OnceLock::new(),
        }
    }

    /// Who it says it is.
    pub fn sdk(&self) -> Option<Sdk<'_>> {
        Some(Sdk {
            name: self.sdk?,
            version: &self.sdk_version,
        })
    }

    /// The value of `tool`; `user_agent` is the agent it was read from.
    pub fn program(&self, user_agent: &str) -> Option<&str> {
        let program = || tool::name(user_agent).map(Into::into);
        self.program.get_or_init(program).as_deref()
    }

    /// Where its calls go; `user_agent` is the agent it was read from.
    pub fn habits(&self, user_agent: &str) -> &Habits {
        self.habits.get_or_init(|| {
            let defaults = self.sdk.and_then(Defaults::of);
            let goes_global =
                |sdk: Sdk<'_>| defaults.is_some_and(|row| row.agent_goes_global(user_agent, &sdk));
            Habits {
                tool: tool::find(user_agent).map(|(tool, _)| tool),
                defaults,
                goes_global: self.sdk().is_some_and(goes_global),
                overrides_endpoint: has_metric(user_agent, ENDPOINT_OVERRIDE),
            }
        })
    }
}

/// The agents of one thread. What they say depends on nothing else, so it may be forgotten at any time.
#[derive(Debug, Default)]
pub struct Agents(RefCell<Map<Box<str>, Arc<Said>>>);

impl Agents {
    /// The most that are kept, and the most bytes of each, twice of what CloudTrail keeps. A client that sends a
    /// new agent with every call does not fill the memory, nor does one that sends long ones.
    const MOST: usize = 1 << 12;
    const LONGEST: usize = 1 << 11;

    /// What an agent says; without a memory it is read anew.
    pub(super) fn said(memory: Option<&Agents>, user_agent: &str) -> Arc<Said> {
        let of_it = || Arc::new(Said::of(user_agent));
        let Some(Agents(known)) = memory.filter(|_| user_agent.len() <= Agents::LONGEST) else {
            return of_it();
        };
        let mut known = known.borrow_mut();
        if let Some(said) = known.get(user_agent) {
            return Arc::clone(said);
        }
        if known.len() == Agents::MOST {
            known.clear();
        }
        Arc::clone(known.entry(user_agent.into()).or_insert_with(of_it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_says_the_same_whether_it_was_seen_before_or_not() {
        let memory = Agents::default();
        let all = |said: &Said, agent: &str| {
            format!(
                "{:?} {:?} {:?}",
                said.sdk(),
                said.program(agent),
                said.habits(agent)
            )
        };
        let of = |agent: &str| {
            let said = Agents::said(Some(&memory), agent);
            assert_eq!(all(&said, agent), all(&Agents::said(None, agent), agent));
            said
        };
        let one = "Boto3/1.28.57 md/Botocore#1.31.57 m/N app/payments";
        let first = of(one);
        assert_eq!(first.sdk().unwrap().version, "1.28.57");
        assert_eq!(first.program(one), Some("payments"));
        assert!(first.habits(one).overrides_endpoint && first.habits(one).goes_global);
        assert!(Arc::ptr_eq(&first, &of(one)));
        let long = format!("{one} {:x<1$}", "", Agents::LONGEST);
        assert!(!Arc::ptr_eq(&of(&long), &of(&long)));
        for n in 0..=Agents::MOST {
            of(&format!("aws-sdk-go/1.{n}.0"));
        }
        assert!(!Arc::ptr_eq(&first, &of(one)));
        assert!(memory.0.borrow().len() <= Agents::MOST);
    }
}
