//! What is kept of user agents, each parsed once: most calls have one that was seen before.

use super::distinct;
use crate::cloudtrail::Field;
use crate::collections::Memo;
use crate::sts::{Call, Cause, Dimension};

/// The agents that were parsed, by all that [`Cause::of`] looks at.
#[derive(Default)]
pub(in crate::store) struct AgentCache(Memo<Agent>);

/// What is kept of an agent.
pub(in crate::store) struct Agent {
    /// The columns `sdk` and `sdk_version`.
    pub columns: Box<[u8]>,
    /// The column `tool`.
    pub tool: Box<[u8]>,
    /// Why its call is global, if it is.
    pub cause: Cause,
}

impl AgentCache {
    /// What the agent of a call says.
    pub fn read(&mut self, call: &Call<'_>, scratch: &mut String) -> &Agent {
        let texts = [
            call.field(Field::UserAgent),
            call.field(Field::EventName),
            call.is_target_copy().then_some("copy"),
            call.is_from_inside_aws().then_some("inside"),
            call.is_through_own_host().then_some("own"),
        ];
        self.0.of(&texts, || {
            let mut columns = Vec::new();
            for dimension in [Dimension::Sdk, Dimension::SdkVersion] {
                distinct::push(&mut columns, call.value(dimension, scratch));
            }
            let mut tool = Vec::new();
            distinct::push(&mut tool, call.tool());
            Agent {
                columns: columns.into(),
                tool: tool.into(),
                cause: Cause::of(call),
            }
        })
    }
}
