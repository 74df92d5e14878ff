//! Where each SDK sends STS calls when nobody tells it otherwise, and how it is told.
//!
//! Every fact here names the public page, changelog or source it was read in. What is not known, or
//! is disputed between sources, is said to be so and never guessed.
//! The overview, in places older than the SDKs' own changelogs:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html>

use super::Version;

/// What one SDK does by default, and what can be done about it.
#[derive(Debug)]
pub struct Defaults {
    /// The value of the `sdk` dimension.
    pub sdk: &'static str,
    /// Its name in a sentence.
    pub product: &'static str,
    /// Its word in the user agent, in lower case, as far as it is fixed.
    pub token: &'static str,
    /// Where it sends a call when it has a Region and no other setting.
    pub endpoint: DefaultEndpoint,
    /// Where it sends a call when it has no Region.
    pub without_region: WithoutRegion,
    /// Whether it knows `AWS_STS_REGIONAL_ENDPOINTS` and `sts_regional_endpoints`.
    pub setting: Setting,
    /// What has to be added to that setting to make it work; empty where nothing has.
    pub setting_needs: &'static str,
    /// How the program itself asks for the Regional endpoint, behind "or"; empty where no such call
    /// is documented.
    pub in_code: &'static str,
    /// What to move to, behind "move to" or "upgrade to"; empty where there is nothing better.
    pub move_to: &'static str,
    /// Where all this was read.
    pub sources: &'static [&'static str],
}

/// Where an SDK sends STS calls by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultEndpoint {
    /// The global endpoint in versions below this one, the Regional one from there on.
    GlobalBelow(Version),
    /// The global endpoint in every version.
    Global,
    /// The Regional endpoint in every version.
    Regional,
    /// Nobody says exactly; the sentence says what is open.
    Unknown(&'static str),
}

/// Where an SDK sends STS calls when no Region is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutRegion {
    /// The global endpoint.
    Global,
    /// The global endpoint for `AssumeRole` and `AssumeRoleWithWebIdentity`; other calls fail.
    GlobalForAssumeRole,
    /// The Regional endpoint of us-east-1.
    UsEast1,
    /// Nowhere: the call fails.
    Fails,
}

/// Whether the setting `AWS_STS_REGIONAL_ENDPOINTS` / `sts_regional_endpoints` exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// From this version on.
    Since(Version),
    /// It exists; from which version on is not known.
    SinceUnknown,
    /// It never existed.
    Never,
}

impl Defaults {
    /// What is known of the SDK of this name.
    pub fn of(sdk: &str) -> Option<&'static Defaults> {
        DEFAULTS.iter().find(|row| row.sdk == sdk)
    }

    /// Whether a version goes global unless told otherwise. A version that cannot be read, or whose
    /// change nobody knows, counts as one that does: the call in question did go global.
    pub fn goes_global(&self, version: Option<Version>) -> bool {
        match self.endpoint {
            DefaultEndpoint::GlobalBelow(boundary) => {
                version.and_then(|version| version.is_below(boundary)) != Some(false)
            }
            DefaultEndpoint::Global | DefaultEndpoint::Unknown(_) => true,
            DefaultEndpoint::Regional => false,
        }
    }

    /// Whether a call goes global because no Region is configured.
    pub fn goes_global_without_region(&self, event_name: Option<&str>) -> bool {
        match self.without_region {
            WithoutRegion::Global => true,
            WithoutRegion::GlobalForAssumeRole => {
                matches!(event_name, Some("AssumeRole" | "AssumeRoleWithWebIdentity"))
            }
            WithoutRegion::UsEast1 | WithoutRegion::Fails => false,
        }
    }

    /// Whether a version knows the setting; `None` where that cannot be told.
    pub fn knows_setting(&self, version: Option<Version>) -> Option<bool> {
        match self.setting {
            Setting::Since(since) => Some(!version?.is_below(since)?),
            Setting::SinceUnknown => None,
            Setting::Never => Some(false),
        }
    }
}

use DefaultEndpoint::{Global, GlobalBelow, Regional, Unknown};
use Setting::{Never, Since, SinceUnknown};

const SDKREF: &str =
    "https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html";
const BLOG: &str = "https://aws.amazon.com/blogs/developer/updating-aws-sdk-defaults-aws-sts-service-endpoint-and-retry-strategy/";

/// Every SDK the `sdk` dimension knows.
pub const DEFAULTS: &[Defaults] = &[
    Defaults {
        sdk: "boto3",
        product: "Boto3",
        token: "boto3",
        endpoint: GlobalBelow(Version::new(1, 40, 0)),
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 10, 2)),
        setting_needs: "",
        in_code: "",
        move_to: "Boto3 1.40.0 or later",
        sources: &["https://github.com/boto/boto3/issues/4583", SDKREF, BLOG],
    },
    Defaults {
        sdk: "botocore",
        product: "botocore",
        token: "botocore",
        endpoint: GlobalBelow(Version::new(1, 40, 0)),
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 13, 2)),
        setting_needs: "",
        in_code: "",
        move_to: "botocore 1.40.0 or later",
        sources: &[
            "https://github.com/boto/botocore/blob/develop/CHANGELOG.rst",
            SDKREF,
            BLOG,
        ],
    },
    Defaults {
        sdk: "aws-cli-v1",
        product: "the AWS CLI version 1",
        token: "aws-cli",
        endpoint: GlobalBelow(Version::new(1, 42, 0)),
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 16, 266)),
        setting_needs: "",
        in_code: "",
        move_to: "the AWS CLI version 2 (or 1.42.0 or later)",
        sources: &["https://github.com/aws/aws-cli/issues/9634", SDKREF, BLOG],
    },
    Defaults {
        sdk: "aws-cli-v2",
        product: "the AWS CLI version 2",
        token: "aws-cli",
        endpoint: Regional,
        without_region: WithoutRegion::Global,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-go-v1",
        product: "the AWS SDK for Go version 1",
        token: "aws-sdk-go",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(1, 25, 18)),
        setting_needs: "",
        in_code: "",
        move_to: "the AWS SDK for Go version 2",
        sources: &[
            "https://github.com/aws/aws-sdk-go/blob/main/CHANGELOG.md",
            SDKREF,
        ],
    },
    Defaults {
        sdk: "aws-sdk-go-v2",
        product: "the AWS SDK for Go version 2",
        token: "aws-sdk-go-v2",
        endpoint: Regional,
        without_region: WithoutRegion::Fails,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-java-v1",
        product: "the AWS SDK for Java version 1",
        token: "aws-sdk-java",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        setting: SinceUnknown,
        setting_needs: "",
        in_code: "",
        move_to: "the AWS SDK for Java version 2",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-java-v2",
        product: "the AWS SDK for Java version 2",
        token: "aws-sdk-java",
        endpoint: Regional,
        without_region: WithoutRegion::GlobalForAssumeRole,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-js-v2",
        product: "the AWS SDK for JavaScript version 2",
        token: "aws-sdk-nodejs",
        endpoint: Global,
        without_region: WithoutRegion::Global,
        setting: Since(Version::new(2, 525, 0)),
        setting_needs: "",
        in_code: "",
        move_to: "the AWS SDK for JavaScript version 3",
        sources: &[
            "https://github.com/aws/aws-sdk-js/blob/master/CHANGELOG.md",
            SDKREF,
        ],
    },
    Defaults {
        sdk: "aws-sdk-js-v3",
        product: "the AWS SDK for JavaScript version 3",
        token: "aws-sdk-js",
        endpoint: Regional,
        without_region: WithoutRegion::UsEast1,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-php",
        product: "the AWS SDK for PHP",
        token: "aws-sdk-php",
        endpoint: GlobalBelow(Version::new(3, 351, 12)),
        without_region: WithoutRegion::Fails,
        setting: SinceUnknown,
        setting_needs: "",
        in_code: "",
        move_to: "version 3.351.12 or later",
        sources: &[
            "https://github.com/aws/aws-sdk-php/issues/3159",
            SDKREF,
            BLOG,
        ],
    },
    Defaults {
        sdk: "aws-sdk-ruby",
        product: "the AWS SDK for Ruby",
        token: "aws-sdk-ruby",
        endpoint: GlobalBelow(Version::new(3, 92, 0)),
        without_region: WithoutRegion::Fails,
        setting: Since(Version::new(3, 71, 0)),
        setting_needs: "",
        in_code: "",
        move_to: "aws-sdk-core 3.92.0 or later",
        sources: &[
            "https://github.com/aws/aws-sdk-ruby/blob/version-3/gems/aws-sdk-core/CHANGELOG.md",
            SDKREF,
        ],
    },
    Defaults {
        sdk: "aws-sdk-dotnet-v3",
        product: "the AWS SDK for .NET version 3",
        token: "aws-sdk-dotnet-",
        endpoint: Unknown("which build changed the default is not published"),
        without_region: WithoutRegion::Global,
        setting: SinceUnknown,
        setting_needs: "",
        in_code: "",
        move_to: "version 4 of the SDK",
        sources: &[SDKREF, BLOG],
    },
    Defaults {
        sdk: "aws-sdk-dotnet-v4",
        product: "the AWS SDK for .NET version 4",
        token: "aws-sdk-dotnet-",
        endpoint: Regional,
        without_region: WithoutRegion::UsEast1,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &["https://github.com/aws/aws-sdk-net/pull/3236", SDKREF],
    },
    Defaults {
        sdk: "aws-tools-powershell-v4",
        product: "the AWS Tools for PowerShell version 4",
        token: "awspowershell",
        endpoint: Unknown("which build changed the default is not published"),
        without_region: WithoutRegion::Global,
        setting: SinceUnknown,
        setting_needs: "",
        in_code: "",
        move_to: "version 5 of the Tools",
        sources: &[SDKREF, BLOG],
    },
    Defaults {
        sdk: "aws-tools-powershell-v5",
        product: "the AWS Tools for PowerShell version 5",
        token: "awspowershell",
        endpoint: Regional,
        without_region: WithoutRegion::Global,
        setting: SinceUnknown,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-cpp",
        product: "the AWS SDK for C++",
        token: "aws-sdk-cpp",
        endpoint: Unknown("AWS's table says Regional and a user's report says global"),
        without_region: WithoutRegion::UsEast1,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &["https://github.com/aws/aws-sdk-cpp/issues/3605", SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-rust",
        product: "the AWS SDK for Rust",
        token: "aws-sdk-rust",
        endpoint: Regional,
        without_region: WithoutRegion::Fails,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-kotlin",
        product: "the AWS SDK for Kotlin",
        token: "aws-sdk-kotlin",
        endpoint: Regional,
        without_region: WithoutRegion::Global,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
    Defaults {
        sdk: "aws-sdk-swift",
        product: "the AWS SDK for Swift",
        token: "aws-sdk-swift",
        endpoint: Regional,
        without_region: WithoutRegion::Fails,
        setting: Never,
        setting_needs: "",
        in_code: "",
        move_to: "",
        sources: &[SDKREF],
    },
];
