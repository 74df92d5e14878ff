//! Which Regional STS endpoints each account uses, and which it could do without.
//!
//! STS is activated and deactivated Region by Region in the account that issues the credentials:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>. A
//! Region that is wrongly called idle and then deactivated is an outage, so what is in doubt counts
//! as not read.

mod key;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{AnyQuestion, Report};
use crate::aws::account::is_account_id;
use crate::aws::region::{Partition, REGIONS, Region, is_region};
use crate::sts::region::Activation;
use crate::sts::{ByEndpoint, EndpointKind};
use crate::tally::{ChainStatus, Group, Measures};
pub(super) use key::{WIDTH, columns};

/// Which Regional STS endpoints the accounts use.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Regions<'r> {
    /// One row for each account and Region; most calls first.
    pub rows: Vec<RegionRow<'r>>,
    /// The different accounts.
    pub accounts: u64,
    /// Calls that belong to no Region, by endpoint.
    pub of_no_region: ByEndpoint<u64>,
    /// Calls by names that are not AWS's, which belong to the Region that logged them.
    pub by_other_names: u64,
    /// Damaged files that may be of any account and Region: nothing is idle beside them.
    pub damaged_anywhere: u64,
    /// Calls without a readable time, where a time is asked about: any Region may have been used by one, and
    /// nothing is idle beside them.
    pub undated: u64,
    /// Accounts and Regions of which nothing was read, and digests say that nothing was delivered.
    pub silent: u64,
    /// Rows that are not read because digests say that logs are missing, or may be.
    pub incomplete: u64,
}

/// The STS of one account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionRow<'r> {
    /// The account that issues the credentials.
    pub account_id: Option<&'r str>,
    /// The Region.
    pub region: &'r str,
    /// Calls to its own endpoint, whatever the name of it.
    pub regional_calls: u64,
    /// Calls through a VPC endpoint.
    pub vpc_endpoint_calls: u64,
    /// Calls by AWS services on the account's behalf.
    pub aws_service_calls: u64,
    /// The different principals that made the calls.
    pub callers: u64,
    /// Calls that were refused, as STS is deactivated here.
    pub refused: u64,
    /// All calls, those by names that are not AWS's included.
    pub measures: Measures,
    /// What follows.
    pub status: RegionStatus,
}

impl RegionRow<'_> {
    /// What is known of the Region besides the logs.
    pub fn known(&self) -> Option<&'static Region> {
        Region::find(self.region)
    }
}

/// What the logs say of the STS of one account in one Region; the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RegionStatus {
    /// Calls were refused: it is deactivated, and somebody calls it.
    Refused,
    /// It was called, be it by AWS services alone.
    InUse,
    /// No log of it was read, or not all of one: nothing can be said.
    NotRead,
    /// Not called. It is enabled by default and can be deactivated.
    Idle,
    /// Not called. It cannot be deactivated.
    AlwaysOn,
    /// Not called. It comes with the Region, or nobody says how it comes.
    OptIn,
}

impl RegionStatus {
    /// Every status, in the order they are tried.
    pub const ALL: [RegionStatus; 6] = [
        RegionStatus::Refused,
        RegionStatus::InUse,
        RegionStatus::NotRead,
        RegionStatus::Idle,
        RegionStatus::AlwaysOn,
        RegionStatus::OptIn,
    ];

    /// Its name in columns and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            RegionStatus::Refused => "refused",
            RegionStatus::InUse => "in-use",
            RegionStatus::NotRead => "not-read",
            RegionStatus::Idle => "idle",
            RegionStatus::AlwaysOn => "always-on",
            RegionStatus::OptIn => "opt-in",
        }
    }
}

/// An account and a Region.
type Pair<'r> = (Option<&'r str>, &'r str);

/// The calls of one row as they come together.
#[derive(Default)]
struct Gathered<'r> {
    regional: u64,
    aws_service: u64,
    via_vpc_endpoint: u64,
    refused: u64,
    callers: BTreeSet<&'r str>,
    measures: Measures,
}

impl<'r> Regions<'r> {
    /// What a report of [`AnyQuestion::Regions`] comes to.
    ///
    /// ```
    /// use stscope::{AnyQuestion, RegionStatus, Regions, Scan};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let logs = ["sample-logs/AWSLogs".into()];
    /// let report = Scan::default().ask(&AnyQuestion::Regions, &logs)?.finish();
    /// let regions = Regions::of(&report);
    /// assert!(regions.rows.iter().any(|row| row.status == RegionStatus::Refused));
    /// # Ok(()) }
    /// ```
    pub fn of(report: &'r Report) -> Regions<'r> {
        let mut calls: BTreeMap<Pair<'r>, Gathered<'r>> = BTreeMap::new();
        let mut read: BTreeSet<Pair<'r>> = BTreeSet::new();
        let mut accounts: BTreeSet<Option<&'r str>> = BTreeSet::new();
        let (mut of_no_region, mut by_other_names) = (ByEndpoint::default(), 0);
        assert_eq!(report.question, AnyQuestion::Regions);
        for group in report.groups() {
            accounts.insert(group.get(key::ISSUING_ACCOUNT));
            // A record that was read is part of a log that was read.
            if let Some(region) = group
                .get(key::AWS_REGION)
                .filter(|region| is_region(region))
            {
                read.insert((group.get(key::RECIPIENT), region));
            }
            let endpoint = group.get(key::ENDPOINT).unwrap_or(EndpointKind::Unknown);
            match region_of(endpoint, group.get(key::REGION)) {
                Some(region) => {
                    let pair = (group.get(key::ISSUING_ACCOUNT), region);
                    calls.entry(pair).or_default().add(endpoint, &group);
                    if endpoint == EndpointKind::Other {
                        by_other_names += group.measures.calls;
                    }
                }
                None => {
                    of_no_region[endpoint] += group.measures.calls;
                }
            }
        }
        let logs_read = &report.totals.logs_read;
        let known = logs_read.read().chain(logs_read.silent());
        read.extend(known.map(|(account, region)| (Some(account), region)));
        accounts.extend(read.iter().map(|(account, _)| *account));
        let damaged: BTreeSet<_> = logs_read.damaged().collect();
        // Another chain of the pair may be whole, and name no log: its trail leaves out what this one has.
        let incomplete: BTreeSet<_> = (report.totals.chains.iter())
            .filter(|chain| chain.status == ChainStatus::Incomplete)
            .map(|chain| (chain.account_id.as_str(), chain.region.as_str()))
            .collect();
        let undated = match report.totals.terms.selection.asks_for_time() {
            true => report.totals.coverage.no_time,
            false => 0,
        };
        let is_read = |pair: Pair<'r>| {
            read.contains(&pair)
                && logs_read.damaged_anywhere() == 0
                && undated == 0
                && !is_among(&damaged, pair)
                && !is_among(&incomplete, pair)
        };

        let mut pairs: BTreeSet<Pair<'r>> = calls.keys().copied().collect();
        pairs.extend(
            read.iter()
                .filter(|(account, _)| account.is_some_and(is_account_id)),
        );
        pairs.extend(enabled_by_default(&accounts, &pairs));
        let rows: Vec<_> = pairs
            .into_iter()
            .map(|pair| row(pair, calls.remove(&pair).unwrap_or_default(), is_read(pair)))
            .collect();
        let of_rows: BTreeSet<_> = rows.iter().map(|row| row.account_id).collect();
        let lacks_logs = |row: &&RegionRow<'_>| {
            row.status == RegionStatus::NotRead
                && is_among(&incomplete, (row.account_id, row.region))
        };
        let mut regions = Regions {
            accounts: of_rows.len() as u64,
            incomplete: rows.iter().filter(lacks_logs).count() as u64,
            rows,
            of_no_region,
            by_other_names,
            damaged_anywhere: logs_read.damaged_anywhere(),
            undated,
            silent: (logs_read.silent())
                .filter(|pair| !incomplete.contains(pair))
                .count() as u64,
        };
        regions.sort_by_calls();
        regions
    }

    /// How many rows have this status.
    pub fn with_status(&self, status: RegionStatus) -> u64 {
        self.rows.iter().filter(|row| row.status == status).count() as u64
    }

    /// Orders the rows by calls, the most first.
    pub fn sort_by_calls(&mut self) {
        self.sort_by_group();
        self.rows.sort_by_key(|row| Reverse(row.measures.calls));
    }

    /// Orders the rows by the time of their last call, the newest first.
    pub fn sort_by_last_event_time(&mut self) {
        self.sort_by_group();
        self.rows.sort_by_key(|row| Reverse(row.measures.last));
    }

    /// Orders the rows by account and Region alone.
    pub fn sort_by_group(&mut self) {
        self.rows.sort_by_key(|row| (row.account_id, row.region));
    }

    /// Leaves out rows with fewer calls.
    pub fn keep_min_calls(&mut self, calls: u64) {
        self.rows.retain(|row| row.measures.calls >= calls);
    }
}

fn is_among(pairs: &BTreeSet<(&str, &str)>, (account, region): Pair<'_>) -> bool {
    account.is_some_and(|account| pairs.contains(&(account, region)))
}

/// The Region that answered a call. A call by another name than AWS's (a proxy, a CNAME) was answered
/// where it was logged, except in us-east-1, where global calls are logged, too.
fn region_of(endpoint: EndpointKind, region: Option<&str>) -> Option<&str> {
    let region = region.filter(|region| is_region(region))?;
    match endpoint {
        EndpointKind::Regional | EndpointKind::AwsService => Some(region),
        EndpointKind::Other => (region != "us-east-1").then_some(region),
        EndpointKind::Global | EndpointKind::Unknown => None,
    }
}

impl<'r> Gathered<'r> {
    fn add(&mut self, endpoint: EndpointKind, group: &Group<'r>) {
        let calls = group.measures.calls;
        self.measures += group.measures;
        match endpoint {
            EndpointKind::Regional => self.regional += calls,
            EndpointKind::AwsService => self.aws_service += calls,
            _ => {}
        }
        if group.get(key::VIA_VPC_ENDPOINT) {
            self.via_vpc_endpoint += calls;
        }
        if group.get(key::REFUSED) {
            self.refused += calls;
        }
        self.callers.extend(group.get(key::PRINCIPAL));
    }
}

/// The Regions that are enabled in every account of the partitions that its Regions are of; where no
/// Region of an account is known, of the partition `aws`.
fn enabled_by_default<'r>(
    accounts: &BTreeSet<Option<&'r str>>,
    seen: &BTreeSet<Pair<'r>>,
) -> Vec<Pair<'r>> {
    let mut pairs = Vec::new();
    for &account in accounts {
        if !account.is_some_and(is_account_id) {
            continue; // a text in a log that is no account, or none at all
        }
        let mut partitions: Vec<Partition> = seen
            .range((account, "")..)
            .take_while(|(of, _)| *of == account)
            .map(|(_, region)| Partition::of_region(region))
            .collect();
        if partitions.is_empty() {
            partitions.push(Partition::Aws);
        }
        let enabled = REGIONS.iter().filter(|region| {
            region.enabled_by_default() == Some(true) && partitions.contains(&region.partition)
        });
        pairs.extend(enabled.map(|region| (account, region.code)));
    }
    pairs
}

fn row<'r>((account_id, region): Pair<'r>, calls: Gathered<'r>, is_read: bool) -> RegionRow<'r> {
    let status = if calls.refused > 0 {
        RegionStatus::Refused
    } else if calls.measures.calls > 0 {
        RegionStatus::InUse
    } else if !is_read {
        RegionStatus::NotRead
    } else {
        match Region::find(region).map(Region::activation) {
            Some(Activation::Deactivatable) => RegionStatus::Idle,
            Some(Activation::AlwaysOn) => RegionStatus::AlwaysOn,
            Some(Activation::OptIn | Activation::Undocumented) | None => RegionStatus::OptIn,
        }
    };
    RegionRow {
        account_id,
        region,
        regional_calls: calls.regional,
        vpc_endpoint_calls: calls.via_vpc_endpoint,
        aws_service_calls: calls.aws_service,
        callers: calls.callers.len() as u64,
        refused: calls.refused,
        measures: calls.measures,
        status,
    }
}
