//! Everything in one pass: which questions an overview asks, and what is made of them together.
//!
//! Owns the list of questions and the rows that no single one of them has: accounts, and the SDKs of
//! global calls. Each other answer is that of its own question.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::plan::global_callers;
use super::{AnyQuestion, Plan, Report};
use crate::aws::account::is_account_id;
use crate::sts::{ByEndpoint, Cause, Dimension, EndpointKind};
use crate::tally::{Column, LogsRead, Text};

const ACCOUNT_ID: Column<Text> = Column::at(0);
const ENDPOINT: Column<EndpointKind> = Column::at(1);

/// The answers of one pass.
pub struct Overview {
    /// Who must change what.
    pub plan: Report,
    /// Which Regional endpoints are in use.
    pub regions: Report,
    /// Over time.
    pub trend: Report,
    /// By account and endpoint.
    pub by_account: Report,
}

/// What an overview asks, for one pass over the logs.
pub fn questions() -> Vec<AnyQuestion> {
    vec![
        AnyQuestion::Plan,
        AnyQuestion::Regions,
        AnyQuestion::Trend,
        AnyQuestion::Groups(vec![Dimension::AccountId, Dimension::Endpoint]),
    ]
}

impl Overview {
    /// The answers of a report of [`questions`]; `None` of any other.
    pub fn of(report: &crate::tally::Report<Vec<AnyQuestion>>) -> Option<Overview> {
        if report.question != questions() {
            return None;
        }
        let mut answers = report.answers().into_iter();
        Some(Overview {
            plan: answers.next()?,
            regions: answers.next()?,
            trend: answers.next()?,
            by_account: answers.next()?,
        })
    }

    /// The accounts, those with the most global calls first. `logs_read` tells of which of them global
    /// calls would have been seen.
    pub fn accounts(&self, logs_read: &LogsRead) -> Vec<AccountRow<'_>> {
        let with_us_east_1: BTreeSet<&str> = (logs_read.read())
            .filter(|(_, region)| *region == "us-east-1")
            .map(|(account, _)| account)
            .collect();
        // What others' logs show of an account are its calls to them alone.
        let saw_us_east_1 = |account: Option<&str>| match account {
            Some(account) if is_account_id(account) => with_us_east_1.contains(account),
            // Callers without one are nowhere but in others'.
            _ => !with_us_east_1.is_empty(),
        };
        let callers = global_callers(&self.plan);
        let mut accounts: BTreeMap<Option<&str>, ByEndpoint<u64>> = BTreeMap::new();
        for group in self.by_account.groups() {
            let endpoints = accounts.entry(group.get(ACCOUNT_ID)).or_default();
            endpoints[group.get(ENDPOINT).unwrap_or(EndpointKind::Unknown)] += group.measures.calls;
        }
        let mut rows: Vec<AccountRow<'_>> = (accounts.into_iter())
            .map(|(account_id, endpoints)| AccountRow {
                account_id,
                endpoints,
                saw_us_east_1: saw_us_east_1(account_id),
                global_principals: callers.get(&account_id).map_or(0, |all| all.len() as u64),
            })
            .collect();
        rows.sort_by_key(|row| {
            let global = row.endpoints[EndpointKind::Global];
            Reverse((global, row.endpoints.total()))
        });
        rows
    }
}

/// The calls of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountRow<'r> {
    /// The account of the caller.
    pub account_id: Option<&'r str>,
    /// Its calls.
    pub endpoints: ByEndpoint<u64>,
    /// Whether logs were read in which its global calls would be: those of us-east-1.
    pub saw_us_east_1: bool,
    /// Principals with global calls, AWS itself aside.
    pub global_principals: u64,
}

impl AccountRow<'_> {
    /// Whether no global call is known, and none could be: that is no zero.
    pub fn is_blind(&self) -> bool {
        !self.saw_us_east_1 && self.endpoints[EndpointKind::Global] == 0
    }

    /// The calls to an endpoint, if they are known.
    pub fn calls(&self, kind: EndpointKind) -> Option<u64> {
        let calls = self.endpoints[kind];
        let is_of_us_east_1 = matches!(kind, EndpointKind::Global | EndpointKind::Unknown);
        (self.saw_us_east_1 || !is_of_us_east_1 || calls > 0).then_some(calls)
    }

    /// The share of global calls, if that is known.
    pub fn global_share(&self) -> Option<f64> {
        self.endpoints.global_share().filter(|_| !self.is_blind())
    }

    /// The principals with global calls, if that is known.
    pub fn global_principals(&self) -> Option<u64> {
        (!self.is_blind()).then_some(self.global_principals)
    }
}

/// The global calls of an SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SdkRow<'r> {
    /// The SDK or tool.
    pub sdk: Option<&'r str>,
    /// Its version.
    pub sdk_version: Option<&'r str>,
    /// Why they go to the global endpoint.
    pub cause: Cause,
    /// The global calls.
    pub calls: u64,
    /// The different principals that made them.
    pub principals: u64,
}

/// The SDKs of a plan whose rows were not put together, those with the most global calls first.
pub fn sdks<'r>(plan: &Plan<'r>) -> Vec<SdkRow<'r>> {
    let mut sums: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for row in &plan.rows {
        // A row is of one principal, and each of its rows differs in one of these.
        let key = (row.sdk, row.sdk_version, row.cause.as_str());
        let (calls, principals) = sums.entry(key).or_default();
        *calls += row.measures.calls;
        *principals += 1;
    }
    let mut rows: Vec<SdkRow<'r>> = (sums.into_iter())
        .map(|((sdk, sdk_version, cause), (calls, principals))| SdkRow {
            sdk,
            sdk_version,
            cause: Cause::find(cause).unwrap_or(Cause::Unrecognised),
            calls,
            principals,
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.calls));
    rows
}
