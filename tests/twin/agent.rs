//! A user agent → the SDK, its version, the tool, and why its call went global. Contract §2, §5.1
//! and §5.2.

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
    ("boto", false, &[(2, "boto")]),
    ("awspowershell", true, &[(3, "aws-tools-powershell-v4"), (4, "aws-tools-powershell-v4"), (5, "aws-tools-powershell-v5")]),
    ("aws-sdk-go-v2", false, &[(ANY, "aws-sdk-go-v2")]),
    ("aws-sdk-go", false, &[(0, "aws-sdk-go-v1"), (1, "aws-sdk-go-v1")]),
    ("aws-sdk-java", false, &[(1, "aws-sdk-java-v1"), (2, "aws-sdk-java-v2")]),
    ("aws-sdk-nodejs-v3-", true, &[(ANY, "aws-sdk-js-v3")]),
    ("aws-sdk-js-v3-", true, &[(ANY, "aws-sdk-js-v3")]),
    ("aws-sdk-nodejs", false, &[(2, "aws-sdk-js-v2"), (3, "aws-sdk-js-v3")]),
    ("aws-sdk-js", false, &[(2, "aws-sdk-js-v2"), (3, "aws-sdk-js-v3")]),
    ("aws-sdk-php", false, &[(ANY, "aws-sdk-php")]),
    ("aws-sdk-php2", false, &[(ANY, "aws-sdk-php")]),
    ("aws-sdk-ruby3", false, &[(ANY, "aws-sdk-ruby")]),
    ("aws-sdk-ruby2", false, &[(ANY, "aws-sdk-ruby")]),
    ("aws-sdk-ruby", false, &[(ANY, "aws-sdk-ruby")]),
    ("aws-sdk-dotnet-", true, &[(2, "aws-sdk-dotnet-v3"), (3, "aws-sdk-dotnet-v3"), (4, "aws-sdk-dotnet-v4")]),
    ("aws-sdk-dotnet", false, &[(1, "aws-sdk-dotnet-v1")]),
    ("aws-sdk-python", false, &[(ANY, "aws-sdk-python")]),
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
    ("aws-sdk-java-v2", Some([2, 9, 26])),
    ("aws-sdk-dotnet-v3", Some([3, 7, 500])),
    ("aws-tools-powershell-v4", Some([4, 1, 869])),
    ("aws-sdk-dotnet-v1", None),
    ("boto", None),
];

/// How agents name a tool: a name before a slash or alone, a start that ends in a star, or two words.
const TOOLS: &[(&str, &[&str])] = &[
    ("terraform", &["terraform", "terraform-provider-aws"]),
    ("opentofu", &["opentofu"]),
    ("pulumi", &["pulumi", "pulumiaws"]),
    (
        "configure-aws-credentials",
        &[
            "configure-aws-credentials-for-github-actions",
            "configure-aws-credentials",
        ],
    ),
    ("aws-cdk", &["aws-cdk"]),
    ("aws-iam-authenticator", &["aws-iam-authenticator"]),
    (
        "secrets-store-csi-driver-provider-aws",
        &["secrets-store-csi-driver-provider-aws"],
    ),
    (
        "node-termination-handler",
        &["aws-node-termination-handler", "node-termination-handler"],
    ),
    ("kops", &["kops"]),
    ("karpenter", &["karpenter.sh-*", "karpenter"]),
    (
        "external-secrets",
        &["external-secrets", "external-secrets-*"],
    ),
    ("aws-vault", &["aws-vault"]),
    ("vault", &["vault"]),
    ("hadoop", &["hadoop"]),
    ("c7n", &["c7n", "cloudcustodian", "cloud-custodian"]),
    ("scout-suite", &["scout suite"]),
    ("rclone", &["rclone"]),
    ("trufflehog", &["trufflehog"]),
    ("aws-fluent-bit-plugin", &["aws-fluent-bit-plugin*"]),
    ("object_store", &["object_store"]),
    ("rusoto", &["rusoto"]),
    ("go-http-client", &["go-http-client"]),
    ("aws-sdk-android", &["aws-sdk-android"]),
    ("aws-sdk-ios", &["aws-sdk-ios"]),
    ("coral", &["coral"]),
    ("cert-manager", &["cert-manager"]),
    ("external-dns", &["externaldns"]),
    ("aws-load-balancer-controller", &["elbv2.k8s.aws"]),
    ("packer", &["packer"]),
    ("eksctl", &["eksctl"]),
    ("stratus-red-team", &["stratus-red-team*"]),
];

/// The tools that make Go 1 Regional, and those that make JavaScript 2 so.
const REGIONAL_GO: [&str; 5] = [
    "aws-iam-authenticator",
    "secrets-store-csi-driver-provider-aws",
    "node-termination-handler",
    "kops",
    "karpenter",
];
const REGIONAL_JS: [&str; 2] = ["configure-aws-credentials", "aws-cdk"];

/// The tool of the table that a word of the agent names first, and what is after the slash.
fn known_tool(agent: &str) -> Option<(&'static str, String)> {
    let all: Vec<String> = words(agent)
        .iter()
        .map(|word| word.to_ascii_lowercase())
        .collect();
    for (at, word) in all.iter().enumerate() {
        let (name, version) = word.split_once('/').unwrap_or((word.as_str(), ""));
        let pair = format!("{} {name}", if at == 0 { "" } else { &all[at - 1] });
        for (tool, forms) in TOOLS {
            let is_it = forms.iter().any(|form| match form.strip_suffix('*') {
                Some(start) => word.starts_with(start),
                None => *form == name || (form.contains(' ') && *form == pair),
            });
            if is_it {
                return Some((tool, version.to_owned()));
            }
        }
    }
    None
}

/// The program that the agent names; empty where it names none.
pub fn tool(agent: &str) -> String {
    let inside = inside(agent);
    if call::is_aws_managed(agent, "") {
        return String::new();
    }
    if let Some((tool, _)) = known_tool(inside) {
        return tool.to_owned();
    }
    let app = words(inside)
        .into_iter()
        .filter_map(|word| word.strip_prefix("app/"));
    if let Some(name) = app.into_iter().find(|name| !name.is_empty()) {
        return name.to_owned();
    }
    const NO_PROGRAM: &str =
        " app api apn cfg exec-env hashicorp lang m md mozilla os python ua java linux ";
    let Some((name, version)) = words(inside)[0].split_once('/') else {
        return String::new();
    };
    let lower = name.to_ascii_lowercase();
    let is_sdk = PRODUCTS.iter().any(|(product, may_go_on, _)| {
        lower == *product || (*may_go_on && lower.starts_with(product))
    });
    let is_plain = name.len() >= 2
        && name.len() <= 64
        && name.as_bytes()[0].is_ascii_alphabetic()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let is_other_word = NO_PROGRAM.contains(&format!(" {lower} "));
    if is_plain && !is_sdk && !is_other_word && !version.is_empty() {
        name.to_owned()
    } else {
        String::new()
    }
}

/// The SDK and its version, both empty where there is no agent.
pub fn sdk(agent: &str, source: &str) -> (String, String) {
    let named = |name: &str, version: &str| (name.to_owned(), version.to_owned());
    let inside = inside(agent);
    if inside.is_empty() {
        return named("", "");
    }
    if call::is_aws_managed(agent, source) {
        let is_internal = inside.starts_with("AWS Internal")
            || inside.starts_with("Coral/")
            || (inside.split_whitespace())
                .any(|word| word == "md/internal" || word.starts_with("aws-internal/"));
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
                    // A package's path comes before its version.
                    Some((_, sdk)) if product.ends_with("-v3-") => {
                        named(sdk, version.rsplit('/').next().unwrap_or_default())
                    }
                    Some((_, sdk)) => named(sdk, version),
                    None => named("other", ""),
                };
            }
        }
    }
    let behind_tool = match known_tool(inside) {
        Some(("c7n" | "scout-suite", _)) => Some("boto3"),
        Some(("rclone", version)) => {
            let numbers = numbers(version.strip_prefix('v').unwrap_or(&version));
            match numbers.as_slice() {
                [] => None,
                numbers if numbers < [1, 68].as_slice() => Some("aws-sdk-go-v1"),
                _ => Some("aws-sdk-go-v2"),
            }
        }
        _ => None,
    };
    match botocore(inside) {
        Some(version) => named("botocore", version),
        None if behind_tool.is_some() => named(behind_tool.unwrap_or_default(), ""),
        None if inside.starts_with("Mozilla/") => named("browser", ""),
        None => named("other", ""),
    }
}

/// Why a global call went there.
pub fn cause(call: &Call) -> &'static str {
    let agent = call.value("user_agent");
    let (sdk, version) = (call.value("sdk"), call.value("sdk_version"));
    let event = call.value("event_name");
    if call.value("principal_type") == "AWSAccount" {
        return "another-account";
    }
    match sdk {
        "aws-internal" | "aws-service" => return "aws-managed",
        _ => {}
    }
    let is_mapped = call.value("evidence") == "host-map";
    let is_for_role = ["AssumeRole", "AssumeRoleWithWebIdentity"].contains(&event);
    let metrics = inside(agent).split_whitespace();
    let mut metrics = metrics.filter_map(|word| word.strip_prefix("m/"));
    if !sdk.is_empty() && metrics.any(|list| list.split(',').any(|one| one == "N")) {
        return match sdk {
            "aws-sdk-java-v2" if is_for_role && !is_mapped => "no-region",
            _ => "endpoint-override",
        };
    }
    // Nothing goes to a name of the user's own by default.
    if is_mapped {
        return "explicit-endpoint";
    }
    let tool = known_tool(inside(agent)).map_or("", |(tool, _)| tool);
    match (sdk, tool) {
        (
            "other" | "browser",
            "trufflehog" | "aws-fluent-bit-plugin" | "object_store" | "rusoto",
        ) => {
            return "explicit-endpoint";
        }
        ("other" | "browser", "go-http-client") if event == "AssumeRoleWithWebIdentity" => {
            return "no-region";
        }
        ("" | "other" | "browser", _) => return "unrecognised",
        _ => {}
    }
    let is_older = |version: &str, boundary: &[u64; 3]| {
        let mut numbers = numbers(version);
        numbers.resize(3, 0);
        numbers.as_slice() < boundary.as_slice()
    };
    let by_itself = (GLOBAL_BY_DEFAULT.iter())
        .find(|(name, _)| *name == sdk)
        .is_some_and(|(_, boundary)| boundary.is_none_or(|boundary| is_older(version, &boundary)));
    let goes_global = match botocore(inside(agent)) {
        Some(version) if sdk == "boto3" || sdk == "aws-cli-v1" => is_older(version, &[1, 40, 0]),
        _ => by_itself,
    };
    if goes_global {
        let is_forced = (sdk == "aws-sdk-go-v1" && REGIONAL_GO.contains(&tool))
            || (sdk == "aws-sdk-js-v2" && REGIONAL_JS.contains(&tool));
        return if is_forced {
            "explicit-endpoint"
        } else {
            "sdk-default"
        };
    }
    let falls_back = match sdk {
        "boto3" | "botocore" | "aws-cli-v1" | "aws-cli-v2" | "aws-sdk-kotlin" => true,
        "aws-sdk-java-v2" => is_for_role,
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
