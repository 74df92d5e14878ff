//! A record seen as an STS call: every dimension of it, worked out when it is asked for.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Write as _;
use std::sync::Arc;

use super::agents::{Agents, Habits, Said};
use super::decision::{Decision, Traces, decide};
use super::endpoint::Endpoint;
use super::host::Host;
use super::hosts::Hosts;
use super::sdk::{self, Sdk};
use super::{Dimension, Time};
use super::{aws_agent, principal};
use crate::cloudtrail::{Field, Record, something};

/// What a record of `sts.amazonaws.com` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A call, whatever its outcome.
    Call,
    /// A VPC endpoint's own log of a call, or an Insight: not a call.
    NotACall,
}

/// The service a record must be of to be of interest.
pub const EVENT_SOURCE: &str = "sts.amazonaws.com";

/// Whether a record is of STS, and then, whether it is a call.
pub fn kind(record: &Record<'_>) -> Option<Kind> {
    if record.get(Field::EventSource) != Some(EVENT_SOURCE) {
        return None;
    }
    let not_a_call = matches!(
        record.get(Field::EventCategory),
        Some("NetworkActivity" | "Insight")
    ) || record.get(Field::EventType) == Some("AwsCloudTrailInsight");
    Some(if not_a_call {
        Kind::NotACall
    } else {
        Kind::Call
    })
}

/// An STS call, borrowed from its record.
#[derive(Clone, Debug)]
pub struct Call<'r> {
    record: &'r Record<'r>,
    host: Option<&'r Host<'r>>,
    decision: Decision<'r>,
    principal: Cow<'r, str>,
    time: Option<Time>,
    /// The agents of calls before.
    agents: Option<&'r Agents>,
    /// Read when it is first asked for: agents are long, and most questions are not about them.
    said: OnceCell<Arc<Said>>,
}

impl<'r> Call<'r> {
    /// The host header of a record, normalised. It is the caller's to keep while the call is used.
    pub fn host_of(record: &'r Record<'r>) -> Option<Host<'r>> {
        Host::normalise(record.get(Field::ClientProvidedHostHeader)?)
    }

    /// Sees a record as a call. `host` is what [`Call::host_of`] gave for it.
    pub fn new(record: &'r Record<'r>, host: Option<&'r Host<'r>>) -> Call<'r> {
        Call::among(record, host, None, None)
    }

    /// The same with what many calls share: what the user says of hosts that are none of AWS's names, and a
    /// memory of user agents.
    pub fn among(
        record: &'r Record<'r>,
        host: Option<&'r Host<'r>>,
        hosts: Option<&'r Hosts>,
        agents: Option<&'r Agents>,
    ) -> Call<'r> {
        let decision = decide(&Traces {
            endpoint_type: record.get(Field::EndpointType),
            host,
            hosts,
            called_by_aws: record.get(Field::IdentityType) == Some("AWSService")
                || (record.get(Field::InvokedBy)).and_then(something).is_some(),
            aws_region: record.get(Field::AwsRegion),
        });
        let principal = principal::principal(record);
        let time = record.get(Field::EventTime).and_then(Time::logged);
        Call {
            record,
            host,
            decision,
            principal,
            time,
            agents,
            said: OnceCell::new(),
        }
    }

    /// The record it was borrowed from.
    pub fn record(&self) -> &Record<'r> {
        self.record
    }

    /// Where it went, and why that is known.
    pub fn decision(&self) -> &Decision<'r> {
        &self.decision
    }

    /// Where it went.
    pub fn endpoint(&self) -> Endpoint<'r> {
        self.decision.endpoint
    }

    /// The stable identity behind it.
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// When it was completed, where that can be read.
    pub fn time(&self) -> Option<Time> {
        self.time
    }

    /// Whether STS answered with an error.
    pub fn is_error(&self) -> bool {
        self.record.get(Field::ErrorCode).is_some()
    }

    /// What the user agent says.
    fn said(&self) -> Option<(&Said, &str)> {
        let user_agent = self.record.get(Field::UserAgent)?;
        let said = (self.said).get_or_init(|| Agents::said(self.agents, user_agent));
        Some((said, user_agent))
    }

    /// Who the user agent says it is.
    pub fn sdk(&self) -> Option<Sdk<'_>> {
        let (said, _) = self.said()?;
        if said.is_coral && self.is_from_inside_aws() {
            return Some(sdk::AWS_ITSELF);
        }
        said.sdk()
    }

    /// The program that the user agent names.
    pub fn tool(&self) -> Option<&str> {
        let (said, user_agent) = self.said()?;
        said.program(user_agent)
    }

    /// What the user agent says of where calls go.
    pub(super) fn habits(&self) -> Option<&Habits> {
        let (said, user_agent) = self.said()?;
        Some(said.habits(user_agent))
    }

    /// Whether it never left AWS.
    pub(crate) fn is_from_inside_aws(&self) -> bool {
        self.record.get(Field::SourceIpAddress) == Some(aws_agent::INSIDE_AWS)
    }

    /// Whether STS refused because it is deactivated in the Region called, by the account that would
    /// issue the credentials: [`Call::issuing_account_id`].
    pub fn is_refused(&self) -> bool {
        self.record.get(Field::ErrorCode) == Some(REGION_DISABLED)
    }

    /// The account that issues the credentials: STS is activated and deactivated there, Region by
    /// Region. Of a role that is the role's account, else the one that received the record.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>
    pub fn issuing_account_id(&self) -> Option<&str> {
        issuing_account_id(
            self.record.get(Field::EventName),
            self.record.get(Field::RoleArn),
            self.record.get(Field::RecipientAccountId),
        )
    }

    /// Whether AWS itself made the call: not the customer's to change.
    pub fn is_aws_managed(&self) -> bool {
        self.record.get(Field::UserAgent).is_some_and(|agent| {
            aws_agent::is_of_aws(agent) || (aws_agent::is_coral(agent) && self.is_from_inside_aws())
        })
    }

    /// Whether it came through a VPC endpoint. AWS also writes service names into `vpcEndpointId`.
    pub fn is_through_vpc_endpoint(&self) -> bool {
        self.record
            .get(Field::VpcEndpointId)
            .is_some_and(is_vpc_endpoint)
    }

    /// Whether it went to a name of the user's own, a proxy's or a CNAME, which the user says leads there.
    pub fn is_through_own_host(&self) -> bool {
        self.decision.through_own_host
    }

    /// Whether the caller is only an account: the target account's copy of a cross-account call.
    pub fn is_target_copy(&self) -> bool {
        self.record.get(Field::IdentityType) == Some("AWSAccount")
    }

    /// The id of the access key that its answer has, if it was answered with credentials.
    pub fn issued_access_key_id(&self) -> Option<&str> {
        self.record.get(Field::IssuedAccessKeyId)
    }

    /// The member of the record under `field`.
    pub fn field(&self, field: Field) -> Option<&str> {
        self.record.get(field)
    }

    /// The id by which a delivery is told from another. A record that mends an earlier one goes by
    /// the earlier one's id.
    pub fn event_id(&self) -> Option<&str> {
        self.original_event_id()
            .or_else(|| self.record.get(Field::EventId).and_then(something))
    }

    /// The id of the record that this one mends.
    pub fn original_event_id(&self) -> Option<&str> {
        self.record.get(Field::OriginalEventId).and_then(something)
    }

    /// The value of a dimension; `None` where the record lacks it. Values that are nowhere as such
    /// are written into `scratch`.
    pub fn value<'s>(&'s self, dimension: Dimension, scratch: &'s mut String) -> Option<&'s str> {
        let field = |field| self.record.get(field);
        match dimension {
            Dimension::Endpoint => Some(self.endpoint().as_str()),
            Dimension::Evidence => Some(self.decision.evidence.as_str()),
            Dimension::EndpointRegion => match self.endpoint() {
                Endpoint::Regional { region, .. } => region,
                _ => None,
            },
            Dimension::EndpointVariant => match self.endpoint() {
                Endpoint::Regional { variant, .. } => variant.map(|variant| variant.as_str()),
                _ => None,
            },
            Dimension::ClientProvidedHostHeader => self.host.map(Host::as_str),
            Dimension::VpcEndpointId => field(Field::VpcEndpointId),
            Dimension::Principal => Some(&self.principal),
            Dimension::PrincipalType => field(Field::IdentityType),
            Dimension::AccountId => principal::account_id(self.record, &self.principal),
            Dimension::RecipientAccountId => field(Field::RecipientAccountId),
            Dimension::AwsRegion => field(Field::AwsRegion),
            Dimension::AwsServingRegion => field(Field::AwsServingRegion),
            Dimension::EventName => field(Field::EventName),
            Dimension::ErrorCode => field(Field::ErrorCode),
            Dimension::RoleArn => field(Field::RoleArn),
            Dimension::InvokedBy => field(Field::InvokedBy),
            Dimension::Sdk => self.sdk().map(|sdk| sdk.name),
            Dimension::SdkVersion => self
                .sdk()
                .map(|sdk| sdk.version)
                .filter(|version| !version.is_empty()),
            Dimension::UserAgent => field(Field::UserAgent),
            Dimension::SourceIpAddress => field(Field::SourceIpAddress),
            Dimension::TlsVersion => field(Field::TlsVersion),
            Dimension::KeyExchange => field(Field::KeyExchange),
            Dimension::Day => {
                *scratch = self.time?.day();
                Some(scratch)
            }
            Dimension::Hour => {
                *scratch = self.time?.hour();
                Some(scratch)
            }
            Dimension::SessionName => principal::session_name(self.record),
            Dimension::InScopeOf => {
                let (issuer, issued_to) =
                    (field(Field::IssuerType), field(Field::CredentialsIssuedTo));
                match (issuer, issued_to) {
                    (Some(issuer), Some(issued_to)) => {
                        scratch.clear();
                        // Writing to a String cannot fail.
                        let _ = write!(scratch, "{issuer} {issued_to}");
                        Some(scratch)
                    }
                    (one, None) | (None, one) => one,
                }
            }
            Dimension::Tool => self.tool(),
            // No record says it: whoever asks for names has them.
            Dimension::AccountName => None,
        }
    }
}

/// The error of a call to a Region where STS is deactivated.
pub(crate) const REGION_DISABLED: &str = "RegionDisabledException";

/// Whether `vpcEndpointId` is the id of a VPC endpoint, and not the name of a service.
pub(crate) fn is_vpc_endpoint(id: &str) -> bool {
    id.starts_with("vpce-")
}

/// [`Call::issuing_account_id`] of a call of this name, for this role, in the log of this account.
pub(crate) fn issuing_account_id<'r>(
    event_name: Option<&str>,
    role_arn: Option<&'r str>,
    recipient_account_id: Option<&'r str>,
) -> Option<&'r str> {
    let is_for_a_role = event_name.is_some_and(|name| name.starts_with("AssumeRole"));
    (role_arn.filter(|_| is_for_a_role))
        .and_then(principal::account_of_arn)
        .or(recipient_account_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(record: &Record<'_>, dimension: Dimension) -> Option<String> {
        let host = Call::host_of(record);
        let call = Call::new(record, host.as_ref());
        call.value(dimension, &mut String::new()).map(str::to_owned)
    }

    #[test]
    fn records_of_vpc_endpoints_and_insights_are_no_calls() {
        let sts = Record::default().with(Field::EventSource, EVENT_SOURCE);
        assert_eq!(kind(&sts), Some(Kind::Call));
        assert_eq!(
            kind(&sts.clone().with(Field::EventCategory, "Management")),
            Some(Kind::Call)
        );
        for category in ["NetworkActivity", "Insight"] {
            let record = sts.clone().with(Field::EventCategory, category);
            assert_eq!(kind(&record), Some(Kind::NotACall));
        }
        let insight = sts.with(Field::EventType, "AwsCloudTrailInsight");
        assert_eq!(kind(&insight), Some(Kind::NotACall));
        assert_eq!(
            kind(&Record::default().with(Field::EventSource, "s3.amazonaws.com")),
            None
        );
        assert_eq!(kind(&Record::default()), None);
    }

    #[test]
    fn a_mended_record_goes_by_the_id_of_the_one_it_mends() {
        let record = Record::default().with(Field::EventId, "new");
        assert_eq!(Call::new(&record, None).event_id(), Some("new"));
        let record = record.with(Field::OriginalEventId, "old");
        assert_eq!(Call::new(&record, None).event_id(), Some("old"));
    }

    #[test]
    fn credentials_are_issued_by_the_account_of_the_role_else_by_the_one_called_in() {
        let role = "arn:aws:iam::111122223333:role/r";
        let account = |name: &'static str, role: &'static str| {
            let record = Record::default()
                .with(Field::EventName, name)
                .with(Field::RoleArn, role)
                .with(Field::RecipientAccountId, "444455556666");
            let call = Call::new(&record, None);
            call.issuing_account_id().map(str::to_owned)
        };
        for name in [
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
        ] {
            assert_eq!(account(name, role).as_deref(), Some("111122223333"));
            assert_eq!(account(name, "nonsense").as_deref(), Some("444455556666"));
        }
        for name in ["GetSessionToken", "AssumeRoot"] {
            assert_eq!(account(name, role).as_deref(), Some("444455556666"));
        }
        assert_eq!(
            Call::new(&Record::default(), None).issuing_account_id(),
            None
        );
    }

    #[test]
    fn composed_values() {
        let record = Record::default()
            .with(Field::EventTime, "2026-11-01T05:06:07Z")
            .with(Field::IssuerType, "AWS::Lambda::Function")
            .with(
                Field::CredentialsIssuedTo,
                "arn:aws:lambda:eu-west-1:1:function:f",
            )
            .with(
                Field::ClientProvidedHostHeader,
                "STS.EU-WEST-1.amazonaws.com:443",
            )
            .with(Field::AwsRegion, "eu-west-1");
        let table = [
            (Dimension::Day, Some("2026-11-01")),
            (Dimension::Hour, Some("2026-11-01T05")),
            (
                Dimension::InScopeOf,
                Some("AWS::Lambda::Function arn:aws:lambda:eu-west-1:1:function:f"),
            ),
            (
                Dimension::ClientProvidedHostHeader,
                Some("sts.eu-west-1.amazonaws.com"),
            ),
            (Dimension::EndpointRegion, Some("eu-west-1")),
            (Dimension::EndpointVariant, Some("standard")),
            (Dimension::Principal, Some("unknown")),
            (Dimension::Sdk, None),
            (Dimension::AccountId, None),
        ];
        for (dimension, expected) in table {
            assert_eq!(
                value(&record, dimension).as_deref(),
                expected,
                "{}",
                dimension.name()
            );
        }
    }

    #[test]
    fn a_global_call_has_no_endpoint_region() {
        let record = Record::default()
            .with(
                Field::ClientProvidedHostHeader,
                "sts-global.eu-north-1.amazonaws.com",
            )
            .with(Field::AwsRegion, "us-east-1");
        assert_eq!(
            value(&record, Dimension::Endpoint).as_deref(),
            Some("global")
        );
        assert_eq!(value(&record, Dimension::EndpointRegion), None);
        assert_eq!(value(&record, Dimension::EndpointVariant), None);
    }
}
