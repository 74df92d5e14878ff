//! Which values a dimension can have at all, so that a condition which no call can ever meet is told
//! from one which no call happens to meet.
//!
//! A dimension is closed if this program makes its values (`endpoint`, `sdk`), or if they have a form
//! (`aws_region`, `day`). What callers and AWS choose freely is open: any value is possible there, and
//! a typo cannot be told from a rare one.

use chrono::NaiveDate;

use super::dimension::Dimension as D;
use super::host::Variant;
use super::pattern::{Glob, has_wildcards};
use super::{Dimension, EndpointEvidence, EndpointKind, sdk};
use crate::aws::region::{REGIONS, is_region};
use crate::aws::{FIRST_DAY, LAST_DAY};

/// Whether a dimension can have a value that a glob matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possible {
    /// It can.
    Yes,
    /// Nobody can say: it may as well be mistyped.
    Perhaps,
    /// It cannot, in whatever log.
    Never,
}

/// What the values of a dimension are.
enum Values {
    /// One of these, and empty where that is among them.
    Named(Vec<&'static str>),
    /// The name of a Region; for `awsRegion` that of none, too.
    Region {
        or_global: bool,
    },
    /// `2025-11-03`
    Day,
    /// `2025-11-03T09`
    Hour,
    /// Twelve digits, or a word of AWS's such as `anonymous`.
    Account,
    /// A name in the list of `--accounts`, or empty.
    Listed,
    /// Never empty, and else anything.
    Given,
    Any,
}

fn values(dimension: Dimension) -> Values {
    match dimension {
        D::Endpoint => Values::Named(EndpointKind::ALL.map(EndpointKind::as_str).into()),
        D::Evidence => Values::Named(EndpointEvidence::ALL.map(EndpointEvidence::as_str).into()),
        D::EndpointVariant => {
            let variants = Variant::ALL.into_iter().map(Variant::as_str);
            Values::Named(variants.chain([""]).collect())
        }
        D::Sdk => Values::Named(sdk::names().chain([""]).collect()),
        D::AwsRegion => Values::Region { or_global: true },
        D::EndpointRegion | D::AwsServingRegion => Values::Region { or_global: false },
        D::Day => Values::Day,
        D::Hour => Values::Hour,
        D::AccountId | D::RecipientAccountId => Values::Account,
        D::AccountName => Values::Listed,
        D::Principal => Values::Given,
        _ => Values::Any,
    }
}

/// Whether a dimension can have a value that the glob matches. What a record lacks is empty.
pub fn possible(dimension: Dimension, glob: &Glob) -> Possible {
    let pattern = glob.as_str();
    let values = values(dimension);
    if pattern.is_empty() {
        return match &values {
            Values::Named(names) if !names.contains(&"") => Possible::Never,
            Values::Given => Possible::Never,
            _ => Possible::Yes,
        };
    }
    let is_literal = !has_wildcards(pattern);
    let yes_or = |is_possible: bool, otherwise| match is_possible {
        true => Possible::Yes,
        false => otherwise,
    };
    match values {
        Values::Named(names) => {
            yes_or(names.iter().any(|name| glob.matches(name)), Possible::Never)
        }
        Values::Region { or_global } => {
            let is_known = REGIONS.iter().any(|region| glob.matches(region.code))
                || (or_global && glob.matches("global"));
            // There may be Regions newer than the table.
            let may_be_new = match is_literal {
                true => is_region(pattern),
                false => !pattern.contains(|c: char| !is_of_region(c) && !is_of_glob(c)),
            };
            yes_or(
                is_known,
                match may_be_new {
                    true => Possible::Perhaps,
                    false => Possible::Never,
                },
            )
        }
        Values::Day if is_literal => yes_or(is_day(pattern), Possible::Never),
        Values::Day => yes_or(days().any(|day| glob.matches(&day)), Possible::Never),
        Values::Hour if is_literal => yes_or(is_hour(pattern), Possible::Never),
        Values::Hour => yes_or(
            days().any(|day| (0..24).any(|hour| glob.matches(&format!("{day}T{hour:02}")))),
            Possible::Never,
        ),
        Values::Account if is_idle(pattern) => Possible::Yes,
        Values::Account => {
            let is_number = pattern.bytes().all(|byte| byte.is_ascii_digit());
            match is_number && pattern.len() != 12 {
                true => Possible::Never,
                false => Possible::Perhaps,
            }
        }
        // A list without one name of an account here may be that of others.
        Values::Listed => yes_or(glob.matches(""), Possible::Perhaps),
        Values::Given | Values::Any => yes_or(is_idle(pattern), Possible::Perhaps),
    }
}

/// Whether nothing can be mistyped in a pattern: it is that of any text, or of any that is not empty.
fn is_idle(pattern: &str) -> bool {
    pattern.contains('*') && matches!(pattern.replace('*', "").as_str(), "" | "?")
}

/// The value that is most like a pattern, of those a dimension can have; what its values look like,
/// where they have only a form.
pub fn nearest(dimension: Dimension, pattern: &str) -> Nearest {
    let pattern = pattern
        .trim_start_matches('=')
        .replace(['*', '?', '[', ']'], "")
        .to_ascii_lowercase();
    let nearest_of = |names: &mut dyn Iterator<Item = &'static str>| {
        names.filter(|name| !name.is_empty()).min_by_key(|name| {
            // What was begun and not ended comes before what has other letters.
            let is_begun = !pattern.is_empty() && name.starts_with(&pattern);
            (!is_begun, strsim::osa_distance(&pattern, name), *name)
        })
    };
    match values(dimension) {
        Values::Named(names) => {
            nearest_of(&mut names.into_iter()).map_or(Nearest::Form("any text"), Nearest::Value)
        }
        Values::Region { or_global } => {
            let codes = REGIONS.iter().map(|region| region.code);
            nearest_of(&mut codes.chain(or_global.then_some("global")))
                .filter(|name| strsim::osa_distance(&pattern, name) <= 3)
                .map_or(
                    Nearest::Form(
                        "the name of a Region, as eu-west-1: 'stscope endpoint' lists them",
                    ),
                    Nearest::Value,
                )
        }
        Values::Day => Nearest::Form("a day of the calendar, as 2025-11-03"),
        Values::Hour => Nearest::Form("an hour of a day, as 2025-11-03T09"),
        Values::Account => Nearest::Form("twelve digits, leading zeros included"),
        Values::Given => Nearest::Value("unknown"),
        Values::Listed | Values::Any => Nearest::Form("any text"),
    }
}

/// What could have been meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearest {
    /// This value.
    Value(&'static str),
    /// Something of this form.
    Form(&'static str),
}

fn is_of_region(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn is_of_glob(c: char) -> bool {
    matches!(c, '*' | '?' | '[' | ']' | '!')
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_hour(text: &str) -> bool {
    text.split_once('T').is_some_and(|(day, hour)| {
        let is_number = hour.len() == 2 && hour.bytes().all(|byte| byte.is_ascii_digit());
        is_day(day) && is_number && hour < "24"
    })
}

/// The days that logs can be of.
fn days() -> impl Iterator<Item = String> {
    let days = FIRST_DAY.iter_days().take_while(|day| *day <= LAST_DAY);
    days.map(|day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::pattern::glob;
    use super::*;

    #[test]
    fn what_can_be_is_told_from_what_never_can_and_from_what_may_be_mistyped() {
        use Possible::{Never, Perhaps, Yes};
        for (dimension, pattern, expected) in [
            (D::Endpoint, "global", Yes),
            (D::Endpoint, "Global", Never),
            (D::Endpoint, "", Never),
            (D::Endpoint, "*al", Yes),
            (D::Endpoint, "al*", Never),
            (D::Endpoint, "[gr]*", Yes),
            (D::Evidence, "host-map", Yes),
            (D::Evidence, "hosts", Never),
            (D::EndpointVariant, "", Yes),
            (D::EndpointVariant, "dual-stack", Never),
            (D::Sdk, "", Yes),
            (D::Sdk, "boto3", Yes),
            (D::Sdk, "=boto3", Never),
            (D::Sdk, "Boto*", Never),
            (D::Sdk, "aws-sdk-go-v?", Yes),
            (D::Sdk, "browser", Yes),
            (D::AwsRegion, "us-east-1", Yes),
            (D::AwsRegion, "global", Yes),
            (D::AwsRegion, "us-east1", Never),
            (D::AwsRegion, "us-esat-1", Perhaps),
            (D::AwsRegion, "eu-*", Yes),
            (D::AwsRegion, "xx-*", Perhaps),
            (D::AwsRegion, "EU-*", Never),
            (D::EndpointRegion, "global", Never),
            (D::AwsServingRegion, "", Yes),
            (D::Day, "2025-11-03", Yes),
            (D::Day, "2025-11-31", Never),
            (D::Day, "2025-1-3", Never),
            (D::Day, "2025-11-*", Yes),
            (D::Day, "2025-13-*", Never),
            (D::Day, "2025/11/*", Never),
            (D::Hour, "2025-11-03T09", Yes),
            (D::Hour, "2025-11-03", Never),
            (D::Hour, "2025-11-03T24", Never),
            (D::Hour, "2025-11-03 09", Never),
            (D::Hour, "*T23", Yes),
            (D::Hour, "*T24", Never),
            (D::AccountId, "111122223333", Perhaps),
            (D::AccountId, "11122223333", Never),
            (D::AccountId, "anonymous", Perhaps),
            (D::RecipientAccountId, "1111*", Perhaps),
            (D::Principal, "", Never),
            (D::Principal, "*", Yes),
            (D::Principal, "*ROLE*", Perhaps),
            (D::Principal, "?", Perhaps),
            (D::AccountId, "?*", Yes),
            (D::AccountId, "???????????", Perhaps),
            (D::Evidence, "??", Never),
            (D::Sdk, "??", Never),
            (D::Sdk, "*", Yes),
            (D::AwsRegion, "?*", Yes),
            (D::AwsRegion, "?????????", Yes),
            (D::AwsRegion, "????", Perhaps),
            (D::Day, "?*", Yes),
            (D::Day, "???", Never),
            (D::AccountName, "*", Yes),
            (D::AccountName, "", Yes),
            (D::AccountName, "?*", Perhaps),
            (D::AccountName, "prod-*", Perhaps),
            (D::ErrorCode, "?*", Yes),
            (D::ErrorCode, "", Yes),
            (D::PrincipalType, "assumedrole", Perhaps),
            (D::EventName, "AssumeRole", Perhaps),
        ] {
            let found = possible(dimension, &glob(pattern).unwrap());
            assert_eq!(found, expected, "{}={pattern}", dimension.name());
        }
    }

    #[test]
    fn the_nearest_is_what_was_probably_meant() {
        for (dimension, pattern, expected) in [
            (D::Sdk, "=boto3", "boto3"),
            (D::Sdk, "Boto3", "boto3"),
            (D::Sdk, "aws-sdk-go", "aws-sdk-go-v1"),
            (D::Sdk, "AWS-SDK-JAVA-2", "aws-sdk-java-v2"),
            (D::Endpoint, "Global", "global"),
            (D::Endpoint, "region*", "regional"),
            (D::EndpointVariant, "dual-stack", "dualstack"),
            (D::AwsRegion, "us-east1", "us-east-1"),
            (D::AwsRegion, "Global", "global"),
            (D::EndpointRegion, "eu_west_1", "eu-west-1"),
            (D::Evidence, "host", "host-map"),
        ] {
            assert_eq!(nearest(dimension, pattern), Nearest::Value(expected));
        }
        for (dimension, pattern) in [
            (D::Day, "today"),
            (D::AwsServingRegion, "global"),
            (D::AwsRegion, "ireland"),
        ] {
            assert!(matches!(nearest(dimension, pattern), Nearest::Form(_)));
        }
    }
}
