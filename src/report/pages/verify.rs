//! `verify`: what is proved of the logs, for whom, until when; and what was found.

use serde_json::{Value, json};

use super::{gauges, time_json};
use crate::questions::verify::{
    ChainRow, ChainStatus, Finding, FindingKind, Standing, Verification,
};
use crate::report::cell::Cell;
use crate::report::page::{Block, Figure, List, Page, Tone};
use crate::report::sheet::{Label, Sheet};
use crate::report::words::{count, counted};
use crate::tally::Coverage;

/// Where the findings go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Into a member of JSON.
    Member,
    /// Below the rows, a line each.
    Lines,
    /// Into a list of their own, where there is room for one.
    List,
}

/// The page of a verification; `top` is the most rows, and the most findings.
pub fn page<'p>(
    verification: &'p Verification<'p>,
    standing: &'p Standing,
    top: Option<u64>,
    told: Told,
    coverage: &'p Coverage,
) -> Page<'p> {
    let rows = verification.rows.iter().map(Ok);
    let findings = verification.findings.iter().map(|one| finding_json(&one));
    let mut chains = List::new("chains", sheet(), rows, top);
    let mut lists = Vec::new();
    if told == Told::List && !verification.findings.is_empty() {
        chains.title = "Chains of digests";
        let findings = verification.findings.iter().map(Ok);
        lists.push(List {
            key: "findings",
            title: "Findings",
            ..List::new("findings", finding_sheet(), findings, top)
        });
    }
    let mut page = Page {
        long: Some(("findings", Box::new(findings))),
        blocks: blocks(&verification.rows, standing),
        gauges: Some(Box::new(move || {
            let mut all = gauges::of_verification(verification, standing);
            all.extend(gauges::of_coverage(coverage));
            all
        })),
        notes: match told {
            Told::Member => Vec::new(),
            Told::Lines => notes(verification, findings_in_words(verification, top)),
            Told::List => notes(verification, Vec::new()),
        },
        ..Page::new("stscope.verify/1", chains)
    };
    page.lists.extend(lists);
    page.covering(move || Ok(Some(serde_json::to_value(coverage)?)))
}

/// The columns.
pub fn sheet<'r>() -> Sheet<&'r ChainRow> {
    fn text(text: &str) -> Cell<'_> {
        Cell::some((!text.is_empty()).then_some(text), Cell::text)
    }
    fn number(
        of: impl Fn(&ChainRow) -> u64 + Copy + 'static,
    ) -> impl for<'r> Fn(&'r &ChainRow) -> Cell<'r> + 'static {
        move |row| Cell::Count(of(row))
    }
    Sheet::<&'r ChainRow>::new()
        .col(
            "account_id",
            Label::new("ACCOUNT"),
            "the account whose logs they are",
            |row| {
                let account = Some(row.account_id.as_str()).filter(|id| !id.is_empty());
                Cell::some(account, Cell::account)
            },
        )
        .col("region", Label::new("REGION"), "their Region", |row| {
            text(&row.region)
        })
        .col(
            "trail",
            Label::new("TRAIL").least(12).spare(4),
            "the trail; none without digests",
            |row| Cell::some(row.trail.as_deref(), Cell::text),
        )
        .col(
            "organization_id",
            None,
            "the organisation of its trail",
            |row| Cell::some(row.organization_id.as_deref(), Cell::text),
        )
        .col(
            "digests",
            Label::new("DIGESTS").spare(5),
            "digests of the chain",
            number(|row| row.digests),
        )
        .col(
            "first_digest_start",
            Label::new("FROM").spare(3).by_day(),
            "from when on the first names logs",
            |row| Cell::some(row.first_digest_start, Cell::Time),
        )
        .col(
            "last_digest_end",
            Label::new("UNTIL").spare(2),
            "until when the last does",
            |row| Cell::some(row.last_digest_end, Cell::Time),
        )
        .col(
            "holes",
            Label::new("HOLES").spare(1),
            "times of which no digest is here",
            number(|row| row.holes),
        )
        .col(
            "hole_hours",
            Label::new("HOURS").spare(7),
            "their length in hours",
            number(|row| row.hole_hours),
        )
        .col(
            "restarts",
            Label::new("RESTARTS").spare(9),
            "digests that begin the chain anew; the time before such a digest is in its finding, and in no hole",
            number(|row| row.restarts),
        )
        .col(
            "log_files",
            Label::new("LOGS").spare(6),
            "logs that are named",
            number(|row| row.log_files),
        )
        .col(
            "missing",
            Label::new("MISSING").spare(1),
            "those that are not here",
            number(|row| row.missing),
        )
        .col(
            "differing",
            Label::new("DIFFER").spare(1),
            "those with another content",
            number(|row| row.differing),
        )
        .col(
            "unnamed",
            Label::new("UNNAMED").spare(8),
            "logs that no digest names",
            number(|row| row.unnamed),
        )
        .col(
            "signatures",
            Label::new("SIGNATURES").spare(10),
            "what is known of the signatures",
            |row| Cell::text(row.signatures.as_str()),
        )
        .col("status", Label::new("STATUS"), "what follows", |row| {
            Cell::text(row.status.as_str())
        })
}

/// The columns of findings.
pub fn finding_sheet() -> Sheet<Finding> {
    fn some(text: &str) -> Cell<'_> {
        Cell::some((!text.is_empty()).then_some(text), Cell::text)
    }
    Sheet::<Finding>::new()
        .col("kind", Label::new("KIND"), "what was found", |one| {
            Cell::text(one.kind.as_str())
        })
        .col(
            "account_id",
            Label::new("ACCOUNT"),
            "the account of its chain",
            |one| {
                let account = Some(one.account_id.as_str()).filter(|id| !id.is_empty());
                Cell::some(account, Cell::account)
            },
        )
        .col(
            "region",
            Label::new("REGION"),
            "the Region of its chain",
            |one| some(&one.region),
        )
        .col(
            "trail",
            Label::new("TRAIL"),
            "the trail of its chain",
            |one| Cell::some(one.trail.as_deref(), Cell::text),
        )
        .col("from", Label::new("FROM"), "from when on", |one| {
            Cell::some(one.from, Cell::Time)
        })
        .col("until", Label::new("UNTIL"), "until when", |one| {
            Cell::some(one.until, Cell::Time)
        })
        .col(
            "path",
            Label::new("PATH"),
            "the file, or the key of what was not found",
            |one| Cell::some(one.path.as_deref(), Cell::text),
        )
        .col("detail", Label::new("DETAIL"), "what is wrong", |one| {
            Cell::text(one.detail.as_str())
        })
}

fn finding_json(finding: &Finding) -> Value {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "kind": finding.kind.as_str(),
        "account_id": some(&finding.account_id),
        "region": some(&finding.region),
        "trail": finding.trail,
        "path": finding.path,
        "from": time_json(finding.from),
        "until": time_json(finding.until),
        "detail": finding.detail,
    })
}

pub(super) fn blocks(rows: &[ChainRow], standing: &Standing) -> Vec<Block> {
    let figures = ChainStatus::ALL.iter().rev().map(|&status| {
        let count = with_status(rows, status);
        Figure {
            name: status.as_str(),
            count,
            share: None,
            words: meaning(status).to_owned(),
            tone: match (status, count) {
                (ChainStatus::Incomplete, 1..) => Tone::Alarm,
                (ChainStatus::Proved | ChainStatus::Complete, 1..) => Tone::Calm,
                _ => Tone::Plain,
            },
        }
    });
    vec![
        Block::Heading {
            text: format!(
                "{} of digests; logs of us-east-1: {}",
                counted(chains(rows), "chain"),
                standing.words()
            ),
            details: Vec::new(),
        },
        Block::Figures {
            figures: figures.collect(),
            with_shares: false,
        },
    ]
}

fn with_status(rows: &[ChainRow], status: ChainStatus) -> u64 {
    rows.iter().filter(|row| row.status == status).count() as u64
}

fn chains(rows: &[ChainRow]) -> u64 {
    rows.len() as u64 - with_status(rows, ChainStatus::Unknown)
}

fn meaning(status: ChainStatus) -> &'static str {
    match status {
        ChainStatus::Proved => "nothing is missing or changed, and digests are signed",
        ChainStatus::Complete => "nothing is missing by the digests; signatures not all checked",
        ChainStatus::Incomplete => "something is missing or changed: see the findings",
        ChainStatus::Unknown => "there are logs and no digests: nothing can be said",
    }
}

/// The most findings in words, if nobody says another number: of a million lost logs nobody reads each.
const MOST_IN_WORDS: u64 = 1_000;

/// The findings in words, the worst kinds first.
fn findings_in_words(verification: &Verification<'_>, top: Option<u64>) -> Vec<String> {
    let most = top.unwrap_or(MOST_IN_WORDS);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let findings = &verification.findings;
    let mut told: Vec<String> = (findings.iter().take(most))
        .map(|one| words(&one))
        .collect();
    if let Some(more) = findings.len().checked_sub(most).filter(|more| *more > 0) {
        told.push(format!(
            "and {} more findings; --format json has them all",
            count(more as u64)
        ));
    }
    told
}

/// What is to be known after the rows.
fn notes(verification: &Verification<'_>, mut notes: Vec<String>) -> Vec<String> {
    if verification.findings.missing().next().is_some() {
        notes.push("The keys of what is to be fetched are printed with --missing-only.".to_owned());
    }
    let rows = &verification.rows;
    if with_status(rows, ChainStatus::Incomplete) == 0 && chains(rows) > 0 {
        notes.push(
            "Digests say what a trail delivered: what its event selectors leave out, and accounts \
             without a trail, are in no digest."
                .to_owned(),
        );
    }
    notes
}

fn words(finding: &Finding) -> String {
    let mut words = format!(
        "{}: {} {}",
        finding.kind.as_str(),
        finding.account_id,
        finding.region
    );
    match (finding.from, finding.until) {
        (Some(from), Some(until)) => words += &format!(", {from} to {until}"),
        (None, Some(until)) => words += &format!(", {until}"),
        _ => {}
    }
    if let Some(path) = &finding.path
        && finding.kind != FindingKind::Hole
    {
        words += &format!(", {path}");
    }
    words + ": " + &finding.detail
}
