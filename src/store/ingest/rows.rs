//! A call → its row of `grouping`, and its row of `caller`, in the order of the columns.

use super::distinct;
use crate::store::tables::columns::{CALLER, KEPT};
use crate::sts::{Call, Cause, Endpoint};

const YES: &str = "yes";

/// Writes what is kept of a call into `row`.
pub(in crate::store) fn grouping_row(
    call: &Call<'_>,
    is_disagreement: bool,
    scratch: &mut String,
    row: &mut Vec<u8>,
) {
    row.clear();
    for dimension in KEPT {
        distinct::push(row, call.value(dimension, scratch));
    }
    let cause = match call.endpoint() {
        Endpoint::Global => Some(Cause::of(call).as_str()),
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
