//! The facts, SDK by SDK.
//!
//! [`SDKREF`] is AWS's own overview: who knows the setting, what its default is, and what happens
//! without a Region. Where an SDK's changelog is newer it stands here instead, and is named.

use super::DefaultEndpoint::{Global, GlobalBelow, Regional, Unknown};
use super::JudgedBy::{BotocoreInside, Itself};
use super::Legacy::{EveryCommercialRegion, Listed};
use super::Setting::{Never, Since, SinceUnknown};
use super::WithoutRegion::{Fails, GlobalForAssumeRole, UsEast1};
use super::{Defaults, Legacy, WithoutRegion};
use crate::sts::Version;

/// Support, default and fallback of every SDK.
const SDKREF: &str =
    "https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html";
/// Which variable names the Region.
const SDKREF_REGION: &str = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html";
/// Python, PHP, C++, .NET and PowerShell change their default on 31 July 2025.
const BLOG: &str = "https://aws.amazon.com/blogs/developer/updating-aws-sdk-defaults-aws-sts-service-endpoint-and-retry-strategy/";

/// The first botocore that is Regional by default (31 July 2025).
/// <https://github.com/boto/botocore/blob/develop/CHANGELOG.rst>
pub(super) const BOTOCORE_FLIP: Version = Version::new(1, 40, 0);

/// The Regions that `legacy` mode sends to the global endpoint. Seoul, Osaka and the Regions one has
/// to opt in to are not among them: SDKs with this list call them by their Regional names.
/// <https://github.com/boto/botocore/blob/develop/botocore/args.py> (`LEGACY_GLOBAL_STS_REGIONS`),
/// <https://github.com/aws/aws-sdk-go/blob/main/aws/endpoints/legacy_regions.go>
pub const LEGACY_GLOBAL_REGIONS: [&str; 15] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// An SDK that was Regional from its first version on and never knew the setting.
const ALWAYS_REGIONAL: Defaults = Defaults {
    sdk: "",
    product: "",
    agent: "",
    judged_by: Itself,
    endpoint: Regional,
    without_region: Fails,
    setting: Never,
    legacy: Legacy::Unknown,
    region_variable: "AWS_REGION",
    config_on_request: false,
    in_code: "",
    endpoint_option: "",
    move_to: "",
    remark: "",
    sources: &[SDKREF],
};

/// Every SDK the `sdk` dimension knows.
pub const DEFAULTS: &[Defaults] = &[
    // The Region's variable: botocore/configprovider.py. `region_name` alone changes nothing in
    // legacy mode, so the client's own way is an endpoint URL.
    Defaults {
        sdk: "boto3",
        product: "Boto3",
        agent: "Boto3/1.39.17 md/Botocore#1.39.17 ua/2.1",
        judged_by: BotocoreInside,
        endpoint: GlobalBelow(Version::new(1, 40, 0)),
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 10, 2)),
        legacy: Listed,
        region_variable: "AWS_DEFAULT_REGION",
        in_code: "endpoint_url and region_name in boto3.client('sts')",
        endpoint_option: "endpoint_url",
        move_to: "Boto3 1.40.0",
        sources: &[
            "https://github.com/boto/boto3/issues/4583",
            "https://github.com/boto/boto3/blob/develop/CHANGELOG.rst",
            "https://github.com/boto/botocore/blob/develop/botocore/configprovider.py",
            SDKREF,
            SDKREF_REGION,
            BLOG,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "botocore",
        product: "botocore",
        agent: "Botocore/1.39.17 ua/2.1",
        endpoint: GlobalBelow(BOTOCORE_FLIP),
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 13, 2)),
        legacy: Listed,
        region_variable: "AWS_DEFAULT_REGION",
        in_code: "endpoint_url and region_name in create_client('sts')",
        endpoint_option: "endpoint_url",
        move_to: "botocore 1.40.0",
        sources: &[
            "https://github.com/boto/botocore/blob/develop/CHANGELOG.rst",
            "https://github.com/boto/botocore/blob/develop/botocore/args.py",
            "https://github.com/boto/botocore/blob/develop/botocore/configprovider.py",
            SDKREF,
            SDKREF_REGION,
            BLOG,
        ],
        ..ALWAYS_REGIONAL
    },
    // 1.42.0 pins botocore 1.40.0 (setup.py); the overview still says legacy.
    Defaults {
        sdk: "aws-cli-v1",
        product: "the AWS CLI version 1",
        agent: "aws-cli/1.41.17 md/Botocore#1.39.17 ua/2.1",
        judged_by: BotocoreInside,
        endpoint: GlobalBelow(Version::new(1, 42, 0)),
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 16, 266)),
        legacy: Listed,
        region_variable: "AWS_DEFAULT_REGION",
        endpoint_option: "--endpoint-url",
        move_to: "the AWS CLI 1.42.0",
        remark: "Better still, move to the AWS CLI version 2, which always was Regional.",
        sources: &[
            "https://github.com/aws/aws-cli/issues/9634",
            "https://github.com/aws/aws-cli/blob/develop/CHANGELOG.rst",
            SDKREF_REGION,
            BLOG,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-cli-v2",
        product: "the AWS CLI version 2",
        agent: "aws-cli/2.27.49 md/awscrt#0.26.1 ua/2.1",
        without_region: WithoutRegion::Global,
        endpoint_option: "--endpoint-url",
        sources: &[
            "https://github.com/aws/aws-cli/blob/v2/awscli/botocore/args.py",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-go-v1",
        product: "the AWS SDK for Go version 1",
        agent: "aws-sdk-go/1.55.6 (go1.22.5; linux; amd64)",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 25, 18)),
        legacy: Listed,
        config_on_request: true,
        in_code: "STSRegionalEndpoint: endpoints.RegionalSTSEndpoint in aws.Config",
        endpoint_option: "Endpoint",
        move_to: "the AWS SDK for Go version 2",
        sources: &[
            "https://github.com/aws/aws-sdk-go/blob/main/CHANGELOG.md",
            "https://github.com/aws/aws-sdk-go/pull/2779",
            "https://docs.aws.amazon.com/sdk-for-go/api/aws/session/",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-go-v2",
        product: "the AWS SDK for Go version 2",
        agent: "aws-sdk-go-v2/1.32.6 ua/2.1",
        endpoint_option: "BaseEndpoint",
        ..ALWAYS_REGIONAL
    },
    // The setting's version: the maintainers' change to the changelog of 1.11.618.
    Defaults {
        sdk: "aws-sdk-java-v1",
        product: "the AWS SDK for Java version 1",
        agent: "aws-sdk-java/1.12.770 Linux/6.1.102",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 11, 618)),
        in_code: "an EndpointConfiguration of the Regional endpoint in the client's builder",
        endpoint_option: "EndpointConfiguration",
        move_to: "the AWS SDK for Java version 2",
        remark: "STS clients made by a constructor and not by a builder ignore the setting.",
        sources: &[
            "https://github.com/aws/aws-sdk-java/pull/2428",
            "https://github.com/aws/aws-sdk-java/issues/2023",
            "https://github.com/aws/aws-sdk-java/issues/2579",
            "https://github.com/aws/aws-sdk-java/blob/master/aws-java-sdk-sts/src/main/java/com/amazonaws/services/securitytoken/RegionalEndpointsOptionResolver.java",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-java-v2",
        product: "the AWS SDK for Java version 2",
        agent: "aws-sdk-java/2.33.12 md/io#sync",
        without_region: GlobalForAssumeRole,
        endpoint_option: "endpointOverride",
        ..ALWAYS_REGIONAL
    },
    // lib/region_config_data.json sends `*/sts` to the global endpoint, whatever the Region.
    Defaults {
        sdk: "aws-sdk-js-v2",
        product: "the AWS SDK for JavaScript version 2",
        agent: "aws-sdk-nodejs/2.1692.0 linux/v20.11.0 promise",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(2, 525, 0)),
        legacy: EveryCommercialRegion,
        config_on_request: true,
        in_code: "region and stsRegionalEndpoints: 'regional' in the options of AWS.STS",
        endpoint_option: "endpoint",
        move_to: "the AWS SDK for JavaScript version 3",
        remark: "The setting does nothing without a Region.",
        sources: &[
            "https://github.com/aws/aws-sdk-js/blob/master/CHANGELOG.md",
            "https://github.com/aws/aws-sdk-js/blob/master/lib/region_config_data.json",
            "https://github.com/aws/aws-sdk-js/issues/4050",
            "https://github.com/aws/aws-sdk-js/issues/4114",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-js-v3",
        product: "the AWS SDK for JavaScript version 3",
        agent: "aws-sdk-js/3.901.0 ua/2.1",
        without_region: UsEast1,
        endpoint_option: "endpoint",
        ..ALWAYS_REGIONAL
    },
    // Since when it knows the setting was not found in its changelog.
    Defaults {
        sdk: "aws-sdk-php",
        product: "the AWS SDK for PHP",
        agent: "aws-sdk-php/3.324.5 ua/2.1",
        endpoint: GlobalBelow(Version::new(3, 351, 12)),
        setting: SinceUnknown,
        legacy: Listed,
        in_code: "'sts_regional_endpoints' => 'regional' in the options of StsClient",
        endpoint_option: "endpoint",
        move_to: "the AWS SDK for PHP 3.351.12",
        sources: &[
            "https://github.com/aws/aws-sdk-php/issues/3159",
            "https://github.com/aws/aws-sdk-php/pull/3117",
            SDKREF,
            BLOG,
        ],
        ..ALWAYS_REGIONAL
    },
    // Below 3.71.0, where the setting came, it is taken to have been global too.
    Defaults {
        sdk: "aws-sdk-ruby",
        product: "the AWS SDK for Ruby",
        agent: "aws-sdk-ruby3/3.76.0 ruby/2.6.10",
        endpoint: GlobalBelow(Version::new(3, 92, 0)),
        setting: Since(Version::new(3, 71, 0)),
        legacy: Listed,
        in_code: "sts_regional_endpoints: 'regional' in the options of Aws::STS::Client",
        endpoint_option: "endpoint",
        move_to: "aws-sdk-core 3.92.0",
        sources: &[
            "https://github.com/aws/aws-sdk-ruby/blob/version-3/gems/aws-sdk-core/CHANGELOG.md",
            "https://github.com/aws/aws-sdk-ruby/pull/2270",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-dotnet-v3",
        product: "the AWS SDK for .NET version 3",
        agent: "aws-sdk-dotnet-coreclr/3.7.305.28 ua/2.0",
        endpoint: Unknown(
            "Releases since 31 July 2025 are Regional by default, but which build was the first is \
             not known: this may be a newer one that is told to go global.",
        ),
        without_region: WithoutRegion::Global,
        setting: SinceUnknown,
        legacy: Listed,
        in_code: "StsRegionalEndpoints = StsRegionalEndpointsValue.Regional in \
                  AmazonSecurityTokenServiceConfig",
        endpoint_option: "ServiceURL",
        move_to: "the AWS SDK for .NET version 4",
        sources: &[
            "https://docs.aws.amazon.com/sdkfornet/v3/apidocs/items/Runtime/TStsRegionalEndpointsValue.html",
            SDKREF,
            BLOG,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-dotnet-v4",
        product: "the AWS SDK for .NET version 4",
        agent: "aws-sdk-dotnet-coreclr/4.0.2.10 ua/2.1",
        without_region: UsEast1,
        endpoint_option: "ServiceURL",
        sources: &["https://github.com/aws/aws-sdk-net/pull/3236", SDKREF],
        ..ALWAYS_REGIONAL
    },
    // Stands on the .NET SDK 3.
    Defaults {
        sdk: "aws-tools-powershell-v4",
        product: "the AWS Tools for PowerShell version 4",
        agent: "AWSPowerShell.Common/4.1.400.0 .NET_Core/6.0.16",
        endpoint: Unknown(
            "Releases since 31 July 2025 are Regional by default, but which build was the first is \
             not known: this may be a newer one that is told to go global.",
        ),
        without_region: WithoutRegion::Global,
        setting: SinceUnknown,
        legacy: Listed,
        endpoint_option: "-EndpointUrl",
        move_to: "the AWS Tools for PowerShell version 5",
        sources: &[SDKREF, BLOG],
        ..ALWAYS_REGIONAL
    },
    // Stands on the .NET SDK 4, which has no such setting; the overview says the Tools have it.
    Defaults {
        sdk: "aws-tools-powershell-v5",
        product: "the AWS Tools for PowerShell version 5",
        agent: "AWSPowerShell.Common/5.0.57.0 ua/2.1",
        without_region: WithoutRegion::Global,
        setting: SinceUnknown,
        endpoint_option: "-EndpointUrl",
        ..ALWAYS_REGIONAL
    },
    // Only the client that fetches credentials was Regional early.
    Defaults {
        sdk: "aws-sdk-cpp",
        product: "the AWS SDK for C++",
        agent: "aws-sdk-cpp/1.11.570 ua/2.1",
        endpoint: Unknown(
            "Whether this SDK is Regional by default is disputed: AWS's overview says so, users \
             report that its STSClient is not.",
        ),
        without_region: UsEast1,
        endpoint_option: "endpointOverride",
        sources: &[
            "https://github.com/aws/aws-sdk-cpp/issues/3605",
            "https://github.com/aws/aws-sdk-cpp/pull/3498",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-rust",
        product: "the AWS SDK for Rust",
        agent: "aws-sdk-rust/1.3.8 os/linux",
        endpoint_option: "endpoint_url",
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-kotlin",
        product: "the AWS SDK for Kotlin",
        agent: "aws-sdk-kotlin/1.5.27 ua/2.1",
        without_region: WithoutRegion::Global,
        endpoint_option: "endpointUrl",
        sources: &["https://github.com/aws/aws-sdk-kotlin/issues/219", SDKREF],
        ..ALWAYS_REGIONAL
    },
    Defaults {
        sdk: "aws-sdk-swift",
        product: "the AWS SDK for Swift",
        agent: "aws-sdk-swift/1.5.51 ua/2.1",
        sources: &[
            "https://github.com/awslabs/aws-sdk-swift/issues/240",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
];
