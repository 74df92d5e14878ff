//! The list of own host names that a store was given last, held against what a gate asks of the store.
//!
//! A store keeps what was decided when a file was read, so that a list is mended does not mend it.

use super::exit::Failure;
use super::hosts::perhaps_mistyped;
use crate::questions::AnyQuestion;
use crate::report::count;
use crate::report::escape::for_terminal;
use crate::store::Store;
use crate::sts::sdk::is_aws_managed;
use crate::sts::{Dimension, Hosts, LeadsTo};
use crate::tally::{Measures, Selection};

/// Refuses a verdict where a line of the list may be mistyped, as over files; and where calls were read
/// before the list said that they go to the global endpoint, of principals that are judged for such calls.
/// `or_else` is how to have a verdict without a new store.
pub(super) fn check(
    store: &Store,
    selection: &Selection,
    is_judged: &dyn Fn(&str) -> bool,
    or_else: &str,
) -> Result<(), Failure> {
    let hosts = store.hosts()?;
    if let Some((number, host)) = perhaps_mistyped(&hosts) {
        return Err(Failure::new(format!(
            "--fail-on cannot be judged: line {number} ({host}) of the list that 'ingest --hosts' was given last \
             matches none of the hosts in the store, of which some are on no line: it may be a typo; see what \
             there is with 'report --endpoint other' of the store, mend the line and read the logs into a new \
             store, or take it out"
        )));
    }
    let Some((host, measures)) = listed_late(store, &hosts, selection, is_judged)? else {
        return Ok(());
    };
    let last = (measures.last).map_or(String::new(), |last| {
        format!(", the last on {}", last.day())
    });
    Err(Failure::new(format!(
        "--fail-on cannot be judged: calls through {} ({}{last}) were read before the list of 'ingest --hosts' \
         said that it leads to the global endpoint, and do not count as global in the store; read the logs \
         into a new store, or {or_else}",
        for_terminal(&host),
        count(measures.calls)
    )))
}

/// A host that leads to the global endpoint by this list, and the calls through it that were read by a list
/// that did not name it, or said otherwise, if there are any.
fn listed_late(
    store: &Store,
    hosts: &Hosts,
    selection: &Selection,
    is_judged: &dyn Fn(&str) -> bool,
) -> Result<Option<(String, Measures)>, Failure> {
    if !hosts.lead_to_global() {
        return Ok(None);
    }
    let columns = vec![
        Dimension::Endpoint,
        Dimension::Evidence,
        Dimension::ClientProvidedHostHeader,
        Dimension::Principal,
        Dimension::Sdk,
    ];
    let of_any_endpoint = selection.of_any_endpoint();
    let report = store.closed_tally(&AnyQuestion::Groups(columns), &of_any_endpoint, false)?;
    let mut found: Option<(String, Measures)> = None;
    for group in report.finish().groups() {
        let [endpoint, evidence, Some(host), principal, sdk] = group.values[..] else {
            continue;
        };
        let is_listed = (endpoint, evidence) == (Some("regional"), Some("host-map"));
        if endpoint != Some("other") && !is_listed {
            continue;
        }
        let is_late = hosts.find(host) == Some(&LeadsTo::Global);
        // No gate counts those of AWS itself.
        if !is_late || !principal.is_none_or(is_judged) || sdk.is_some_and(is_aws_managed) {
            continue;
        }
        match &mut found {
            None => found = Some((host.to_owned(), group.measures)),
            Some((first, measures)) if first == host => *measures += group.measures,
            Some(_) => {}
        }
    }
    Ok(found)
}
