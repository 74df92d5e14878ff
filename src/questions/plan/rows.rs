//! The groups of a tally → the rows of a plan.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::Ipv6Addr;

use super::super::key::AS_LABEL;
use super::super::tokens::TokenTrace;
use super::super::{AnyQuestion, Report};
use super::Counts;
use super::key;
use super::region::{RegionEvidence, Regions, Whereabouts};
use super::risks::{Found, Risks};
use super::seen::{NAMED, Seen};
use crate::aws::region::{Region, US_EAST_1, is_region};
use crate::sts::region::Activation;
use crate::sts::tool::{SENDS_PRESIGNED, TRIES_FOUND_KEYS};
use crate::sts::{Cause, Share, Situation, fix, sdk};
use crate::tally::{Group, Measures};

/// How `in_scope_of` begins where credentials were issued to a Lambda function. Agents say it, too
/// (`exec-env/AWS_Lambda_…`), but a store keeps none, and both are to give one plan.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
const LAMBDA_FUNCTION: &str = "AWS::Lambda::Function";

/// Who must change what, and what can go wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan<'r> {
    /// One row for each principal, SDK, version of it and cause; most calls first.
    pub rows: Vec<PlanRow<'r>>,
    /// What can go wrong.
    pub risks: Risks<'r>,
    /// All global calls together.
    pub global: Measures,
    /// Those that AWS itself made.
    pub aws_managed: u64,
    /// The different principals that made the others.
    pub principals: u64,
}

/// The global calls of one principal with one SDK for one cause.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlanRow<'r> {
    /// Who calls.
    pub principal: &'r str,
    /// `userIdentity.type`; where its records differ, that of the most calls, then the first by name.
    pub principal_type: Option<&'r str>,
    /// The caller's account; where its records differ, as with the type.
    pub account_id: Option<&'r str>,
    /// The SDK or tool.
    pub sdk: Option<&'r str>,
    /// Its version; of rows that were put together, that of the most calls.
    pub sdk_version: Option<&'r str>,
    /// All versions of it in this row, the oldest first: one, unless rows were put together
    /// ([`Plan::together`]).
    pub versions: Vec<Option<&'r str>>,
    /// The global calls.
    pub measures: Measures,
    /// The Regional calls of the same principal, whatever the SDK.
    pub regional_calls: u64,
    /// Why they go to the global endpoint.
    pub cause: Cause,
    /// The Region whose endpoint they should go to, and what says so.
    pub recommended_region: Option<(&'r str, RegionEvidence)>,
    /// What to do.
    pub fix: String,
    /// Up to three addresses, those with the most calls first.
    pub source_ip_addresses: Vec<&'r str>,
    /// Up to three sessions, those with the most calls first.
    pub session_names: Vec<&'r str>,
    /// Up to three things that credentials were issued to, those with the most calls first.
    pub in_scope_of: Vec<&'r str>,
    /// Up to three programs that the user agents name, those with the most calls first.
    pub tools: Vec<&'r str>,
    /// What these are the first of.
    pub(super) seen: Seen<'r>,
}

impl PlanRow<'_> {
    /// Whether AWS itself made the calls.
    pub fn is_aws_managed(&self) -> bool {
        self.sdk.is_some_and(sdk::is_aws_managed)
    }
}

/// What tells rows apart: principal, SDK, its version, cause.
type RowKey<'r> = (&'r str, Option<&'r str>, Option<&'r str>, Cause);

/// A row as its calls come together.
#[derive(Default)]
struct Gathered<'r> {
    measures: Measures,
    types: Counts<'r>,
    accounts: Counts<'r>,
    serving: Counts<'r>,
    /// The tools, with labels apart that only have a tool's name.
    programs: Counts<'r>,
    seen: Seen<'r>,
    issuing_accounts: BTreeSet<&'r str>,
    via_vpc_endpoint: bool,
    regional_only_action: bool,
    through_own_host: u64,
    from_lambda: u64,
    perhaps_presigned: u64,
}

impl<'r> Gathered<'r> {
    fn add(&mut self, group: &Group<'r>) {
        let calls = group.measures.calls;
        self.measures += group.measures;
        self.types.add(group.get(key::PRINCIPAL_TYPE), calls);
        self.accounts.add(group.get(key::ACCOUNT_ID), calls);
        self.serving.add(group.get(key::REGION), calls);
        let seen = &mut self.seen;
        seen.addresses.add(group.get(key::SOURCE_IP_ADDRESS), calls);
        seen.sessions.add(group.get(key::SESSION_NAME), calls);
        let scope = group.get(key::IN_SCOPE_OF);
        seen.scopes.add(scope, calls);
        let program = group.get(key::TOOL);
        let tool = program.map(|name| name.strip_suffix(AS_LABEL).unwrap_or(name));
        seen.tools.add(tool, calls);
        self.programs.add(program, calls);
        self.regional_only_action |= group.get(key::REGIONAL_ONLY);
        if group.get(key::THROUGH_OWN_HOST) {
            self.through_own_host += calls;
        }
        if scope.is_some_and(|scope| scope.starts_with(LAMBDA_FUNCTION)) {
            self.from_lambda += calls;
        }
        if group.get(key::PERHAPS_PRESIGNED) {
            self.perhaps_presigned += calls;
        }
        self.issuing_accounts
            .extend(group.get(key::ISSUING_ACCOUNT));
        self.via_vpc_endpoint |= group.get(key::VIA_VPC_ENDPOINT);
    }

    /// The tools whose advice is told: these, and that a key was found before all else, however few calls
    /// say so.
    fn advised(&self) -> Vec<&'r str> {
        let found = self.programs.0.contains_key(TRIES_FOUND_KEYS);
        let found = found.then_some(TRIES_FOUND_KEYS);
        let most = self.programs.first(NAMED).into_iter();
        let others = most.filter(|&name| name != TRIES_FOUND_KEYS);
        found.into_iter().chain(others).collect()
    }

    /// Whether some calls are of none of these tools.
    fn has_other_tools(&self, tools: &[&str]) -> bool {
        let of_these: u64 = tools.iter().map(|tool| self.programs.0[tool]).sum();
        of_these < self.measures.calls
    }

    /// How many of the calls that may be presigned are of the action that is.
    fn presigned(&self) -> Share {
        let of_tool = self.programs.0.get(SENDS_PRESIGNED);
        Share::of(self.perhaps_presigned, of_tool.copied().unwrap_or_default())
    }

    /// The Regions that answered some of the calls and are not recommended: those of the most calls, by
    /// name. Whoever is answered in us-east-1 may be anywhere.
    fn served_elsewhere(&self, recommended: &str) -> Vec<&'r str> {
        let others = self.serving.0.iter().filter(|(region, _)| {
            is_region(region) && **region != US_EAST_1 && **region != recommended
        });
        let others = Counts(others.map(|(region, calls)| (*region, *calls)).collect());
        let mut most = others.first(NAMED);
        most.sort_unstable();
        most
    }

    /// Whether some came from an IPv6 address. One that only wraps an IPv4 address is none.
    fn is_from_ipv6(&self) -> bool {
        let mut addresses = self.seen.addresses.0.keys();
        addresses.any(|address| {
            let address: Result<Ipv6Addr, _> = address.parse();
            address.is_ok_and(|address| address.to_ipv4_mapped().is_none())
        })
    }
}

/// The Regional calls of one principal.
#[derive(Default)]
struct Regional<'r> {
    calls: u64,
    regions: Counts<'r>,
}

impl<'r> Plan<'r> {
    /// The plan that a report of [`AnyQuestion::Plan`] comes to.
    /// `region_of` gives the Region of a source address, if it is one of AWS's.
    ///
    /// ```
    /// use stscope::{AnyQuestion, Plan, Scan};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let logs = ["sample-logs/AWSLogs".into()];
    /// let report = Scan::default().ask(&AnyQuestion::Plan, &logs)?.finish();
    /// let plan = Plan::of(&report, |_address| None);
    /// assert_eq!(plan.global.calls, report.totals.summary().global());
    /// # Ok(()) }
    /// ```
    pub fn of(report: &'r Report, region_of: impl Fn(&str) -> Option<&'r str>) -> Plan<'r> {
        let mut regions = Regions::new(&region_of);
        let mut rows: BTreeMap<RowKey<'r>, Gathered<'r>> = BTreeMap::new();
        let mut regional: HashMap<&'r str, Regional<'r>> = HashMap::new();
        let mut served_in_us_east_1 = Vec::new();
        let mut found = Found::default();
        assert_eq!(report.question, AnyQuestion::Plan);
        for group in report.groups() {
            let Some(principal) = group.get(key::PRINCIPAL) else {
                continue; // neither global nor Regional
            };
            let region = group.get(key::REGION).filter(|region| is_region(region));
            if let Some(cause) = group.get(key::CAUSE) {
                let row = (
                    principal,
                    group.get(key::SDK),
                    group.get(key::SDK_VERSION),
                    cause,
                );
                rows.entry(row).or_default().add(&group);
                if region == Some(US_EAST_1) && cause != Cause::AwsManaged {
                    served_in_us_east_1.push(group);
                }
            } else {
                let of_principal = regional.entry(principal).or_default();
                of_principal.calls += group.measures.calls;
                of_principal.regions.add(region, group.measures.calls);
                if let (true, Some(region)) = (group.get(key::REFUSED), region) {
                    let caller = (principal, group.get(key::ACCOUNT_ID));
                    found.refusal(
                        group.get(key::ISSUING_ACCOUNT),
                        region,
                        caller,
                        group.measures,
                    );
                }
            }
        }
        for group in served_in_us_east_1 {
            let Some(principal) = group.get(key::PRINCIPAL) else {
                continue;
            };
            let by_address = group
                .get(key::SOURCE_IP_ADDRESS)
                .and_then(|address| regions.of(address))
                .map(|region| (region, RegionEvidence::IpRanges));
            let by_calls = || {
                let most = regional.get(principal)?.regions.most()?;
                Some((most, RegionEvidence::RegionalCalls))
            };
            if let Some((region, evidence)) = by_address.or_else(by_calls)
                && region != US_EAST_1
            {
                let caller = (principal, group.get(key::ACCOUNT_ID), region, evidence);
                found.cross_region(caller, group.measures);
            }
        }
        let rows = (rows.into_iter())
            .map(|(key, gathered)| row(key, gathered, regional.get(key.0), &mut regions, &found))
            .collect();
        Plan::new(rows, found.in_order())
    }

    fn new(rows: Vec<PlanRow<'r>>, risks: Risks<'r>) -> Plan<'r> {
        let mut global = Measures::default();
        let (mut aws_managed, mut principals) = (0, BTreeSet::new());
        for row in &rows {
            global += row.measures;
            if row.is_aws_managed() {
                aws_managed += row.measures.calls;
            } else {
                principals.insert(row.principal);
            }
        }
        let principals = principals.len() as u64;
        let mut plan = Plan {
            rows,
            risks,
            global,
            aws_managed,
            principals,
        };
        plan.sort_by_calls();
        plan
    }

    /// Adds what became of the tokens, if they were traced.
    #[must_use]
    pub fn with_tokens(mut self, trace: Option<TokenTrace>) -> Plan<'r> {
        self.risks.opt_in_tokens = trace;
        self
    }

    /// The accounts that rows are of; `None` for rows that name none.
    pub fn accounts(&self) -> BTreeSet<Option<&'r str>> {
        self.rows.iter().map(|row| row.account_id).collect()
    }

    /// The part of the plan that is of some accounts.
    #[must_use]
    pub fn of_accounts(&self, is_of: impl Fn(Option<&str>) -> bool) -> Plan<'r> {
        let rows = self.rows.iter().filter(|row| is_of(row.account_id));
        Plan::new(rows.cloned().collect(), self.risks.of_accounts(&is_of))
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

    /// Orders the rows by what tells them apart alone: principal, SDK, version, cause.
    pub fn sort_by_group(&mut self) {
        self.rows.sort_by_key(|row| {
            let cause = row.cause.as_str();
            (row.principal, row.sdk, row.sdk_version, cause)
        });
    }

    /// Leaves out rows with fewer calls.
    pub fn keep_min_calls(&mut self, calls: u64) {
        self.rows.retain(|row| row.measures.calls >= calls);
    }
}

fn row<'r>(
    (principal, sdk, sdk_version, cause): RowKey<'r>,
    gathered: Gathered<'r>,
    regional: Option<&Regional<'r>>,
    regions: &mut Regions<'r, '_>,
    found: &Found<'r>,
) -> PlanRow<'r> {
    let (principal_type, account_id) = (gathered.types.most(), gathered.accounts.most());
    let recommended_region = Whereabouts {
        serving: &gathered.serving,
        regional: regional.map(|regional| &regional.regions),
        addresses: &gathered.seen.addresses,
    }
    .recommended(regions);
    let tools = gathered.seen.tools.first(NAMED);
    let advised = gathered.advised();
    let recommended = recommended_region.map(|(region, _)| region);
    let mut fix = fix(&Situation {
        cause,
        sdk: sdk.unwrap_or_default(),
        sdk_version: sdk_version.unwrap_or_default(),
        tools: &advised,
        has_other_tools: gathered.has_other_tools(&advised),
        principal,
        principal_type: principal_type.unwrap_or_default(),
        account_id: account_id.unwrap_or_default(),
        recommended_region: recommended,
        served_elsewhere: &gathered.served_elsewhere(recommended.unwrap_or_default()),
        via_vpc_endpoint: gathered.via_vpc_endpoint,
        from_ipv6: gathered.is_from_ipv6(),
        regional_only_action: gathered.regional_only_action,
        through_own_host: Share::of(gathered.through_own_host, gathered.measures.calls),
        in_lambda: Share::of(gathered.from_lambda, gathered.measures.calls),
        presigned: gathered.presigned(),
    });
    if let Some((region, _)) = recommended_region.filter(|_| cause != Cause::AwsManaged) {
        let accounts = gathered.issuing_accounts.iter();
        let refusing = accounts.filter(|account| found.is_refused(account, region));
        fix += &first_enable(region, &refusing.copied().collect::<Vec<_>>());
    }
    PlanRow {
        principal,
        principal_type,
        account_id,
        sdk,
        sdk_version,
        versions: vec![sdk_version],
        measures: gathered.measures,
        regional_calls: regional.map_or(0, |regional| regional.calls),
        cause,
        recommended_region,
        fix,
        source_ip_addresses: gathered.seen.addresses.first(NAMED),
        session_names: gathered.seen.sessions.first(NAMED),
        in_scope_of: gathered.seen.scopes.first(NAMED),
        tools,
        seen: gathered.seen,
    }
}

/// What has to happen before calls can go to a Region where they were refused in some accounts.
fn first_enable(region: &str, accounts: &[&str]) -> String {
    let what = match Region::find(region).map(Region::activation) {
        _ if accounts.is_empty() => return String::new(),
        // STS cannot be off there, whatever the log says.
        Some(Activation::AlwaysOn) => return String::new(),
        Some(Activation::OptIn) => "enable the Region",
        _ => "activate STS in",
    };
    let accounts = accounts.join(", ");
    format!(" First {what} {region} in account {accounts}: calls there were refused.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_enabled_depends_on_the_region() {
        let accounts = ["000011112222", "111122223333"];
        assert_eq!(
            first_enable("eu-north-1", &accounts),
            " First activate STS in eu-north-1 in account 000011112222, 111122223333: calls there \
             were refused."
        );
        assert_eq!(
            first_enable("ap-east-1", &accounts[..1]),
            " First enable the Region ap-east-1 in account 000011112222: calls there were refused."
        );
        assert!(first_enable("new-region-1", &accounts).starts_with(" First activate STS in new"));
        assert_eq!(first_enable("us-east-1", &accounts), "");
        assert_eq!(first_enable("eu-north-1", &[]), "");
    }
}
