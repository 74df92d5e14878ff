//! Which SDK made a call, read from `userAgent`.
//!
//! Agents are words of the form `PRODUCT/VERSION`, with comments in brackets. The SDK's own word may
//! be anywhere: Terraform and the CDK put it after theirs. The grammar is in `agent.rs`, the products'
//! words are in `product.rs`, AWS's own agents in `aws_agent.rs`, and what an SDK does by default is in
//! [`super::defaults`].

use super::agent::{self, after, without_brackets, words};
use super::aws_agent::{is_internal, is_service_name};
use super::product::{self, OTHER};
use super::{Version, tool};

/// Who a user agent says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sdk<'a> {
    /// The value of the `sdk` dimension.
    pub name: &'static str,
    /// The product's own version, as the agent has it; empty where there is none.
    pub version: &'a str,
}

impl Sdk<'_> {
    /// Its version, to be compared; `user_agent` is the agent it was read from.
    pub fn comparable_version(&self, user_agent: &str) -> Option<Version> {
        agent::version(user_agent, self.version)
    }

    /// Whether AWS itself made the call: not the customer's to change.
    pub fn is_aws_managed(&self) -> bool {
        is_aws_managed(self.name)
    }
}

/// Whether the SDK of this name is AWS itself.
pub fn is_aws_managed(name: &str) -> bool {
    matches!(name, AWS_INTERNAL | AWS_SERVICE)
}

const AWS_INTERNAL: &str = "aws-internal";
const AWS_SERVICE: &str = "aws-service";
const BROWSER: &str = "browser";

/// How botocore names itself after the name of a tool that is built on it.
/// <https://github.com/boto/botocore/blob/develop/botocore/useragent.py> (`_build_sdk_metadata`)
const MD_BOTOCORE: &str = "md/botocore#";

/// Every value that the `sdk` dimension can have, where there is an agent.
pub fn names() -> impl Iterator<Item = &'static str> {
    product::names().chain([AWS_SERVICE, AWS_INTERNAL, BROWSER, OTHER])
}

/// Reads a user agent. `None` where there is none.
///
/// ```
/// use stscope::sts::sdk;
/// let agent = "Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0 os/linux#6.1.0 lang/python#3.11.5";
/// let sdk = sdk::recognise(agent).unwrap();
/// assert_eq!((sdk.name, sdk.version), ("boto3", "1.28.57"));
/// ```
pub fn recognise(user_agent: &str) -> Option<Sdk<'_>> {
    let agent = without_brackets(user_agent);
    if agent.is_empty() {
        return None;
    }
    let named = |name| Some(Sdk { name, version: "" });
    if is_internal(agent) {
        return named(AWS_INTERNAL);
    }
    if is_service_name(agent) {
        return named(AWS_SERVICE);
    }
    if let Some((name, version)) = product::find(agent) {
        return Some(Sdk { name, version });
    }
    if let Some(sdk) = botocore_inside(agent) {
        return Some(sdk);
    }
    if let Some(name) = tool::sdk(user_agent) {
        return named(name);
    }
    named(if agent.starts_with("Mozilla/") {
        BROWSER
    } else {
        OTHER
    })
}

/// AWS itself, where the agent alone does not say so.
pub(super) const AWS_ITSELF: Sdk<'static> = Sdk {
    name: AWS_INTERNAL,
    version: "",
};

/// The version of the botocore that the agent names, alone or inside Boto3 and the AWS CLI.
pub fn botocore_version(user_agent: &str) -> Option<Version> {
    words(without_brackets(user_agent)).find_map(|word| {
        let version = after(word, "botocore/").or_else(|| after(word, MD_BOTOCORE))?;
        agent::version(user_agent, version)
    })
}

/// The botocore that a tool with a name of its own is built on: `eb-cli/3.21 md/Botocore#1.34.0 …`.
fn botocore_inside(agent: &str) -> Option<Sdk<'_>> {
    let version = words(agent).find_map(|word| after(word, MD_BOTOCORE))?;
    Some(Sdk {
        name: "botocore",
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_agents_old_and_new() {
        #[rustfmt::skip]
        let table: &[(&str, &str, &str)] = &[
            ("aws-cli/1.27.74 Python/3.10.6 Linux/5.15.90.1 botocore/1.29.74", "aws-cli-v1", "1.27.74"),
            ("aws-cli/1.29.54 md/Botocore#1.31.54 md/awscrt#1.0.0.dev0 ua/2.0 os/linux#6.3.0 cfg/retry-mode#legacy botocore/1.31.54", "aws-cli-v1", "1.29.54"),
            ("aws-cli/2.0.30 Python/3.7.7 Windows/10 botocore/2.0.0dev34", "aws-cli-v2", "2.0.30"),
            ("[aws-cli/2.12.0 Python/3.11.3 Linux/5.10 exe/x86_64.amzn.2 prompt/off command/sts.assume-role]", "aws-cli-v2", "2.12.0"),
            ("[aws-cli/2.12.0 Python/3.11.3 cut he", "aws-cli-v2", "2.12.0"),
            ("aws-cli/3.0.0", "other", ""),
            ("Boto3/1.10.2 Python/3.8.0 Linux/4.14 exec-env/AWS_Lambda_python3.8 Botocore/1.13.2 Botocore/1.31.49", "boto3", "1.10.2"),
            ("Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#6.1.0", "boto3", "1.34.69"),
            ("Botocore/1.31.49 Python/3.8.0", "botocore", "1.31.49"),
            ("aiobotocore/2.5 botocore/1.29.76", "botocore", "1.29.76"),
            ("Boto3/", "boto3", ""),
            ("aws-sdk-go/1.38.69 (go1.16.5; darwin; arm64)", "aws-sdk-go-v1", "1.38.69"),
            ("aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.26.4 api/sts#1.33.19 m/E,e", "aws-sdk-go-v2", "1.36.3"),
            ("aws-sdk-java/1.12.479 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.7+11", "aws-sdk-java-v1", "1.12.479"),
            ("aws-internal/3 aws-sdk-java/1.12.479 Linux/5.10", "aws-internal", ""),
            ("aws-sdk-java/2.46.14 md/io#sync md/http#Apache ua/2.1 api/STS#2.46.x", "aws-sdk-java-v2", "2.46.14"),
            ("aws-sdk-java/2.46.14 md/io#sync md/http#Apache md/internal ua/2.1", "aws-internal", ""),
            ("aws-sdk-jav", "other", ""),
            ("aws-sdk-nodejs/2.585.0 linux/v12.14.1 exec-env/AWS_Lambda_nodejs12.x promise", "aws-sdk-js-v2", "2.585.0"),
            ("aws-sdk-nodejs/2.1112.0 linux/v20.19.0 configure-aws-credentials-for-github-actions promise", "aws-sdk-js-v2", "2.1112.0"),
            ("aws-sdk-js/3.632.0 ua/2.0 os/linux#5.10 lang/js md/nodejs#20.18.0", "aws-sdk-js-v3", "3.632.0"),
            ("aws-sdk-dotnet-coreclr/3.7.108.0 aws-sdk-dotnet-core/3.7.108.2 .NET_Core/6.0.20 OS/Linux_5 ClientAsync", "aws-sdk-dotnet-v3", "3.7.108.0"),
            ("aws-sdk-dotnet-45/3.3.1.2 aws-sdk-dotnet-core/3.3.2", "aws-sdk-dotnet-v3", "3.3.1.2"),
            ("aws-sdk-dotnet-coreclr/4.0.9.6 ua/2.1 os/linux#6", "aws-sdk-dotnet-v4", "4.0.9.6"),
            ("AWSPowerShell.Common/4.1.90.0 .NET_Core/6.0.5 OS/Microsoft_Windows_10 PowerShellCore/7.-1 ClientAsync", "aws-tools-powershell-v4", "4.1.90.0"),
            ("AWSPowerShell/3.3.1 .NET_Runtime/4.0", "aws-tools-powershell-v4", "3.3.1"),
            ("AWSPowerShell.Common/5.0.233.0 aws-sdk-dotnet-core/4.0.1", "aws-tools-powershell-v5", "5.0.233.0"),
            ("aws-sdk-php/3.300.1 ua/2.1 OS/Linux#5.10 lang/php#8.1 GuzzleHttp/7", "aws-sdk-php", "3.300.1"),
            ("aws-sdk-ruby3/3.191.0 ua/2.0 api/sts#3.0 os/linux md/x86_64 lang/ruby#3.2", "aws-sdk-ruby", "3.191.0"),
            ("aws-sdk-cpp/1.11.200 ua/2.1 api/STS os/Linux/5 lang/c++#C++11", "aws-sdk-cpp", "1.11.200"),
            ("aws-sdk-rust/1.3.8 os/linux lang/rust/1.88.0", "aws-sdk-rust", "1.3.8"),
            ("aws-sdk-kotlin/1.2.3 ua/2.1 api/sts#1.2.3", "aws-sdk-kotlin", "1.2.3"),
            ("aws-sdk-swift/1.5.86 ua/2.1 os/ios#26.3.1 m/D,N", "aws-sdk-swift", "1.5.86"),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.5.6 (+https://www.terraform.io) terraform-provider-aws/4.67.0 (+https://registry.terraform.io) aws-sdk-go/1.44.261 (go1.19.8; freebsd; amd64)", "aws-sdk-go-v1", "1.44.261"),
            ("aws-sdk-go/1.20.4 (go1.12.5; linux; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.2", "aws-sdk-go-v1", "1.20.4"),
            ("aws-sdk-nodejs/2.1586.0 linux/v20.15.1 aws-cdk/2.135.0 promise", "aws-sdk-js-v2", "2.1586.0"),
            ("custom (aws-sdk-go/1.2.3)", "aws-sdk-go-v1", "1.2.3"),
            ("ec2.amazonaws.com", "aws-service", ""),
            ("[signin.amazonaws.com]", "aws-service", ""),
            ("ecs-tasks.amazonaws.com.cn", "aws-service", ""),
            ("see ec2.amazonaws.com", "other", ""),
            ("dynamodb.application-autoscaling.amazonaws.com", "aws-service", ""),
            ("my.sts.amazonaws.com", "other", ""),
            ("sts.eu-west-1.amazonaws.com", "other", ""),
            ("logs.s3.amazonaws.com", "other", ""),
            (".amazonaws.com", "other", ""),
            ("a..b.amazonaws.com", "other", ""),
            (";aws-internal/3", "other", ""),
            ("(aws-internal/3)", "other", ""),
            ("ledger/1.0 (aws-internal/3) aws-sdk-go/1.44.2", "aws-sdk-go-v1", "1.44.2"),
            ("ledger/1.0,md/internal", "other", ""),
            ("ledger/1.0 md/internal;", "other", ""),
            ("EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.11", "aws-internal", ""),
            ("AWS Internal", "aws-internal", ""),
            ("AWS Internal/3", "aws-internal", ""),
            ("S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.1", "aws-internal", ""),
            ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101", "browser", ""),
            ("Mozilla/5.0 (X11) aws-sdk-js/3.1.0", "aws-sdk-js-v3", "3.1.0"),
            ("stratus-red-team_5c59eb79", "other", ""),
            ("app/boto3/1.0 curl/8", "other", ""),
            ("acme-aws-internal/1.4 aws-sdk-go/1.44.2", "aws-sdk-go-v1", "1.44.2"),
            ("Boto3/1.2.3 md/internal-billing#2", "boto3", "1.2.3"),
            ("Boto3/1.2.3 xmd/internal", "boto3", "1.2.3"),
            ("Boto3/1.2.3 (aws-internal/3)", "boto3", "1.2.3"),
            ("AWS Internal Tools of Acme/1.0 Boto3/1.2.3", "boto3", "1.2.3"),
            ("AWS Internal/", "other", ""),
            ("AWS Internal/3 x", "other", ""),
            ("AWS Internal/x", "other", ""),
            ("EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.12.1", "aws-internal", ""),
            ("aws-internal/3 cfg/retry-mode", "aws-internal", ""),
            ("md/internal ua/2.1", "aws-internal", ""),
            ("Boto/2.49.0 Python/2.7.18 Linux/4.14", "boto", "2.49.0"),
            ("Boto/3.0", "other", ""),
            ("aws-sdk-dotnet/1.5.60.0 .NET Runtime/4.0", "aws-sdk-dotnet-v1", "1.5.60.0"),
            ("aws-sdk-python/0.4.0 ua/2.1", "aws-sdk-python", "0.4.0"),
            ("c7n/0.9.30 Python/3.11 Linux/6.1 c7n/policy#tags", "boto3", ""),
            ("c7n/0.9.30 md/Botocore#1.34.30 c7n/policy#tags", "botocore", "1.34.30"),
            ("Scout Suite/5.12.0 Python/3.9.2 Scout Suite/5.12.0", "boto3", ""),
            ("rclone/v1.67.0", "aws-sdk-go-v1", ""),
            ("rclone/v1.68.0-beta.1", "aws-sdk-go-v2", ""),
            ("rclone/v1.100.0", "aws-sdk-go-v2", ""),
            ("rclone/vX", "other", ""),
            ("Coral/Netty4", "other", ""),
            ("Go-http-client/1.1", "other", ""),
            ("eb-cli/3.21.0 md/Botocore#1.34.30 ua/2.0 os/linux#6.1.0", "botocore", "1.34.30"),
            ("md/Botocorex#1.34.30 ua/2.0", "other", ""),
            ("Ж/1 aws-sdk-dotn€t-x/3", "other", ""),
        ];
        for (agent, name, version) in table {
            let sdk = recognise(agent).expect(agent);
            assert_eq!((sdk.name, sdk.version), (*name, *version), "{agent}");
        }
        for nothing in ["", "  ", "[]", "[ ]"] {
            assert_eq!(recognise(nothing), None, "{nothing:?}");
        }
    }
}
