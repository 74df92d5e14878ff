//! Where an STS call went, and what says so.
//!
//! The order of evidence is fixed: CloudTrail's own verdict (`additionalEventData.RequestDetails`,
//! since 2025), then the name the client asked for, then who called, then the Region of the record.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html>

use super::host::{Host, HostKind, Variant};
use super::hosts::{Hosts, LeadsTo};

/// Where a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint<'a> {
    /// `sts.amazonaws.com`: one name for the whole world, logged in us-east-1.
    Global,
    /// A Region's own endpoint.
    Regional {
        /// The Region in the host name, else the record's `awsRegion`; `None` where neither tells.
        region: Option<&'a str>,
        /// Which of the Region's endpoints; `None` where the host name does not tell.
        variant: Option<Variant>,
    },
    /// AWS called on the customer's behalf, by a way of its own.
    AwsService,
    /// A name that is not AWS's: a proxy, a CNAME, an address.
    Other,
    /// A record of us-east-1 without a host: it could be either.
    Unknown,
}

impl Endpoint<'_> {
    /// Which kind it is, whatever the Region.
    pub fn kind(&self) -> EndpointKind {
        match self {
            Endpoint::Global => EndpointKind::Global,
            Endpoint::Regional { .. } => EndpointKind::Regional,
            Endpoint::AwsService => EndpointKind::AwsService,
            Endpoint::Other => EndpointKind::Other,
            Endpoint::Unknown => EndpointKind::Unknown,
        }
    }

    /// The value of the `endpoint` dimension.
    pub fn as_str(&self) -> &'static str {
        self.kind().as_str()
    }
}

/// The kind of an [`Endpoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is explained at `Endpoint`")]
pub enum EndpointKind {
    Global,
    Regional,
    AwsService,
    Other,
    Unknown,
}

impl EndpointKind {
    /// Every kind, in the order reports show them.
    pub const ALL: [EndpointKind; 5] = [
        EndpointKind::Global,
        EndpointKind::Regional,
        EndpointKind::AwsService,
        EndpointKind::Other,
        EndpointKind::Unknown,
    ];

    /// The value of the `endpoint` dimension.
    pub const fn as_str(self) -> &'static str {
        match self {
            EndpointKind::Global => "global",
            EndpointKind::Regional => "regional",
            EndpointKind::AwsService => "aws-service",
            EndpointKind::Other => "other",
            EndpointKind::Unknown => "unknown",
        }
    }

    /// The kind of this name.
    pub fn find(name: &str) -> Option<EndpointKind> {
        (EndpointKind::ALL.into_iter()).find(|kind| kind.as_str() == name)
    }
}

/// One value for each kind of endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByEndpoint<T>([T; EndpointKind::ALL.len()]);

impl<T> ByEndpoint<T> {
    /// The values with their kinds, in the order reports show them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (EndpointKind, &T)> {
        EndpointKind::ALL.into_iter().zip(&self.0)
    }

    /// The values alone, in the order of [`EndpointKind::ALL`].
    pub fn values(self) -> [T; EndpointKind::ALL.len()] {
        self.0
    }

    /// Another value made of each.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> ByEndpoint<U> {
        ByEndpoint(self.0.map(make))
    }
}

impl ByEndpoint<u64> {
    /// All of them together.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Global / (global + regional); `None` if there are none of either.
    pub fn global_share(&self) -> Option<f64> {
        let (global, regional) = (self[EndpointKind::Global], self[EndpointKind::Regional]);
        let either = global + regional;
        (either > 0).then(|| global as f64 / either as f64)
    }
}

impl<T> std::ops::Index<EndpointKind> for ByEndpoint<T> {
    type Output = T;

    fn index(&self, kind: EndpointKind) -> &T {
        &self.0[kind as usize]
    }
}

impl<T> std::ops::IndexMut<EndpointKind> for ByEndpoint<T> {
    fn index_mut(&mut self, kind: EndpointKind) -> &mut T {
        &mut self.0[kind as usize]
    }
}

impl<T: std::ops::AddAssign> std::ops::AddAssign for ByEndpoint<T> {
    fn add_assign(&mut self, other: ByEndpoint<T>) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

/// What decided the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointEvidence {
    /// `additionalEventData.RequestDetails.endpointType`
    EndpointType,
    /// `tlsDetails.clientProvidedHostHeader`
    HostHeader,
    /// What the user says that a host name of their own leads to.
    HostMap,
    /// An AWS service is the caller.
    Caller,
    /// `awsRegion`: only global calls are logged as `global`, only Regional ones outside us-east-1.
    AwsRegion,
    /// Nothing.
    None,
}

impl EndpointEvidence {
    /// Every kind, in the order in which they are tried.
    pub const ALL: [EndpointEvidence; 6] = [
        EndpointEvidence::EndpointType,
        EndpointEvidence::HostHeader,
        EndpointEvidence::HostMap,
        EndpointEvidence::Caller,
        EndpointEvidence::AwsRegion,
        EndpointEvidence::None,
    ];

    /// The value of the `evidence` dimension.
    pub fn as_str(self) -> &'static str {
        match self {
            EndpointEvidence::EndpointType => "endpoint-type",
            EndpointEvidence::HostHeader => "host-header",
            EndpointEvidence::HostMap => "host-map",
            EndpointEvidence::Caller => "caller",
            EndpointEvidence::AwsRegion => "aws-region",
            EndpointEvidence::None => "none",
        }
    }
}

/// What a record says of the endpoint; absent members are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traces<'a> {
    /// `additionalEventData.RequestDetails.endpointType`
    pub endpoint_type: Option<&'a str>,
    /// The normalised host header.
    pub host: Option<&'a Host<'a>>,
    /// What hosts lead to that are none of AWS's names.
    pub hosts: Option<&'a Hosts>,
    /// `userIdentity.type` is `AWSService`, or `userIdentity.invokedBy` is present.
    pub called_by_aws: bool,
    /// `awsRegion`
    pub aws_region: Option<&'a str>,
}

/// A decision, its ground, and whether the record contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Where the call went.
    pub endpoint: Endpoint<'a>,
    /// What says so.
    pub evidence: EndpointEvidence,
    /// CloudTrail's verdict and the host header do not agree (the verdict is kept).
    pub disagreement: bool,
}

/// Decides where a call went, by the first trace that tells.
pub fn decide<'a>(traces: &Traces<'a>) -> Decision<'a> {
    let by_region = traces.aws_region.filter(|&region| region != "global");
    let mut by_host = traces.host.map(|host| match host.kind() {
        HostKind::Global { .. } => Endpoint::Global,
        HostKind::Regional { region, variant } => Endpoint::Regional {
            region: Some(region),
            variant: Some(variant),
        },
        HostKind::Other => Endpoint::Other,
    });
    let mut evidence_of_host = EndpointEvidence::HostHeader;
    if matches!(by_host, Some(Endpoint::Other))
        && let Some(endpoint) = mapped(traces)
    {
        by_host = Some(endpoint);
        evidence_of_host = EndpointEvidence::HostMap;
    }
    let verdict = match traces.endpoint_type {
        Some("global") => Some(Endpoint::Global),
        Some("regional") => Some(match by_host {
            Some(regional @ Endpoint::Regional { .. }) => regional,
            _ => Endpoint::Regional {
                region: by_region,
                variant: None,
            },
        }),
        _ => None,
    };
    let (endpoint, evidence) = if let Some(endpoint) = verdict {
        (endpoint, EndpointEvidence::EndpointType)
    } else if let Some(endpoint) = by_host {
        (endpoint, evidence_of_host)
    } else if traces.called_by_aws {
        (Endpoint::AwsService, EndpointEvidence::Caller)
    } else {
        match traces.aws_region {
            Some("global") => (Endpoint::Global, EndpointEvidence::AwsRegion),
            None | Some("us-east-1") => (Endpoint::Unknown, EndpointEvidence::None),
            region => (
                Endpoint::Regional {
                    region,
                    variant: None,
                },
                EndpointEvidence::AwsRegion,
            ),
        }
    };
    let disagreement = match (verdict, by_host) {
        (Some(verdict), Some(host)) => verdict.kind() != host.kind(),
        _ => false,
    };
    Decision {
        endpoint,
        evidence,
        disagreement,
    }
}

/// Where a host that is none of AWS's names leads, if the user says so.
fn mapped<'a>(traces: &Traces<'a>) -> Option<Endpoint<'a>> {
    Some(match traces.hosts?.find(traces.host?.as_str())? {
        LeadsTo::Global => Endpoint::Global,
        LeadsTo::Regional(region) => Endpoint::Regional {
            region: Some(region),
            variant: None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_has_a_place_of_its_own() {
        let mut by_kind = ByEndpoint::default();
        for (at, kind) in EndpointKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
            assert_eq!(EndpointKind::find(kind.as_str()), Some(kind));
            by_kind[kind] = kind.as_str().len() as u64;
        }
        assert!(
            by_kind
                .iter()
                .all(|(kind, &length)| kind.as_str().len() as u64 == length)
        );
        assert_eq!(EndpointKind::find("Global"), None);
    }

    const GLOBAL: &str = "sts.amazonaws.com";
    const STOCKHOLM: &str = "sts.eu-north-1.amazonaws.com";

    /// endpointType, host, called by AWS, awsRegion → endpoint, region, evidence, disagreement
    type Case = (
        (
            Option<&'static str>,
            &'static str,
            bool,
            Option<&'static str>,
        ),
        (&'static str, &'static str, &'static str, bool),
    );

    #[test]
    fn the_first_trace_that_tells_decides() {
        let us = Some("us-east-1");
        let eu = Some("eu-north-1");
        let table: &[Case] = &[
            (
                (Some("global"), GLOBAL, false, us),
                ("global", "", "endpoint-type", false),
            ),
            (
                (
                    Some("global"),
                    "sts-global.eu-north-1.amazonaws.com",
                    false,
                    us,
                ),
                ("global", "", "endpoint-type", false),
            ),
            (
                (Some("global"), STOCKHOLM, false, us),
                ("global", "", "endpoint-type", true),
            ),
            (
                (Some("regional"), GLOBAL, false, eu),
                ("regional", "eu-north-1", "endpoint-type", true),
            ),
            (
                (Some("regional"), "proxy.example", false, eu),
                ("regional", "eu-north-1", "endpoint-type", true),
            ),
            (
                (Some("regional"), "", false, eu),
                ("regional", "eu-north-1", "endpoint-type", false),
            ),
            (
                (Some("regional"), "sts.eu-west-3.amazonaws.com", false, eu),
                ("regional", "eu-west-3", "endpoint-type", false),
            ),
            (
                (Some("regional"), "", true, None),
                ("regional", "", "endpoint-type", false),
            ),
            (
                (Some("Global"), STOCKHOLM, false, us),
                ("regional", "eu-north-1", "host-header", false),
            ),
            (
                (None, GLOBAL, true, us),
                ("global", "", "host-header", false),
            ),
            (
                (None, STOCKHOLM, false, us),
                ("regional", "eu-north-1", "host-header", false),
            ),
            (
                (None, "proxy.example", true, eu),
                ("other", "", "host-header", false),
            ),
            ((None, "", true, us), ("aws-service", "", "caller", false)),
            (
                (None, "", true, Some("global")),
                ("aws-service", "", "caller", false),
            ),
            (
                (None, "", false, Some("global")),
                ("global", "", "aws-region", false),
            ),
            (
                (None, "", false, eu),
                ("regional", "eu-north-1", "aws-region", false),
            ),
            ((None, "", false, us), ("unknown", "", "none", false)),
            ((None, "", false, None), ("unknown", "", "none", false)),
        ];
        for (input, expected) in table {
            let host = Host::normalise(input.1);
            let decision = decide(&Traces {
                endpoint_type: input.0,
                host: host.as_ref(),
                hosts: None,
                called_by_aws: input.2,
                aws_region: input.3,
            });
            let region = match decision.endpoint {
                Endpoint::Regional { region, .. } => region.unwrap_or_default(),
                _ => "",
            };
            let found = (
                decision.endpoint.as_str(),
                region,
                decision.evidence.as_str(),
                decision.disagreement,
            );
            assert_eq!(found, *expected, "{input:?}");
        }
    }

    #[test]
    fn what_the_user_says_of_hosts_is_asked_for_names_that_are_not_awss_alone() {
        let hosts = Hosts::parse([
            "sts.corp.example global",
            "*.corp.example regional eu-west-1",
            "*amazonaws.com regional eu-west-1",
        ])
        .unwrap();
        for (endpoint_type, host, expected) in [
            (None, "sts.corp.example", ("global", "", "host-map", false)),
            (
                None,
                "vpn.corp.example",
                ("regional", "eu-west-1", "host-map", false),
            ),
            (None, "other.example", ("other", "", "host-header", false)),
            (None, GLOBAL, ("global", "", "host-header", false)),
            (
                None,
                STOCKHOLM,
                ("regional", "eu-north-1", "host-header", false),
            ),
            (
                Some("regional"),
                "vpn.corp.example",
                ("regional", "eu-west-1", "endpoint-type", false),
            ),
            (
                Some("regional"),
                "sts.corp.example",
                ("regional", "eu-north-1", "endpoint-type", true),
            ),
            (None, "", ("regional", "eu-north-1", "aws-region", false)),
        ] {
            let header = Host::normalise(host);
            let decision = decide(&Traces {
                endpoint_type,
                host: header.as_ref(),
                hosts: Some(&hosts),
                called_by_aws: false,
                aws_region: Some("eu-north-1"),
            });
            let (region, variant) = match decision.endpoint {
                Endpoint::Regional { region, variant } => (region.unwrap_or_default(), variant),
                _ => ("", None),
            };
            let found = (
                decision.endpoint.as_str(),
                region,
                decision.evidence.as_str(),
                decision.disagreement,
            );
            assert_eq!(found, expected, "{endpoint_type:?} {host}");
            assert_eq!(variant.is_some(), host == STOCKHOLM, "{host}");
        }
    }
}
