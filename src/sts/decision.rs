//! What says where a call went.
//!
//! The order of evidence is fixed: CloudTrail's own verdict (`additionalEventData.RequestDetails`,
//! since 2025), then the name the client asked for, then who called, then the Region of the record.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html>

use super::endpoint::Endpoint;
use super::host::{Host, HostKind};
use super::hosts::{Hosts, LeadsTo};
use crate::aws::region::{US_EAST_1, is_region};

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
    /// It went there through a name of the user's own, which the user says leads there.
    pub through_own_host: bool,
}

/// Decides where a call went, by the first trace that tells.
pub fn decide<'a>(traces: &Traces<'a>) -> Decision<'a> {
    let by_region = traces.aws_region.filter(|&region| region != "global");
    let by_name = traces.host.map(|host| match host.kind() {
        HostKind::Global { .. } => Endpoint::Global,
        HostKind::Regional { region, variant } => Endpoint::Regional {
            region: Some(region),
            variant: Some(variant),
        },
        HostKind::Other => Endpoint::Other,
    });
    let mapped = match by_name {
        Some(Endpoint::Other) => mapped(traces),
        _ => None,
    };
    let by_host = mapped.or(by_name);
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
    } else if let Some(endpoint) = mapped {
        (endpoint, EndpointEvidence::HostMap)
    } else if let Some(endpoint) = by_name {
        (endpoint, EndpointEvidence::HostHeader)
    } else if traces.called_by_aws {
        (Endpoint::AwsService, EndpointEvidence::Caller)
    } else {
        match traces.aws_region {
            Some("global") => (Endpoint::Global, EndpointEvidence::AwsRegion),
            Some(region) if region != US_EAST_1 && is_region(region) => (
                Endpoint::Regional {
                    region: Some(region),
                    variant: None,
                },
                EndpointEvidence::AwsRegion,
            ),
            // Both are logged there; and what is the name of no Region tells nothing.
            _ => (Endpoint::Unknown, EndpointEvidence::None),
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
        through_own_host: mapped.is_some_and(|mapped| mapped.kind() == endpoint.kind()),
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
            (
                (None, "", false, Some("US-EAST-1")),
                ("unknown", "", "none", false),
            ),
            (
                (None, "", false, Some("None")),
                ("unknown", "", "none", false),
            ),
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
