//! `--hosts FILE`: what the user's own host names lead to.

use std::borrow::Cow;
use std::path::Path;

use super::exit::Failure;
use super::messages::Messages;
use crate::input::lines;
use crate::report::escape::for_terminal;
use crate::report::{count, plural};
use crate::shown::Shown;
use crate::sts::Hosts;

/// Reads the file, if there is one.
pub(super) fn read(path: Option<&Path>) -> Result<Hosts, Failure> {
    let Some(path) = path else {
        return Ok(Hosts::default());
    };
    let fail = |what: String| Failure::new(format!("--hosts {}: {what}", Shown::path(path)));
    let lines = lines(path).map_err(|error| {
        fail(format!(
            "{error}; give a file with lines 'HOST-GLOB global' or 'HOST-GLOB regional REGION'"
        ))
    })?;
    let hosts =
        Hosts::parse(&lines).map_err(|error| fail(for_terminal(&error.to_string()).into()))?;
    if hosts.is_empty() {
        return Err(fail(
            "there is no line in it; write 'HOST-GLOB global' or 'HOST-GLOB regional REGION', or \
             leave it out"
                .into(),
        ));
    }
    Ok(hosts)
}

/// Refuses a verdict where a line matched no host at all, and there were hosts that no line matches:
/// it may be a typo, and then calls through that host are taken for calls to somewhere else. Where all
/// hosts read are on the list, that of a line is merely not called.
pub(super) fn check_matched(hosts: &Hosts) -> Result<(), Failure> {
    match perhaps_mistyped(hosts) {
        None => Ok(()),
        Some((number, host)) => Err(Failure::new(format!(
            "--fail-on cannot be judged: --hosts: line {number} ({host}) matched none of the hosts read, \
             of which some are on no line: it may be a typo; see what there is with 'report \
             --endpoint other' of the same logs, and mend the line, or take it out"
        ))),
    }
}

/// The first line that may be mistyped: its number and its host.
pub(super) fn perhaps_mistyped(hosts: &Hosts) -> Option<(usize, Cow<'_, str>)> {
    let (number, host) = hosts.unmatched().next().filter(|_| hosts.has_unlisted())?;
    Some((number, for_terminal(host)))
}

/// The most lines that are named.
const MAX_NAMED: usize = 5;

/// Says which lines have told nothing: a typo there leaves hosts as `other`.
pub(super) fn note_unused(hosts: &Hosts, messages: Messages) {
    let unused: Vec<_> = hosts.unused().collect();
    if unused.is_empty() {
        return;
    }
    let named = unused.iter().take(MAX_NAMED);
    let mut names: Vec<String> = named
        .map(|(number, host)| format!("line {number} ({})", for_terminal(host)))
        .collect();
    let unnamed = unused.len().saturating_sub(MAX_NAMED) as u64;
    if unnamed > 0 {
        names.push(format!(
            "{} more {}",
            count(unnamed),
            plural(unnamed, "line")
        ));
    }
    messages.note(&format!(
        "--hosts: no host was looked up that matches {}; only hosts that are 'other' \
         are, and the first line that matches counts",
        names.join(", ")
    ));
}
