//! Names of log files in the bucket
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>).

use super::{clock, ids, rng::SplitMix64};

/// Where a log file lies.
pub struct Key<'a> {
    /// `o-…`, or empty for a trail of one account.
    pub organisation: &'a str,
    /// Twelve digits.
    pub account: &'a str,
    /// `CloudTrail`, `CloudTrail-Insight`, `CloudTrail-NetworkActivity`.
    pub kind: &'a str,
    /// Where the records were recorded.
    pub region: &'a str,
    /// Unix seconds of the delivery, never before the records' own.
    pub delivered: i64,
}

impl Key<'_> {
    /// `AWSLogs/…/ACCOUNT/KIND/REGION/YYYY/MM/DD/`.
    pub fn folder(&self) -> String {
        let mut path = String::from("AWSLogs/");
        if !self.organisation.is_empty() {
            path.push_str(self.organisation);
            path.push('/');
        }
        for part in [self.account, self.kind, self.region] {
            path.push_str(part);
            path.push('/');
        }
        clock::push_folders(&mut path, self.delivered);
        path.push('/');
        path
    }

    /// The whole key of a log file, its unique part drawn from `rng`.
    pub fn file(&self, rng: &mut SplitMix64, extension: &str) -> String {
        let mut path = self.folder();
        for part in [self.account, self.kind, self.region] {
            path.push_str(part);
            path.push('_');
        }
        clock::push_delivery(&mut path, self.delivered);
        path.push('_');
        ids::alphanumeric(&mut path, rng, 16);
        path.push_str(extension);
        path
    }
}
