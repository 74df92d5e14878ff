//! Records of a few callers from a few places, so that a plan has much to sum up and many ties. What
//! other services log was done with a few access keys, some of which STS had issued.

use serde_json::{Value, json};

use archive::agents;
use archive::rng::SplitMix64;

const PRINCIPALS: [&str; 4] = [
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::111122223333:role/batch",
    "arn:aws:iam::444455556666:user/ana",
    "arn:aws:iam::444455556666:role/=cmd",
];
const REGIONS: [&str; 5] = [
    "us-east-1",
    "eu-west-1",
    "eu-central-1",
    "ap-east-1",
    "not a region",
];

/// A log file. Some of its records are delivered twice.
pub fn document(rng: &mut SplitMix64, records: usize) -> Vec<u8> {
    let mut all: Vec<Value> = (0..records).map(|_| record(rng)).collect();
    let again = all.iter().step_by(7).cloned().collect::<Vec<_>>();
    all.extend(again);
    json!({ "Records": all }).to_string().into_bytes()
}

/// A key that more than one caller may have been given.
fn key(rng: &mut SplitMix64) -> String {
    format!("ASIA{:02}", rng.below(12))
}

fn of_another_service(rng: &mut SplitMix64) -> Value {
    let region = rng.pick(&[
        "ap-east-1",
        "ap-east-1",
        "me-south-1",
        "eu-west-1",
        "zz-new-1",
    ]);
    json!({
        "eventSource": "s3.amazonaws.com",
        "eventTime": format!("2025-11-{:02}T00:00:00Z", 1 + rng.below(28)),
        "awsRegion": region,
        "recipientAccountId": rng.pick(&["111122223333", "444455556666"]),
        "userIdentity": { "accessKeyId": key(rng) },
    })
}

fn record(rng: &mut SplitMix64) -> Value {
    if rng.below(4) == 0 {
        return of_another_service(rng);
    }
    let principal = rng.pick(&PRINCIPALS);
    let region = rng.pick(&REGIONS);
    // The last of them never calls a Regional endpoint.
    let is_global = principal == PRINCIPALS[3] || rng.below(3) > 0;
    let host = match is_global {
        true => "sts.amazonaws.com".to_owned(),
        false => format!("sts.{region}.amazonaws.com"),
    };
    let agent = match rng.below(8) {
        0 => "".to_owned(),
        1 => rng.pick(agents::INTERNAL).to_owned(),
        2 => rng.pick(agents::MODERN).to_owned(),
        3 => rng.pick(agents::LEGACY).to_owned(),
        // One of a few, so that rows have more than one call.
        n => [agents::LEGACY[2], agents::MODERN[4], agents::MODERN[11]][n % 3].to_owned(),
    };
    let kind = rng.pick(&["AssumedRole", "AssumedRole", "IAMUser", "AWSAccount"]);
    let mut record = json!({
        "eventSource": "sts.amazonaws.com",
        "eventID": format!("{:016x}", rng.draw()),
        "eventTime": format!("2025-11-{:02}T00:00:00Z", 1 + rng.below(28)),
        "eventName": rng.pick(&["AssumeRole", "GetCallerIdentity", "AssumeRoleWithWebIdentity"]),
        "awsRegion": if is_global { "us-east-1" } else { region },
        "recipientAccountId": rng.pick(&["111122223333", "444455556666"]),
        "sourceIPAddress": format!("192.0.2.{}", rng.below(6)),
        "userAgent": agent,
        "requestParameters": { "roleArn": rng.pick(&PRINCIPALS) },
        "userIdentity": {
            "type": kind,
            "arn": principal,
            "accountId": rng.pick(&["111122223333", "444455556666", ""]),
            "principalId": format!("AROA{}:s{}", principal.len(), rng.below(5)),
            "sessionContext": { "sessionIssuer": { "arn": principal } },
        },
        "tlsDetails": { "clientProvidedHostHeader": host },
    });
    if rng.below(3) == 0 {
        record["userIdentity"]["inScopeOf"] = json!({
            "issuerType": "AWS::Lambda::Function",
            "credentialsIssuedTo": format!("f{}", rng.below(5)),
        });
    }
    if rng.below(4) == 0 {
        let serving = rng.pick(&REGIONS);
        record["additionalEventData"] =
            json!({ "RequestDetails": { "awsServingRegion": serving } });
    }
    if rng.below(3) == 0 {
        record["responseElements"] = json!({ "credentials": { "accessKeyId": key(rng) } });
    }
    if rng.below(3) == 0 {
        record["userIdentity"]["accessKeyId"] = json!(key(rng));
    }
    if rng.below(6) == 0 {
        record["errorCode"] = json!("RegionDisabledException");
    }
    record
}
