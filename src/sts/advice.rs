//! What a person can do about calls to the global endpoint, in a sentence or a few.
//!
//! Owns the wording. The facts it rests on are in [`super::defaults`] and [`super::tool`]; who calls,
//! from where and why is the caller's to say. Nothing a log says is repeated here unless it has the
//! shape of what it is meant to be: a Region, an account, a Kubernetes name, a version.

use std::fmt::Write as _;

use super::defaults::{
    DefaultEndpoint, Defaults, LEGACY_GLOBAL_REGIONS, Legacy, Setting, WithoutRegion,
};
use super::tool::Tool;
use super::{Cause, Version, principal};
use crate::aws::account::is_account_id;
use crate::aws::region::{Partition, is_region};

/// What is known of a group of global calls with one cause.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Why they went to the global endpoint.
    pub cause: Cause,
    /// The value of the `sdk` dimension; empty where there is none.
    pub sdk: &'a str,
    /// The value of the `sdk_version` dimension; empty where there is none.
    pub sdk_version: &'a str,
    /// The values of the `tool` dimension that most of them have, in the order of their advice.
    pub tools: &'a [&'a str],
    /// Whether some of them have another tool, or none.
    pub has_other_tools: bool,
    /// The principal that makes the calls.
    pub principal: &'a str,
    /// `userIdentity.type`; empty where the record lacks it.
    pub principal_type: &'a str,
    /// The caller's account; empty where nobody knows it.
    pub account_id: &'a str,
    /// The Region whose endpoint they should go to. What has not the shape of a Region is not used.
    pub recommended_region: Option<&'a str>,
    /// Whether some of them came through a VPC endpoint.
    pub via_vpc_endpoint: bool,
    /// Whether some of them came from an IPv6 address.
    pub from_ipv6: bool,
    /// Whether some of them are of an action that the global endpoint does not have.
    pub regional_only_action: bool,
    /// How many of them went to a name of the user's own, a proxy's or a CNAME, that leads to the global
    /// endpoint.
    pub through_own_host: Share,
}

/// How many of some calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// None.
    None,
    /// Some, and not all.
    Some,
    /// All.
    All,
}

impl Share {
    /// So many of so many.
    pub fn of(calls: u64, all: u64) -> Share {
        match calls {
            0 => Share::None,
            calls if calls < all => Share::Some,
            _ => Share::All,
        }
    }
}

/// The setting of the environment that most SDKs know.
const ENVIRONMENT: &str = "AWS_STS_REGIONAL_ENDPOINTS=regional";
/// The same in the shared config file.
const CONFIG_LINE: &str = "sts_regional_endpoints = regional";
/// The same for the pods of a service account: set for all of them since Kubernetes 1.22, unless the
/// annotation says "false".
/// <https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html>
const EKS_ANNOTATION: &str = "eks.amazonaws.com/sts-regional-endpoints";
/// What AWS warns of: the setting signs for the Region, and the global endpoint takes signatures for
/// us-east-1 alone.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html>
const HARD_CODED: &str = "First take sts.amazonaws.com out of its code and configuration, if it is \
    there: with the setting such calls fail with SignatureDoesNotMatch.";

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
///     via_vpc_endpoint: false,
///     from_ipv6: false,
///     regional_only_action: false,
///     through_own_host: Share::None,
/// };
/// assert!(fix(&situation).starts_with("Set AWS_REGION=eu-west-1, "));
/// ```
pub fn fix(situation: &Situation<'_>) -> String {
    let place = Place::of(situation.recommended_region);
    match situation.cause {
        Cause::AnotherAccount => with_remarks(another_account(situation, place), situation, true),
        Cause::AwsManaged => "Nothing to do: AWS makes these calls itself.".to_owned(),
        _ => {
            let mut text = own_host(situation, place);
            if situation.through_own_host == Share::All {
                add(&mut text, &of_tools(situation, place).0);
                return with_remarks(text, situation, false);
            }
            let (of_tools, is_all) = of_tools(situation, place);
            add(&mut text, &of_tools);
            if !is_all {
                if !of_tools.is_empty() && names_others(situation) {
                    add(&mut text, OTHERS);
                }
                of_sdk(&mut text, situation, place);
            }
            with_remarks(text, situation, !is_all)
        }
    }
}

/// Said between what tools read and what the SDK reads, where some calls are of none of these tools.
const OTHERS: &str = "Other calls here are of another program with the same SDK: for these do what \
    follows.";

/// Whether some calls are of a program of which nothing is known.
fn names_others(situation: &Situation<'_>) -> bool {
    let mut tools = situation.tools.iter();
    situation.has_other_tools || tools.any(|name| Tool::find(name).is_none())
}

/// Where calls go to a name of the user's own, that name is what has to change.
fn own_host(situation: &Situation<'_>, place: Place<'_>) -> String {
    let calls = match situation.through_own_host {
        Share::None => return String::new(),
        Share::Some => "Some of these calls",
        Share::All => "These calls",
    };
    let url = place.url();
    let option = Defaults::of(situation.sdk).map_or("", |row| row.endpoint_option);
    let option = match option {
        "" => String::new(),
        option => format!(" ({option})"),
    };
    format!(
        "{calls} go to a host name of your own, a proxy or a CNAME, that leads to the global endpoint: \
         have that name lead to {url}, or find where the caller is told it, in its code or \
         command{option}, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL or endpoint_url in ~/.aws/config, and \
         put {url} there."
    )
}

/// What the tools read, and whether that is all there is to say.
fn of_tools(situation: &Situation<'_>, place: Place<'_>) -> (String, bool) {
    let mut text = String::new();
    let mut is_all = !situation.tools.is_empty() && !situation.has_other_tools;
    for name in situation.tools {
        let Some(tool) = Tool::find(name) else {
            is_all = false;
            continue;
        };
        let (advice, is_whole) = tool.advice(situation.cause);
        add(&mut text, &place.fill(advice));
        if situation.cause == Cause::ExplicitEndpoint && tool.forces(situation.sdk) {
            let (title, since) = (tool.title, tool.forces_regional.1);
            let _ = write!(
                text,
                "{}{title} asks for the Regional endpoint itself{since}, so this is an older release \
                 of it, or it is told otherwise: upgrade it, give it {}, and look for an \
                 endpoint URL and the Region aws-global in its configuration.",
                if text.is_empty() { "" } else { " " },
                place.region_words(),
            );
        } else {
            is_all &= is_whole;
        }
    }
    (text, is_all)
}

/// What the SDK reads.
fn of_sdk(text: &mut String, situation: &Situation<'_>, place: Place<'_>) {
    let row = Defaults::of(situation.sdk);
    let advice = match (situation.cause, row) {
        (Cause::EndpointOverride, row) => endpoint_override(row, place),
        (Cause::SdkDefault, Some(row)) if row.endpoint != DefaultEndpoint::Regional => {
            sdk_default(row, situation, place)
        }
        (Cause::NoRegion, Some(row)) => no_region(row, place),
        (Cause::ExplicitEndpoint | Cause::SdkDefault, Some(row)) => explicit_endpoint(row, place),
        _ => unrecognised(situation.sdk, place),
    };
    add(text, &advice);
    add(text, row.map_or("", |row| row.support));
}

/// Where calls should go, as far as that is known.
#[derive(Clone, Copy)]
struct Place<'a>(Option<&'a str>);

impl<'a> Place<'a> {
    fn of(region: Option<&'a str>) -> Place<'a> {
        Place(region.filter(|region| is_region(region)))
    }

    /// `AWS_REGION=eu-west-1`, by the variable that this SDK reads.
    fn variable(self, row: &Defaults) -> String {
        let name = row.region_variable;
        let not = match name {
            "AWS_REGION" => String::new(),
            _ => format!(" ({} ignores AWS_REGION)", row.product),
        };
        match self.0 {
            Some(region) => format!("{name}={region}{not}"),
            None => format!("{name}{not} to the Region it runs in"),
        }
    }

    /// `eu-west-1`
    fn region(self) -> &'a str {
        self.0.unwrap_or("the Region it runs in")
    }

    /// `the Region eu-west-1`
    fn region_words(self) -> String {
        match self.0 {
            Some(region) => format!("the Region {region}"),
            None => self.region().to_owned(),
        }
    }

    /// A sentence of a tool with the Region and the endpoint put in.
    fn fill(self, sentence: &str) -> String {
        sentence
            .replace("{region}", self.region())
            .replace("{url}", &self.url())
    }

    /// `region = eu-west-1`
    fn config_line(self) -> String {
        match self.0 {
            Some(region) => format!("region = {region}"),
            None => "region".to_owned(),
        }
    }

    /// `https://sts.eu-west-1.amazonaws.com`
    fn url(self) -> String {
        match self.0 {
            Some(region) => {
                let suffix = Partition::of_region(region).dns_suffix();
                format!("https://sts.{region}.{suffix}")
            }
            None => "the STS endpoint of the Region it runs in".to_owned(),
        }
    }
}

fn another_account(situation: &Situation<'_>, place: Place<'_>) -> String {
    let account = situation.account_id;
    let whose = if is_account_id(account) {
        format!("account {account}")
    } else {
        "the calling account, which the log does not name,".to_owned()
    };
    let where_to = match place.0 {
        Some(_) => format!(" ({})", place.url()),
        None => String::new(),
    };
    format!(
        "Ask the owner of {whose} to call a Regional STS endpoint{where_to}: the caller lives \
         there, and nothing in this account changes it."
    )
}

fn endpoint_override(row: Option<&Defaults>, place: Place<'_>) -> String {
    let option = row.map_or("", |row| row.endpoint_option);
    let option = match option {
        "" => String::new(),
        option => format!(" ({option})"),
    };
    format!(
        "Change the configured endpoint URL to {}: look in its code or command{option}, at \
         AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and for endpoint_url in ~/.aws/config.",
        place.url()
    )
}

fn sdk_default(row: &Defaults, situation: &Situation<'_>, place: Place<'_>) -> String {
    let version = Version::parse(situation.sdk_version);
    let mut text = match (row.setting, row.endpoint) {
        (Setting::Never, DefaultEndpoint::GlobalBelow(_)) => format!(
            "Upgrade to {} or later and set {}.",
            row.move_to,
            place.variable(row)
        ),
        (Setting::Never, _) => format!(
            "Move to {} and give it {}: {} is global by default and knows no setting that \
             changes it.",
            row.move_to,
            place.region_words(),
            row.product
        ),
        (Setting::Since(since), _) if row.knows_setting(version) == Some(false) => {
            too_old(row, situation.sdk_version, since, place)
        }
        _ => setting(row, version, place),
    };
    if version.is_none() && matches!(row.endpoint, DefaultEndpoint::GlobalBelow(_)) {
        let _ = write!(
            text,
            " The log does not tell its version: if it is newer, look for {}.",
            choices(row)
        );
    }
    add(&mut text, row.remark);
    if let Some(region) = place
        .0
        .filter(|region| is_regional_anyway(row, version, region))
    {
        let _ = write!(
            text,
            " In {region} it is Regional even without the setting, so its Region is another one \
             now, or none."
        );
    }
    text
}

/// Whether a version that knows the setting is Regional in `region` without it.
fn is_regional_anyway(row: &Defaults, version: Option<Version>, region: &str) -> bool {
    row.legacy == Legacy::Listed
        && row.knows_setting(version) != Some(false)
        && !LEGACY_GLOBAL_REGIONS.contains(&region)
        && Partition::of_region(region) == Partition::Aws
}

/// For versions that know the setting, or may.
fn setting(row: &Defaults, version: Option<Version>, place: Place<'_>) -> String {
    let mut text = format!(
        "Set {ENVIRONMENT} and {}, or in ~/.aws/config {CONFIG_LINE} and {}",
        place.variable(row),
        place.config_line()
    );
    if row.config_on_request {
        text.push_str(" with AWS_SDK_LOAD_CONFIG=1");
    }
    if !row.in_code.is_empty() {
        let _ = write!(text, ", or in its code {}", row.in_code);
    }
    let newer = match row.endpoint {
        // Newer than the change, and still judged global: by the botocore inside.
        DefaultEndpoint::GlobalBelow(boundary)
            if version.and_then(|version| version.is_below(boundary)) == Some(false) =>
        {
            "an upgrade of the botocore inside it to 1.40.0 or later".to_owned()
        }
        DefaultEndpoint::GlobalBelow(_) => format!("an upgrade to {} or later", row.move_to),
        _ => format!("a move to {}", row.move_to),
    };
    let _ = write!(text, "; after {newer} the Region is enough. {HARD_CODED}");
    text
}

/// For versions that do not know the setting yet.
fn too_old(row: &Defaults, shown: &str, since: Version, place: Place<'_>) -> String {
    let this = if is_plain_version(shown) {
        format!("version {shown}")
    } else {
        "this version".to_owned()
    };
    let region = place.variable(row);
    let move_to = row.move_to;
    match row.endpoint {
        DefaultEndpoint::GlobalBelow(boundary) => {
            let version = Version::parse(shown);
            let is_of_an_older_major =
                version.and_then(|version| version.is_below(boundary.of_major())) == Some(true);
            let verb = match is_of_an_older_major {
                true => "Move",
                false => "Upgrade",
            };
            format!(
                "{verb} to {move_to} or later and set {region}: {this} does not know the setting \
                 AWS_STS_REGIONAL_ENDPOINTS."
            )
        }
        _ => format!(
            "Move to {move_to} and set {region}, or upgrade to {since} or later and set \
             {ENVIRONMENT} as well: {this} does not know that setting."
        ),
    }
}

fn no_region(row: &Defaults, place: Place<'_>) -> String {
    let calls = match row.without_region {
        WithoutRegion::GlobalForAssumeRole => {
            "sends AssumeRole and AssumeRoleWithWebIdentity to the global endpoint, as an endpoint \
             override of its own"
        }
        _ => "calls the global endpoint",
    };
    format!(
        "Set {}, or {} in the profile in ~/.aws/config: without a Region {} {calls}. If it has one, \
         look for {}.",
        place.variable(row),
        place.config_line(),
        row.product,
        choices(row)
    )
}

fn explicit_endpoint(row: &Defaults, place: Place<'_>) -> String {
    format!(
        "Look in its code and configuration for {}, remove it and set {}: {} goes global only when \
         told to.",
        choices(row),
        place.variable(row),
        row.product
    )
}

/// What makes an SDK global that is Regional by default.
fn choices(row: &Defaults) -> String {
    let option = match row.endpoint_option {
        "" => String::new(),
        option => format!("{option} or "),
    };
    let in_code = match row.in_code_global {
        "" => String::new(),
        in_code => format!("{in_code}, "),
    };
    let legacy = match row.setting {
        Setting::Never => "",
        Setting::Since(_) => ", AWS_STS_REGIONAL_ENDPOINTS=legacy",
    };
    format!(
        "{in_code}the Region aws-global{legacy} or an endpoint URL ({option}AWS_ENDPOINT_URL_STS)"
    )
}

fn unrecognised(sdk: &str, place: Place<'_>) -> String {
    let variable = match place.0 {
        Some(region) => format!("AWS_REGION={region}"),
        None => "AWS_REGION".to_owned(),
    };
    let mut text = format!(
        "Find the program by its source addresses and session names and have it call {}: most AWS \
         SDKs do when {variable} and {ENVIRONMENT} are set, newer ones with the Region alone.",
        place.url()
    );
    if sdk == "browser" {
        add(
            &mut text,
            "In a web page the AWS SDK for JavaScript version 2 shows the browser's user agent \
             only: give its AWS.STS a region and stsRegionalEndpoints: 'regional'.",
        );
    }
    text
}

/// Adds what depends on who calls and by which way, not on the SDK. `reads_settings` says whether an
/// SDK's settings do anything.
fn with_remarks(mut text: String, situation: &Situation<'_>, reads_settings: bool) -> String {
    let eks = match situation.principal_type {
        "WebIdentityUser" if reads_settings => principal::eks_service_account(situation.principal),
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

/// Adds a sentence, where there is one.
fn add(text: &mut String, sentence: &str) {
    if !sentence.is_empty() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(sentence);
    }
}

/// Versions are chosen by clients; an odd one is not repeated.
fn is_plain_version(version: &str) -> bool {
    (1..=20).contains(&version.len())
        && version
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))
}
