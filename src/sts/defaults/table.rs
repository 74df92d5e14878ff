//! The facts, SDK by SDK.
//!
//! [`SDKREF`] is AWS's own overview: who knows the setting, what its default is, and what happens
//! without a Region. Where an SDK's changelog is newer it is here instead, and is named. A fact
//! was read in a primary source unless its comment says that it was seen by running the SDK, or that
//! it is inferred. When support ends: AWS's page on the lives of its SDKs and tools, [`SUPPORT`].

use super::DefaultEndpoint::{Global, GlobalBelow, Regional};
use super::JudgedBy::{BotocoreInside, Itself};
use super::Legacy::{EveryCommercialRegion, Listed};
use super::Setting::{Never, Since};
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
/// Until when AWS supports what.
const SUPPORT: &str = "https://docs.aws.amazon.com/sdkref/latest/guide/version-support-matrix.html";

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
    in_code_global: "",
    endpoint_option: "",
    move_to: "",
    remark: "",
    support: "",
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
    // Its clients have sts.amazonaws.com in them.
    Defaults {
        sdk: "boto",
        product: "boto 2",
        agent: "Boto/2.49.0 Python/2.7.18",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        move_to: "Boto3",
        sources: &["https://github.com/boto/boto/blob/develop/boto/sts/__init__.py"],
        ..ALWAYS_REGIONAL
    },
    // The new asynchronous one, Regional like all that is made from models today; what it does without
    // a Region is not known.
    Defaults {
        sdk: "aws-sdk-python",
        product: "the asynchronous AWS SDK for Python",
        agent: "aws-sdk-python/0.4.0 ua/2.1",
        endpoint_option: "endpoint_uri",
        sources: &["https://github.com/awslabs/aws-sdk-python"],
        ..ALWAYS_REGIONAL
    },
    // 1.42.0 pins botocore 1.40.0 (setup.py); the overview still says legacy. Since its maintenance
    // mode (5 August 2026) botocore is inside the package, and its agent names it as before.
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
        support: "AWS supports version 1 until 15 July 2027: better move to the AWS CLI version 2, \
                  which always was Regional.",
        sources: &[
            "https://github.com/aws/aws-cli/issues/9634",
            "https://github.com/aws/aws-cli/blob/develop/CHANGELOG.rst",
            SUPPORT,
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
        support: "AWS no longer supports version 1: move to version 2.",
        sources: &[
            "https://github.com/aws/aws-sdk-go/blob/main/CHANGELOG.md",
            "https://github.com/aws/aws-sdk-go/pull/2779",
            "https://docs.aws.amazon.com/sdk-for-go/api/aws/session/",
            SUPPORT,
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
    // The setting's version: issue 2362, as apache/druid's issue 10375 quotes it. A change to the changelog
    // that names 1.11.618 (pull request 2428) was never merged. The remark: the provider's `buildStsClient`
    // uses the client's constructor, and so do profiles with role_arn (`STSProfileCredentialsService`); in
    // issue 2579 the maintainers say that this is expected.
    Defaults {
        sdk: "aws-sdk-java-v1",
        product: "the AWS SDK for Java version 1",
        agent: "aws-sdk-java/1.12.770 Linux/6.1.102",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 11, 658)),
        in_code: "an EndpointConfiguration of the Regional endpoint in the client's builder",
        endpoint_option: "EndpointConfiguration",
        move_to: "the AWS SDK for Java version 2",
        support: "AWS supported version 1 until 31 December 2025: move to version 2.",
        remark: "Give STSAssumeRoleSessionCredentialsProvider.Builder a client of \
                 AWSSecurityTokenServiceClientBuilder (withStsClient), or move to version 2, where it or \
                 a profile with role_arn assumes a role: these ignore the setting, as STS clients do that \
                 are made by a constructor and not by a builder.",
        sources: &[
            "https://github.com/aws/aws-sdk-java/issues/2362",
            "https://github.com/aws/aws-sdk-java/pull/2428",
            "https://github.com/apache/druid/issues/10375",
            "https://github.com/aws/aws-sdk-java/issues/2023",
            "https://github.com/aws/aws-sdk-java/issues/2579",
            "https://github.com/aws/aws-sdk-java/blob/master/aws-java-sdk-sts/src/main/java/com/amazonaws/auth/STSAssumeRoleSessionCredentialsProvider.java",
            "https://github.com/aws/aws-sdk-java/blob/master/aws-java-sdk-sts/src/main/java/com/amazonaws/services/securitytoken/RegionalEndpointsOptionResolver.java",
            SUPPORT,
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    // Its credential providers set https://sts.amazonaws.com as an override where they find no Region.
    // That versions below 2.9.26 (23 October 2019) were global is inferred from the data they share
    // with botocore of that time. The remark: that override emits the metric N, the Region aws-global
    // does not, and the latter is the default of aws-msk-iam-auth (MSKCredentialProvider).
    Defaults {
        sdk: "aws-sdk-java-v2",
        product: "the AWS SDK for Java version 2",
        agent: "aws-sdk-java/2.33.12 md/io#sync",
        endpoint: GlobalBelow(Version::new(2, 9, 26)),
        without_region: GlobalForAssumeRole,
        endpoint_option: "endpointOverride",
        move_to: "the AWS SDK for Java 2.9.26",
        remark: "A list m/ without N in its user agents means the Region aws-global: look for that, and \
                 set awsStsRegion in sasl.jaas.config, without which aws-msk-iam-auth (Kafka) takes it.",
        sources: &[
            "https://github.com/aws/aws-msk-iam-auth/pull/37",
            "https://github.com/aws/aws-msk-iam-auth/pull/144",
            "https://github.com/aws/aws-sdk-java-v2/blob/master/services/sts/src/main/java/software/amazon/awssdk/services/sts/internal/StsProfileCredentialsProviderFactory.java",
            "https://github.com/aws/aws-sdk-java-v2/blob/master/services/sts/src/main/java/software/amazon/awssdk/services/sts/internal/StsWebIdentityCredentialsProviderFactory.java",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    // lib/region_config_data.json sends `*/sts` to the global endpoint, whatever the Region. The
    // remark was seen by running it.
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
        remark: "The setting wants a Region: without one calls fail with \"Missing region in \
                 config\". Profiles that assume a role ignore AWS_REGION, so put region into the \
                 profile; a profile's sts_regional_endpoints counts only where AWS_PROFILE names that \
                 profile, and AWS_DEFAULT_REGION is not read.",
        support: "AWS supported version 2 until 8 September 2025: move to version 3.",
        sources: &[
            "https://github.com/aws/aws-sdk-js/blob/master/CHANGELOG.md",
            "https://github.com/aws/aws-sdk-js/blob/master/lib/region_config_data.json",
            "https://github.com/aws/aws-sdk-js/issues/4050",
            "https://github.com/aws/aws-sdk-js/issues/4114",
            SUPPORT,
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    // Without a Region credential providers go to us-east-1, and an STSClient of one's own fails. Its
    // agents do not say that AWS_ENDPOINT_URL_STS is set. Both seen by running it.
    Defaults {
        sdk: "aws-sdk-js-v3",
        product: "the AWS SDK for JavaScript version 3",
        agent: "aws-sdk-js/3.901.0 ua/2.1",
        without_region: UsEast1,
        in_code_global: "useGlobalEndpoint: true",
        endpoint_option: "endpoint",
        sources: &[
            "https://github.com/aws/aws-sdk-js-v3/tree/main/clients/client-sts",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    // The setting came in 3.112.27 (23 October 2019). Without a Region a client of one's own fails;
    // providers that assume a role take that of their configuration or of the source profile, else
    // us-east-1 (issues 2658 and 3197). Since pull request 3203 (27 October 2025) they try AWS_REGION
    // before that.
    Defaults {
        sdk: "aws-sdk-php",
        product: "the AWS SDK for PHP",
        agent: "aws-sdk-php/3.324.5 ua/2.1",
        endpoint: GlobalBelow(Version::new(3, 351, 12)),
        without_region: UsEast1,
        setting: Since(Version::new(3, 112, 27)),
        legacy: Listed,
        in_code: "'sts_regional_endpoints' => 'regional' in the options of StsClient",
        endpoint_option: "endpoint",
        move_to: "the AWS SDK for PHP 3.351.12",
        remark: "Put region into the source profile, or 'region' into the configuration of a provider \
                 that code makes: AssumeRoleWithWebIdentityCredentialProvider and profiles with role_arn \
                 may ignore AWS_REGION.",
        sources: &[
            "https://github.com/aws/aws-sdk-php/blob/master/CHANGELOG.md",
            "https://github.com/aws/aws-sdk-php/issues/2658",
            "https://github.com/aws/aws-sdk-php/issues/3159",
            "https://github.com/aws/aws-sdk-php/issues/3197",
            "https://github.com/aws/aws-sdk-php/pull/3117",
            "https://github.com/aws/aws-sdk-php/pull/3203",
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
        move_to: "aws-sdk-core 3.92.0 (gem aws-sdk 3)",
        sources: &[
            "https://github.com/aws/aws-sdk-ruby/blob/version-3/gems/aws-sdk-core/CHANGELOG.md",
            "https://github.com/aws/aws-sdk-ruby/pull/2270",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    // Older than Regional names of STS.
    Defaults {
        sdk: "aws-sdk-dotnet-v1",
        product: "the AWS SDK for .NET version 1",
        agent: "aws-sdk-dotnet/1.5.60.0 .NET Runtime/4.0",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        move_to: "the AWS SDK for .NET version 4",
        sources: &["https://github.com/aws/aws-sdk-net", SUPPORT],
        ..ALWAYS_REGIONAL
    },
    // Release 3.7.1092.0 (31 July 2025) "changed Legacy configuration defaults for StsRegionalEndpoints
    // to Regional"; that day every service's package became 3.7.500.x. An agent begins with the
    // package of the service, which is what is judged. A service's package below that with a newer
    // AWSSDK.Core beside it is an open question. The setting is of release 3.3.614.0 (23 October
    // 2019), whose package of STS was 3.3.103. Without a Region it takes us-east-1
    // (`FallbackRegionFactory`), which was a Region of the old default.
    Defaults {
        sdk: "aws-sdk-dotnet-v3",
        product: "the AWS SDK for .NET version 3",
        agent: "aws-sdk-dotnet-coreclr/3.7.305.28 ua/2.0",
        endpoint: GlobalBelow(Version::new(3, 7, 500)),
        without_region: UsEast1,
        setting: Since(Version::new(3, 3, 103)),
        legacy: Listed,
        in_code: "StsRegionalEndpoints = StsRegionalEndpointsValue.Regional in \
                  AmazonSecurityTokenServiceConfig",
        endpoint_option: "ServiceURL",
        move_to: "AWSSDK.SecurityToken 3.7.500",
        remark: "What counts where AWSSDK.Core is newer than that and AWSSDK.SecurityToken older is not \
                 known.",
        support: "AWS supported version 3 until 1 June 2026: move to version 4.",
        sources: &[
            "https://github.com/aws/aws-sdk-net/blob/main/changelogs/SDK.CHANGELOG.2025.md",
            "https://github.com/aws/aws-sdk-net/blob/main/changelogs/SDK.CHANGELOG.2019.md",
            "https://docs.aws.amazon.com/sdkfornet/v3/apidocs/items/Runtime/TStsRegionalEndpointsValue.html",
            SUPPORT,
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
    // Built on the .NET SDK 3. Its versions were those of the SDK's releases when the setting came:
    // that it came here with 3.3.614.0 is inferred.
    Defaults {
        sdk: "aws-tools-powershell-v4",
        product: "the AWS Tools for PowerShell version 4",
        agent: "AWSPowerShell.Common/4.1.400.0 .NET_Core/6.0.16",
        endpoint: GlobalBelow(Version::new(4, 1, 869)),
        without_region: UsEast1,
        setting: Since(Version::new(3, 3, 614)),
        legacy: Listed,
        endpoint_option: "-EndpointUrl",
        move_to: "the AWS Tools for PowerShell 4.1.869",
        support: "AWS supported version 4 until 1 June 2026: move to version 5.",
        sources: &[
            "https://github.com/aws/aws-tools-for-powershell/blob/main/CHANGELOG.md",
            SUPPORT,
            SDKREF,
            BLOG,
        ],
        ..ALWAYS_REGIONAL
    },
    // Built on the .NET SDK 4, so it is taken to be never global and to have no such setting, though
    // the overview says that it has: inferred. What it does without a Region nobody has tried.
    Defaults {
        sdk: "aws-tools-powershell-v5",
        product: "the AWS Tools for PowerShell version 5",
        agent: "AWSPowerShell.Common/5.0.57.0 ua/2.1",
        without_region: UsEast1,
        endpoint_option: "-EndpointUrl",
        sources: &[
            "https://github.com/aws/aws-tools-for-powershell/blob/main/CHANGELOG.md",
            SDKREF,
        ],
        ..ALWAYS_REGIONAL
    },
    // Never global by default: STSEndpoint.cpp of 2016 makes Regional names, and BuiltInParameters.cpp
    // never sets `UseGlobalEndpoint`, whose default is false. Issue 3605 reads that the other way
    // round.
    Defaults {
        sdk: "aws-sdk-cpp",
        product: "the AWS SDK for C++",
        agent: "aws-sdk-cpp/1.11.570 ua/2.1",
        without_region: UsEast1,
        endpoint_option: "endpointOverride",
        sources: &[
            "https://github.com/aws/aws-sdk-cpp/tree/main/src/aws-cpp-sdk-core/source/endpoint",
            "https://github.com/aws/aws-sdk-cpp/issues/3605",
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
    // The remark: `region = provider.region ?: "aws-global"` in StsAssumeRoleCredentialsProvider.kt.
    Defaults {
        sdk: "aws-sdk-kotlin",
        product: "the AWS SDK for Kotlin",
        agent: "aws-sdk-kotlin/1.5.27 ua/2.1",
        without_region: WithoutRegion::Global,
        endpoint_option: "endpointUrl",
        remark: "Give StsAssumeRoleCredentialsProvider its region where code makes it: it does not read \
                 AWS_REGION.",
        sources: &[
            "https://github.com/aws/aws-sdk-kotlin/issues/219",
            "https://github.com/aws/aws-sdk-kotlin/blob/main/aws-runtime/aws-config/common/src/aws/sdk/kotlin/runtime/auth/credentials/StsAssumeRoleCredentialsProvider.kt",
            SDKREF,
        ],
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
