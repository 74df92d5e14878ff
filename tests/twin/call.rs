//! One record of STS → everything that counting needs to know of it. Contract §1 and §2.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, SecondsFormat};
use serde_json::{Map, Value};

use super::agent;
use super::nothing::is_word;
use super::question::matches;

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The values of the dimensions, by name; what the record lacks is missing.
    pub values: BTreeMap<&'static str, String>,
    /// Milliseconds since 1970.
    pub time: Option<i64>,
    pub event_id: Option<String>,
    pub shared_event_id: Option<String>,
    pub mends_another: bool,
    pub is_aws_managed: bool,
    pub disagrees: bool,
    /// What CloudTrail itself says of the endpoint.
    pub verdict: Option<String>,
    /// The id of the access key in the answer.
    pub issued_key: Option<String>,
}

/// A record that was made with an access key, in whatever Region.
#[derive(Clone, Debug)]
pub struct KeyUse {
    pub key: String,
    pub region: String,
    pub recipient: String,
    pub time: Option<i64>,
}

impl KeyUse {
    pub fn of(record: &Map<String, Value>) -> Option<KeyUse> {
        Some(KeyUse {
            key: text(record, &["userIdentity", "accessKeyId"])?,
            region: text(record, &["awsRegion"])?,
            recipient: text(record, &["recipientAccountId"]).unwrap_or_default(),
            time: time(record),
        })
    }

    /// Whether the account had to opt in for the Region.
    pub fn is_in_opt_in_region(&self) -> bool {
        const DEFAULT: &str = "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 \
            eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 ap-northeast-1 ap-northeast-2 \
            ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2";
        const ELSEWHERE: [&str; 7] = [
            "cn-", "us-gov-", "eusc-", "us-iso-", "us-isob-", "eu-isoe-", "us-isof-",
        ];
        is_region(&self.region)
            && !DEFAULT.split_whitespace().any(|one| one == self.region)
            && !ELSEWHERE.iter().any(|start| self.region.starts_with(start))
    }
}

impl Call {
    /// The same call where the user says what their own hosts lead to: a pattern, and a Region or else
    /// the global endpoint. Contract §1.1 and §3.
    pub fn mapped(mut self, hosts: &[(String, Option<String>)]) -> Call {
        let host = self.value("client_provided_host_header").to_owned();
        if host.is_empty() || kind_of_host(&host).endpoint != "other" {
            return self;
        }
        let Some((_, region)) = hosts.iter().find(|(pattern, _)| matches(pattern, &host)) else {
            return self;
        };
        let leads_to = if region.is_some() {
            "regional"
        } else {
            "global"
        };
        match &self.verdict {
            None => {
                self.values.insert("endpoint", leads_to.to_owned());
                self.values.insert("evidence", "host-map".to_owned());
            }
            Some(verdict) => self.disagrees = verdict != leads_to,
        }
        if let (Some(region), "regional") = (region, self.value("endpoint")) {
            self.values.insert("endpoint_region", region.clone());
        }
        self
    }

    pub fn value(&self, dimension: &str) -> &str {
        self.values.get(dimension).map_or("", String::as_str)
    }

    /// The account that issues the credentials, or would. Contract §5.3.
    pub fn issuing_account(&self) -> String {
        let is_for_a_role = self.value("event_name").starts_with("AssumeRole");
        (account_of_arn(self.value("role_arn")).filter(|_| is_for_a_role))
            .unwrap_or_else(|| self.value("recipient_account_id").to_owned())
    }

    pub fn is_through_vpc_endpoint(&self) -> bool {
        self.value("vpc_endpoint_id").starts_with("vpce-")
    }
}

/// Whether a record of STS is a call, and not a VPC endpoint's log of one, or an Insight.
pub fn is_call(record: &Map<String, Value>) -> bool {
    let get = |key| record.get(key).and_then(Value::as_str);
    !matches!(get("eventCategory"), Some("NetworkActivity" | "Insight"))
        && get("eventType") != Some("AwsCloudTrailInsight")
}

/// A string somewhere in the record that is not empty.
fn text(record: &Map<String, Value>, path: &[&str]) -> Option<String> {
    let (last, folders) = path.split_last()?;
    let mut object = record;
    for folder in folders {
        object = object.get(*folder)?.as_object()?;
    }
    let text = object.get(*last)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

pub fn of(record: &Map<String, Value>) -> Call {
    let get = |path: &[&str]| text(record, path);
    let mut values = BTreeMap::new();
    let mut set = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            values.insert(name, value);
        }
    };

    let host = get(&["tlsDetails", "clientProvidedHostHeader"]).and_then(|host| normalised(&host));
    let by_host = host.as_deref().map(kind_of_host);
    let details = ["additionalEventData", "RequestDetails"];
    let verdict = get(&[details[0], details[1], "endpointType"])
        .filter(|verdict| verdict == "global" || verdict == "regional");
    let aws_region = get(&["awsRegion"]);
    let invoked_by = get(&["userIdentity", "invokedBy"]);
    let kind = get(&["userIdentity", "type"]);
    let (endpoint, evidence) = if let Some(verdict) = &verdict {
        (verdict.as_str(), "endpoint-type")
    } else if let Some(host) = &by_host {
        (host.endpoint, "host-header")
    } else if kind.as_deref() == Some("AWSService")
        || invoked_by.as_deref().is_some_and(|name| !is_word(name))
    {
        ("aws-service", "caller")
    } else {
        match aws_region.as_deref() {
            Some("global") => ("global", "aws-region"),
            Some(region) if region != "us-east-1" && is_region(region) => {
                ("regional", "aws-region")
            }
            _ => ("unknown", "none"),
        }
    };
    set("endpoint", Some(endpoint.to_owned()));
    set("evidence", Some(evidence.to_owned()));
    let disagrees = match (&verdict, &by_host) {
        (Some(verdict), Some(host)) => verdict != host.endpoint,
        _ => false,
    };
    if endpoint == "regional" {
        let in_host = by_host.as_ref().and_then(|host| host.region.clone());
        let in_record = aws_region.clone().filter(|region| region != "global");
        set("endpoint_region", in_host.or(in_record));
        set(
            "endpoint_variant",
            by_host.and_then(|host| host.variant).map(str::to_owned),
        );
    }
    set("client_provided_host_header", host);

    let role = get(&["requestParameters", "roleArn"]);
    let recipient = get(&["recipientAccountId"]);
    let principal = principal(record);
    set(
        "account_id",
        get(&["userIdentity", "accountId"])
            .or_else(|| account_of_arn(&principal))
            .or_else(|| account_of_arn(role.as_deref()?))
            .or_else(|| recipient.clone()),
    );
    set("principal", Some(principal));
    set("principal_type", kind.clone());
    set("recipient_account_id", recipient);
    set("aws_region", aws_region);
    set(
        "aws_serving_region",
        get(&[details[0], details[1], "awsServingRegion"]),
    );
    set("role_arn", role);
    set("invoked_by", invoked_by);
    for (name, path) in [
        ("vpc_endpoint_id", &["vpcEndpointId"][..]),
        ("event_name", &["eventName"]),
        ("error_code", &["errorCode"]),
        ("user_agent", &["userAgent"]),
        ("source_ip_address", &["sourceIPAddress"]),
        ("tls_version", &["tlsDetails", "tlsVersion"]),
        ("key_exchange", &["tlsDetails", "keyExchange"]),
    ] {
        set(name, get(path));
    }
    let time = time(record);
    let shown = time.and_then(DateTime::from_timestamp_millis);
    let shown = shown.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true));
    set("day", shown.as_ref().map(|time| time[..10].to_owned()));
    set("hour", shown.as_ref().map(|time| time[..13].to_owned()));
    set("session_name", session_name(record));
    let scope: Vec<String> = (["issuerType", "credentialsIssuedTo"].into_iter())
        .filter_map(|key| get(&["userIdentity", "inScopeOf", key]))
        .collect();
    set("in_scope_of", Some(scope.join(" ")));
    let user_agent = get(&["userAgent"]).unwrap_or_default();
    let source = get(&["sourceIPAddress"]).unwrap_or_default();
    let (sdk, version) = agent::sdk(&user_agent, &source);
    set("sdk", Some(sdk));
    set("sdk_version", Some(version));
    set("tool", Some(agent::tool(&user_agent)));

    let id = |path: &[&str]| get(path).filter(|id| !is_word(id));
    let original = id(&["addendum", "originalEventID"]);
    Call {
        is_aws_managed: get(&["userAgent"]).is_some_and(|agent| {
            is_aws_managed(&agent, &get(&["sourceIPAddress"]).unwrap_or_default())
        }),
        mends_another: original.is_some(),
        event_id: original.or_else(|| id(&["eventID"])),
        shared_event_id: id(&["sharedEventID"]),
        time,
        issued_key: get(&["responseElements", "credentials", "accessKeyId"]),
        disagrees,
        verdict,
        values,
    }
}

// --- times, contract §4 ---

/// When a record says it was: a text, or a number.
fn time(record: &Map<String, Value>) -> Option<i64> {
    let text = match record.get("eventTime")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let millis = match DateTime::parse_from_rfc3339(&text) {
        Ok(time) => time.timestamp_millis(),
        Err(_) => {
            let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
            since_1970(text).or_else(|| date_and_clock(text.as_bytes()))?
        }
    };
    let year = DateTime::from_timestamp_millis(millis)?.year();
    (0..=9999).contains(&year).then_some(millis)
}

/// Seconds, milliseconds, microseconds or nanoseconds, which their size tells apart; what is finer than a
/// millisecond is cut off.
fn since_1970(text: &str) -> Option<i64> {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let number = number.strip_prefix('+').unwrap_or(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let is_number = whole.contains(|c| c != '0') && digits.chars().all(|c| c.is_ascii_digit());
    // So many digits are before the point.
    let exponent: i64 = exponent.parse().ok().filter(|_| is_number)?;
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    // Of what is smaller or larger than all of these, nothing is a time.
    let digits = digits.trim_start_matches('0');
    let zeros = i64::try_from(whole.len() + fraction.len() - digits.len()).ok()?;
    let point = usize::try_from(point - zeros)
        .ok()
        .filter(|&point| point <= 20)?;
    let digits = format!("{digits:0<24}");
    let whole: i128 = digits[..point].parse().ok()?;
    let thousandths: i128 = digits[point..point + 3].parse().ok()?;
    let millis = match whole {
        1_000_000_000..100_000_000_000 => whole * 1000 + thousandths,
        1_000_000_000_000..100_000_000_000_000 => whole,
        1_000_000_000_000_000..100_000_000_000_000_000 => whole / 1000,
        1_000_000_000_000_000_000..100_000_000_000_000_000_000 => whole / 1_000_000,
        _ => return None,
    };
    i64::try_from(millis).ok()
}

/// `2025-11-03 08:00:00,123 +0100`, most of which may be missing.
fn date_and_clock(text: &[u8]) -> Option<i64> {
    let fits = |text: &[u8], pattern: &str| {
        text.len() >= pattern.len()
            && (pattern.bytes().zip(text)).all(|(pattern, byte)| match pattern {
                b'd' => byte.is_ascii_digit(),
                b'_' => b"Tt ".contains(byte),
                other => other == *byte,
            })
    };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .fold(0, |sum, d| sum * 10 + i64::from(d - b'0'))
    };
    if !fits(text, "dddd-dd-dd_dd:dd") {
        return None;
    }
    let [year, month, day, hour, minute] =
        [0..4, 5..7, 8..10, 11..13, 14..16].map(|place| number(&text[place]));
    let mut rest = &text[16..];
    let (mut second, mut millis) = (0, 0);
    if fits(rest, ":dd") {
        second = number(&rest[1..3]);
        rest = &rest[3..];
        if fits(rest, ".d") || fits(rest, ",d") {
            let length = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            let mut fraction = rest[1..=length].to_vec();
            fraction.resize(3, b'0');
            millis = number(&fraction);
            rest = &rest[1 + length..];
        }
    }
    let zone = rest.trim_ascii_start();
    let offset = match zone {
        b"" | b"Z" | b"z" | b"UTC" | b"GMT" => 0,
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let (hours, minutes) = match digits.len() {
                2 if fits(digits, "dd") => (number(digits), 0),
                4 if fits(digits, "dddd") => (number(&digits[..2]), number(&digits[2..])),
                5 if fits(digits, "dd:dd") => (number(&digits[..2]), number(&digits[3..])),
                _ => return None,
            };
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if is_leap { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days from the year 0 on, which is a leap year, to this one; 719,528 of them are before 1970.
    let leap_days = if year == 0 {
        0
    } else {
        (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1
    };
    let of_months: i64 = lengths[..month as usize - 1].iter().sum();
    let days = year * 365 + leap_days + of_months + day - 1 - 719_528;
    Some((((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + millis)
}

// --- hosts, contract §1.1 and §1.2 ---

fn normalised(header: &str) -> Option<String> {
    let mut host = header.trim().to_ascii_lowercase();
    while host.ends_with('.') {
        host.pop();
    }
    if let Some(colon) = host.rfind(':') {
        let is_port = host[colon + 1..].bytes().all(|byte| byte.is_ascii_digit());
        // Every colon of an IPv6 address without brackets looks like a port's.
        let is_bare_address = host[..colon].contains(':') && !host[..colon].ends_with(']');
        if is_port && !is_bare_address {
            host.truncate(colon);
        }
    }
    while host.ends_with('.') {
        host.pop();
    }
    (!host.is_empty()).then_some(host)
}

#[derive(Debug)]
struct HostKind {
    endpoint: &'static str,
    region: Option<String>,
    variant: Option<&'static str>,
}

const SUFFIXES: [&str; 7] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
];
const DUAL_STACK_SUFFIXES: [&str; 7] = [
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "api.aws.ic.gov",
    "api.aws.scloud",
    "api.cloud-aws.adc-e.uk",
    "api.aws.hci.ic.gov",
];

fn kind_of_host(host: &str) -> HostKind {
    let kind = |endpoint, region: Option<&str>, variant| HostKind {
        endpoint,
        region: region.map(str::to_owned),
        variant,
    };
    if host == "sts.amazonaws.com" {
        return kind("global", None, None);
    }
    let suffixes = (SUFFIXES.iter().map(|suffix| (suffix, false)))
        .chain(DUAL_STACK_SUFFIXES.iter().map(|suffix| (suffix, true)));
    for (suffix, is_dual_stack) in suffixes {
        let Some(name) = host.strip_suffix(&format!(".{suffix}")) else {
            continue;
        };
        match name.split('.').collect::<Vec<_>>()[..] {
            ["sts-global", region] if is_region(region) && *suffix == "amazonaws.com" => {
                return kind("global", None, None);
            }
            [service @ ("sts" | "sts-fips"), region] if is_region(region) => {
                let variant = match (service, is_dual_stack) {
                    ("sts", false) => "standard",
                    ("sts", true) => "dualstack",
                    (_, false) => "fips",
                    (_, true) => "fips-dualstack",
                };
                return kind("regional", Some(region), Some(variant));
            }
            [id, "sts" | "sts-fips", region, "vpce"] if is_vpce(id) && is_region(region) => {
                return kind("regional", Some(region), Some("vpce"));
            }
            [zone, id, "sts" | "sts-fips", region, "vpce"]
                if (zone == "*" || is_label(zone)) && is_vpce(id) && is_region(region) =>
            {
                return kind("regional", Some(region), Some("vpce"));
            }
            _ => {}
        }
    }
    kind("other", None, None)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && (label.bytes()).all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_vpce(label: &str) -> bool {
    label.strip_prefix("vpce-").is_some_and(is_label)
}

/// `[a-z]{2,10}(-[a-z0-9]+)+-[0-9]+[a-z]?`
pub fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let [first, middle @ .., last] = &parts[..] else {
        return false;
    };
    let number = last.trim_end_matches(|c: char| c.is_ascii_lowercase());
    (2..=10).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && !middle.is_empty()
        && middle.iter().all(|part| is_label(part))
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
        && last.len() - number.len() <= 1
}

// --- principals, contract §1.3 ---

fn principal(record: &Map<String, Value>) -> String {
    let identity = |key| text(record, &["userIdentity", key]);
    let of_type = match identity("type").unwrap_or_default().as_str() {
        "AssumedRole" => text(
            record,
            &["userIdentity", "sessionContext", "sessionIssuer", "arn"],
        )
        .or_else(|| match identity("arn") {
            Some(arn) => role_of_session(&arn),
            None => {
                let id = identity("principalId")?;
                let id = id.split(':').next().unwrap_or_default();
                (!id.is_empty()).then(|| id.to_owned())
            }
        }),
        "AWSService" => identity("invokedBy"),
        "AWSAccount" => {
            let id = identity("principalId").unwrap_or_default();
            let id = id.split(':').next().unwrap_or_default().to_owned();
            let account = identity("accountId").unwrap_or_default();
            let is_anonymous = [&id, &account].map(|name| name.eq_ignore_ascii_case("anonymous"));
            match (account.is_empty(), id.is_empty()) {
                (false, false) if is_anonymous == [false, false] => Some(format!("{account}:{id}")),
                (false, _) => Some(account),
                (true, false) => Some(id),
                (true, true) => None,
            }
        }
        "WebIdentityUser" if is_eks(record) => identity("principalId"),
        kind @ ("WebIdentityUser" | "SAMLUser") => {
            let saml = text(record, &["requestParameters", "principalArn"]);
            let provider = saml
                .filter(|_| kind == "SAMLUser")
                .or(identity("identityProvider"));
            match (provider, text(record, &["requestParameters", "roleArn"])) {
                (Some(provider), Some(role)) => Some(format!("{provider} for {role}")),
                (one, other) => (one.or(other))
                    .or(identity("principalId"))
                    .or(identity("userName")),
            }
        }
        "IdentityCenterUser" => {
            let person = |key| text(record, &["userIdentity", "onBehalfOf", key]);
            match (person("identityStoreArn"), person("userId")) {
                (Some(store), Some(user)) => Some(format!("{store}/{user}")),
                _ => None,
            }
        }
        _ => None,
    };
    of_type
        .or_else(|| {
            ["arn", "principalId", "userName", "invokedBy", "accountId"]
                .into_iter()
                .find_map(identity)
        })
        .unwrap_or_else(|| "unknown".to_owned())
}

fn is_eks(record: &Map<String, Value>) -> bool {
    text(record, &["userIdentity", "userName"])
        .is_some_and(|name| name.starts_with("system:serviceaccount:"))
}

/// `arn:P:sts::A:assumed-role/NAME/SESSION` as partition, account, name and session.
fn assumed_role(arn: &str) -> Option<[&str; 4]> {
    match arn.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, "sts", _, account, resource] => {
            match resource.splitn(3, '/').collect::<Vec<_>>()[..] {
                ["assumed-role", name, session] => Some([partition, account, name, session]),
                _ => None,
            }
        }
        _ => None,
    }
}

fn role_of_session(arn: &str) -> Option<String> {
    let [partition, account, name, _] = assumed_role(arn)?;
    Some(format!("arn:{partition}:iam::{account}:role/{name}"))
}

fn session_name(record: &Map<String, Value>) -> Option<String> {
    let identity = |key| text(record, &["userIdentity", key]);
    let of_id = || Some(identity("principalId")?.split_once(':')?.1.to_owned());
    match identity("type").unwrap_or_default().as_str() {
        "WebIdentityUser" if is_eks(record) => None,
        "WebIdentityUser" => identity("userName"),
        "AssumedRole" => match identity("arn").as_deref().and_then(assumed_role) {
            Some([.., session]) => Some(session.to_owned()),
            None => of_id(),
        },
        _ => of_id(),
    }
}

fn account_of_arn(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let account = *parts.get(4).filter(|_| parts[0] == "arn")?;
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    is_account.then(|| account.to_owned())
}

// --- agents, contract §5.1: only whether AWS itself called ---

pub fn is_aws_managed(agent: &str, source: &str) -> bool {
    let agent = agent.trim();
    let agent = match agent.strip_prefix('[') {
        Some(inside) => inside.strip_suffix(']').unwrap_or(inside).trim(),
        None => agent,
    };
    let is_service = SUFFIXES.iter().any(|suffix| {
        agent
            .strip_suffix(&format!(".{suffix}"))
            .is_some_and(|name| {
                let labels: Vec<&str> = name.split('.').collect();
                let is_plain = |label: &&str| {
                    let mut bytes = label.bytes();
                    !label.is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'-')
                };
                let is_of_an_endpoint = |label: &&str| {
                    let is_digit = |c: char| c.is_ascii_digit();
                    let shortened = label.trim_end_matches(is_digit);
                    ["sts", "s3", "vpce", "compute", "elb"].contains(label)
                        || is_region(label)
                        || shortened == "compute-"
                };
                labels.iter().all(is_plain)
                    && (labels.len() == 1 || !labels.iter().any(is_of_an_endpoint))
            })
    });
    let mut words = agent.split_whitespace();
    is_service
        || agent == "AWS Internal"
        || (agent.strip_prefix("AWS Internal/"))
            .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
        || words.any(|word| word == "md/internal" || word.starts_with("aws-internal/"))
        || (agent.starts_with("Coral/") && source == "AWS Internal")
}
