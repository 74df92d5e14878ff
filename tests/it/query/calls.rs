//! STS records in every combination that CloudTrail could write: all host forms, identities with
//! members missing, duplicates, corrections, both copies of calls across accounts.
//!
//! Nothing here has two right answers: what is delivered twice has the same body.

use serde_json::{Map, Value, json};
use stscope::sts::region::{Partition, REGIONS};

use archive::rng::SplitMix64;

const ACCOUNTS: &[&str] = &["111122223333", "444455556666", "000011112222"];
const TYPES: &[&str] = &[
    "AssumedRole",
    "AssumedRole",
    "IAMUser",
    "Root",
    "Role",
    "FederatedUser",
    "AWSAccount",
    "AWSService",
    "SAMLUser",
    "WebIdentityUser",
    "IdentityCenterUser",
    "Directory",
    "Unknown",
    "",
];
/// Hosts that are not made from the table of Regions.
const HOSTS: &[&str] = &[
    "sts.amazonaws.com",
    "STS.AmazonAWS.com",
    " \t\u{a0}sts.amazonaws.com:443\r\n",
    "sts.amazonaws.com..",
    "sts.amazonaws.com.:443",
    "sts.amazonaws.com:443.",
    "sts.amazonaws.com:",
    "sts.amazonaws.com:443:443",
    "sts.amazonaws.com\n:443",
    "sts.amazonaws.com\nx",
    "sts-global.eu-north-1.amazonaws.com",
    "sts-global.eu-north-1.amazonaws.com.cn",
    "sts-global.amazonaws.com",
    "sts.zz-newest-9.amazonaws.com",
    "sts.apiso-northsouth-3r.amazonaws.com",
    "sts.west.amazonaws.com",
    "sts.us-east-1ab.amazonaws.com",
    "sts.us-east-1.amazonaws.org",
    "sts.us-east-1.amazonaws.com.evil.example",
    "sts.amazonaws.com.proxy.example",
    "sts.amazonaws.com.cn",
    "stsXamazonaws.com",
    "xsts.amazonaws.com",
    "sts.us-west-2.vpce.amazonaws.com",
    "vpce-0a-b.s3.us-east-1.vpce.amazonaws.com",
    "vpce-.sts.us-east-1.vpce.amazonaws.com",
    "a.b.vpce-0a-b.sts.us-east-1.vpce.amazonaws.com",
    "*.vpce-0a-b.sts-fips.us-east-1.vpce.amazonaws.com",
    "us-east-1a.vpce-0a-b.sts.us-east-1.vpce.amazonaws.com",
    "10.0.0.1:3128",
    "[2001:DB8::1]:443",
    "[2001:db8::1]",
    "[2001:db8::1\n]:443",
    "2001:db8::1",
    "proxy'; DROP TABLE calls; --",
    "a\\' OR 1=1",
    "{}$1\\1%s",
    ":443",
    " . ",
    "",
];
const STRANGE: &[&str] = &[
    "it's",
    "\"quoted\"",
    "back\\slash\\",
    "a,b;c|d\tend",
    "line\nend\r\n",
    "\u{1}\u{7f}\u{85}",
    "\u{202e}gnirts",
    "é 漢字 🦀",
    "=1+1",
    "%s {0} $1 \\1",
    "null",
    "a:b/c:d/e",
];

/// Every name an STS endpoint has, of every Region in the table.
fn endpoint_names() -> Vec<String> {
    let mut names = Vec::new();
    for region in REGIONS {
        let (code, partition) = (region.code, region.partition);
        let suffix = partition.dns_suffix();
        names.extend([
            region.host(),
            region.fips_host(),
            region.dualstack_host(),
            format!("sts-fips.{code}.{}", partition.dualstack_dns_suffix()),
            format!("vpce-0a1b-2c3d{}", region.vpce_suffix()),
            format!("vpce-0a1b-2c3d-{code}a{}:8443", region.vpce_suffix()),
            format!("VPCE-0a1b-2c3d.sts-fips.{code}.vpce.{suffix}."),
        ]);
    }
    // Regions and suffixes of different partitions are none of AWS's names, but have their shape.
    names.extend(Partition::ALL.map(|p| format!("sts.eu-west-1.{}", p.dns_suffix())));
    names
}

/// Records in two files, the second of which repeats some of the first.
pub fn files(seed: u64, records: usize) -> [Vec<Value>; 2] {
    let mut rng = SplitMix64::of(&[seed]);
    let names = endpoint_names();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for number in 0..records {
        let host = match names.get(number) {
            Some(name) => name.clone(),
            None if rng.chance(0.3) => names[rng.below(names.len())].clone(),
            None => rng.pick(HOSTS).to_owned(),
        };
        let record = call(&mut rng, number, &host);
        match rng.below(10) {
            // Delivered again.
            0 | 1 => second.push(record.clone()),
            // Corrected: another eventID, the same call, and what is corrected counts.
            2 => {
                let mut correction = corrected(&record, number);
                if record.get("eventID").is_some() {
                    correction["vpcEndpointId"] = "vpce-corrected".into();
                }
                second.push(correction);
            }
            // The id of an event in another account's log is another event.
            3 => {
                let mut other = record.clone();
                other["recipientAccountId"] = "999988887777".into();
                if let Some(members) = other.as_object_mut() {
                    members.remove("sharedEventID");
                }
                second.push(other);
            }
            // Logged in the other account, too, and perhaps corrected there.
            4..7 if record["userIdentity"]["type"] != "AWSAccount" => {
                let shared = format!("shared-{number}");
                let mut record = record.clone();
                record["sharedEventID"] = shared.into();
                let copy = target_copy(&record, number);
                if rng.chance(0.3) {
                    second.push(corrected(&copy, number));
                }
                second.push(copy);
                first.push(record);
                continue;
            }
            _ => {}
        }
        first.push(record);
    }
    // Records of other services, one of which speaks of STS.
    first.push(json!({ "eventSource": "s3.amazonaws.com", "eventID": "s3" }));
    second.push(
        json!({ "eventSource": "ssts.amazonaws.com", "requestParameters": {
        "roleArn": "\"eventSource\":\"sts.amazonaws.com\"" } }),
    );
    [first, second]
}

fn corrected(record: &Value, number: usize) -> Value {
    let mut record = record.clone();
    if let Some(id) = record.get("eventID").cloned() {
        record["addendum"] = json!({ "reason": "UPDATED_DATA", "originalEventID": id });
        record["eventID"] = format!("correction-{number}-{id}").into();
    }
    record
}

fn target_copy(record: &Value, number: usize) -> Value {
    let mut copy = record.clone();
    copy["eventID"] = format!("copy-{number}").into();
    copy["recipientAccountId"] = "999988887777".into();
    copy["userIdentity"] = json!({
        "type": "AWSAccount",
        "principalId": "AROAEXAMPLE:session",
        "accountId": record["recipientAccountId"],
    });
    copy
}

fn call(rng: &mut SplitMix64, number: usize, host: &str) -> Value {
    let mut record = Map::new();
    let mut set = |name: &str, value: Value| record.insert(name.to_owned(), value);
    set("eventSource", "sts.amazonaws.com".into());
    set("eventName", "AssumeRole".into());
    set("recipientAccountId", rng.pick(ACCOUNTS).into());
    let day = 1 + rng.below(28);
    let time = format!(
        "2025-11-{day:02}T{:02}:00:{:02}Z",
        rng.below(24),
        rng.below(60)
    );
    set("eventTime", time.into());
    match rng.below(20) {
        // Without an id it always counts.
        0 => {}
        1 => drop(set("eventID", "".into())),
        _ => drop(set("eventID", format!("event-{number}").into())),
    }
    if rng.chance(0.1) {
        // The other copy is in a log that is not here; or there is no id, and it means nothing.
        set("sharedEventID", format!("shared-{number}").into());
    }
    let regions = ["us-east-1", "us-east-1", "eu-west-1", "global", ""];
    optional(rng, &mut set, "awsRegion", &regions);
    optional(
        rng,
        &mut set,
        "vpcEndpointId",
        &["", "vpce-0a1b", "AWS Internal", "it's"],
    );
    if rng.chance(0.2) {
        optional(rng, &mut set, "errorCode", &["AccessDenied", ""]);
    }
    let categories = [
        "Management",
        "Management",
        "Management",
        "NetworkActivity",
        "Insight",
        "",
    ];
    optional(rng, &mut set, "eventCategory", &categories);
    let kinds = [
        "AwsApiCall",
        "AwsApiCall",
        "AwsApiCall",
        "AwsCloudTrailInsight",
    ];
    optional(rng, &mut set, "eventType", &kinds);
    if rng.chance(0.3) {
        let kind = rng.pick(&["global", "regional", "Global", ""]);
        let details = json!({ "RequestDetails": { "endpointType": kind } });
        set("additionalEventData", details);
    } else if rng.chance(0.2) {
        set(
            "additionalEventData",
            if rng.chance(0.5) {
                json!({})
            } else {
                Value::Null
            },
        );
    }
    if rng.chance(0.85) {
        set("tlsDetails", json!({ "clientProvidedHostHeader": host }));
    } else if rng.chance(0.3) {
        set("tlsDetails", Value::Null);
    }
    let mut request = Map::new();
    let mut ask = |name: &str, value: Value| request.insert(name.to_owned(), value);
    let roles = ["arn:aws:iam::111122223333:role/app", "", "it's"];
    optional(rng, &mut ask, "roleArn", &roles);
    let providers = ["arn:aws:iam::111122223333:saml-provider/idp", ""];
    optional(rng, &mut ask, "principalArn", &providers);
    set(
        "requestParameters",
        if request.is_empty() {
            Value::Null
        } else {
            request.into()
        },
    );
    set("userIdentity", identity(rng));
    record.into()
}

fn identity(rng: &mut SplitMix64) -> Value {
    let mut identity = Map::new();
    let mut set = |name: &str, value: Value| identity.insert(name.to_owned(), value);
    let kind = rng.pick(TYPES);
    optional(rng, &mut set, "type", &[kind]);
    let strange = rng.pick(STRANGE);
    let session = format!("arn:aws-cn:sts::111122223333:assumed-role/app/{strange}");
    let arns = [
        &session,
        "arn:aws:sts::111122223333:assumed-role/no-session",
        "arn:aws:sts:eu-west-1:111122223333:assumed-role/app/",
        "arn:aws:iam::111122223333:user/u",
        strange,
        "",
    ];
    optional(rng, &mut set, "arn", &arns);
    let id = format!("AROAEXAMPLE:{strange}");
    let ids = [&id, "AIDAEXAMPLE", ":session", "Anonymous", strange, ""];
    optional(rng, &mut set, "principalId", &ids);
    let accounts = ["111122223333", "000011112222", "ANONYMOUS", "anonymous", ""];
    optional(rng, &mut set, "accountId", &accounts);
    let pod = format!("system:serviceaccount:{strange}");
    optional(rng, &mut set, "userName", &[&pod, "user", strange, ""]);
    if rng.chance(0.2) {
        optional(rng, &mut set, "invokedBy", &["lambda.amazonaws.com", ""]);
    }
    let providers = ["arn:aws:iam::111122223333:oidc-provider/idp", "hash=", ""];
    optional(rng, &mut set, "identityProvider", &providers);
    if rng.chance(0.5) {
        let arn = rng.pick(&["arn:aws:iam::111122223333:role/path/app", ""]);
        set("sessionContext", json!({ "sessionIssuer": { "arn": arn } }));
    }
    if rng.chance(0.5) {
        let mut behalf = Map::new();
        let mut name = |name: &str, value: Value| behalf.insert(name.to_owned(), value);
        optional(rng, &mut name, "userId", &["user-1", ""]);
        optional(
            rng,
            &mut name,
            "identityStoreArn",
            &["arn:aws:identitystore::1:d-1", ""],
        );
        set("onBehalfOf", behalf.into());
    }
    identity.into()
}

/// One of these, or null, or nothing at all.
fn optional(
    rng: &mut SplitMix64,
    set: &mut impl FnMut(&str, Value) -> Option<Value>,
    name: &str,
    choices: &[&str],
) {
    match rng.below(8) {
        0 => {}
        1 => drop(set(name, Value::Null)),
        _ => drop(set(name, rng.pick(choices).into())),
    }
}
