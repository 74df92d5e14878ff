//! The sentences of advice, as a person gets them.

use stscope::sts::defaults::{DEFAULTS, DefaultEndpoint, Setting};
use stscope::sts::region::is_region;
use stscope::sts::tool::TOOLS;
use stscope::sts::{Cause, Share, Situation, fix};

const EU_WEST_1: Option<&str> = Some("eu-west-1");
const SEOUL: Option<&str> = Some("ap-northeast-2");

fn situation<'a>(
    cause: Cause,
    sdk: &'a str,
    sdk_version: &'a str,
    recommended_region: Option<&'a str>,
) -> Situation<'a> {
    Situation {
        cause,
        sdk,
        sdk_version,
        tools: &[],
        has_other_tools: true,
        principal: "arn:aws:iam::111122223333:role/app",
        principal_type: "AssumedRole",
        account_id: "111122223333",
        recommended_region,
        served_elsewhere: &[],
        via_vpc_endpoint: false,
        from_ipv6: false,
        regional_only_action: false,
        through_own_host: Share::None,
        in_lambda: Share::None,
        presigned: Share::None,
    }
}

#[test]
fn every_cause_has_its_advice() {
    #[rustfmt::skip]
    let table: &[(Situation<'_>, &str)] = &[
        (
            situation(Cause::SdkDefault, "boto3", "1.39.17", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (Boto3 \
             ignores AWS_REGION), or in its profile in ~/.aws/config sts_regional_endpoints = \
             regional and region = eu-west-1, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the Region is enough. \
             If it has a Region already, keep that and leave AWS_DEFAULT_REGION out, which would \
             move its calls to other services, too. First take sts.amazonaws.com out of its code \
             and configuration, if it is there: with the setting, or a Region where there was \
             none, such calls fail with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.9.253", EU_WEST_1),
            "Upgrade to Boto3 1.40.0 or later and set AWS_DEFAULT_REGION=eu-west-1 (Boto3 ignores \
             AWS_REGION): version 1.9.253 does not know the setting AWS_STS_REGIONAL_ENDPOINTS. \
             If it has a Region already, keep that and leave AWS_DEFAULT_REGION out, which would \
             move its calls to other services, too. First take sts.amazonaws.com out of its code \
             and configuration, if it is there: with the setting, or a Region where there was \
             none, such calls fail with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.40.1", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (Boto3 \
             ignores AWS_REGION), or in its profile in ~/.aws/config sts_regional_endpoints = \
             regional and region = eu-west-1, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade of the botocore inside it to 1.40.0 or later \
             the Region is enough. If it has a Region already, keep that and leave \
             AWS_DEFAULT_REGION out, which would move its calls to other services, too. First \
             take sts.amazonaws.com out of its code and configuration, if it is there: with the \
             setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (Boto3 \
             ignores AWS_REGION), or in its profile in ~/.aws/config sts_regional_endpoints = \
             regional and region = eu-west-1, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the Region is enough. \
             If it has a Region already, keep that and leave AWS_DEFAULT_REGION out, which would \
             move its calls to other services, too. First take sts.amazonaws.com out of its code \
             and configuration, if it is there: with the setting, or a Region where there was \
             none, such calls fail with SignatureDoesNotMatch. The log does not tell its version: \
             if it is newer, look for the Region aws-global, AWS_STS_REGIONAL_ENDPOINTS=legacy, \
             sts_regional_endpoints = legacy in ~/.aws/config or an endpoint URL (endpoint_url or \
             AWS_ENDPOINT_URL_STS).",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.39.17", None),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION (Boto3 ignores \
             AWS_REGION) to the Region it runs in, or in its profile in ~/.aws/config \
             sts_regional_endpoints = regional and region, or in its code endpoint_url and \
             region_name in boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the \
             Region is enough. If it has a Region already, keep that and leave AWS_DEFAULT_REGION \
             out, which would move its calls to other services, too. First take sts.amazonaws.com \
             out of its code and configuration, if it is there: with the setting, or a Region \
             where there was none, such calls fail with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.39.17", SEOUL),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=ap-northeast-2 (Boto3 \
             ignores AWS_REGION), or in its profile in ~/.aws/config sts_regional_endpoints = \
             regional and region = ap-northeast-2, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the Region is enough. \
             If it has a Region already, keep that and leave AWS_DEFAULT_REGION out, which would \
             move its calls to other services, too. First take sts.amazonaws.com out of its code \
             and configuration, if it is there: with the setting, or a Region where there was \
             none, such calls fail with SignatureDoesNotMatch. In ap-northeast-2 it is Regional \
             even without the setting, so its Region is another one now, or none.",
        ),
        (
            situation(Cause::SdkDefault, "botocore", "1.33.13", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (botocore \
             ignores AWS_REGION), or in its profile in ~/.aws/config sts_regional_endpoints = \
             regional and region = eu-west-1, or in its code endpoint_url and region_name in \
             create_client('sts'); after an upgrade to botocore 1.40.0 or later the Region is \
             enough. If it has a Region already, keep that and leave AWS_DEFAULT_REGION out, \
             which would move its calls to other services, too. First take sts.amazonaws.com out \
             of its code and configuration, if it is there: with the setting, or a Region where \
             there was none, such calls fail with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::SdkDefault, "aws-cli-v1", "1.27.74", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (the AWS \
             CLI version 1 ignores AWS_REGION), or in its profile in ~/.aws/config \
             sts_regional_endpoints = regional and region = eu-west-1; after an upgrade to the \
             AWS CLI 1.42.0 or later the Region is enough. If it has a Region already, keep that \
             and leave AWS_DEFAULT_REGION out, which would move its calls to other services, too. \
             First take sts.amazonaws.com out of its code and configuration, if it is there: with \
             the setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. AWS supports version 1 until 15 July 2027: better move to the \
             AWS CLI version 2, which always was Regional.",
        ),
        (
            situation(Cause::SdkDefault, "aws-cli-v1", "1.16.265", EU_WEST_1),
            "Upgrade to the AWS CLI 1.42.0 or later and set AWS_DEFAULT_REGION=eu-west-1 (the AWS \
             CLI version 1 ignores AWS_REGION): version 1.16.265 does not know the setting \
             AWS_STS_REGIONAL_ENDPOINTS. If it has a Region already, keep that and leave \
             AWS_DEFAULT_REGION out, which would move its calls to other services, too. First \
             take sts.amazonaws.com out of its code and configuration, if it is there: with the \
             setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. AWS supports version 1 until 15 July 2027: better move to the \
             AWS CLI version 2, which always was Regional.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-go-v1", "1.55.6", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in its profile \
             in ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1 with \
             AWS_SDK_LOAD_CONFIG=1, which has all of that file read, or in its code \
             STSRegionalEndpoint: endpoints.RegionalSTSEndpoint in aws.Config; after a move to \
             the AWS SDK for Go version 2 the Region is enough. If it has a Region already, keep \
             that and leave AWS_REGION out, which would move its calls to other services, too. \
             First take sts.amazonaws.com out of its code and configuration, if it is there: with \
             the setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. AWS no longer supports version 1: move to version 2.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-go-v1", "1.20.4", EU_WEST_1),
            "Move to the AWS SDK for Go version 2 and set AWS_REGION=eu-west-1, or upgrade to \
             1.25.18 or later and set AWS_STS_REGIONAL_ENDPOINTS=regional as well: version 1.20.4 \
             does not know that setting. If it has a Region already, keep that and leave \
             AWS_REGION out, which would move its calls to other services, too. First take \
             sts.amazonaws.com out of its code and configuration, if it is there: with the \
             setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. AWS no longer supports version 1: move to version 2.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-java-v1", "1.12.770", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in its profile \
             in ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code an EndpointConfiguration of the Regional endpoint in the client's builder; \
             after a move to the AWS SDK for Java version 2 the Region is enough. If it has a \
             Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too. First take sts.amazonaws.com out of its code and configuration, \
             if it is there: with the setting, or a Region where there was none, such calls fail \
             with SignatureDoesNotMatch. Give STSAssumeRoleSessionCredentialsProvider.Builder a \
             client of AWSSecurityTokenServiceClientBuilder (withStsClient), or move to version 2, \
             where it or a profile with role_arn assumes a role: these ignore the setting, as STS \
             clients do that are made by a constructor and not by a builder. AWS supported version 1 \
             until 31 December 2025: move to version 2.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-js-v2", "2.1692.0", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in its profile \
             in ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1 with \
             AWS_SDK_LOAD_CONFIG=1, which has all of that file read, or in its code region and \
             stsRegionalEndpoints: 'regional' in the options of AWS.STS; after a move to the AWS \
             SDK for JavaScript version 3 the Region is enough. If it has a Region already, keep \
             that and leave AWS_REGION out, which would move its calls to other services, too. \
             First take sts.amazonaws.com out of its code and configuration, if it is there: with \
             the setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. The setting wants a Region: without one calls fail with \"Missing region in config\". Profiles that assume a role \
             ignore AWS_REGION, so put region into the profile; a profile's \
             sts_regional_endpoints counts only where AWS_PROFILE names that profile, and \
             AWS_DEFAULT_REGION is not read. AWS supported version 2 until 8 September 2025: move \
             to version 3.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-js-v2", "2.1692.0", SEOUL),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=ap-northeast-2, or in its \
             profile in ~/.aws/config sts_regional_endpoints = regional and region = \
             ap-northeast-2 with AWS_SDK_LOAD_CONFIG=1, which has all of that file read, or in \
             its code region and stsRegionalEndpoints: 'regional' in the options of AWS.STS; \
             after a move to the AWS SDK for JavaScript version 3 the Region is enough. If it has \
             a Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too. First take sts.amazonaws.com out of its code and configuration, \
             if it is there: with the setting, or a Region where there was none, such calls fail \
             with SignatureDoesNotMatch. The setting wants a Region: without one calls fail with \"Missing region in config\". Profiles that assume a role \
             ignore AWS_REGION, so put region into the profile; a profile's \
             sts_regional_endpoints counts only where AWS_PROFILE names that profile, and \
             AWS_DEFAULT_REGION is not read. AWS supported version 2 until 8 September 2025: move \
             to version 3.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-php", "3.324.5", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in its profile \
             in ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code 'sts_regional_endpoints' => 'regional' in the options of StsClient; after an \
             upgrade to the AWS SDK for PHP 3.351.12 or later the Region is enough. If it has a \
             Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too. First take sts.amazonaws.com out of its code and configuration, \
             if it is there: with the setting, or a Region where there was none, such calls fail \
             with SignatureDoesNotMatch. Put region into the source profile, or 'region' into the configuration of a provider \
             that code makes: AssumeRoleWithWebIdentityCredentialProvider and profiles with role_arn \
             may ignore AWS_REGION.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-ruby", "3.76.0", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in its profile \
             in ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code sts_regional_endpoints: 'regional' in the options of Aws::STS::Client; after an \
             upgrade to aws-sdk-core 3.92.0 (gem aws-sdk 3) or later the Region is enough. If it \
             has a Region already, keep that and leave AWS_REGION out, which would move its calls \
             to other services, too. First take sts.amazonaws.com out of its code and \
             configuration, if it is there: with the setting, or a Region where there was none, \
             such calls fail with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-dotnet-v3", "3.7.305.28", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in its profile \
             in ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code StsRegionalEndpoints = StsRegionalEndpointsValue.Regional in \
             AmazonSecurityTokenServiceConfig; after an upgrade to AWSSDK.SecurityToken 3.7.500 \
             or later the Region is enough. If it has a Region already, keep that and leave \
             AWS_REGION out, which would move its calls to other services, too. First take \
             sts.amazonaws.com out of its code and configuration, if it is there: with the \
             setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. What counts where AWSSDK.Core is newer than that and \
             AWSSDK.SecurityToken older is not known. AWS supported version 3 until 1 June 2026: \
             move to version 4.",
        ),
        (
            situation(Cause::SdkDefault, "aws-tools-powershell-v4", "4.1.400.0", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in its profile \
             in ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1; after an \
             upgrade to the AWS Tools for PowerShell 4.1.869 or later the Region is enough. If it \
             has a Region already, keep that and leave AWS_REGION out, which would move its calls \
             to other services, too. First take sts.amazonaws.com out of its code and \
             configuration, if it is there: with the setting, or a Region where there was none, \
             such calls fail with SignatureDoesNotMatch. AWS supported version 4 until 1 June \
             2026: move to version 5.",
        ),
        (
            situation(Cause::SdkDefault, "boto", "2.49.0", EU_WEST_1),
            "Move to Boto3 and give it the Region eu-west-1: boto 2 is global by default and \
             knows no setting that changes it.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-dotnet-v1", "1.5.60.0", None),
            "Move to the AWS SDK for .NET version 4 and give it the Region it runs in: the AWS \
             SDK for .NET version 1 is global by default and knows no setting that changes it.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-java-v2", "2.9.25", EU_WEST_1),
            "Upgrade to the AWS SDK for Java 2.9.26 or later and set AWS_REGION=eu-west-1.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-php", "3.100.0", EU_WEST_1),
            "Upgrade to the AWS SDK for PHP 3.351.12 or later and set AWS_REGION=eu-west-1: \
             version 3.100.0 does not know the setting AWS_STS_REGIONAL_ENDPOINTS. If it has a \
             Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too. First take sts.amazonaws.com out of its code and configuration, \
             if it is there: with the setting, or a Region where there was none, such calls fail \
             with SignatureDoesNotMatch. Put region into the source profile, or 'region' into the configuration of a provider \
             that code makes: AssumeRoleWithWebIdentityCredentialProvider and profiles with role_arn \
             may ignore AWS_REGION.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-php", "2.8.31", EU_WEST_1),
            "Move to the AWS SDK for PHP 3.351.12 or later and set AWS_REGION=eu-west-1: version \
             2.8.31 does not know the setting AWS_STS_REGIONAL_ENDPOINTS. If it has a Region \
             already, keep that and leave AWS_REGION out, which would move its calls to other \
             services, too. First take sts.amazonaws.com out of its code and configuration, if it \
             is there: with the setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. Put region into the source profile, or 'region' into the configuration of a provider \
             that code makes: AssumeRoleWithWebIdentityCredentialProvider and profiles with role_arn \
             may ignore AWS_REGION.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-ruby", "2.11.632", EU_WEST_1),
            "Move to aws-sdk-core 3.92.0 (gem aws-sdk 3) or later and set AWS_REGION=eu-west-1: \
             version 2.11.632 does not know the setting AWS_STS_REGIONAL_ENDPOINTS. If it has a \
             Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too. First take sts.amazonaws.com out of its code and configuration, \
             if it is there: with the setting, or a Region where there was none, such calls fail \
             with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-dotnet-v3", "3.3.1.2", EU_WEST_1),
            "Upgrade to AWSSDK.SecurityToken 3.7.500 or later and set AWS_REGION=eu-west-1: \
             version 3.3.1.2 does not know the setting AWS_STS_REGIONAL_ENDPOINTS. If it has a \
             Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too. First take sts.amazonaws.com out of its code and configuration, \
             if it is there: with the setting, or a Region where there was none, such calls fail \
             with SignatureDoesNotMatch. What counts where AWSSDK.Core is newer than that and \
             AWSSDK.SecurityToken older is not known. AWS supported version 3 until 1 June 2026: \
             move to version 4.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-dotnet-v3", "3.7.500.12", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global, \
             AWS_STS_REGIONAL_ENDPOINTS=legacy, sts_regional_endpoints = legacy in ~/.aws/config \
             or an endpoint URL (ServiceURL or AWS_ENDPOINT_URL_STS), remove it and set \
             AWS_REGION=eu-west-1: the AWS SDK for .NET version 3 goes global only when told to. \
             If it has a Region already, keep that and leave AWS_REGION out, which would move its \
             calls to other services, too. AWS supported version 3 until 1 June 2026: move to \
             version 4.",
        ),
        (
            situation(Cause::SdkDefault, "aws-tools-powershell-v4", "3.3.1", EU_WEST_1),
            "Move to the AWS Tools for PowerShell 4.1.869 or later and set AWS_REGION=eu-west-1: \
             version 3.3.1 does not know the setting AWS_STS_REGIONAL_ENDPOINTS. If it has a \
             Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too. First take sts.amazonaws.com out of its code and configuration, \
             if it is there: with the setting, or a Region where there was none, such calls fail \
             with SignatureDoesNotMatch. AWS supported version 4 until 1 June 2026: move to \
             version 5.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-tools-powershell-v5", "5.0.57.0", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global or an endpoint URL \
             (-EndpointUrl or AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION=eu-west-1: the \
             AWS Tools for PowerShell version 5 goes global only when told to. If it has a Region \
             already, keep that and leave AWS_REGION out, which would move its calls to other \
             services, too.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-cpp", "1.11.570", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global or an endpoint URL \
             (endpointOverride or AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION=eu-west-1: \
             the AWS SDK for C++ goes global only when told to. If it has a Region already, keep \
             that and leave AWS_REGION out, which would move its calls to other services, too.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-js-v3", "3.901.0", EU_WEST_1),
            "Look in its code and configuration for useGlobalEndpoint: true, the Region \
             aws-global or an endpoint URL (endpoint or AWS_ENDPOINT_URL_STS), remove it and set \
             AWS_REGION=eu-west-1: the AWS SDK for JavaScript version 3 goes global only when \
             told to. If it has a Region already, keep that and leave AWS_REGION out, which would \
             move its calls to other services, too.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-python", "0.4.0", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global or an endpoint URL \
             (endpoint_uri or AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION=eu-west-1: the \
             asynchronous AWS SDK for Python goes global only when told to. If it has a Region \
             already, keep that and leave AWS_REGION out, which would move its calls to other \
             services, too.",
        ),
        (
            situation(Cause::NoRegion, "aws-cli-v1", "1.42.40", EU_WEST_1),
            "Set AWS_DEFAULT_REGION=eu-west-1 (the AWS CLI version 1 ignores AWS_REGION), or \
             region = eu-west-1 in the profile in ~/.aws/config: without a Region the AWS CLI \
             version 1 calls the global endpoint. If it has one, look for the Region aws-global, \
             AWS_STS_REGIONAL_ENDPOINTS=legacy, sts_regional_endpoints = legacy in ~/.aws/config \
             or an endpoint URL (--endpoint-url or AWS_ENDPOINT_URL_STS). First take \
             sts.amazonaws.com out of its code and configuration, if it is there: with the \
             setting, or a Region where there was none, such calls fail with \
             SignatureDoesNotMatch. AWS supports version 1 until 15 July 2027: better move to the \
             AWS CLI version 2, which always was Regional.",
        ),
        (
            situation(Cause::EndpointOverride, "aws-sdk-go-v2", "1.30.3", EU_WEST_1),
            "Change the configured endpoint URL to https://sts.eu-west-1.amazonaws.com: look in \
             its code or command (BaseEndpoint), at AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, \
             and for endpoint_url in ~/.aws/config. Have its client sign for the Region eu-west-1 \
             at the same time: a Regional endpoint refuses signatures for other Regions \
             (SignatureDoesNotMatch).",
        ),
        (
            situation(Cause::NoRegion, "boto3", "1.40.3", EU_WEST_1),
            "Set AWS_DEFAULT_REGION=eu-west-1 (Boto3 ignores AWS_REGION), or region = eu-west-1 \
             in the profile in ~/.aws/config: without a Region Boto3 calls the global endpoint. \
             If it has one, look for the Region aws-global, AWS_STS_REGIONAL_ENDPOINTS=legacy, \
             sts_regional_endpoints = legacy in ~/.aws/config or an endpoint URL (endpoint_url or \
             AWS_ENDPOINT_URL_STS). First take sts.amazonaws.com out of its code and \
             configuration, if it is there: with the setting, or a Region where there was none, \
             such calls fail with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::NoRegion, "aws-cli-v2", "2.27.49", EU_WEST_1),
            "Set AWS_REGION=eu-west-1, or region = eu-west-1 in the profile in ~/.aws/config: \
             without a Region the AWS CLI version 2 calls the global endpoint. If it has one, \
             look for the Region aws-global or an endpoint URL (--endpoint-url or \
             AWS_ENDPOINT_URL_STS). First take sts.amazonaws.com out of its code and \
             configuration, if it is there: with a Region where there was none such calls fail \
             with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::NoRegion, "aws-cli-v2", "2.27.49", None),
            "Set AWS_REGION to the Region it runs in, or region in the profile in ~/.aws/config: \
             without a Region the AWS CLI version 2 calls the global endpoint. If it has one, \
             look for the Region aws-global or an endpoint URL (--endpoint-url or \
             AWS_ENDPOINT_URL_STS). First take sts.amazonaws.com out of its code and \
             configuration, if it is there: with a Region where there was none such calls fail \
             with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::NoRegion, "aws-sdk-java-v2", "2.33.12", EU_WEST_1),
            "Set AWS_REGION=eu-west-1, or region = eu-west-1 in the profile in ~/.aws/config: \
             without a Region the AWS SDK for Java version 2 sends AssumeRole and \
             AssumeRoleWithWebIdentity to the global endpoint, as an endpoint override of its \
             own. If it has one, look for the Region aws-global or an endpoint URL \
             (endpointOverride or AWS_ENDPOINT_URL_STS). A list m/ without N in its user agents means the Region aws-global: look for that, and \
             set awsStsRegion in sasl.jaas.config, without which aws-msk-iam-auth (Kafka) takes it. First take sts.amazonaws.com out of its \
             code and configuration, if it is there: with a Region where there was none such \
             calls fail with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::NoRegion, "aws-sdk-kotlin", "1.5.27", EU_WEST_1),
            "Set AWS_REGION=eu-west-1, or region = eu-west-1 in the profile in ~/.aws/config: \
             without a Region the AWS SDK for Kotlin calls the global endpoint. If it has one, \
             look for the Region aws-global or an endpoint URL (endpointUrl or \
             AWS_ENDPOINT_URL_STS). Give StsAssumeRoleCredentialsProvider its region where code makes it: it does not read \
             AWS_REGION. First take sts.amazonaws.com out of its code and \
             configuration, if it is there: with a Region where there was none such calls fail \
             with SignatureDoesNotMatch.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-go-v2", "1.32.6", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global or an endpoint URL \
             (BaseEndpoint or AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION=eu-west-1: the \
             AWS SDK for Go version 2 goes global only when told to. If it has a Region already, \
             keep that and leave AWS_REGION out, which would move its calls to other services, \
             too.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-php", "3.356.33", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global, \
             AWS_STS_REGIONAL_ENDPOINTS=legacy, sts_regional_endpoints = legacy in ~/.aws/config \
             or an endpoint URL (endpoint or AWS_ENDPOINT_URL_STS), remove it and set \
             AWS_REGION=eu-west-1: the AWS SDK for PHP goes global only when told to. If it has a \
             Region already, keep that and leave AWS_REGION out, which would move its calls to \
             other services, too.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-swift", "1.5.51", None),
            "Look in its code and configuration for the Region aws-global or an endpoint URL \
             (AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION to the Region it runs in: the \
             AWS SDK for Swift goes global only when told to. If it has a Region already, keep \
             that and leave AWS_REGION out, which would move its calls to other services, too.",
        ),
        (
            situation(Cause::EndpointOverride, "boto3", "1.40.21", EU_WEST_1),
            "Change the configured endpoint URL to https://sts.eu-west-1.amazonaws.com: look in \
             its code or command (endpoint_url), at AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, \
             and for endpoint_url in ~/.aws/config. Have its client sign for the Region eu-west-1 \
             at the same time: a Regional endpoint refuses signatures for other Regions \
             (SignatureDoesNotMatch).",
        ),
        (
            situation(Cause::EndpointOverride, "other", "", None),
            "Change the configured endpoint URL to the STS endpoint of the Region it runs in: \
             look in its code or command, at AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and for \
             endpoint_url in ~/.aws/config. Have its client sign for the Region it runs in at the \
             same time: a Regional endpoint refuses signatures for other Regions \
             (SignatureDoesNotMatch).",
        ),
        (
            situation(Cause::Unrecognised, "other", "", EU_WEST_1),
            "Find the program by its source addresses and session names and have it call \
             https://sts.eu-west-1.amazonaws.com: most AWS SDKs do when AWS_REGION=eu-west-1 and \
             AWS_STS_REGIONAL_ENDPOINTS=regional are set, newer ones with the Region alone.",
        ),
        (
            situation(Cause::Unrecognised, "browser", "", None),
            "Find the program by its source addresses and session names and have it call the STS \
             endpoint of the Region it runs in: most AWS SDKs do when AWS_REGION and \
             AWS_STS_REGIONAL_ENDPOINTS=regional are set, newer ones with the Region alone. In a \
             web page the AWS SDK for JavaScript version 2 shows the browser's user agent only: \
             give its AWS.STS a region and stsRegionalEndpoints: 'regional'.",
        ),
        (
            situation(Cause::AnotherAccount, "boto3", "1.24.59", EU_WEST_1),
            "Ask the owner of account 111122223333 to call a Regional STS endpoint \
             (https://sts.eu-west-1.amazonaws.com): the caller lives there, and nothing in this \
             account changes it.",
        ),
        (
            situation(Cause::AnotherAccount, "", "", None),
            "Ask the owner of account 111122223333 to call a Regional STS endpoint: the caller \
             lives there, and nothing in this account changes it.",
        ),
        (
            situation(Cause::AnotherAccount, "aws-internal", "", EU_WEST_1),
            "By the user agent AWS makes these calls itself, and there is nothing to do. If it is \
             somebody else, ask the owner of account 111122223333 to call a Regional STS endpoint \
             (https://sts.eu-west-1.amazonaws.com).",
        ),
        (
            situation(Cause::EndpointOverride, "aws-sdk-go-v2", "1.30.3", Some("me-south-1")),
            "Change the configured endpoint URL to https://sts.me-south-1.amazonaws.com: look in its \
             code or command (BaseEndpoint), at AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and for \
             endpoint_url in ~/.aws/config. Have its client sign for the Region me-south-1 at the same \
             time: a Regional endpoint refuses signatures for other Regions (SignatureDoesNotMatch). \
             me-south-1 is an opt-in Region: the account that calls and that of each role must have it \
             enabled, or calls there are refused.",
        ),
        (
            situation(Cause::AwsManaged, "aws-internal", "", EU_WEST_1),
            "Nothing to do: AWS makes these calls itself.",
        ),
    ];
    for (situation, expected) in table {
        assert_eq!(fix(situation), *expected, "{situation:?}");
    }
}

#[test]
fn the_setting_is_advised_only_to_sdks_that_know_it() {
    for row in DEFAULTS {
        for cause in Cause::ALL {
            for version in ["", "0.0.1", "99.0.0"] {
                let advice = fix(&situation(cause, row.sdk, version, EU_WEST_1));
                let advises = advice.contains("AWS_STS_REGIONAL_ENDPOINTS=regional");
                if row.setting == Setting::Never && cause != Cause::Unrecognised {
                    assert!(!advises, "{advice}");
                }
                let is_global = row.endpoint == DefaultEndpoint::Global;
                if cause == Cause::SdkDefault && is_global && row.setting != Setting::Never {
                    assert!(advises, "{advice}");
                }
            }
        }
    }
}

#[test]
fn advice_is_whole_sentences_whatever_is_missing() {
    for row in DEFAULTS {
        for cause in Cause::ALL {
            for region in [None, EU_WEST_1, SEOUL] {
                for sdk in [row.sdk, "", "other", "browser"] {
                    let advice = fix(&situation(cause, sdk, "", region));
                    assert!(advice.ends_with('.'), "{advice}");
                    for torn in ["  ", "()", "( ", " . ", "..", ";.", " ,"] {
                        assert!(!advice.contains(torn), "{torn:?} in {advice}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_region_is_the_callers_and_never_another() {
    for row in DEFAULTS {
        for cause in Cause::ALL {
            let none = fix(&situation(cause, row.sdk, "1.0.0", None));
            let named = none.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            assert_eq!(named.filter(|word| is_region(word)).count(), 0, "{none}");
            let known = fix(&situation(cause, row.sdk, "1.0.0", Some("xy-new-7")));
            assert!(
                known.contains("xy-new-7") || cause == Cause::AwsManaged,
                "{known}"
            );
        }
    }
}

#[test]
fn what_has_not_the_shape_of_a_region_is_as_good_as_none() {
    for odd in [
        "",
        "global",
        "aws-global",
        "eu-west-1; rm -rf /",
        "EU-WEST-1",
        "eu-west-1\u{202e}",
        "=1+1",
    ] {
        for cause in Cause::ALL {
            assert_eq!(
                fix(&situation(cause, "boto3", "1.39.0", Some(odd))),
                fix(&situation(cause, "boto3", "1.39.0", None)),
                "{odd:?}"
            );
        }
    }
}

#[test]
fn what_a_client_chose_is_not_repeated_unless_it_is_plain() {
    let evil = "1.0<script>\u{1b}[31m";
    let hostile = Situation {
        principal: "x:system:serviceaccount:a\u{1b}:=cmd",
        principal_type: "WebIdentityUser",
        account_id: "=1+1",
        ..situation(Cause::SdkDefault, "aws-sdk-go-v1", evil, EU_WEST_1)
    };
    for cause in Cause::ALL {
        let advice = fix(&Situation { cause, ..hostile });
        for part in ["script", "\u{1b}", "cmd", "=1"] {
            assert!(!advice.contains(part), "{part:?} in {advice}");
        }
    }
    assert!(fix(&hostile).contains("this version does not know that setting"));
    assert!(fix(&hostile).contains("sts-regional-endpoints of its service account is not"));
}

#[test]
fn an_account_that_is_none_is_not_named() {
    let anonymous = Situation {
        account_id: "anonymous",
        ..situation(Cause::AnotherAccount, "boto3", "1.24.59", EU_WEST_1)
    };
    assert_eq!(
        fix(&anonymous),
        "Ask the owner of the calling account, which the log does not name, to call a Regional STS \
         endpoint (https://sts.eu-west-1.amazonaws.com): the caller lives there, and nothing in \
         this account changes it."
    );
}

#[test]
fn pods_of_eks_have_an_annotation_that_must_not_be_false() {
    let remark = |sets: &str| {
        format!(
            " On EKS, check that the annotation eks.amazonaws.com/sts-regional-endpoints of the service \
             account sa in the namespace ns is not \"false\" and restart its pods: since Kubernetes 1.22 \
             EKS sets {sets} in them otherwise; where you run the webhook yourself, set the annotation \
             to \"true\"."
        )
    };
    let provider = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/E";
    let principal = format!("{provider}:sts.amazonaws.com:system:serviceaccount:ns:sa");
    let of_a_pod = |plain: Situation<'_>| {
        fix(&Situation {
            principal: &principal,
            principal_type: "WebIdentityUser",
            ..plain
        })
    };
    for (cause, sdk, version, sets) in [
        (Cause::SdkDefault, "boto3", "1.39.17", "the variable"),
        (Cause::SdkDefault, "aws-sdk-go-v1", "1.55.6", "the variable"),
        (Cause::SdkDefault, "aws-sdk-go-v1", "1.20.4", "the variable"),
        (Cause::Unrecognised, "other", "", "the variable"),
        // Elsewhere it helps other SDKs in the pods.
        (Cause::SdkDefault, "boto3", "1.9.0", OTHERS),
        (Cause::NoRegion, "boto3", "1.40.3", OTHERS),
        (Cause::EndpointOverride, "boto3", "1.40.21", OTHERS),
    ] {
        let plain = situation(cause, sdk, version, EU_WEST_1);
        assert_eq!(of_a_pod(plain), fix(&plain) + &remark(sets));
    }
    // These SDKs never read it.
    for (cause, sdk, version) in [
        (Cause::NoRegion, "aws-cli-v2", "2.27.49"),
        (Cause::NoRegion, "aws-sdk-java-v2", "2.33.12"),
        (Cause::ExplicitEndpoint, "aws-sdk-go-v2", "1.32.6"),
        (Cause::SdkDefault, "boto", "2.49.0"),
    ] {
        let plain = situation(cause, sdk, version, EU_WEST_1);
        assert_eq!(of_a_pod(plain), fix(&plain));
    }
    // Nor does minio-go.
    let minio = Situation {
        tools: &["go-http-client"],
        has_other_tools: false,
        ..situation(Cause::NoRegion, "other", "", EU_WEST_1)
    };
    assert_eq!(of_a_pod(minio), fix(&minio));
}

const OTHERS: &str = "AWS_STS_REGIONAL_ENDPOINTS=regional, for SDKs that know it,";

#[test]
fn a_global_call_through_a_vpc_endpoint_has_a_remark_of_its_own() {
    for cause in Cause::ALL {
        let plain = situation(cause, "boto3", "1.39.17", EU_WEST_1);
        let through = Situation {
            via_vpc_endpoint: true,
            ..plain
        };
        let remark = match cause {
            Cause::AwsManaged => "",
            _ => {
                " Some of these calls came through a VPC endpoint, whose private DNS answers to the \
                 Regional name only: look for a DNS record of your own for sts.amazonaws.com."
            }
        };
        assert_eq!(fix(&through), fix(&plain) + remark);
    }
}

#[test]
fn what_contradicts_a_global_call_is_remarked() {
    let plain = situation(Cause::SdkDefault, "boto3", "1.39.17", EU_WEST_1);
    let ipv6 = fix(&Situation {
        from_ipv6: true,
        ..plain
    });
    assert_eq!(
        ipv6,
        fix(&plain)
            + " Some of these calls have an IPv6 source address, and the global endpoint answers IPv4 \
               only: look for a proxy or a DNS record of your own in between."
    );
    let action = fix(&Situation {
        regional_only_action: true,
        ..plain
    });
    assert_eq!(
        action,
        fix(&plain)
            + " Some of these calls are of an action that the global endpoint does not have \
               (AssumeRoot, GetScopedCredentials, GetWebIdentityToken): look for a proxy or a DNS \
               record of your own in between."
    );
}

/// A row may be of Terraform and of plain calls of the same SDK: both are told what to do.
#[test]
fn calls_of_another_program_than_the_tool_are_told_apart() {
    let plain = situation(Cause::SdkDefault, "aws-sdk-go-v1", "1.44.261", EU_WEST_1);
    let of = |tools: &[&str], has_other_tools| {
        fix(&Situation {
            tools,
            has_other_tools,
            ..plain
        })
    };
    // Terraform is on the same SDK, which decides where the argument is not set.
    let others = " Other calls here are of another program with the same SDK: for all of them, those of \
                  the tool too, do what follows. Set AWS_STS_REGIONAL_ENDPOINTS=regional";
    for mixed in [
        of(&["terraform"], true),
        of(&["terraform", "ledger"], false),
    ] {
        assert!(mixed.starts_with("In Terraform, set sts_region"), "{mixed}");
        assert!(mixed.contains(others), "{mixed}");
    }
    // These need nothing of the SDK: one is Regional by itself, one has no SDK.
    for (cause, sdk, tool) in [
        (Cause::ExplicitEndpoint, "aws-sdk-go-v1", "kops"),
        (Cause::ExplicitEndpoint, "other", "object_store"),
    ] {
        let mixed = fix(&Situation {
            tools: &[tool],
            ..situation(cause, sdk, "", EU_WEST_1)
        });
        let others = " Other calls here are of another program with the same SDK: for these do what \
                      follows. ";
        assert!(mixed.contains(others), "{mixed}");
    }
    for alone in [
        of(&["terraform"], false),
        of(&["ledger"], true),
        of(&[], true),
    ] {
        assert!(!alone.contains("Other calls"), "{alone}");
    }
}

#[test]
fn a_name_of_ones_own_that_leads_to_the_global_endpoint_is_what_has_to_change() {
    let plain = situation(Cause::ExplicitEndpoint, "boto3", "1.42.1", EU_WEST_1);
    let through = |through_own_host| {
        fix(&Situation {
            through_own_host,
            ..plain
        })
    };
    let all = through(Share::All);
    assert_eq!(
        all,
        "These calls go to a host name of your own, a proxy or a CNAME, that leads to the global \
         endpoint: have that name lead to https://sts.eu-west-1.amazonaws.com, or find where the caller \
         is told it, in its code or command (endpoint_url), AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL or \
         endpoint_url in ~/.aws/config, and put https://sts.eu-west-1.amazonaws.com there. Have its \
         client sign for the Region eu-west-1 at the same time: a Regional endpoint refuses signatures \
         for other Regions (SignatureDoesNotMatch)."
    );
    let some = all.replace("These calls", "Some of these calls");
    assert_eq!(through(Share::Some), format!("{some} {}", fix(&plain)));
    for (calls, all, expected) in [(0, 3, Share::None), (2, 3, Share::Some), (3, 3, Share::All)] {
        assert_eq!(Share::of(calls, all), expected);
    }
}

/// Tools, whether there are others, the cause, the SDK, and how the advice begins and ends.
type Case<'a> = (&'a [&'a str], bool, Cause, &'a str, &'a str, &'a str);

/// What a tool reads comes before what its SDK reads, or instead of it.
#[test]
fn a_tools_own_setting_comes_first() {
    #[rustfmt::skip]
    let table: &[Case<'_>] = &[
        (&["terraform"], false, Cause::SdkDefault, "aws-sdk-go-v1", "In Terraform, set sts_region of the AWS provider (from version 4.2), and of the S3 backend (from Terraform 1.6), to eu-west-1, keep sts out of their endpoints, and upgrade what is older, or built on the AWS SDK for Go version 1. Set AWS_STS_REGIONAL_ENDPOINTS=regional", "move to version 2."),
        (&["terraform"], false, Cause::ExplicitEndpoint, "aws-sdk-go-v2", "In Terraform, set sts_region", "to other services, too."),
        (&["terraform"], false, Cause::EndpointOverride, "aws-sdk-go-v2", "In Terraform, set sts_region", "(SignatureDoesNotMatch)."),
        (&["terraform"], false, Cause::AnotherAccount, "aws-sdk-go-v2", "Ask the owner", "changes it."),
        (&["terraform"], false, Cause::AwsManaged, "aws-internal", "Nothing to do", "itself."),
        (&["terraform", "kops"], true, Cause::SdkDefault, "aws-sdk-go-v1", "In Terraform, set sts_region", "move to version 2."),
        (&["configure-aws-credentials"], false, Cause::ExplicitEndpoint, "aws-sdk-js-v2", "In the GitHub workflow, set the input aws-region of aws-actions/configure-aws-credentials to eu-west-1, and its input sts-endpoint, if it has one, to https://sts.eu-west-1.amazonaws.com. The GitHub action configure-aws-credentials asks for the Regional endpoint itself since 18 March 2020, so", "in its configuration."),
        (&["configure-aws-credentials"], false, Cause::ExplicitEndpoint, "aws-sdk-js-v3", "In the GitHub workflow, set the input", "to other services, too."),
        (&["aws-cdk"], false, Cause::ExplicitEndpoint, "aws-sdk-js-v2", "The AWS CDK asks for the Regional endpoint itself, so this is an older release of it, or it is told otherwise, or no Region: upgrade it, give it the Region eu-west-1,", "in its configuration."),
        (&["kops"], false, Cause::ExplicitEndpoint, "aws-sdk-go-v1", "kOps asks for", "in its configuration."),
        (&["aws-iam-authenticator"], false, Cause::ExplicitEndpoint, "aws-sdk-go-v1", "Run aws-iam-authenticator with eu-west-1 as its --region. aws-iam-authenticator asks for the Regional endpoint itself since December 2019 where it is told the Region (--region), so", "in its configuration."),
        (&["external-secrets"], false, Cause::SdkDefault, "aws-sdk-go-v1", "Take AWS_STS_ENDPOINT out of external-secrets' deployment, if it is there: it is one URL for all stores, each of which signs for a region of its own, so https://sts.eu-west-1.amazonaws.com does for stores of one Region alone. Set", "move to version 2."),
        (&["vault"], false, Cause::SdkDefault, "aws-sdk-go-v1", "In Vault, for logins, set use_sts_region_from_client=true in auth/aws/config/client (from Vault 1.15): it calls the Region that each client signs for, and no client has to change. Before 1.15, set sts_endpoint to https://sts.eu-west-1.amazonaws.com and sts_region to eu-west-1 there, both at once", "move to version 2."),
        (&["aws-sdk-android"], false, Cause::Unrecognised, "other", "In the app's code, have its AWSSecurityTokenServiceClient call sts.eu-west-1.amazonaws.com (setEndpoint):", "no environment variable changes that."),
        (&["aws-sdk-ios"], false, Cause::Unrecognised, "other", "In the app's code, give the service configuration of AWSSTS eu-west-1 as its region and an AWSEndpoint of https://sts.eu-west-1.amazonaws.com:", "no environment variable changes that."),
        (&["hadoop"], false, Cause::SdkDefault, "aws-sdk-java-v1", "In Hadoop's configuration, set fs.s3a.assumed.role.sts.endpoint to sts.eu-west-1.amazonaws.com, without https://, and fs.s3a.assumed.role.sts.endpoint.region to eu-west-1, both at once", "move to version 2."),
        (&["c7n"], false, Cause::SdkDefault, "boto3", "For Cloud Custodian, set C7N_USE_STS_REGIONAL=yes. Set ", "AWS_ENDPOINT_URL_STS)."),
        (&["cert-manager"], false, Cause::ExplicitEndpoint, "aws-sdk-go-v2", "Upgrade cert-manager to 1.16 or later,", "to other services, too."),
        (&["rclone"], false, Cause::SdkDefault, "aws-sdk-go-v1", "Upgrade rclone to 1.68 or later", "move to version 2."),
        (&["rclone"], false, Cause::ExplicitEndpoint, "aws-sdk-go-v2", "Look in its code", "to other services, too."),
        (&["go-http-client"], false, Cause::Unrecognised, "other", "GetCallerIdentity by Go-http-client is mostly a presigned URL", "with the Region alone."),
        (&["go-http-client"], false, Cause::NoRegion, "other", "Set AWS_REGION to eu-west-1: this is minio-go,", "nor the annotation of EKS."),
        (&["trufflehog"], false, Cause::ExplicitEndpoint, "other", "This is no caller to move", "replace it."),
        (&["trufflehog", "rusoto"], false, Cause::ExplicitEndpoint, "other", "This is no caller to move", "no longer kept up."),
        (&["aws-fluent-bit-plugin"], false, Cause::ExplicitEndpoint, "other", "In Fluent Bit's configuration, take sts_endpoint of the output plugin out,", "and region to eu-west-1."),
        (&["object_store"], false, Cause::ExplicitEndpoint, "other", "Take AWS_ENDPOINT_URL_STS, which object_store reads, out,", "and AWS_REGION to eu-west-1."),
        (&["coral"], false, Cause::Unrecognised, "other", "Coral is the framework", "with the Region alone."),
        (&["ledger-batch"], false, Cause::SdkDefault, "aws-sdk-go-v1", "Set AWS_STS_REGIONAL", "move to version 2."),
        (&["object_store", "ledger-batch"], false, Cause::ExplicitEndpoint, "other", "Take AWS_ENDPOINT_URL_STS,", "with the Region alone."),
    ];
    for &(tools, has_other_tools, cause, sdk, start, end) in table {
        let version = if sdk.starts_with("aws-sdk-go") {
            "1.44.0"
        } else {
            ""
        };
        let advice = fix(&Situation {
            tools,
            has_other_tools,
            presigned: Share::All,
            ..situation(cause, sdk, version, EU_WEST_1)
        });
        assert!(advice.starts_with(start), "{tools:?} {cause}: {advice}");
        assert!(advice.ends_with(end), "{tools:?} {cause}: {advice}");
    }
}

/// Nobody sends an AssumeRole on that somebody else has signed.
#[test]
fn a_presigned_url_is_told_of_where_there_may_be_one() {
    let of = |presigned| {
        fix(&Situation {
            tools: &["go-http-client"],
            has_other_tools: false,
            presigned,
            ..situation(Cause::Unrecognised, "other", "", EU_WEST_1)
        })
    };
    let none = fix(&situation(Cause::Unrecognised, "other", "", EU_WEST_1));
    assert_eq!(of(Share::None), none);
    let all = of(Share::All);
    assert!(all.starts_with("GetCallerIdentity by Go-http-client is mostly a presigned URL"));
    assert!(all.ends_with(&format!("or logins fail. {none}")), "{all}");
    let own = " Calls of other actions are of a program of its own. ";
    assert_eq!(
        of(Share::Some),
        all.replace(" Find the program", &format!("{own}Find the program"))
    );
}

/// Lambda has set the Region, and takes none: what is left is the setting, or what somebody has set.
#[test]
fn a_lambda_function_is_not_told_to_set_its_region() {
    let of = |cause, sdk, version| {
        fix(&Situation {
            in_lambda: Share::All,
            ..situation(cause, sdk, version, EU_WEST_1)
        })
    };
    assert_eq!(
        of(Cause::SdkDefault, "boto3", "1.28.57"),
        "Set AWS_STS_REGIONAL_ENDPOINTS=regional in the function's environment variables, or in its code \
         endpoint_url and region_name in boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later \
         the Region is enough. Lambda itself sets the Region of the function: AWS_REGION and \
         AWS_DEFAULT_REGION are reserved there. First take sts.amazonaws.com out of its code and \
         configuration, if it is there: with the setting, or a Region where there was none, such calls \
         fail with SignatureDoesNotMatch."
    );
    assert_eq!(
        of(Cause::NoRegion, "aws-sdk-java-v2", "2.33.1"),
        "Look in its code and configuration for the Region aws-global or an endpoint URL \
         (endpointOverride or AWS_ENDPOINT_URL_STS) and remove it: the AWS SDK for Java version 2 goes \
         global only when told to. Lambda itself sets the Region of the function: AWS_REGION and \
         AWS_DEFAULT_REGION are reserved there. A list m/ without N in its user agents means the Region \
         aws-global: look for that, and set awsStsRegion in sasl.jaas.config, without which \
         aws-msk-iam-auth (Kafka) takes it."
    );
    for row in DEFAULTS {
        for cause in Cause::ALL {
            for version in ["", "0.0.1", "99.0.0"] {
                let advice = of(cause, row.sdk, version);
                for step in ["AWS_REGION=", "AWS_DEFAULT_REGION=", "region = eu-west-1"] {
                    assert!(!advice.contains(step), "{advice}");
                }
                for torn in ["  ", "()", " . ", "..", ";.", " ,"] {
                    assert!(!advice.contains(torn), "{torn:?} in {advice}");
                }
            }
        }
    }
    let some = fix(&Situation {
        in_lambda: Share::Some,
        ..situation(Cause::NoRegion, "aws-cli-v2", "2.27.49", EU_WEST_1)
    });
    assert!(some.starts_with("Set AWS_REGION=eu-west-1, "), "{some}");
    assert!(
        some.ends_with(
            "Some of these calls are of Lambda functions: leave the Region out there, as AWS_REGION and \
             AWS_DEFAULT_REGION are reserved there, and Lambda itself sets it."
        ),
        "{some}"
    );
}

#[test]
fn callers_in_other_regions_are_sent_to_their_own() {
    let plain = situation(Cause::SdkDefault, "boto3", "1.39.17", EU_WEST_1);
    let of = |served_elsewhere| {
        fix(&Situation {
            served_elsewhere,
            ..plain
        })
    };
    assert_eq!(of(&["=1+1"]), fix(&plain));
    assert_eq!(
        of(&["us-west-2"]),
        fix(&plain)
            + " Some of these calls were answered in us-west-2: for callers there, use that Region."
    );
    assert_eq!(
        of(&["eu-north-1", "sa-east-1", "us-west-2"]),
        fix(&plain)
            + " Some of these calls were answered in eu-north-1, sa-east-1 and us-west-2: for callers \
               there, use the one they run in."
    );
}

#[test]
fn advice_for_tools_is_whole_sentences_whatever_is_missing() {
    for tool in TOOLS {
        for cause in Cause::ALL {
            for sdk in ["aws-sdk-go-v1", "aws-sdk-js-v2", "aws-sdk-go-v2", "other"] {
                for region in [None, EU_WEST_1] {
                    let advice = fix(&Situation {
                        tools: &[tool.name],
                        has_other_tools: false,
                        ..situation(cause, sdk, "", region)
                    });
                    assert!(advice.ends_with('.'), "{advice}");
                    for torn in ["  ", "{", "}", "()", " . ", "..", ";.", " ,"] {
                        assert!(!advice.contains(torn), "{torn:?} in {advice}");
                    }
                    let named = advice.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
                    let regions: Vec<&str> = named.filter(|word| is_region(word)).collect();
                    assert!(regions.iter().all(|one| Some(*one) == region), "{advice}");
                }
            }
        }
    }
}

/// An old major is moved to by its name, and the dates are said.
#[test]
fn the_end_of_support_is_said_with_the_move_to_make() {
    for (sdk, end) in [
        ("aws-cli-v1", "AWS supports version 1 until 15 July 2027"),
        (
            "aws-sdk-dotnet-v3",
            "AWS supported version 3 until 1 June 2026: move to version 4.",
        ),
        (
            "aws-tools-powershell-v4",
            "AWS supported version 4 until 1 June 2026: move to version 5.",
        ),
        (
            "aws-sdk-java-v1",
            "AWS supported version 1 until 31 December 2025: move to version 2.",
        ),
        (
            "aws-sdk-js-v2",
            "AWS supported version 2 until 8 September 2025: move to version 3.",
        ),
        (
            "aws-sdk-go-v1",
            "AWS no longer supports version 1: move to version 2.",
        ),
    ] {
        for cause in [Cause::SdkDefault, Cause::NoRegion, Cause::EndpointOverride] {
            let advice = fix(&situation(cause, sdk, "4.0.0", EU_WEST_1));
            assert!(advice.contains(end), "{advice}");
        }
    }
}
