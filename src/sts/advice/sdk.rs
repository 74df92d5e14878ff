//! What an SDK reads, by its version and by why its calls are global.
//!
//! Owns the wording. What each SDK does by default, and since when, is in [`super::super::defaults`].

use std::fmt::Write as _;

use super::place::Place;
use super::sentences::{add, option_in_brackets};
use super::situation::{Share, Situation};
use crate::aws::region::Partition;
use crate::sts::defaults::{
    DefaultEndpoint, Defaults, LEGACY_GLOBAL_REGIONS, Legacy, Setting, WithoutRegion,
};
use crate::sts::{Cause, Version};

/// The setting of the environment that most SDKs know.
pub(super) const ENVIRONMENT: &str = "AWS_STS_REGIONAL_ENDPOINTS=regional";
/// The same in the shared config file.
const CONFIG_LINE: &str = "sts_regional_endpoints = regional";

/// What AWS warns of: calls are signed for the Region, and the global endpoint takes signatures for
/// us-east-1 alone.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html>
fn hard_coded(row: &Defaults) -> String {
    let with = match row.setting {
        Setting::Never => "with a Region where there was none",
        Setting::Since(_) => "with the setting, or a Region where there was none,",
    };
    format!(
        "First take sts.amazonaws.com out of its code and configuration, if it is there: {with} such calls fail \
         with SignatureDoesNotMatch."
    )
}

/// Lambda sets both variables to the Region of the function, and takes no others for them.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
const RESERVED: &str = "AWS_REGION and AWS_DEFAULT_REGION are reserved there";

/// What the SDK reads.
pub(super) fn of_sdk(text: &mut String, situation: &Situation<'_>, place: Place<'_>) {
    let row = Defaults::of(situation.sdk);
    let advice = match (situation.cause, row) {
        (Cause::EndpointOverride, row) => endpoint_override(row, place),
        (Cause::SdkDefault, Some(row)) if row.endpoint != DefaultEndpoint::Regional => {
            sdk_default(row, situation, place)
        }
        (Cause::NoRegion, Some(row)) if place.is_lambda => {
            let mut text = explicit_endpoint(row, place);
            add(&mut text, row.remark);
            text
        }
        (Cause::NoRegion, Some(row)) => no_region(row, place),
        (Cause::ExplicitEndpoint | Cause::SdkDefault, Some(row)) => explicit_endpoint(row, place),
        _ => unrecognised(situation.sdk, place),
    };
    add(text, &advice);
    if situation.in_lambda == Share::Some && situation.cause != Cause::EndpointOverride {
        let _ = write!(
            text,
            " Some of these calls are of Lambda functions: leave the Region out there, as {RESERVED}, \
             and Lambda itself sets it."
        );
    }
    add(text, row.map_or("", |row| row.support));
}

fn endpoint_override(row: Option<&Defaults>, place: Place<'_>) -> String {
    let option = option_in_brackets(row);
    format!(
        "Change the configured endpoint URL to {}: look in its code or command{option}, at \
         AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and for endpoint_url in ~/.aws/config. {}",
        place.url(),
        place.signing()
    )
}

fn sdk_default(row: &Defaults, situation: &Situation<'_>, place: Place<'_>) -> String {
    let version = Version::parse(situation.sdk_version);
    let mut text = match (row.setting, row.endpoint) {
        (Setting::Never, DefaultEndpoint::GlobalBelow(_)) => format!(
            "Upgrade to {} or later{}.",
            row.move_to,
            place.and_variable(row)
        ),
        (Setting::Never, _) => {
            let give = match place.is_lambda {
                true => String::new(),
                false => format!(" and give it {}", place.region_words()),
            };
            format!(
                "Move to {}{give}: {} is global by default and knows no setting that changes it.",
                row.move_to, row.product
            )
        }
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
    // An upgrade is all there is to do where the setting never was.
    if row.setting != Setting::Never {
        add(&mut text, row.remark);
    }
    if let Some(region) = place
        .known()
        .filter(|region| !place.is_lambda && is_regional_anyway(row, version, region))
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
    let mut text = match place.is_lambda {
        true => format!("Set {ENVIRONMENT} in the function's environment variables"),
        false => format!(
            "Set {ENVIRONMENT} and {}, or in its profile in ~/.aws/config {CONFIG_LINE} and {}",
            place.variable(row),
            place.config_line()
        ),
    };
    if row.config_on_request && !place.is_lambda {
        text.push_str(" with AWS_SDK_LOAD_CONFIG=1, which has all of that file read");
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
    let (kept, hard_coded) = (kept(row, place), hard_coded(row));
    let _ = write!(
        text,
        "; after {newer} the Region is enough. {kept} {hard_coded}"
    );
    text
}

/// The Region is the whole program's: to set it for STS may move all else.
fn kept(row: &Defaults, place: Place<'_>) -> String {
    if place.is_lambda {
        return format!("Lambda itself sets the Region of the function: {RESERVED}.");
    }
    format!(
        "If it has a Region already, keep that and leave {} out, which would move its calls to other services, \
         too.",
        row.region_variable
    )
}

/// For versions that do not know the setting yet.
fn too_old(row: &Defaults, shown: &str, since: Version, place: Place<'_>) -> String {
    let this = if is_plain_version(shown) {
        format!("version {shown}")
    } else {
        "this version".to_owned()
    };
    let set_region = place.and_variable(row);
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
                "{verb} to {move_to} or later{set_region}: {this} does not know the setting \
                 AWS_STS_REGIONAL_ENDPOINTS. {} {}",
                kept(row, place),
                hard_coded(row)
            )
        }
        _ => format!(
            "Move to {move_to}{set_region}, or upgrade to {since} or later and set \
             {ENVIRONMENT} as well: {this} does not know that setting. {} {}",
            kept(row, place),
            hard_coded(row)
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
    let mut text = format!(
        "Set {}, or {} in the profile in ~/.aws/config: without a Region {} {calls}. If it has one, \
         look for {}.",
        place.variable(row),
        place.config_line(),
        row.product,
        choices(row)
    );
    add(&mut text, row.remark);
    add(&mut text, &hard_coded(row));
    text
}

/// For a version that is Regional by default and has a Region, as every Lambda function has.
fn explicit_endpoint(row: &Defaults, place: Place<'_>) -> String {
    let remove = match place.is_lambda {
        true => " and remove it".to_owned(),
        false => format!(", remove it and set {}", place.variable(row)),
    };
    format!(
        "Look in its code and configuration for {}{remove}: {} goes global only when told to. {}",
        choices(row),
        row.product,
        kept(row, place)
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
        Setting::Since(_) => {
            ", AWS_STS_REGIONAL_ENDPOINTS=legacy, sts_regional_endpoints = legacy in ~/.aws/config"
        }
    };
    format!(
        "{in_code}the Region aws-global{legacy} or an endpoint URL ({option}AWS_ENDPOINT_URL_STS)"
    )
}

fn unrecognised(sdk: &str, place: Place<'_>) -> String {
    let when = if place.is_lambda {
        format!("{ENVIRONMENT} is set, newer ones with the Region that Lambda sets")
    } else {
        let variable = match place.known() {
            Some(region) => format!("AWS_REGION={region}"),
            None => "AWS_REGION".to_owned(),
        };
        format!("{variable} and {ENVIRONMENT} are set, newer ones with the Region alone")
    };
    let mut text = format!(
        "Find the program by its source addresses and session names and have it call {}: most AWS \
         SDKs do when {when}.",
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

/// Versions are chosen by clients; an odd one is not repeated.
fn is_plain_version(version: &str) -> bool {
    (1..=20).contains(&version.len())
        && version
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))
}
