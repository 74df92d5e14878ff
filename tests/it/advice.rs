//! The sentences of advice, as a person gets them.

use stscope::sts::defaults::{DEFAULTS, DefaultEndpoint, Setting};
use stscope::sts::region::is_region;
use stscope::sts::{Cause, Situation, fix};

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
        principal: "arn:aws:iam::111122223333:role/app",
        principal_type: "AssumedRole",
        account_id: "111122223333",
        recommended_region,
        via_vpc_endpoint: false,
    }
}

#[test]
fn every_cause_has_its_advice() {
    #[rustfmt::skip]
    let table: &[(Situation<'_>, &str)] = &[
        (
            situation(Cause::SdkDefault, "boto3", "1.39.17", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (Boto3 \
             ignores AWS_REGION), or in ~/.aws/config sts_regional_endpoints = regional and \
             region = eu-west-1, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the Region is \
             enough.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.9.253", EU_WEST_1),
            "Upgrade to Boto3 1.40.0 or later and set AWS_DEFAULT_REGION=eu-west-1 (Boto3 \
             ignores AWS_REGION): version 1.9.253 does not know the setting \
             AWS_STS_REGIONAL_ENDPOINTS.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.40.1", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (Boto3 \
             ignores AWS_REGION), or in ~/.aws/config sts_regional_endpoints = regional and \
             region = eu-west-1, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade of the botocore inside it to 1.40.0 or later \
             the Region is enough.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (Boto3 \
             ignores AWS_REGION), or in ~/.aws/config sts_regional_endpoints = regional and \
             region = eu-west-1, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the Region is \
             enough. The log does not tell its version: if it is newer, look for the Region \
             aws-global, AWS_STS_REGIONAL_ENDPOINTS=legacy or an endpoint URL (endpoint_url or \
             AWS_ENDPOINT_URL_STS).",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.39.17", None),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION (Boto3 ignores \
             AWS_REGION) to the Region it runs in, or in ~/.aws/config sts_regional_endpoints = \
             regional and region, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the Region is \
             enough.",
        ),
        (
            situation(Cause::SdkDefault, "boto3", "1.39.17", SEOUL),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=ap-northeast-2 \
             (Boto3 ignores AWS_REGION), or in ~/.aws/config sts_regional_endpoints = regional \
             and region = ap-northeast-2, or in its code endpoint_url and region_name in \
             boto3.client('sts'); after an upgrade to Boto3 1.40.0 or later the Region is \
             enough. In ap-northeast-2 it is Regional even without the setting, so its Region \
             is another one now, or none.",
        ),
        (
            situation(Cause::SdkDefault, "botocore", "1.33.13", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (botocore \
             ignores AWS_REGION), or in ~/.aws/config sts_regional_endpoints = regional and \
             region = eu-west-1, or in its code endpoint_url and region_name in \
             create_client('sts'); after an upgrade to botocore 1.40.0 or later the Region is \
             enough.",
        ),
        (
            situation(Cause::SdkDefault, "aws-cli-v1", "1.27.74", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1 (the AWS \
             CLI version 1 ignores AWS_REGION), or in ~/.aws/config sts_regional_endpoints = \
             regional and region = eu-west-1; after an upgrade to the AWS CLI 1.42.0 or later \
             the Region is enough. Better still, move to the AWS CLI version 2, which always \
             was Regional.",
        ),
        (
            situation(Cause::SdkDefault, "aws-cli-v1", "1.16.265", EU_WEST_1),
            "Upgrade to the AWS CLI 1.42.0 or later and set AWS_DEFAULT_REGION=eu-west-1 (the \
             AWS CLI version 1 ignores AWS_REGION): version 1.16.265 does not know the setting \
             AWS_STS_REGIONAL_ENDPOINTS. Better still, move to the AWS CLI version 2, which \
             always was Regional.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-go-v1", "1.55.6", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1 with \
             AWS_SDK_LOAD_CONFIG=1, or in its code STSRegionalEndpoint: \
             endpoints.RegionalSTSEndpoint in aws.Config; after a move to the AWS SDK for Go \
             version 2 the Region is enough.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-go-v1", "1.20.4", EU_WEST_1),
            "Move to the AWS SDK for Go version 2 and set AWS_REGION=eu-west-1, or upgrade to \
             1.25.18 or later and set AWS_STS_REGIONAL_ENDPOINTS=regional as well: version \
             1.20.4 does not know that setting.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-java-v1", "1.12.770", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code an EndpointConfiguration of the Regional endpoint in the client's builder; \
             after a move to the AWS SDK for Java version 2 the Region is enough. STS clients \
             made by a constructor and not by a builder ignore the setting.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-js-v2", "2.1692.0", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1 with \
             AWS_SDK_LOAD_CONFIG=1, or in its code region and stsRegionalEndpoints: 'regional' \
             in the options of AWS.STS; after a move to the AWS SDK for JavaScript version 3 \
             the Region is enough. The setting does nothing without a Region.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-js-v2", "2.1692.0", SEOUL),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=ap-northeast-2, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = ap-northeast-2 with \
             AWS_SDK_LOAD_CONFIG=1, or in its code region and stsRegionalEndpoints: 'regional' \
             in the options of AWS.STS; after a move to the AWS SDK for JavaScript version 3 \
             the Region is enough. The setting does nothing without a Region.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-php", "3.324.5", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code 'sts_regional_endpoints' => 'regional' in the options of StsClient; after an \
             upgrade to the AWS SDK for PHP 3.351.12 or later the Region is enough. Old \
             versions may not know the setting: if nothing changes, upgrade.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-ruby", "3.76.0", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code sts_regional_endpoints: 'regional' in the options of Aws::STS::Client; after \
             an upgrade to aws-sdk-core 3.92.0 or later the Region is enough.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-dotnet-v3", "3.7.305.28", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1, or in its \
             code StsRegionalEndpoints = StsRegionalEndpointsValue.Regional in \
             AmazonSecurityTokenServiceConfig; after a move to the AWS SDK for .NET version 4 \
             the Region is enough. Releases since 31 July 2025 are Regional by default, but \
             which build was the first is not known: this may be a newer one that is told to go \
             global. Old versions may not know the setting: if nothing changes, upgrade.",
        ),
        (
            situation(Cause::SdkDefault, "aws-tools-powershell-v4", "4.1.400.0", EU_WEST_1),
            "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in \
             ~/.aws/config sts_regional_endpoints = regional and region = eu-west-1; after a \
             move to the AWS Tools for PowerShell version 5 the Region is enough. Releases \
             since 31 July 2025 are Regional by default, but which build was the first is not \
             known: this may be a newer one that is told to go global. Old versions may not \
             know the setting: if nothing changes, upgrade.",
        ),
        (
            situation(Cause::SdkDefault, "aws-sdk-cpp", "1.11.570", EU_WEST_1),
            "Set AWS_REGION=eu-west-1 and, in its code, endpointOverride to \
             https://sts.eu-west-1.amazonaws.com. Whether this SDK is Regional by default is \
             disputed: AWS's overview says so, users report that its STSClient is not.",
        ),
        (
            situation(Cause::NoRegion, "boto3", "1.40.3", EU_WEST_1),
            "Set AWS_DEFAULT_REGION=eu-west-1 (Boto3 ignores AWS_REGION), or region = eu-west-1 \
             in ~/.aws/config: without a Region Boto3 calls the global endpoint. If it has one, \
             look for the Region aws-global, AWS_STS_REGIONAL_ENDPOINTS=legacy or an endpoint \
             URL (endpoint_url or AWS_ENDPOINT_URL_STS).",
        ),
        (
            situation(Cause::NoRegion, "aws-cli-v2", "2.27.49", EU_WEST_1),
            "Set AWS_REGION=eu-west-1, or region = eu-west-1 in ~/.aws/config: without a Region \
             the AWS CLI version 2 calls the global endpoint. If it has one, look for the \
             Region aws-global or an endpoint URL (--endpoint-url or AWS_ENDPOINT_URL_STS).",
        ),
        (
            situation(Cause::NoRegion, "aws-cli-v2", "2.27.49", None),
            "Set AWS_REGION to the Region it runs in, or region in ~/.aws/config: without a \
             Region the AWS CLI version 2 calls the global endpoint. If it has one, look for \
             the Region aws-global or an endpoint URL (--endpoint-url or AWS_ENDPOINT_URL_STS).",
        ),
        (
            situation(Cause::NoRegion, "aws-sdk-java-v2", "2.33.12", EU_WEST_1),
            "Set AWS_REGION=eu-west-1, or region = eu-west-1 in ~/.aws/config: without a Region \
             the AWS SDK for Java version 2 sends AssumeRole and AssumeRoleWithWebIdentity to \
             the global endpoint. If it has one, look for the Region aws-global or an endpoint \
             URL (endpointOverride or AWS_ENDPOINT_URL_STS).",
        ),
        (
            situation(Cause::NoRegion, "aws-sdk-kotlin", "1.5.27", EU_WEST_1),
            "Set AWS_REGION=eu-west-1, or region = eu-west-1 in ~/.aws/config: without a Region \
             the AWS SDK for Kotlin calls the global endpoint. If it has one, look for the \
             Region aws-global or an endpoint URL (endpointUrl or AWS_ENDPOINT_URL_STS).",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-go-v2", "1.32.6", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global or an endpoint URL \
             (BaseEndpoint or AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION=eu-west-1: \
             the AWS SDK for Go version 2 goes global only when told to.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-php", "3.356.33", EU_WEST_1),
            "Look in its code and configuration for the Region aws-global, \
             AWS_STS_REGIONAL_ENDPOINTS=legacy or an endpoint URL (endpoint or \
             AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION=eu-west-1: the AWS SDK for PHP \
             goes global only when told to.",
        ),
        (
            situation(Cause::ExplicitEndpoint, "aws-sdk-swift", "1.5.51", None),
            "Look in its code and configuration for the Region aws-global or an endpoint URL \
             (AWS_ENDPOINT_URL_STS), remove it and set AWS_REGION to the Region it runs in: the \
             AWS SDK for Swift goes global only when told to.",
        ),
        (
            situation(Cause::EndpointOverride, "boto3", "1.40.21", EU_WEST_1),
            "Change the configured endpoint URL to https://sts.eu-west-1.amazonaws.com: look in \
             its code or command (endpoint_url), at AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, \
             and for endpoint_url in ~/.aws/config.",
        ),
        (
            situation(Cause::EndpointOverride, "other", "", None),
            "Change the configured endpoint URL to the STS endpoint of the Region it runs in: \
             look in its code or command, at AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and for \
             endpoint_url in ~/.aws/config.",
        ),
        (
            situation(Cause::Unrecognised, "other", "", EU_WEST_1),
            "Find the program by its source addresses and session names and have it call \
             https://sts.eu-west-1.amazonaws.com: most AWS SDKs do when AWS_REGION=eu-west-1 \
             and AWS_STS_REGIONAL_ENDPOINTS=regional are set, newer ones with the Region alone.",
        ),
        (
            situation(Cause::Unrecognised, "browser", "", None),
            "Find the program by its source addresses and session names and have it call the \
             STS endpoint of the Region it runs in: most AWS SDKs do when AWS_REGION and \
             AWS_STS_REGIONAL_ENDPOINTS=regional are set, newer ones with the Region alone. In \
             a web page the AWS SDK for JavaScript version 2 shows the browser's user agent \
             only: give its AWS.STS a region and stsRegionalEndpoints: 'regional'.",
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
                if cause == Cause::SdkDefault && row.endpoint == DefaultEndpoint::Global {
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
    assert!(fix(&hostile).contains("annotate its service account with"));
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
fn pods_of_eks_are_told_by_an_annotation() {
    let annotation = " On EKS, annotate the service account sa in the namespace ns with \
                      eks.amazonaws.com/sts-regional-endpoints: \"true\" and restart its pods: that \
                      sets the variable in them.";
    let provider = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/E";
    let principal = format!("{provider}:sts.amazonaws.com:system:serviceaccount:ns:sa");
    let pod = |cause, sdk, version| {
        fix(&Situation {
            principal: &principal,
            principal_type: "WebIdentityUser",
            ..situation(cause, sdk, version, EU_WEST_1)
        })
    };
    for (cause, sdk, version) in [
        (Cause::SdkDefault, "boto3", "1.39.17"),
        (Cause::SdkDefault, "aws-sdk-go-v1", "1.55.6"),
        (Cause::SdkDefault, "aws-sdk-go-v1", "1.20.4"),
        (Cause::Unrecognised, "other", ""),
    ] {
        let plain = fix(&situation(cause, sdk, version, EU_WEST_1));
        assert_eq!(pod(cause, sdk, version), plain + annotation);
    }
    // Elsewhere it helps other SDKs in the pods.
    for (cause, sdk, version) in [
        (Cause::SdkDefault, "boto3", "1.9.0"),
        (Cause::NoRegion, "aws-cli-v2", "2.27.49"),
        (Cause::ExplicitEndpoint, "aws-sdk-go-v2", "1.32.6"),
        (Cause::EndpointOverride, "boto3", "1.40.21"),
    ] {
        let plain = fix(&situation(cause, sdk, version, EU_WEST_1));
        let pod = pod(cause, sdk, version);
        assert!(pod.starts_with(&plain), "{pod}");
        let annotated = pod.contains("eks.amazonaws.com/sts-regional-endpoints: \"true\"");
        assert!(
            annotated && pod.ends_with(", for SDKs that know it."),
            "{pod}"
        );
    }
}

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
