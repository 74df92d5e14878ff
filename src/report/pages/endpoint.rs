//! `endpoint`: what host names are, and the table of STS endpoints.

use crate::aws::region::{Partition, REGIONS, Region};
use crate::report::cell::Cell;
use crate::report::page::{Form, List, Page};
use crate::report::sheet::{Label, Sheet};
use crate::sts::{Host, HostKind, Hosts, LeadsTo};

const SCHEMA: &str = "stscope.endpoint/1";
const NOUN: &str = "endpoints";

/// The page of all endpoints.
pub fn table<'p>() -> Page<'p> {
    let rows = REGIONS.iter().map(Ok);
    Page {
        legend: Some(LEGEND),
        ..Page::new(SCHEMA, List::new(NOUN, region_sheet(), rows, None))
    }
}

/// The page of some host names, as they are in records or in anybody's configuration; `hosts` is what
/// the user says of names of their own.
pub fn of_names<'p>(names: &'p [String], hosts: &'p Hosts) -> Page<'p> {
    let rows = names.iter().map(|name| Ok(Judged::of(name, hosts)));
    let list = List {
        form: Form::Paragraphs,
        ..List::new(NOUN, host_sheet(), rows, None)
    };
    Page::new(SCHEMA, list)
}

const LEGEND: &str = "\
DEFAULT: enabled in every account. CAN BE OFF: STS can be deactivated there.
FIPS: AWS's General Reference lists a FIPS endpoint. Empty: not documented.
The global endpoint is sts.amazonaws.com, in the partition aws only.
--format csv adds the FIPS, dual-stack and VPC endpoint names.";

/// The columns of the table.
pub fn region_sheet() -> Sheet<&'static Region> {
    let flag = |flag: Option<bool>| Cell::some(flag, Cell::Flag);
    Sheet::<&'static Region>::new()
        .col("region", Label::new("REGION"), "the Region", |region| {
            Cell::text(region.code)
        })
        .col(
            "region_name",
            Label::new("NAME").least(16).spare(1),
            "its name",
            |region| name_cell(Some(region)),
        )
        .col(
            "partition",
            Label::new("PARTITION").spare(2),
            "its partition",
            |region| Cell::text(region.partition.id()),
        )
        .col(
            "enabled_by_default",
            Label::new("DEFAULT"),
            "whether every account has it",
            move |region| flag(region.enabled_by_default()),
        )
        .col(
            "can_deactivate",
            Label::new("CAN BE OFF"),
            "whether STS can be deactivated there",
            move |region| flag(region.can_deactivate()),
        )
        .col(
            "endpoint",
            Label::new("ENDPOINT"),
            "its STS endpoint",
            |region| Cell::text(region.host()),
        )
        .col("fips_endpoint", None, "its FIPS endpoint", |region| {
            Cell::text(region.fips_host())
        })
        .col(
            "fips_listed",
            Label::new("FIPS"),
            "whether AWS lists it",
            |region| Cell::Flag(region.is_fips_listed()),
        )
        .col(
            "dualstack_endpoint",
            None,
            "its dual-stack endpoint",
            |region| Cell::text(region.dualstack_host()),
        )
        .col(
            "vpce_suffix",
            None,
            "how names of its VPC endpoints end",
            |region| Cell::text(region.vpce_suffix()),
        )
}

fn name_cell(region: Option<&Region>) -> Cell<'static> {
    let name = region.map(|region| region.name);
    Cell::some(name.filter(|name| !name.is_empty()), Cell::text)
}

/// The columns of host names.
pub fn host_sheet<'p>() -> Sheet<Judged<'p>> {
    fn text(text: Option<&str>) -> Cell<'_> {
        Cell::some(text, Cell::text)
    }
    Sheet::<Judged<'p>>::new()
        .col("host", None, "the name as it was given", |one| {
            Cell::text(one.name)
        })
        .col(
            "client_provided_host_header",
            None,
            "the name as it is grouped by",
            |one| text(one.host.as_deref()),
        )
        .col("endpoint", None, "which endpoint it leads to", |one| {
            Cell::text(one.opinion.endpoint)
        })
        .col("endpoint_region", None, "the Region that it names", |one| {
            text(one.opinion.region.as_deref())
        })
        .col("region_name", None, "the name of the Region", |one| {
            name_cell(one.opinion.region.as_deref().and_then(Region::find))
        })
        .col(
            "endpoint_variant",
            None,
            "standard, fips, dualstack, fips-dualstack or vpce",
            |one| text(one.opinion.variant),
        )
        .col("partition", None, "the partition", |one| {
            text(one.opinion.partition.map(Partition::id))
        })
        .col("why", None, "what says so", |one| {
            Cell::text(one.opinion.why.as_str())
        })
}

/// A host name, and what it is.
pub struct Judged<'p> {
    name: &'p str,
    /// As it is grouped by; `None` if it is no name.
    host: Option<String>,
    opinion: Opinion,
}

impl<'p> Judged<'p> {
    fn of(name: &'p str, hosts: &Hosts) -> Judged<'p> {
        let host = Host::normalise(name);
        Judged {
            name,
            opinion: opinion(host.as_ref(), hosts),
            host: host.map(|host| host.as_str().to_owned()),
        }
    }
}

/// What is thought of a host name.
struct Opinion {
    endpoint: &'static str,
    region: Option<String>,
    variant: Option<&'static str>,
    partition: Option<Partition>,
    why: String,
}

fn opinion(host: Option<&Host<'_>>, hosts: &Hosts) -> Opinion {
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
            region: Some(region.to_string()),
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
            why: match host.as_str().contains(['/', '@']) {
                true => "it is no host name: of a URL, give what is between // and the next /".to_owned(),
                false => "it is none of AWS's names for STS: a proxy, a CNAME or an address".to_owned(),
            },
            ..nothing
        }),
    }
}

/// The same of a host that the user says something of.
fn mapped(host: &str, hosts: &Hosts) -> Option<Opinion> {
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
            region: Some(region.to_string()),
            variant: None,
            partition: Some(Partition::of_region(region)),
            why,
        },
    })
}
