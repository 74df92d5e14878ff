//! What is asked: the options of a run, in plain types.

use stscope::Scan;
use stscope::internals::tally::{Condition, Selection, glob};
use stscope::sts::{Dimension, Hosts, Time};

/// Ways to group that between them see every member of a record.
pub const GROUPINGS: [&[&str]; 7] = [
    &[
        "endpoint",
        "client_provided_host_header",
        "vpc_endpoint_id",
        "principal",
    ],
    &[
        "evidence",
        "endpoint_region",
        "endpoint_variant",
        "aws_region",
        "aws_serving_region",
    ],
    &[
        "account_id",
        "recipient_account_id",
        "principal_type",
        "role_arn",
        "invoked_by",
    ],
    &[
        "event_name",
        "error_code",
        "user_agent",
        "source_ip_address",
    ],
    &["tls_version", "key_exchange", "day", "hour"],
    &["session_name", "in_scope_of"],
    &["sdk", "sdk_version", "tool"],
];

/// Options as a user gives them.
#[derive(Clone, Debug)]
pub struct Question {
    pub group_by: Vec<&'static str>,
    pub once: bool,
    /// Milliseconds since 1970.
    pub since: Option<i64>,
    pub until: Option<i64>,
    pub accounts: Vec<String>,
    pub regions: Vec<String>,
    pub endpoints: Vec<&'static str>,
    /// Dimension, pattern, and whether it must not match.
    pub conditions: Vec<(&'static str, String, bool)>,
    /// What hosts lead to: a pattern, and a Region or else the global endpoint.
    pub hosts: Vec<(String, Option<String>)>,
}

impl Default for Question {
    fn default() -> Self {
        Question {
            group_by: vec![
                "endpoint",
                "client_provided_host_header",
                "vpc_endpoint_id",
                "principal",
            ],
            once: true,
            since: None,
            until: None,
            accounts: Vec::new(),
            regions: Vec::new(),
            endpoints: Vec::new(),
            conditions: Vec::new(),
            hosts: Vec::new(),
        }
    }
}

impl Question {
    fn hosts(&self) -> Hosts {
        let lines = self.hosts.iter().map(|(host, region)| match region {
            Some(region) => format!("{host} regional {region}"),
            None => format!("{host} global"),
        });
        Hosts::parse(lines).expect("hosts that lead somewhere")
    }

    /// The same question to stscope.
    pub fn scan(&self) -> Scan {
        let dimension = |name: &str| Dimension::find(name).expect("a dimension of the contract");
        Scan {
            group_by: self.group_by.iter().map(|name| dimension(name)).collect(),
            once: self.once,
            selection: Selection {
                since: self.since.and_then(Time::from_millis),
                until: self.until.and_then(Time::from_millis),
                accounts: self.accounts.clone(),
                regions: self.regions.clone(),
                endpoints: self.endpoints.iter().map(|&name| name.to_owned()).collect(),
                conditions: (self.conditions.iter())
                    .map(|(name, pattern, negated)| Condition {
                        dimension: dimension(name),
                        glob: glob(pattern).expect("a pattern of stars and letters"),
                        negated: *negated,
                        names: None,
                    })
                    .collect(),
            },
            hosts: self.hosts(),
            ..Scan::default()
        }
    }
}

/// Whether a text matches a pattern in which `*` stands for anything.
pub fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|&at| rest.is_char_boundary(at))
                .any(|at| matches(after, &rest[at..]))
        }),
    }
}
