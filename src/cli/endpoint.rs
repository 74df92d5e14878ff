//! `stscope endpoint`: what a host name is, and the table of STS endpoints.

use std::borrow::Cow;

use super::args::EndpointArgs;
use super::config::Writing;
use super::exit::{Exit, Failure};
use super::hosts;
use super::output::Output;
use crate::report::{Cell, Column, Format, Frame, Label, write};
use crate::sts::region::{Partition, REGIONS, Region};
use crate::sts::{Host, HostKind, Hosts, LeadsTo};

const FRAME: Frame<'static> = Frame {
    schema: "stscope.endpoint/1",
    head: Vec::new(),
    list: "rows",
    tail: Vec::new(),
};

pub(super) fn run(arguments: EndpointArgs) -> Result<Exit, Failure> {
    let writing = Writing::plain(arguments.format, arguments.output.as_deref(), "endpoints")?;
    let hosts = hosts::read(arguments.hosts.as_deref())?;
    let output = Output::open(writing.output.as_deref())?;
    output.write(|out| {
        if arguments.names.is_empty() {
            let rows = REGIONS.iter().map(|region| Ok(region_cells(region)));
            write(
                writing.format,
                out,
                &region_columns(),
                &FRAME,
                rows,
                &writing.layout,
                || Ok(None),
            )?;
            if writing.format == Format::Table {
                writeln!(out, "\n{TABLE_NOTE}")?;
            }
            return Ok(());
        }
        if writing.format == Format::Table {
            for name in &arguments.names {
                explain(name, &hosts, out)?;
            }
            return Ok(());
        }
        let rows = (arguments.names.iter()).map(|name| Ok(host_cells(name, &hosts)));
        Ok(write(
            writing.format,
            out,
            &host_columns(),
            &FRAME,
            rows,
            &writing.layout,
            || Ok(None),
        )?)
    })?;
    Ok(Exit::Done)
}

const TABLE_NOTE: &str = "\
DEFAULT: enabled in every account. CAN BE OFF: STS can be deactivated there.
FIPS: AWS lists a FIPS endpoint. Empty: not documented.
The global endpoint is sts.amazonaws.com, in the partition aws only.
--format csv adds the FIPS, dual-stack and VPC endpoint names.";

fn region_columns() -> Vec<Column> {
    let label = |text| Some(Label::new(text));
    [
        ("region", label("REGION")),
        ("region_name", Some(Label::new("NAME").least(16).spare(1))),
        ("partition", Some(Label::new("PARTITION").spare(2))),
        ("enabled_by_default", label("DEFAULT")),
        ("can_deactivate", label("CAN BE OFF")),
        ("endpoint", label("ENDPOINT")),
        ("fips_endpoint", None),
        ("fips_listed", label("FIPS")),
        ("dualstack_endpoint", None),
        ("vpce_suffix", None),
    ]
    .map(|(name, label)| Column { name, label })
    .into()
}

fn region_cells(region: &'static Region) -> Vec<Cell<'static>> {
    let flag = |flag: Option<bool>| flag.map_or(Cell::Absent, Cell::Flag);
    let owned = |text: String| Cell::Text(Cow::Owned(text));
    vec![
        Cell::text(Some(region.code)),
        Cell::text(Some(region.name).filter(|name| !name.is_empty())),
        Cell::text(Some(region.partition.id())),
        flag(region.enabled_by_default()),
        flag(region.can_deactivate()),
        owned(region.host()),
        owned(region.fips_host()),
        Cell::Flag(region.fips_listed),
        owned(region.dualstack_host()),
        owned(region.vpce_suffix()),
    ]
}

fn host_columns() -> Vec<Column> {
    [
        "host",
        "client_provided_host_header",
        "endpoint",
        "endpoint_region",
        "region_name",
        "endpoint_variant",
        "partition",
        "why",
    ]
    .map(|name| Column { name, label: None })
    .into()
}

/// What is thought of a host name.
struct Opinion<'a> {
    endpoint: &'static str,
    region: Option<&'a str>,
    variant: Option<&'static str>,
    partition: Option<Partition>,
    why: String,
}

fn opinion<'a>(host: Option<&'a Host<'_>>, hosts: &'a Hosts) -> Opinion<'a> {
    let nothing = Opinion {
        endpoint: "unknown",
        region: None,
        variant: None,
        partition: None,
        why: "there is no host name in it".to_owned(),
    };
    let Some(host) = host else { return nothing };
    match host.kind() {
        HostKind::Global { served_in: None } => Opinion {
            endpoint: "global",
            partition: Some(Partition::Aws),
            why: "it is the global endpoint; its calls are logged in us-east-1, wherever they are answered".to_owned(),
            ..nothing
        },
        HostKind::Global {
            served_in: Some(region),
        } => Opinion {
            endpoint: "global",
            partition: Some(Partition::Aws),
            why: format!("AWS's name for a call to the global endpoint that {region} answered"),
            ..nothing
        },
        HostKind::Regional { region, variant } => Opinion {
            endpoint: "regional",
            region: Some(region),
            variant: Some(variant.as_str()),
            partition: Some(Partition::of_region(region)),
            why: match Region::find(region) {
                Some(_) => format!("it names {region}"),
                None => format!(
                    "it names {region}, which has the shape of a Region but is not in the table"
                ),
            },
        },
        HostKind::Other => mapped(host.as_str(), hosts).unwrap_or(Opinion {
            endpoint: "other",
            why: "it is none of AWS's names for STS: a proxy, a CNAME or an address".to_owned(),
            ..nothing
        }),
    }
}

/// The same of a host that the user says something of.
fn mapped<'a>(host: &str, hosts: &'a Hosts) -> Option<Opinion<'a>> {
    let (leads_to, line) = (hosts.find(host)?, hosts.line_number(host)?);
    let why = format!("it is none of AWS's names for STS, but line {line} of --hosts says so");
    Some(match leads_to {
        LeadsTo::Global => Opinion {
            endpoint: "global",
            region: None,
            variant: None,
            partition: Some(Partition::Aws),
            why,
        },
        LeadsTo::Regional(region) => Opinion {
            endpoint: "regional",
            region: Some(region),
            variant: None,
            partition: Some(Partition::of_region(region)),
            why,
        },
    })
}

fn host_cells(header: &str, hosts: &Hosts) -> Vec<Cell<'static>> {
    let host = Host::normalise(header);
    let opinion = opinion(host.as_ref(), hosts);
    let owned = |text: Option<&str>| match text {
        Some(text) => Cell::Text(Cow::Owned(text.to_owned())),
        None => Cell::Absent,
    };
    let name = opinion
        .region
        .and_then(Region::find)
        .map(|region| region.name);
    vec![
        owned(Some(header)),
        owned(host.as_ref().map(Host::as_str)),
        owned(Some(opinion.endpoint)),
        owned(opinion.region),
        owned(name.filter(|name| !name.is_empty())),
        owned(opinion.variant),
        owned(opinion.partition.map(Partition::id)),
        owned(Some(&opinion.why)),
    ]
}

/// For people: a paragraph for each host.
fn explain(header: &str, hosts: &Hosts, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    use crate::report::escape::for_terminal;
    let columns = host_columns();
    for (column, cell) in columns.iter().zip(host_cells(header, hosts)) {
        if cell != Cell::Absent {
            writeln!(out, "{:<27}  {}", column.name, for_terminal(&cell.shown()))?;
        }
    }
    writeln!(out)
}
