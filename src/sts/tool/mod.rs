//! Which program made a call, where its user agent names one beside an SDK or instead of one.
//!
//! Owns how an agent is read for it, and what follows from a tool for the cause and the advice: the
//! knob that a person turns is mostly the tool's and not the SDK's. The facts are in `table.rs`. A
//! tool that is not in the table still has a name: that of `app/NAME`, which is what AWS gives programs
//! to name themselves by, or the product in front.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html>

mod table;

use super::agent::{after, without_brackets, words};
use super::{Cause, Share, Version, aws_agent, product};

pub use table::{SENDS_PRESIGNED, TOOLS, TRIES_FOUND_KEYS};

/// A program that is known.
#[derive(Debug)]
pub struct Tool {
    /// The value of the `tool` dimension.
    pub name: &'static str,
    /// Its name in a sentence.
    pub title: &'static str,
    /// How its user agents name it.
    words: &'static [Word],
    /// What it is where the agent has no SDK's word.
    built_on: BuiltOn,
    /// The SDKs that are global by default and that it makes Regional; since when, in words.
    pub forces_regional: (&'static [&'static str], &'static str),
    /// Its own setting, as a sentence; `{region}` and `{url}` are where calls should go. Empty
    /// where it has none of its own.
    pub setting: &'static str,
    /// Whether that sentence is all there is to say: no setting of an SDK does anything.
    pub is_all: bool,
}

/// How a user agent names a tool, compared without regard to case.
#[derive(Debug)]
enum Word {
    /// A word of its own, or what is before a slash.
    Name(&'static str),
    /// What a word begins with.
    Start(&'static str),
    /// Two words.
    Two(&'static str, &'static str),
}

/// What a tool is where no SDK names itself.
#[derive(Debug)]
enum BuiltOn {
    /// Nobody can tell.
    Unknown,
    /// This SDK, in a version that is not told.
    Sdk(&'static str),
    /// One SDK below a version of the tool, another one from there on.
    Changed(&'static str, Version, &'static str),
    /// Nothing but itself: it goes global for this reason.
    Itself(Cause),
    /// The standard library of Go: it depends on the action what it is.
    GoHttpClient,
}

use BuiltOn::{Changed, GoHttpClient, Itself, Sdk, Unknown};
use Word::{Name, Start, Two};
use table::{MINIO, OF_ITS_OWN, PRESIGNED};

impl Tool {
    /// The tool of this name.
    pub fn find(name: &str) -> Option<&'static Tool> {
        TOOLS.iter().find(|tool| tool.name == name)
    }

    /// Whether it makes an SDK Regional that is global by default.
    pub fn forces(&self, sdk: &str) -> bool {
        self.forces_regional.0.contains(&sdk)
    }

    /// Why a call of it is global where no SDK is known.
    pub(super) fn cause(&self, event_name: Option<&str>) -> Cause {
        match self.built_on {
            Itself(cause) => cause,
            // Global only where it finds no Region.
            GoHttpClient if event_name == Some("AssumeRoleWithWebIdentity") => Cause::NoRegion,
            _ => Cause::Unrecognised,
        }
    }

    /// What a person can do about calls of it that went global for this reason, and whether that is
    /// all there is to say. `presigned` is how many of them may be somebody else's.
    pub(super) fn advice(&self, cause: Cause, presigned: Share) -> ([&'static str; 2], bool) {
        match (&self.built_on, cause, presigned) {
            (_, Cause::EndpointOverride, _) => ([self.setting, ""], false),
            (GoHttpClient, Cause::NoRegion, _) => ([MINIO, ""], true),
            // Nobody sends other actions on.
            (GoHttpClient, _, Share::None) => (["", ""], false),
            (GoHttpClient, _, Share::Some) => ([PRESIGNED, OF_ITS_OWN], false),
            (GoHttpClient, _, Share::All) => ([PRESIGNED, ""], false),
            // Newer ones need no upgrade.
            (Changed(..), Cause::ExplicitEndpoint, _) => (["", ""], false),
            _ => ([self.setting, ""], self.is_all),
        }
    }
}

/// The name of the program in an agent.
pub fn name(user_agent: &str) -> Option<&str> {
    let agent = without_brackets(user_agent);
    if agent.is_empty() || aws_agent::is_of_aws(user_agent) {
        return None;
    }
    find(user_agent)
        .map(|(tool, _)| tool.name)
        .or_else(|| app(agent))
        .or_else(|| product_in_front(agent))
}

/// The tool of the table that an agent names first, and the version after its name.
pub(super) fn find(user_agent: &str) -> Option<(&'static Tool, &str)> {
    let mut before = "";
    words(without_brackets(user_agent)).find_map(|word| {
        let (name, version) = word.split_once('/').unwrap_or((word, ""));
        let last = std::mem::replace(&mut before, word);
        let is_named = |named: &Word| match named {
            Name(one) => name.eq_ignore_ascii_case(one),
            Start(start) => after(word, start).is_some(),
            Two(first, second) => {
                last.eq_ignore_ascii_case(first) && name.eq_ignore_ascii_case(second)
            }
        };
        let tool = TOOLS.iter().find(|tool| tool.words.iter().any(is_named))?;
        Some((tool, version))
    })
}

/// The SDK that the tool of an agent is known to be built on.
pub(super) fn sdk(user_agent: &str) -> Option<&'static str> {
    let (tool, version) = find(user_agent)?;
    match tool.built_on {
        Sdk(sdk) => Some(sdk),
        Changed(older, boundary, newer) => {
            let version = version.strip_prefix('v').unwrap_or(version);
            let version = super::agent::version(user_agent, version)?;
            match version.is_below(boundary)? {
                true => Some(older),
                false => Some(newer),
            }
        }
        Unknown | Itself(_) | GoHttpClient => None,
    }
}

/// What a program is called by whoever configured it: `app/NAME`.
fn app(agent: &str) -> Option<&str> {
    words(agent)
        .filter_map(|word| word.strip_prefix("app/"))
        .find(|name| !name.is_empty())
}

/// Words that come first and name no program: the grammar's own, browsers, and AWS's partners.
const NO_PROGRAM: [&str; 15] = [
    "app",
    "api",
    "apn",
    "cfg",
    "exec-env",
    "hashicorp",
    "lang",
    "m",
    "md",
    "mozilla",
    "os",
    "python",
    "ua",
    "java",
    "linux",
];

/// `NAME/VERSION` at the start of an agent, where that is no SDK.
fn product_in_front(agent: &str) -> Option<&str> {
    let (name, version) = words(agent).next()?.split_once('/')?;
    let is_plain = (2..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let is_program = is_plain
        && !version.is_empty()
        && !product::is_name(name)
        && !NO_PROGRAM.iter().any(|one| name.eq_ignore_ascii_case(one));
    is_program.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_stands_here_once_under_a_plain_name() {
        for (at, tool) in TOOLS.iter().enumerate() {
            assert!(TOOLS[..at].iter().all(|other| other.name != tool.name));
            assert!(
                !tool.title.is_empty() && !tool.words.is_empty(),
                "{}",
                tool.name
            );
            let is_plain =
                |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
            assert!(tool.name.bytes().all(is_plain), "{}", tool.name);
            assert!(!tool.is_all || !tool.setting.is_empty(), "{}", tool.name);
        }
    }

    #[test]
    fn a_program_is_named_by_the_table_by_app_or_by_the_product_in_front() {
        #[rustfmt::skip]
        let table: &[(&str, Option<&str>)] = &[
            ("APN/1.0 HashiCorp/1.0 Terraform/1.5.6 (+https://www.terraform.io) terraform-provider-aws/4.67.0 aws-sdk-go/1.44.261 (go1.19.8; linux; amd64)", Some("terraform")),
            ("aws-sdk-go/1.20.4 (go1.12.5; linux; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.2", Some("terraform")),
            ("APN/1.0 Pulumi/1.0 PulumiAWS/7.8.0 (go1.24.4) aws-sdk-go-v2/1.39.0", Some("pulumi")),
            ("aws-sdk-nodejs/2.1112.0 linux/v20.19.0 configure-aws-credentials-for-github-actions promise", Some("configure-aws-credentials")),
            ("aws-sdk-nodejs/2.1586.0 linux/v20.15.1 aws-cdk/2.135.0 promise", Some("aws-cdk")),
            ("aws-sdk-go/1.55.6 (go1.22.5; linux; amd64) karpenter.sh-0.36.2", Some("karpenter")),
            ("aws-sdk-go/1.50.0 (go1.22.5; linux; amd64) external-secrets", Some("external-secrets")),
            ("aws-sdk-go/1.44.0 (go1.19; linux; amd64) aws-iam-authenticator/v0.6.2", Some("aws-iam-authenticator")),
            ("Hadoop 3.3.4, aws-sdk-java/1.12.262 Linux/5.4 java/1.8.0_362", Some("hadoop")),
            ("aws-controllers-k8s/s3-v0.0.5 aws-sdk-go/1.37.10 (go1.17; linux; amd64)", Some("aws-controllers-k8s")),
            ("amazon-cloudwatch-agent/1.247 aws-sdk-go/1.30.15", Some("amazon-cloudwatch-agent")),
            ("eb-cli/3.21.0 md/Botocore#1.34.30 ua/2.0", Some("eb-cli")),
            ("Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux app/ledger-batch m/Z", Some("ledger-batch")),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.5.6 aws-sdk-go-v2/1.39.0 app/ledger", Some("terraform")),
            ("eb-cli/3.21.0 md/Botocore#1.34.30 app/x", Some("x")),
            ("Scout Suite/5.12.0 Python/3.9.2 Linux/6.0.0 Scout Suite/5.12.0", Some("scout-suite")),
            ("Boto3/1.35.75 md/Botocore#1.35.75 ua/2.0 Scout Suite/5.14.0 (https://github.com/nccgroup/ScoutSuite)", Some("scout-suite")),
            ("Scout Python/3", None),
            ("c7n/0.9.30 Python/3.11.4 Linux/6.1 c7n/policy#ec2-tags", Some("c7n")),
            ("rclone/v1.66.0", Some("rclone")),
            ("TruffleHog", Some("trufflehog")),
            ("aws-fluent-bit-plugin", Some("aws-fluent-bit-plugin")),
            ("aws-sdk-iOS/2.27.6 iOS/15.0 en_US", Some("aws-sdk-ios")),
            ("aws-sdk-android/2.22.0 Linux/4.9 Dalvik/2.1.0", Some("aws-sdk-android")),
            ("Go-http-client/1.1", Some("go-http-client")),
            ("[Go-http-client/2.0]", Some("go-http-client")),
            ("stratus-red-team_5c59eb79-6dac-405c-a4c4-e19aec03c666", Some("stratus-red-team")),
            ("cost-exporter/4.2 (internal)", Some("cost-exporter")),
            ("curl/8.5.0", Some("curl")),
            ("Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0", None),
            ("AWSPowerShell.Common/4.1.90.0 .NET_Core/6.0.5", None),
            ("aws-sdk-dotnet-coreclr/3.7.1 ua/2.0", None),
            ("Boto/2.49.0 Python/2.7.18", None),
            ("Mozilla/5.0 (X11; Linux x86_64)", None),
            ("S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.1", None),
            ("ec2.amazonaws.com", None),
            ("app/", None),
            ("<script>/1.0 x", None),
            ("", None),
        ];
        for (agent, expected) in table {
            assert_eq!(name(agent), *expected, "{agent}");
        }
    }
}
