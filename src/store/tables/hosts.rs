//! The list of own host names that an ingest was given last: `--hosts`.
//!
//! Owns the setting that keeps its lines. What hosts they match is in the groupings of the calls, so a run
//! that is killed loses none of it.

use rusqlite::Connection;

use super::schema;
use crate::sts::{Host, HostKind, Hosts};

/// The name of the setting: a line of it is that line of the list.
const SETTING: &str = "hosts";

/// Notes the list before anything is read by it. Who gives none any more means none.
pub(in crate::store) fn note(connection: &Connection, hosts: &Hosts) -> rusqlite::Result<()> {
    if hosts.is_empty() {
        return schema::unset(connection, SETTING);
    }
    let mut lines: Vec<String> = Vec::new();
    for (number, line) in hosts.lines() {
        lines.resize(number, String::new());
        lines[number - 1] = line;
    }
    schema::set(connection, SETTING, &lines.join("\n"))
}

/// The list, with what its lines match of the hosts of all calls that are here; empty if there is none.
pub(in crate::store) fn read(connection: &Connection) -> rusqlite::Result<Hosts> {
    let lines = schema::setting(connection, SETTING)?.unwrap_or_default();
    let hosts = Hosts::parse(lines.lines()).unwrap_or_default();
    if hosts.is_empty() {
        return Ok(hosts);
    }
    let mut all = connection.prepare(
        "SELECT DISTINCT client_provided_host_header FROM grouping WHERE client_provided_host_header IS NOT NULL",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        // Those that a list is asked about, whatever CloudTrail says of the call.
        let host = Host::normalise(row.get_ref(0)?.as_str()?);
        if let Some(host) = host.filter(|host| host.kind() == HostKind::Other) {
            hosts.find(host.as_str());
        }
    }
    Ok(hosts)
}
