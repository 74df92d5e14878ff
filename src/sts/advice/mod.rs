//! What a person can do about calls to the global endpoint, in a sentence or a few.
//!
//! Owns the wording: here of what is the same for all SDKs, in `sdk` of what each of them reads. The facts
//! it rests on are in [`super::defaults`] and [`super::tool`]; who calls, from where and why is the
//! caller's to say. Nothing a log says is repeated here unless it has the
//! shape of what it is meant to be: a Region, an account, a Kubernetes name, a version.

mod place;
mod sdk;
mod sentences;
mod situation;

use std::fmt::Write as _;

use self::place::Place;
use self::sdk::{ENVIRONMENT, of_sdk};
use self::sentences::{add, option_in_brackets};
use super::defaults::{Defaults, Setting};
use super::tool::{TRIES_FOUND_KEYS, Tool};
use super::{Cause, principal, sdk as sdks};
use crate::aws::account::is_account_id;
use crate::aws::region::{is_opt_in, is_region};

pub use self::situation::{Share, Situation};

/// The same for the pods of a service account: set for all of them since Kubernetes 1.22, unless the
/// annotation says "false".
/// <https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html>
const EKS_ANNOTATION: &str = "eks.amazonaws.com/sts-regional-endpoints";
/// What to do: a sentence, and remarks after it.
///
/// ```
/// use stscope::sts::{Cause, Share, Situation, fix};
/// let situation = Situation {
///     cause: Cause::NoRegion,
///     sdk: "aws-cli-v2",
///     sdk_version: "2.27.49",
///     tools: &[],
///     has_other_tools: true,
///     principal: "arn:aws:iam::111122223333:role/deploy",
///     principal_type: "AssumedRole",
///     account_id: "111122223333",
///     recommended_region: Some("eu-west-1"),
///     served_elsewhere: &[],
///     via_vpc_endpoint: false,
///     from_ipv6: false,
///     regional_only_action: false,
///     through_own_host: Share::None,
///     in_lambda: Share::None,
///     presigned: Share::None,
/// };
/// assert!(fix(&situation).starts_with("Set AWS_REGION=eu-west-1, "));
/// ```
pub fn fix(situation: &Situation<'_>) -> String {
    let place = Place::of(situation);
    match situation.cause {
        Cause::AnotherAccount => with_remarks(another_account(situation, place), situation, true),
        Cause::AwsManaged => "Nothing to do: AWS makes these calls itself.".to_owned(),
        // Nothing is to be moved, so nothing else counts.
        _ if situation.tools == [TRIES_FOUND_KEYS] && !situation.has_other_tools => {
            of_tools(situation, place).text
        }
        _ => {
            let mut text = own_host(situation, place);
            if situation.through_own_host == Share::All {
                add(&mut text, &of_tools(situation, place).text);
                return with_remarks(text, situation, false);
            }
            let of_tools = of_tools(situation, place);
            add(&mut text, &of_tools.text);
            if !of_tools.is_all() {
                if !of_tools.text.is_empty() && of_tools.has_others {
                    add(&mut text, of_tools.others());
                }
                of_sdk(&mut text, situation, place);
            }
            with_remarks(text, situation, !of_tools.is_all())
        }
    }
}

/// What is to be said of tools.
struct OfTools {
    text: String,
    /// Whether these tools need nothing else.
    is_complete: bool,
    /// Whether some calls are of a program of which nothing is known.
    has_others: bool,
}

impl OfTools {
    /// Whether there is nothing else to say.
    fn is_all(&self) -> bool {
        self.is_complete && !self.has_others
    }

    /// Said between what tools read and what the SDK reads, where some calls are of none of these tools.
    fn others(&self) -> &'static str {
        match self.is_complete {
            true => {
                "Other calls here are of another program with the same SDK: for these do what \
                 follows."
            }
            false => {
                "Other calls here are of another program with the same SDK: for all of them, those \
                 of the tool too, do what follows."
            }
        }
    }
}

/// Where calls go to a name of the user's own, that name is what has to change.
fn own_host(situation: &Situation<'_>, place: Place<'_>) -> String {
    let calls = match situation.through_own_host {
        Share::None => return String::new(),
        Share::Some => "Some of these calls",
        Share::All => "These calls",
    };
    let url = place.url();
    let option = option_in_brackets(Defaults::of(situation.sdk));
    format!(
        "{calls} go to a host name of your own, a proxy or a CNAME, that leads to the global endpoint: \
         have that name lead to {url}, or find where the caller is told it, in its code or \
         command{option}, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL or endpoint_url in ~/.aws/config, and \
         put {url} there.{}",
        match (situation.through_own_host, situation.cause) {
            // Said of the endpoint URL that is behind the others.
            (Share::Some, Cause::EndpointOverride) => String::new(),
            _ => format!(" {}", place.signing()),
        }
    )
}

/// What the tools read, and whether that is all there is to say.
fn of_tools(situation: &Situation<'_>, place: Place<'_>) -> OfTools {
    let mut text = String::new();
    let mut is_complete = true;
    let mut has_others = situation.has_other_tools || situation.tools.is_empty();
    for name in situation.tools {
        let Some(tool) = Tool::find(name) else {
            has_others = true;
            continue;
        };
        let (advice, is_whole) = tool.advice(situation.cause, situation.presigned);
        for sentences in advice {
            add(&mut text, &place.fill(sentences));
        }
        if situation.cause == Cause::ExplicitEndpoint && tool.forces(situation.sdk) {
            let (title, since) = (tool.title, tool.forces_regional.1);
            let _ = write!(
                text,
                "{}{title} asks for the Regional endpoint itself{since}, so this is an older release \
                 of it, or it is told otherwise, or no Region: upgrade it, give it {}, and look for an \
                 endpoint URL and the Region aws-global in its configuration.",
                if text.is_empty() { "" } else { " " },
                place.region_words(),
            );
        } else {
            is_complete &= is_whole;
        }
    }
    OfTools {
        text,
        is_complete,
        has_others,
    }
}

fn another_account(situation: &Situation<'_>, place: Place<'_>) -> String {
    let account = situation.account_id;
    let whose = if is_account_id(account) {
        format!("account {account}")
    } else {
        "the calling account, which the log does not name,".to_owned()
    };
    let where_to = match place.known() {
        Some(_) => format!(" ({})", place.url()),
        None => String::new(),
    };
    if sdks::is_aws_managed(situation.sdk) {
        return format!(
            "By the user agent AWS makes these calls itself, and there is nothing to do. If it is somebody else, \
             ask the owner of {whose} to call a Regional STS endpoint{where_to}."
        );
    }
    format!(
        "Ask the owner of {whose} to call a Regional STS endpoint{where_to}: the caller lives \
         there, and nothing in this account changes it."
    )
}

/// Adds what depends on who calls, from where to where and by which way, not on the SDK. `reads_settings`
/// says whether an SDK's settings do anything. Where a Region has to be enabled:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>.
fn with_remarks(mut text: String, situation: &Situation<'_>, reads_settings: bool) -> String {
    let knows_variable =
        Defaults::of(situation.sdk).is_none_or(|row| row.setting != Setting::Never);
    let eks = match situation.principal_type {
        "WebIdentityUser" if reads_settings && knows_variable => {
            principal::eks_service_account(situation.principal)
        }
        _ => None,
    };
    if let Some(account) = eks {
        let variable = if text.contains(ENVIRONMENT) {
            "the variable"
        } else {
            "AWS_STS_REGIONAL_ENDPOINTS=regional, for SDKs that know it,"
        };
        let _ = write!(
            text,
            " On EKS, check that the annotation {EKS_ANNOTATION} of {} is not \"false\" and restart its \
             pods: since Kubernetes 1.22 EKS sets {variable} in them otherwise; where you run the \
             webhook yourself, set the annotation to \"true\".",
            service_account(account)
        );
    }
    add(&mut text, &elsewhere(situation.served_elsewhere));
    if let Some(region) = Place::of(situation).known()
        && is_opt_in(region)
    {
        let _ = write!(
            text,
            " {region} is an opt-in Region: the account that calls and that of each role must have it \
             enabled, or calls there are refused."
        );
    }
    if situation.via_vpc_endpoint {
        add(
            &mut text,
            "Some of these calls came through a VPC endpoint, whose private DNS answers to the \
             Regional name only: look for a DNS record of your own for sts.amazonaws.com.",
        );
    }
    if situation.from_ipv6 {
        add(
            &mut text,
            "Some of these calls have an IPv6 source address, and the global endpoint answers IPv4 \
             only: look for a proxy or a DNS record of your own in between.",
        );
    }
    if situation.regional_only_action {
        add(
            &mut text,
            "Some of these calls are of an action that the global endpoint does not have (AssumeRoot, \
             GetScopedCredentials, GetWebIdentityToken): look for a proxy or a DNS record of your own \
             in between.",
        );
    }
    text
}

/// Callers in several Regions may share a name. How many calls each Region answered is not said, so that
/// versions with the same work to do have the same words.
fn elsewhere(regions: &[&str]) -> String {
    let regions: Vec<&str> = (regions.iter().copied())
        .filter(|region| is_region(region))
        .collect();
    let (that, listed) = match regions.split_last() {
        None => return String::new(),
        Some((one, [])) => ("that Region", (*one).to_owned()),
        Some((last, others)) => (
            "the one they run in",
            format!("{} and {last}", others.join(", ")),
        ),
    };
    format!("Some of these calls were answered in {listed}: for callers there, use {that}.")
}

/// `NAMESPACE:NAME` in words.
fn service_account(account: &str) -> String {
    match account.split_once(':') {
        Some((namespace, name)) if is_kubernetes_name(namespace) && is_kubernetes_name(name) => {
            format!("the service account {name} in the namespace {namespace}")
        }
        _ => "its service account".to_owned(),
    }
}

/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
fn is_kubernetes_name(name: &str) -> bool {
    (1..=253).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}
