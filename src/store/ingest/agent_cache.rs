//! What is kept of user agents, each parsed once: most calls have one that was seen before.

use super::distinct;
use crate::cloudtrail::Field;
use crate::collections::Map;
use crate::sts::{Call, Cause, Dimension};

/// The most agents in the cache. A client that sends a new one with every call does not fill the memory.
const MOST: usize = 1 << 12;

/// The agents that were parsed, by all that [`Cause::of`] looks at.
#[derive(Default)]
pub(in crate::store) struct AgentCache {
    known: Map<Box<[u8]>, Agent>,
    key: Vec<u8>,
}

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
        self.key.clear();
        distinct::push(&mut self.key, call.field(Field::UserAgent));
        distinct::push(&mut self.key, call.field(Field::EventName));
        distinct::push(&mut self.key, call.is_target_copy().then_some("copy"));
        distinct::push(&mut self.key, call.is_from_inside_aws().then_some("inside"));
        distinct::push(&mut self.key, call.is_through_own_host().then_some("own"));
        if !self.known.contains_key(&*self.key) {
            if self.known.len() == MOST {
                self.known.clear();
            }
            let mut columns = Vec::new();
            for dimension in [Dimension::Sdk, Dimension::SdkVersion] {
                distinct::push(&mut columns, call.value(dimension, scratch));
            }
            let mut tool = Vec::new();
            distinct::push(&mut tool, call.tool());
            let agent = Agent {
                columns: columns.into(),
                tool: tool.into(),
                cause: Cause::of(call),
            };
            self.known.insert(self.key.as_slice().into(), agent);
        }
        &self.known[&*self.key]
    }
}
