//! `--fail-on`: how a gate is typed, and what is told of a verdict, which [`gate`] makes.

use super::args::{Asked, GateArgs};
use super::conditions::{excluded_all, not_matched};
use super::exit::{Exit, Failure};
use super::messages::coverage::{PLACES, in_no_log};
use super::messages::{Messages, warn};
use super::offenders::{Allowed, tell_offenders};
use crate::questions::gate::{self, Failed, Gate, NoVerdict, blind_accounts};
use crate::questions::new_callers::NewCallers;
use crate::report::{count, plural};
use crate::sts::Endpoint;
use crate::tally::{Selection, Totals};

/// Said where nothing can be said of global calls.
const NO_US_EAST_1: &str = "nothing of us-east-1 was read in the time, \
    accounts and Regions asked about, and global calls are logged only there; that none is shown \
    means nothing";

/// Says so where no global call is shown and none could be.
pub(super) fn note_if_blind(global: u64, messages: Messages) {
    if global == 0 {
        messages.note(NO_US_EAST_1);
    }
}

/// Says of which accounts a global call could not be seen, where it could of others.
pub(super) fn note_if_partly_blind(totals: &Totals, selection: &Selection, messages: Messages) {
    let blind = blind_accounts(totals, selection);
    if !blind.is_empty() {
        let has_older = |account| totals.logs_read.earlier().any(|(one, _)| one == account);
        let of_time = match blind.iter().copied().any(has_older) {
            true => " in the time asked about",
            false => "",
        };
        messages.note(&format!(
            "no log of us-east-1, where global calls are logged, was read of {}{of_time}; if the archive \
             should have some, add them ('stscope verify' tells by its digests)",
            accounts(&blind)
        ));
    }
}

/// A few accounts by name, and how many more there are.
fn accounts(all: &[&str]) -> String {
    const NAMED: usize = 3;
    let more = all.len().saturating_sub(NAMED);
    let named = all[..all.len() - more].join(", ");
    match more {
        0 => format!("{} {named}", plural(all.len() as u64, "account")),
        more => format!("accounts {named} and {} more", count(more as u64)),
    }
}

/// The end of a run: a gate that failed, or cannot be judged, wins over damage.
pub(super) fn conclude(
    exit: Exit,
    verdict: Result<Exit, Failure>,
    written: Result<(), Failure>,
) -> Result<Exit, Failure> {
    match (verdict?, written) {
        (Exit::GateFailed, Ok(()) | Err(Failure::ClosedPipe)) => Ok(Exit::GateFailed),
        (_, written) => written.map(|()| exit),
    }
}

/// The gates of a run, read before the long work.
pub(super) struct Gates {
    gates: Vec<Gate>,
    new_global: Option<NewCallers>,
    allowed: Allowed,
}

/// How many days old the newest complete day of a store may be, unless asked otherwise.
const MAX_AGE: u32 = 3;

impl Gates {
    /// No gates.
    pub fn none() -> Gates {
        Gates {
            gates: Vec::new(),
            new_global: None,
            allowed: Allowed::default(),
        }
    }

    pub fn resolve(arguments: &GateArgs) -> Result<Gates, Failure> {
        let gates = Gates::of_store(arguments)?;
        if gates.new_global.is_some() {
            return Err(Failure::new(
                "--fail-on new-global: it needs what was read on earlier days; use 'stscope report \
                 --store FILE --fail-on new-global'",
            ));
        }
        Ok(gates)
    }

    /// The gates where there is a store to ask.
    pub fn of_store(arguments: &GateArgs) -> Result<Gates, Failure> {
        let mut new_global = None;
        let mut gates = Vec::new();
        for asked in &arguments.fail_on {
            match *asked {
                Asked::Calls(gate) => gates.push(gate),
                Asked::NewGlobal(days) => {
                    let max_age = arguments.max_age.unwrap_or(MAX_AGE);
                    new_global = Some(NewCallers { days, max_age });
                }
            }
        }
        if arguments.max_age.is_some() && new_global.is_none() {
            let message = "--max-age: it is of --fail-on new-global; give that, or leave it out";
            return Err(Failure::new(message));
        }
        let allowed = match &arguments.allow {
            Some(path) => Allowed::read(path)?,
            None => Allowed::default(),
        };
        Ok(Gates {
            gates,
            new_global,
            allowed,
        })
    }

    /// Whether there is any.
    pub fn are_asked(&self) -> bool {
        !self.gates.is_empty()
    }

    /// Whether calls of a principal to the global endpoint count for one of them.
    pub fn judge_global_calls_of(&self, principal: &str) -> bool {
        let mut gates = self.gates.iter();
        gates.any(|gate| gate.endpoint == Endpoint::Global) && !self.allowed.allows(principal)
    }

    /// Holds the calls against the gates, and names who fails them.
    ///
    /// # Errors
    /// If there is no verdict: see [`gate::judge`].
    pub fn judge(&self, totals: &Totals, selection: &Selection) -> Result<Exit, Failure> {
        let is_allowed = |principal: &str| self.allowed.allows(principal);
        let failed = gate::judge(&self.gates, is_allowed, totals, selection).map_err(no_verdict)?;
        for gate in &self.gates {
            note_if_it_cannot_fail(gate.endpoint, selection);
        }
        for gate in &failed {
            tell(gate);
        }
        match failed.is_empty() {
            true => Ok(Exit::Done),
            false => Ok(Exit::GateFailed),
        }
    }

    /// Adds the verdict on new principals to that on all: one that cannot be judged goes before.
    pub fn judge_new(
        &self,
        verdict: Result<Exit, Failure>,
        judge: impl FnOnce(NewCallers, &Allowed) -> Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let Some(gate) = self.new_global else {
            return verdict;
        };
        let of_new = judge(gate, &self.allowed);
        match (verdict?, of_new?) {
            (Exit::Done, of_new) => Ok(of_new),
            (failed, _) => Ok(failed),
        }
    }
}

/// Says so where the filters leave out what a gate is about: that it holds means nothing.
pub(super) fn note_if_it_cannot_fail(endpoint: Endpoint<'_>, selection: &Selection) {
    if !selection.may_show(endpoint) {
        warn(&format!(
            "note: --endpoint or --where leaves out every call with the endpoint {}, so --fail-on cannot fail \
             for one",
            endpoint.as_str()
        ));
    }
}

fn tell(failed: &Failed<'_>) {
    let what_to_do = match failed.gate.endpoint {
        Endpoint::Unknown => {
            "see what their calls tell with 'stscope report --endpoint unknown --group-by principal,evidence,sdk'"
        }
        _ => "move these principals to Regional endpoints",
    };
    warn(&format!(
        "--fail-on {}: {} {}, {} allowed; {what_to_do}, or list them with --allow",
        failed.gate.endpoint.as_str(),
        count(failed.calls),
        plural(failed.calls, "call"),
        count(failed.gate.most),
    ));
    tell_offenders(&failed.offenders);
}

/// Why the gates cannot be judged, and what to do.
fn no_verdict(why: NoVerdict<'_>) -> Failure {
    let why = match why {
        NoVerdict::NothingOfUsEast1 => "nothing of us-east-1, where global calls are logged, was \
             read in the time, accounts and Regions asked about; add logs of us-east-1, or widen \
             --since, --until, --account, --region and conditions on aws_region, day, hour and \
             recipient_account_id"
            .to_owned(),
        NoVerdict::Unmatched(condition) => return not_matched("--fail-on", condition),
        NoVerdict::Excluding(condition) => return excluded_all("--fail-on", condition),
        NoVerdict::Forgotten { since, kept_from } => format!(
            "--since goes back to {}, and the days before {kept_from} \
             are forgotten; give --since {kept_from}, or ask the log files",
            since.day()
        ),
        NoVerdict::NoTime(calls) => format!(
            "{} STS {} no eventTime that can be read, so --since, --until and conditions on day and \
             hour leave {} out; ask without them, or export the records with times as \
             CloudTrail writes them (2025-11-03T08:00:00Z)",
            count(calls),
            if calls == 1 { "call has" } else { "calls have" },
            if calls == 1 { "it" } else { "them" },
        ),
        NoVerdict::Unplaced(calls) => format!(
            "{}, so --account, --region and conditions on these leave {} out; {PLACES}",
            in_no_log(calls),
            if calls == 1 { "it" } else { "them" },
        ),
    };
    Failure::new(format!("--fail-on cannot be judged: {why}"))
}
