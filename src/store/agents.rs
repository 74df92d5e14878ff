//! What is kept of user agents, read once each: most calls have one that came before.

use super::hashed::Map;
use super::kinds;
use crate::cloudtrail::Field;
use crate::sts::{Call, Cause, Dimension};

/// So many are remembered. Whoever sends a new one with every call gains nothing, and costs no room.
const MOST: usize = 1 << 12;

/// Agents, with all that [`Cause::of`] looks at besides.
#[derive(Default)]
pub(super) struct Agents {
    known: Map<Box<[u8]>, Agent>,
    key: Vec<u8>,
}

/// What an agent says.
pub(super) struct Agent {
    /// The columns `sdk` and `sdk_version`.
    pub columns: Box<[u8]>,
    /// The column `tool`.
    pub tool: Box<[u8]>,
    /// Why a call of it is global, if it is.
    pub cause: Cause,
}

impl Agents {
    /// What the agent of a call says.
    pub fn read(&mut self, call: &Call<'_>, scratch: &mut String) -> &Agent {
        self.key.clear();
        kinds::push(&mut self.key, call.field(Field::UserAgent));
        kinds::push(&mut self.key, call.field(Field::EventName));
        kinds::push(&mut self.key, call.is_target_copy().then_some("copy"));
        kinds::push(&mut self.key, call.is_from_inside_aws().then_some("inside"));
        if !self.known.contains_key(&*self.key) {
            if self.known.len() == MOST {
                self.known.clear();
            }
            let mut columns = Vec::new();
            for dimension in [Dimension::Sdk, Dimension::SdkVersion] {
                kinds::push(&mut columns, call.value(dimension, scratch));
            }
            let mut tool = Vec::new();
            kinds::push(&mut tool, call.tool());
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
