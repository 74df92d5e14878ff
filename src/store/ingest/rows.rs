//! A call → its row of `grouping`, and its row of `caller`, in the order of the columns.

use super::agent_cache::AgentCache;
use super::distinct;
use crate::store::tables::columns::{CALLER, KEPT};
use crate::sts::{Call, Dimension, Endpoint};

const YES: &str = "yes";

/// Writes what is kept of a call into `row`.
pub(in crate::store) fn grouping_row(
    call: &Call<'_>,
    is_disagreement: bool,
    agent_cache: &mut AgentCache,
    scratch: &mut String,
    row: &mut Vec<u8>,
) {
    row.clear();
    let agent = agent_cache.read(call, scratch);
    for dimension in KEPT {
        match dimension {
            Dimension::Sdk => row.extend_from_slice(&agent.columns),
            Dimension::SdkVersion => {} // is in the columns of Sdk already
            Dimension::Tool => row.extend_from_slice(&agent.tool),
            dimension => distinct::push(row, call.value(dimension, scratch)),
        }
    }
    let cause = match call.endpoint() {
        Endpoint::Global => Some(agent.cause.as_str()),
        _ => None,
    };
    distinct::push(row, cause);
    distinct::push(row, is_disagreement.then_some(YES));
}

/// Writes what is kept of the origin of a global call into `row`.
pub(in crate::store) fn caller_row(call: &Call<'_>, scratch: &mut String, row: &mut Vec<u8>) {
    row.clear();
    for dimension in CALLER {
        distinct::push(row, call.value(dimension, scratch));
    }
}
