//! A user agent → the SDK, its version, and why its call went global. Contract §5.1 and §5.2.

use super::call::{self, Call};

/// A word, whether more may follow it before the slash, and the SDK by the first number of the
/// version ([`ANY`]: whatever it is).
type Product = (&'static str, bool, &'static [(u64, &'static str)]);

/// Products in the order in which they are looked for.
#[rustfmt::skip]
const PRODUCTS: &[Product] = &[
    ("aws-cli", false, &[(1, "aws-cli-v1"), (2, "aws-cli-v2")]),
    ("boto3", false, &[(ANY, "boto3")]),
    ("botocore", false, &[(ANY, "botocore")]),
    ("awspowershell", true, &[(3, "aws-tools-powershell-v4"), (4, "aws-tools-powershell-v4"), (5, "aws-tools-powershell-v5")]),
    ("aws-sdk-go-v2", false, &[(ANY, "aws-sdk-go-v2")]),
    ("aws-sdk-go", false, &[(0, "aws-sdk-go-v1"), (1, "aws-sdk-go-v1")]),
    ("aws-sdk-java", false, &[(1, "aws-sdk-java-v1"), (2, "aws-sdk-java-v2")]),
    ("aws-sdk-nodejs", false, &[(2, "aws-sdk-js-v2"), (3, "aws-sdk-js-v3")]),
    ("aws-sdk-js", false, &[(2, "aws-sdk-js-v2"), (3, "aws-sdk-js-v3")]),
    ("aws-sdk-php", false, &[(ANY, "aws-sdk-php")]),
    ("aws-sdk-ruby3", false, &[(ANY, "aws-sdk-ruby")]),
    ("aws-sdk-dotnet-", true, &[(2, "aws-sdk-dotnet-v3"), (3, "aws-sdk-dotnet-v3"), (4, "aws-sdk-dotnet-v4")]),
    ("aws-sdk-cpp", false, &[(ANY, "aws-sdk-cpp")]),
    ("aws-sdk-rust", false, &[(ANY, "aws-sdk-rust")]),
    ("aws-sdk-kotlin", false, &[(ANY, "aws-sdk-kotlin")]),
    ("aws-sdk-swift", false, &[(ANY, "aws-sdk-swift")]),
];
const ANY: u64 = u64::MAX;

/// The versions before which an SDK went global by default; without one, all of them did.
const GLOBAL_BY_DEFAULT: &[(&str, Option<[u64; 3]>)] = &[
    ("boto3", Some([1, 40, 0])),
    ("botocore", Some([1, 40, 0])),
    ("aws-cli-v1", Some([1, 42, 0])),
    ("aws-sdk-php", Some([3, 351, 12])),
    ("aws-sdk-ruby", Some([3, 92, 0])),
    ("aws-sdk-go-v1", None),
    ("aws-sdk-java-v1", None),
    ("aws-sdk-js-v2", None),
    ("aws-sdk-dotnet-v3", None),
    ("aws-tools-powershell-v4", None),
    ("aws-sdk-cpp", None),
];

/// The SDK and its version, both empty where there is no agent.
pub fn sdk(agent: &str) -> (String, String) {
    let named = |name: &str, version: &str| (name.to_owned(), version.to_owned());
    let inside = inside(agent);
    if inside.is_empty() {
        return named("", "");
    }
    if call::is_aws_managed(agent) {
        let is_internal = ["AWS Internal", "aws-internal/", "md/internal"]
            .iter()
            .any(|mark| inside.contains(mark));
        return named(
            if is_internal {
                "aws-internal"
            } else {
                "aws-service"
            },
            "",
        );
    }
    for (product, may_go_on, by_major) in PRODUCTS {
        for word in words(inside) {
            let Some((token, version)) = word.split_once('/') else {
                continue;
            };
            let token = token.to_ascii_lowercase();
            if token == *product || (*may_go_on && token.starts_with(product)) {
                let sdk = by_major
                    .iter()
                    .find(|(major, _)| *major == ANY || Some(major) == numbers(version).first());
                return match sdk {
                    Some((_, sdk)) => named(sdk, version),
                    None => named("other", ""),
                };
            }
        }
    }
    match botocore(inside) {
        Some(version) => named("botocore", version),
        None if inside.starts_with("Mozilla/") => named("browser", ""),
        None => named("other", ""),
    }
}

/// Why a global call went there.
pub fn cause(call: &Call) -> &'static str {
    let agent = call.value("user_agent");
    let (sdk, version) = sdk(agent);
    if call.value("principal_type") == "AWSAccount" {
        return "another-account";
    }
    match sdk.as_str() {
        "aws-internal" | "aws-service" => return "aws-managed",
        _ => {}
    }
    let metrics = inside(agent).split_whitespace();
    let mut metrics = metrics.filter_map(|word| word.strip_prefix("m/"));
    if !sdk.is_empty() && metrics.any(|list| list.split(',').any(|one| one == "N")) {
        return "endpoint-override";
    }
    if matches!(sdk.as_str(), "" | "other" | "browser") {
        return "unrecognised";
    }
    let is_older = |version: &str, boundary: &[u64; 3]| {
        let mut numbers = numbers(version);
        numbers.resize(3, 0);
        numbers.as_slice() < boundary.as_slice()
    };
    let by_itself = (GLOBAL_BY_DEFAULT.iter())
        .find(|(name, _)| *name == sdk)
        .is_some_and(|(_, boundary)| boundary.is_none_or(|boundary| is_older(&version, &boundary)));
    let goes_global = match botocore(inside(agent)) {
        Some(version) if sdk == "boto3" || sdk == "aws-cli-v1" => is_older(version, &[1, 40, 0]),
        _ => by_itself,
    };
    if goes_global {
        return "sdk-default";
    }
    let falls_back = match sdk.as_str() {
        "boto3" | "botocore" | "aws-cli-v1" | "aws-cli-v2" | "aws-sdk-kotlin" => true,
        "aws-tools-powershell-v5" => true,
        "aws-sdk-java-v2" => {
            ["AssumeRole", "AssumeRoleWithWebIdentity"].contains(&call.value("event_name"))
        }
        _ => false,
    };
    if falls_back {
        "no-region"
    } else {
        "explicit-endpoint"
    }
}

fn inside(agent: &str) -> &str {
    let agent = agent.trim();
    match agent.strip_prefix('[') {
        Some(inside) => inside.strip_suffix(']').unwrap_or(inside).trim(),
        None => agent,
    }
}

fn words(agent: &str) -> Vec<&str> {
    agent
        .split(|c: char| c.is_whitespace() || "()[];,".contains(c))
        .collect()
}

fn botocore(agent: &str) -> Option<&str> {
    words(agent).into_iter().find_map(|word| {
        let lower = word.to_ascii_lowercase();
        let start = ["botocore/", "md/botocore#"]
            .into_iter()
            .find(|start| lower.starts_with(start))?;
        Some(&word[start.len()..])
    })
}

/// `1.28.57` as numbers; what follows them is passed over.
fn numbers(version: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    for part in version.split('.').take(3) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse() else { break };
        numbers.push(number);
        if digits.len() < part.len() {
            break;
        }
    }
    numbers
}
