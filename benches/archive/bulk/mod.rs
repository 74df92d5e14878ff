//! Archives of any size, realistic and reproducible.
//!
//! Any file can be written without the others: a record depends on the seed, its file's index
//! and its own index, nothing else. Files come in blocks of four, delivered within minutes of
//! each other in one Region; that is what lets a file repeat a record of its neighbour:
//!
//! | file of the block | account | carries also |
//! |---|---|---|
//! | 0, 1 | A | callers' copies of calls into B |
//! | 2, 3 | B | the target copies of those, each in the slot of its partner two files before |
//! | 1, 3 | | duplicate deliveries of records of the file before |

pub mod files;
pub mod identity;
pub mod other;
pub mod scene;
pub mod sts;

use super::population::{Account, Population, REGIONS};
use super::{clock, ids, key::Key, record::Record, rng::SplitMix64};
use scene::Scene;

/// What an archive is to be. Shares are of 1.
#[derive(Clone, Debug)]
pub struct Options {
    /// Same seed and options, same decompressed bytes.
    pub seed: u64,
    /// Number of log files.
    pub files: usize,
    /// Records in each.
    pub records: usize,
    /// STS records among all.
    pub sts_share: f64,
    /// Global calls among the STS records.
    pub global_share: f64,
    /// Records delivered a second time, among all.
    pub duplicates: f64,
    /// Cross-account calls that are in both accounts' files, among the STS records.
    pub shared_pairs: f64,
    /// Accounts of the organisation.
    pub accounts: usize,
    /// Principals of all accounts; never fewer than two in each.
    pub principals: usize,
    /// Source addresses of all accounts.
    pub addresses: usize,
    /// Days the archive spans.
    pub days: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            files: 8,
            records: 100,
            sts_share: 0.1,
            global_share: 0.3,
            duplicates: 0.005,
            shared_pairs: 0.02,
            accounts: 8,
            principals: 200,
            addresses: 500,
            days: 7,
        }
    }
}

/// An archive, not yet written.
pub struct Archive {
    options: Options,
    population: Population,
    /// Blocks in us-east-1 among all, and global calls among the STS records there.
    leader: (f64, f64),
}

/// What one file is.
struct Place<'a> {
    account: &'a Account,
    region: &'static str,
    /// Unix seconds.
    delivered: i64,
}

/// What stands in one slot of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Other,
    Sts,
    /// The caller's copy of a call into the block's other account.
    Caller,
    /// The target's copy of what the caller's slot two files before has.
    Target,
    /// What this slot of the file before has.
    Repeat(usize),
}

impl Archive {
    /// Invents the population.
    pub fn new(options: Options) -> Self {
        let population = Population::new(
            options.seed,
            options.accounts,
            options.principals,
            options.addresses,
        );
        // Global calls are logged in us-east-1 alone, so that Region needs room for them.
        let blocks = (options.global_share / 0.75).clamp(0.4, 1.0);
        let calls = (options.global_share / blocks).min(1.0);
        Self {
            options,
            population,
            leader: (blocks, calls),
        }
    }

    /// What was asked for.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Number of log files.
    pub fn files(&self) -> usize {
        self.options.files
    }

    /// The S3 key of a file, without its extension's `.gz`.
    pub fn key(&self, file: usize) -> String {
        let place = self.place(file);
        let key = Key {
            organisation: &self.population.organisation,
            account: &place.account.id,
            kind: "CloudTrail",
            region: place.region,
            delivered: place.delivered,
        };
        key.file(
            &mut SplitMix64::of(&[self.options.seed, 5, file as u64]),
            ".json",
        )
    }

    /// Appends one record of a file. `record` is room to compose it in.
    pub fn write_record(&self, file: usize, index: usize, record: &mut Record, out: &mut String) {
        self.compose(file, index, record);
        record.write(out);
    }

    fn place(&self, file: usize) -> Place<'_> {
        let block = file / 4;
        let mut rng = SplitMix64::of(&[self.options.seed, 6, block as u64]);
        let accounts = &self.population.accounts;
        let caller = rng.below(accounts.len());
        let target = (caller + 1 + rng.below(accounts.len().saturating_sub(1))) % accounts.len();
        let leads = |block: usize| (block as f64 * self.leader.0).ceil();
        let region = if leads(block + 1) > leads(block) {
            REGIONS[0]
        } else {
            REGIONS[1 + rng.skewed(REGIONS.len() - 1)]
        };
        let blocks = self.options.files.div_ceil(4) as i64;
        let span = self.options.days as i64 * clock::DAY;
        Place {
            account: &accounts[if file % 4 < 2 { caller } else { target }],
            region,
            // The first delivery is an hour into the first day, so that no event is before it.
            delivered: clock::START
                + 3600
                + block as i64 * (span - 7200) / blocks
                + (file % 4) as i64 * 300,
        }
    }

    /// The stream of a slot, after the draws that decide what it is; `Target` is not known here.
    fn draw(&self, file: usize, index: usize) -> (Slot, SplitMix64) {
        let Options {
            seed,
            sts_share,
            duplicates,
            shared_pairs,
            records,
            ..
        } = self.options;
        let mut rng = SplitMix64::of(&[seed, 7, file as u64, index as u64]);
        let repeats = rng.chance(2.0 * duplicates);
        let repeated = rng.below(records);
        let is_sts = rng.chance(sts_share);
        let calls_across = rng.chance(2.0 * shared_pairs);
        let slot = if repeats && file % 2 == 1 {
            Slot::Repeat(repeated)
        } else if !is_sts {
            Slot::Other
        } else if calls_across
            && file % 4 < 2
            && file + 2 < self.options.files
            && self.population.accounts.len() > 1
        {
            Slot::Caller
        } else {
            Slot::Sts
        };
        (slot, rng)
    }

    fn compose(&self, file: usize, index: usize, record: &mut Record) {
        let (mut slot, mut rng) = self.draw(file, index);
        if file % 4 >= 2 && self.draw(file - 2, index).0 == Slot::Caller {
            slot = Slot::Target;
        }
        let place = self.place(file);
        let scene = Scene {
            population: &self.population,
            account: place.account,
            region: place.region,
            // Delivery takes about five minutes.
            time: place.delivered - 30 - rng.below(600) as i64,
            busy: file as u64,
        };
        let global = if place.region == REGIONS[0] {
            self.leader.1
        } else {
            0.0
        };
        match slot {
            Slot::Other => other::call(record, &scene, &mut rng),
            Slot::Sts => sts::call(record, &scene, &mut rng, global),
            Slot::Caller => {
                let target = self.place(file + 2).account;
                sts::cross_account(record, &scene, &mut rng, global, target);
            }
            Slot::Target => {
                self.compose(file - 2, index, record);
                let mut event_id = String::new();
                ids::uuid(&mut event_id, &mut rng);
                record.become_target_copy(&place.account.id, &event_id);
            }
            Slot::Repeat(repeated) => self.compose(file - 1, repeated, record),
        }
    }
}
