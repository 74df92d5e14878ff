//! `overview`: everything about the endpoints on one page.
//!
//! Owns which lists it has, and in which order. Each list is that of its own page, or one of the two
//! that no other page has: accounts, and SDKs.

use serde_json::Value;

use super::heat;
use super::plan::risks_json;
use super::regions::{self, Window};
use super::{plan, summary, trend, verify, work_list};
use crate::questions::overview::{AccountRow, SdkRow};
use crate::questions::verify::{ChainRow, Standing};
use crate::questions::{Plan, RegionRow, RegionStatus, Regions, Trend};
use crate::report::cell::Cell;
use crate::report::missing::missing;
use crate::report::page::{Bar, Block, Chart, List, Page};
use crate::report::sheet::{Label, Sheet};
use crate::report::words::{count, counted};
use crate::sts::EndpointKind;
use crate::tally::{Coverage, DayRead, DaysRead, FilesOfDay, Summary};

const BLIND: &str = "blank under global: no log of us-east-1 was read of that account";
const NO_DIGESTS: &str = "no digests: whether logs are missing is not known";
/// The same where there are some in S3.
const UNREAD_DIGESTS: &str = "digests in S3 were not read: whether logs are missing is not known";

/// What a page of an overview is made of.
#[derive(Clone, Copy)]
pub struct OverviewPage<'p> {
    /// The sums over all calls.
    pub summary: &'p Summary,
    /// Whether anything was read that global calls would be logged in.
    pub can_judge: bool,
    /// The calls by day.
    pub trend: &'p Trend,
    /// The calls by account.
    pub accounts: &'p [AccountRow<'p>],
    /// The global calls by SDK.
    pub sdks: &'p [SdkRow<'p>],
    /// Who must change what.
    pub plan: &'p Plan<'p>,
    /// Which Regional endpoints are in use.
    pub regions: &'p Regions<'p>,
    /// By what they are judged.
    pub window: &'p Window,
    /// What was read of which day.
    pub days_read: &'p DaysRead,
    /// What digests say of the logs.
    pub chains: &'p [ChainRow],
    /// What follows from it for logs of us-east-1; `None` if there are no digests.
    pub standing: Option<&'p Standing>,
    /// The fewest calls of a row of the Regions; those of the plan are left out of it.
    pub min_calls: u64,
    /// The most rows of each list.
    pub top: Option<u64>,
    /// What was read.
    pub coverage: &'p Coverage,
    /// The same, for programs.
    pub coverage_json: &'p Value,
}

impl<'p> OverviewPage<'p> {
    /// The page.
    pub fn page(self) -> Page<'p> {
        let mut page = Page::new("stscope.overview/1", self.days());
        page.title = "STS endpoints: overview".to_owned();
        page.lists.extend([
            self.accounts(),
            self.sdks(),
            self.plan(),
            self.regions(),
            self.read(),
            self.verify(),
        ]);
        page.head = vec![("summary", summary::json(self.summary))];
        page.tail = vec![
            ("risks", risks_json(self.plan)),
            ("undated", self.trend.undated.into()),
            ("window", self.window.json()),
            ("of_no_region", regions::of_no_region_json(self.regions)),
            ("by_other_names", self.regions.by_other_names.into()),
        ];
        page.blocks = self.blocks();
        let coverage = self.coverage_json;
        page.covering(move || Ok(Some(coverage.clone())))
    }

    /// What is to be seen at once.
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = vec![Block::Read(self.what_was_read())];
        blocks.extend(summary::blocks(
            self.summary,
            self.can_judge,
            self.standing,
            self.coverage,
        ));
        blocks.extend(trend::bars(self.trend));
        blocks.extend(self.of_regions().map(|line| Block::Remarks(vec![line])));
        blocks
    }

    /// How the Regional endpoints fare, in a line.
    fn of_regions(&self) -> Option<String> {
        let with = |status| (status, self.regions.with_status(status));
        let by_status = RegionStatus::ALL.map(with).into_iter();
        let words: Vec<String> = (by_status.filter(|(_, number)| *number > 0))
            .map(|(status, number)| format!("{} {}", count(number), status.as_str()))
            .collect();
        (!words.is_empty()).then(|| format!("Regional endpoints by account: {}", words.join(", ")))
    }

    /// What the figures rest on, the worst first.
    fn what_was_read(&self) -> Vec<String> {
        let files = &self.coverage.files;
        let mut words = missing(self.coverage);
        let (accounts, days) = (self.coverage.key_accounts.len() as u64, {
            let mut days: Vec<_> = self.days_read.by_key().map(|line| line.day).collect();
            days.sort_unstable();
            days.dedup();
            days.len() as u64
        });
        words.push(match accounts {
            0 => format!("{} read", counted(files.read, "file")),
            _ => format!(
                "{} read: {}, {} and {} in their paths",
                counted(files.read, "file"),
                counted(accounts, "account"),
                counted(self.coverage.key_regions.len() as u64, "Region"),
                counted(days, "day"),
            ),
        });
        if self.standing.is_none() && !self.has_unread_digests() {
            words.push(NO_DIGESTS.to_owned());
        }
        words
    }

    fn days(&self) -> List<'p> {
        let rows = self.trend.rows.iter().cloned().map(Ok);
        List {
            key: "days",
            title: "Calls by day",
            is_detail: true,
            blocks: trend::chart(self.trend).into_iter().collect(),
            ..List::new("days", trend::day_sheet(), rows, None)
        }
    }

    fn accounts(&self) -> List<'p> {
        let rows = self.accounts.iter().map(Ok);
        let bars = self.accounts.iter().take(MOST_BARS).map(|row| Bar {
            label: match (row.account_id.unwrap_or("no account"), row.is_blind()) {
                (account, false) => account.to_owned(),
                (account, true) => format!("{account} (not read)"),
            },
            global: row.calls(EndpointKind::Global),
            regional: row.endpoints[EndpointKind::Regional],
        });
        let mut blocks = chart(
            "Global and Regional calls by account",
            bars.collect(),
            self.accounts.len(),
        );
        // Of those that are shown.
        let shown = self.top.map_or(usize::MAX, |top| top as usize);
        if (self.accounts.iter().take(shown)).any(AccountRow::is_blind) {
            blocks.push(Block::Remarks(vec![BLIND.to_owned()]));
        }
        List {
            key: "accounts",
            title: "Accounts",
            blocks,
            ..List::new("accounts", account_sheet(), rows, self.top)
        }
    }

    fn sdks(&self) -> List<'p> {
        let rows = self.sdks.iter().map(Ok);
        let mut by_sdk: Vec<Bar> = Vec::new();
        for row in self.sdks {
            let label = row.sdk.unwrap_or("no user agent");
            match by_sdk.iter_mut().find(|bar| bar.label == label) {
                Some(bar) => bar.global = bar.global.map(|calls| calls + row.calls),
                None => by_sdk.push(Bar {
                    label: label.to_owned(),
                    global: Some(row.calls),
                    regional: 0,
                }),
            }
        }
        by_sdk.sort_by_key(|bar| std::cmp::Reverse(bar.global));
        let all = by_sdk.len();
        by_sdk.truncate(MOST_BARS);
        List {
            key: "sdks",
            title: "SDKs of the global calls",
            blocks: chart("Global calls by SDK", by_sdk, all),
            ..List::new("SDKs", sdk_sheet(), rows, self.top)
        }
    }

    fn plan(&self) -> List<'p> {
        let rows = self.plan.rows.iter().map(Ok);
        let work = plan::PlanPage {
            plan: self.plan,
            summary: self.summary,
            can_judge: self.can_judge,
            is_of_some: false,
            top: self.top,
            coverage: self.coverage_json,
        };
        List {
            key: "plan",
            title: "Who must change what",
            work: Some(Box::new(move || work_list::of(&work))),
            ..List::new("rows of the plan", plan::sheet(), rows, self.top)
        }
    }

    fn regions(&self) -> List<'p> {
        let min_calls = self.min_calls;
        let is_kept = move |row: &&RegionRow<'_>| row.measures.calls >= min_calls;
        let rows = self.regions.rows.iter().filter(is_kept).cloned().map(Ok);
        List {
            key: "regions",
            title: "Regional endpoints by account",
            is_detail: true,
            blocks: regions::blocks(self.regions, self.window),
            ..List::new("rows", regions::sheet(), rows, self.top)
        }
    }

    fn read(&self) -> List<'p> {
        let rows = self.days_read.by_key().map(|line| ReadRow {
            place: Some(line),
            of_files: line.of_files,
        });
        let without_key = self.days_read.without_key();
        let rest = (without_key != FilesOfDay::default()).then_some(ReadRow {
            place: None,
            of_files: without_key,
        });
        List {
            key: "read",
            title: "What was read",
            is_detail: true,
            is_drawn: true,
            blocks: heat::charts(self.days_read),
            ..List::new("rows", read_sheet(), rows.chain(rest).map(Ok), None)
        }
    }

    fn has_unread_digests(&self) -> bool {
        self.coverage.unread_digests() > 0
    }

    fn verify(&self) -> List<'p> {
        let rows = self.chains.iter().map(Ok);
        List {
            key: "verify",
            title: "Digests",
            is_detail: true,
            // Without digests each row would say that nothing is known.
            is_drawn: self.standing.is_none(),
            blocks: match self.standing {
                Some(standing) => verify::blocks(self.chains, standing),
                None if self.has_unread_digests() => remark(UNREAD_DIGESTS),
                None => remark(NO_DIGESTS),
            },
            ..List::new("chains", verify::sheet(), rows, self.top)
        }
    }
}

fn remark(words: &str) -> Vec<Block> {
    vec![Block::Remarks(vec![words.to_owned()])]
}

/// The most bars of a chart.
const MOST_BARS: usize = 20;

fn chart(title: &'static str, bars: Vec<Bar>, all: usize) -> Vec<Block> {
    if bars.is_empty() {
        return Vec::new();
    }
    let more = (all - bars.len().min(all)) as u64;
    vec![Block::Chart(Chart::Bars { title, bars, more })]
}

/// The columns of accounts.
pub fn account_sheet<'r>() -> Sheet<&'r AccountRow<'r>> {
    let mut sheet = Sheet::<&'r AccountRow<'r>>::new().col(
        "account_id",
        Label::new("ACCOUNT"),
        "the caller's account",
        |row| Cell::some(row.account_id, Cell::account),
    );
    for kind in EndpointKind::ALL {
        let (label, help) = trend::endpoint_column(kind);
        sheet = sheet
            .col(kind.as_str(), label, help, move |row| {
                Cell::some(row.calls(kind), Cell::Count)
            })
            .within("endpoints");
    }
    sheet
        .col(
            "global_share",
            Label::new("SHARE"),
            "global of global and Regional",
            |row| Cell::some(row.global_share(), Cell::Share),
        )
        .col(
            "global_principals",
            Label::new("CALLERS"),
            "principals with global calls, AWS itself aside",
            |row| Cell::some(row.global_principals(), Cell::Count),
        )
}

/// The columns of SDKs.
pub fn sdk_sheet<'r>() -> Sheet<&'r SdkRow<'r>> {
    Sheet::<&'r SdkRow<'r>>::new()
        .col("sdk", Label::new("SDK"), "the SDK or tool", |row| {
            Cell::some(row.sdk, Cell::text)
        })
        .col(
            "sdk_version",
            Label::new("VERSION").least(12),
            "its version",
            |row| Cell::some(row.sdk_version, Cell::text),
        )
        .col(
            "cause",
            Label::new("CAUSE").spare(1),
            "why they go to the global endpoint",
            |row| Cell::text(row.cause.as_str()),
        )
        .col("calls", Label::new("CALLS"), "its global calls", |row| {
            Cell::Count(row.calls)
        })
        .col(
            "principals",
            Label::new("CALLERS").spare(2),
            "the different principals that made them",
            |row| Cell::Count(row.principals),
        )
}

/// What was read of an account and Region on a day, or of files whose paths tell none.
#[derive(Clone, Copy, Debug)]
pub struct ReadRow<'r> {
    place: Option<DayRead<'r>>,
    of_files: FilesOfDay,
}

/// The columns of what was read.
pub fn read_sheet<'r>() -> Sheet<ReadRow<'r>> {
    Sheet::<ReadRow<'r>>::new()
        .col(
            "account_id",
            Label::new("ACCOUNT"),
            "the account in the path of the files",
            |row| Cell::some(row.place.map(|place| place.account_id), Cell::account),
        )
        .col("region", Label::new("REGION"), "the Region in it", |row| {
            Cell::some(row.place.map(|place| place.region), Cell::text)
        })
        .col(
            "day",
            Label::new("DAY"),
            "the day of delivery in it",
            |row| Cell::some(row.place, |place| Cell::Day(place.day)),
        )
        .col("files", Label::new("FILES"), "files read", |row| {
            Cell::Count(row.of_files.files)
        })
        .col(
            "damaged",
            Label::new("DAMAGED"),
            "files that could not be read, or not as a whole",
            |row| Cell::Count(row.of_files.damaged),
        )
        .col(
            "records",
            Label::new("RECORDS"),
            "records of all services",
            |row| Cell::Count(row.of_files.records),
        )
        .col(
            "sts_records",
            Label::new("STS"),
            "STS calls, copies included",
            |row| Cell::Count(row.of_files.sts_records),
        )
}
