//! Where each SDK sends STS calls when nobody tells it otherwise, and how it can be told.
//!
//! Owns the shape of these facts and what follows from them for one version; the facts themselves
//! are in `table.rs`, each with the public page, changelog or source it was read in. Knows no
//! records and gives no advice.

mod table;

use super::Version;
use super::sdk::{self, Sdk};

pub use table::{DEFAULTS, LEGACY_GLOBAL_REGIONS};

/// What one SDK does by default, and how it can be told otherwise.
#[derive(Debug)]
pub struct Defaults {
    /// The value of the `sdk` dimension.
    pub sdk: &'static str,
    /// Its name in a sentence.
    pub product: &'static str,
    /// How its user agents begin, by example.
    pub agent: &'static str,
    /// Which version in the agent decides.
    pub judged_by: JudgedBy,
    /// Where it sends a call when it has a Region and no other setting.
    pub endpoint: DefaultEndpoint,
    /// Where it sends a call when it has no Region.
    pub without_region: WithoutRegion,
    /// Whether it knows `AWS_STS_REGIONAL_ENDPOINTS` and `sts_regional_endpoints`.
    pub setting: Setting,
    /// Which Regions the setting's value `legacy` sends to the global endpoint.
    pub legacy: Legacy,
    /// The environment variable it reads its Region from.
    pub region_variable: &'static str,
    /// Whether it reads `~/.aws/config` only where `AWS_SDK_LOAD_CONFIG=1` is set.
    pub config_on_request: bool,
    /// How a program asks for the Regional endpoint itself; empty where no way is documented.
    pub in_code: &'static str,
    /// What in code makes it global besides an endpoint URL; empty where nothing is known.
    pub in_code_global: &'static str,
    /// What an endpoint URL is called in code or on the command line; empty where not known.
    pub endpoint_option: &'static str,
    /// What is Regional by default and comes closest; empty where it is so itself.
    pub move_to: &'static str,
    /// One more thing to know before changing it, as a sentence; empty where there is nothing.
    pub remark: &'static str,
    /// Until when AWS supports it and where to move, as a sentence; empty while no end is announced.
    pub support: &'static str,
    /// Where all this was read.
    pub sources: &'static [&'static str],
}

/// Which version in a user agent decides what an SDK does by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgedBy {
    /// The SDK's own.
    Itself,
    /// That of the botocore it is built on, where the agent names one; else its own.
    BotocoreInside,
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
}

/// Where an SDK sends STS calls when no Region is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutRegion {
    /// To the global endpoint.
    Global,
    /// `AssumeRole` and `AssumeRoleWithWebIdentity` to the global endpoint, whose URL the SDK itself
    /// then sets as an override; other calls fail.
    GlobalForAssumeRole,
    /// To us-east-1: its Regional endpoint, but where the SDK is global by default the global one.
    UsEast1,
    /// Nowhere: the call fails.
    Fails,
}

/// Whether the setting `AWS_STS_REGIONAL_ENDPOINTS` / `sts_regional_endpoints` exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// From this version on.
    Since(Version),
    /// It never existed.
    Never,
}

/// Which Regions `legacy` mode, the old default, sends to the global endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legacy {
    /// [`LEGACY_GLOBAL_REGIONS`]; all others are Regional even then.
    Listed,
    /// Every Region of the commercial partition.
    EveryCommercialRegion,
    /// Not known, or there is no such mode.
    Unknown,
}

impl Defaults {
    /// What is known of the SDK of this name.
    pub fn of(sdk: &str) -> Option<&'static Defaults> {
        DEFAULTS.iter().find(|row| row.sdk == sdk)
    }

    /// Whether a version goes global unless told otherwise. One that cannot be read counts as one that
    /// does: it is asked for calls that did go there.
    pub fn goes_global(&self, version: Option<Version>) -> bool {
        match self.endpoint {
            DefaultEndpoint::GlobalBelow(boundary) => {
                version.and_then(|version| version.is_below(boundary)) != Some(false)
            }
            DefaultEndpoint::Global => true,
            DefaultEndpoint::Regional => false,
        }
    }

    /// Whether the SDK of this agent goes global unless told otherwise, by the version that decides.
    pub fn agent_goes_global(&self, user_agent: &str, sdk: &Sdk<'_>) -> bool {
        let inside = match self.judged_by {
            JudgedBy::BotocoreInside => sdk::botocore_version(user_agent),
            JudgedBy::Itself => None,
        };
        // A botocore whose version was cut off in the middle may tell nothing; then its wrapper does.
        inside
            .and_then(|version| version.is_below(table::BOTOCORE_FLIP))
            .unwrap_or_else(|| self.goes_global(sdk.comparable_version(user_agent)))
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

    /// Whether the SDK itself says of such a call that an endpoint URL is configured.
    pub fn overrides_itself_without_region(&self, event_name: Option<&str>) -> bool {
        self.without_region == WithoutRegion::GlobalForAssumeRole
            && self.goes_global_without_region(event_name)
    }

    /// Whether a version knows the setting; `None` where that cannot be told.
    pub fn knows_setting(&self, version: Option<Version>) -> Option<bool> {
        match self.setting {
            Setting::Since(since) => version?.is_below(since).map(|older| !older),
            Setting::Never => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::product;
    use super::*;

    #[test]
    fn every_sdk_of_the_user_agents_has_its_row_and_every_row_its_sdk() {
        for name in product::names() {
            assert!(Defaults::of(name).is_some(), "{name}");
        }
        for (at, row) in DEFAULTS.iter().enumerate() {
            let sdk = sdk::recognise(row.agent).unwrap();
            assert_eq!(sdk.name, row.sdk, "{}", row.agent);
            assert!(sdk.comparable_version(row.agent).is_some(), "{}", row.agent);
            assert!(
                DEFAULTS[..at].iter().all(|other| other.sdk != row.sdk),
                "{} is here once",
                row.sdk
            );
        }
    }

    #[test]
    fn every_fact_has_a_public_source() {
        for row in DEFAULTS {
            assert!(!row.sources.is_empty(), "{}", row.sdk);
            for source in row.sources {
                assert!(source.starts_with("https://"), "{}: {source}", row.sdk);
            }
        }
    }

    #[test]
    fn defaults_change_at_their_boundary_and_nowhere_else() {
        #[rustfmt::skip]
        let table: &[(&str, &[&str], &[&str])] = &[
            ("boto3", &["0.0.1", "1.39.17", "1.39.99999", "1.4", ""], &["1.40.0", "1.40", "1.41.2", "2.0.0"]),
            ("botocore", &["1.13.2", "1.39.17", ""], &["1.40.0", "2.0.0dev34"]),
            ("aws-cli-v1", &["1.16.265", "1.41.17", ""], &["1.42.0", "1.42.40", "1.100.0"]),
            ("aws-cli-v2", &[], &["2.0.0", "2.36.32", ""]),
            ("aws-sdk-go-v1", &["1.0.0", "1.25.17", "1.55.6", "1.99.0", ""], &[]),
            ("aws-sdk-go-v2", &[], &["0.9.0", "1.24.1", ""]),
            ("aws-sdk-java-v1", &["1.0.0", "1.11.618", "1.12.770", ""], &[]),
            ("aws-sdk-java-v2", &["2.0.0", "2.9.25", ""], &["2.9.26", "2.10.0", "2.46.14"]),
            ("aws-sdk-js-v2", &["2.0.0", "2.525.0", "2.1692.0", ""], &[]),
            ("aws-sdk-js-v3", &[], &["3.0.0", "3.901.0", ""]),
            ("aws-sdk-php", &["2.8.31", "3.351.11", "3.35.12", ""], &["3.351.12", "3.352.0"]),
            ("aws-sdk-ruby", &["2.11.0", "3.70.9", "3.91.9", ""], &["3.92.0", "3.201.3"]),
            ("boto", &["2.49.0", ""], &[]),
            ("aws-sdk-python", &[], &["0.1.0", "1.2.3", ""]),
            ("aws-sdk-dotnet-v1", &["1.5.60.0", ""], &[]),
            ("aws-sdk-dotnet-v3", &["3.3.1.2", "3.7.305.28", "3.7.499.99", ""], &["3.7.500.0", "3.7.500.12", "3.7.501"]),
            ("aws-sdk-dotnet-v4", &[], &["4.0.0.0", "4.0.9.6", ""]),
            ("aws-tools-powershell-v4", &["3.3.1", "4.1.90.0", "4.1.868", ""], &["4.1.869", "4.1.900.0"]),
            ("aws-tools-powershell-v5", &[], &["5.0.0", "5.0.233.0", ""]),
            ("aws-sdk-cpp", &[], &["1.8.0", "1.11.570", ""]),
            ("aws-sdk-rust", &[], &["0.1.0", "1.3.8", ""]),
            ("aws-sdk-kotlin", &[], &["1.2.3", ""]),
            ("aws-sdk-swift", &[], &["1.5.86", ""]),
        ];
        assert_eq!(table.len(), DEFAULTS.len());
        for (sdk, global, regional) in table {
            let row = Defaults::of(sdk).unwrap();
            for version in *global {
                assert!(row.goes_global(Version::parse(version)), "{sdk} {version}");
            }
            for version in *regional {
                assert!(!row.goes_global(Version::parse(version)), "{sdk} {version}");
            }
        }
    }

    #[test]
    fn the_setting_exists_from_its_version_on() {
        #[rustfmt::skip]
        let since = [
            ("boto3", "1.10.1", "1.10.2"),
            ("botocore", "1.13.1", "1.13.2"),
            ("aws-cli-v1", "1.16.265", "1.16.266"),
            ("aws-sdk-go-v1", "1.25.17", "1.25.18"),
            ("aws-sdk-java-v1", "1.11.657", "1.11.658"),
            ("aws-sdk-js-v2", "2.524.9", "2.525.0"),
            ("aws-sdk-ruby", "3.70.9", "3.71.0"),
            ("aws-sdk-php", "3.112.26", "3.112.27"),
            ("aws-sdk-dotnet-v3", "3.3.102.9", "3.3.103.0"),
            ("aws-tools-powershell-v4", "3.3.613.0", "3.3.614.0"),
        ];
        for row in DEFAULTS {
            let knows = |version| row.knows_setting(Version::parse(version));
            if let Some((_, older, first)) = since.iter().find(|(sdk, ..)| *sdk == row.sdk) {
                assert_eq!(knows(older), Some(false), "{} {older}", row.sdk);
                assert_eq!(knows(first), Some(true), "{} {first}", row.sdk);
                assert_eq!(knows(""), None, "{}", row.sdk);
            } else {
                assert_eq!(knows("1.0.0"), Some(false), "{}", row.sdk);
                assert_eq!(knows(""), Some(false), "{}", row.sdk);
            }
        }
    }

    #[test]
    fn without_a_region_some_go_global() {
        let global = [
            "boto3",
            "botocore",
            "aws-cli-v1",
            "aws-cli-v2",
            "aws-sdk-go-v1",
            "aws-sdk-java-v1",
            "aws-sdk-js-v2",
            "boto",
            "aws-sdk-dotnet-v1",
            "aws-sdk-kotlin",
        ];
        for row in DEFAULTS {
            let expected = global.contains(&row.sdk);
            let java = row.sdk == "aws-sdk-java-v2";
            for event in ["AssumeRole", "AssumeRoleWithWebIdentity"] {
                let found = row.goes_global_without_region(Some(event));
                assert_eq!(found, expected || java, "{} {event}", row.sdk);
            }
            for event in [Some("AssumeRoleWithSAML"), Some("GetCallerIdentity"), None] {
                let found = row.goes_global_without_region(event);
                assert_eq!(found, expected, "{} {event:?}", row.sdk);
            }
        }
    }

    #[test]
    fn fifteen_regions_are_global_in_legacy_mode_and_all_are_enabled_by_default() {
        assert_eq!(LEGACY_GLOBAL_REGIONS.len(), 15);
        for code in LEGACY_GLOBAL_REGIONS {
            let region = crate::aws::region::Region::find(code).unwrap();
            assert_eq!(region.enabled_by_default(), Some(true), "{code}");
        }
        for regional in [
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-east-1",
            "me-south-1",
        ] {
            assert!(!LEGACY_GLOBAL_REGIONS.contains(&regional));
        }
    }
}
