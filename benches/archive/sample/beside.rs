//! What else lies in a bucket with CloudTrail's records, and is to be skipped by name of reason.

use super::super::digests::{HOUR, Signer, Trail};
use super::super::{key::Key, rng::SplitMix64};
use super::{ORGANISATION, PAYMENTS, case, gzip};

/// An insight, a digest, AWS Config's snapshot and the empty object AWS Config checks a bucket with.
pub fn files() -> Vec<(String, Vec<u8>)> {
    vec![insight(), digest(), config_snapshot(), config_check()]
}

fn key(kind: &'static str, delivered: &str) -> Key<'static> {
    Key {
        organisation: ORGANISATION,
        account: PAYMENTS,
        kind,
        region: "us-east-1",
        delivered: case::seconds(delivered),
    }
}

/// A burst of AssumeRole, which names STS without being a call.
fn insight() -> (String, Vec<u8>) {
    let record = |state: &str, time: &str, number: u32| {
        let id = case::event_id(number);
        format!(
            r#"{{"eventVersion":"1.08","eventTime":"2025-11-{time}Z","awsRegion":"us-east-1","eventID":"{id}","eventType":"AwsCloudTrailInsight","recipientAccountId":"{PAYMENTS}","sharedEventID":"5a3f1e00-0000-4000-a000-000000000060","insightDetails":{{"state":"{state}","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","insightType":"ApiCallRateInsight","insightContext":{{"statistics":{{"baseline":{{"average":0.0020833333}},"insight":{{"average":12.5}},"insightDuration":6,"baselineDuration":11520}}}}}},"eventCategory":"Insight"}}"#
        )
    };
    let document = format!(
        "{{\"Records\":[{},{}]}}",
        record("Start", "03T09:00:00", 60),
        record("End", "03T09:06:00", 61)
    );
    let path =
        key("CloudTrail-Insight", "03T09:20:00").file(&mut SplitMix64::of(&[22]), ".json.gz");
    (path, gzip(document.as_bytes()))
}

/// A digest: a JSON object without Records. It is a backfill one that names no log, so nothing follows from it.
fn digest() -> (String, Vec<u8>) {
    let trail = Trail {
        organisation: ORGANISATION.to_owned(),
        is_backfill: true,
        ..Trail::of(PAYMENTS, "us-east-1")
    };
    let end = case::seconds("03T10:00:00");
    let digest = trail.digest(&Signer::default(), (end - HOUR, end), &[], None);
    let file = gzip(digest.content.as_bytes());
    (digest.key, file)
}

/// AWS Config writes into the same folder: sound JSON of another kind, which names STS and holds no call.
fn config_snapshot() -> (String, Vec<u8>) {
    let path = format!(
        "AWSLogs/{ORGANISATION}/{PAYMENTS}/Config/us-east-1/2025/11/3/ConfigSnapshot/{PAYMENTS}_Config_us-east-1_ConfigSnapshot_20251103T120000Z_5a3f1e00-0000-4000-8000-000000000070.json.gz"
    );
    let document = format!(
        r#"{{"fileVersion":"1.0","configSnapshotId":"5a3f1e00-0000-4000-8000-000000000070","configurationItems":[{{"configurationItemVersion":"1.3","configurationItemCaptureTime":"2025-11-03T11:59:00.000Z","configurationItemStatus":"ResourceDiscovered","resourceType":"AWS::IAM::Role","resourceId":"AROALEDGERXXXEXAMPLE","awsAccountId":"{PAYMENTS}","awsRegion":"global","configuration":{{"roleName":"ledger","assumeRolePolicyDocument":"%7B%22Action%22%3A%22sts%3AAssumeRole%22%7D","clientIds":["sts.amazonaws.com"]}},"relationships":[]}}]}}"#
    );
    (path, gzip(document.as_bytes()))
}

fn config_check() -> (String, Vec<u8>) {
    let path = format!("AWSLogs/{ORGANISATION}/{PAYMENTS}/Config/ConfigWritabilityCheckFile");
    (path, Vec::new())
}
