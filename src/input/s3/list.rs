//! ListObjectsV2: from a prefix to its objects, in many chains of pages at once.
//!
//! Looks down from the prefix by delimiter until accounts and Regions show, leaves what cannot
//! matter unasked, and then lists each account's Region in one chain from its first day to its
//! last: an idle Region costs two requests, not one for each day, and one more where it is asked
//! what was before. Keys are handed out while it goes on. Owns the way through a prefix; a single
//! page is asked for in `pages`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Utc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinSet;

use super::chain::Chain;
use super::client::Client;
use super::continuation::Continuation;
use super::error::{Kind, S3Error};
use super::flight::{Flight, START};
use super::layout::{Level, Selection, Way, day_of_key};
use super::listing::{Listed, Listing};
use super::object::Object;
use super::pages::{Ask, Pages, is_denied};
use super::undated::{Below, Undated};
use super::url::S3Url;
use super::xml::{Entry, Page};
use crate::aws::region::US_EAST_1;
use crate::aws::{DigestKey, is_of_digests};
use crate::input::NotListed;

/// Pages that wait for whoever reads the listing.
const WAITING: usize = 8;
/// How deep `AWSLogs/` is looked for under the prefix that was given.
const DEEPEST: u8 = 3;
/// Folders that may be looked into for it, all in all.
const MOST_LOOKS: usize = 500;
/// A chain of more pages is split by month.
const LONG: usize = 3;

/// Whether that is the prefix of a Region in which something is logged as long as an account is used.
fn is_of_us_east_1(base: &str) -> bool {
    base.trim_end_matches('/').rsplit('/').next() == Some(US_EAST_1)
}

/// Whether a key is that of a file of a day: no folder, and no digest of what others have left out, after which
/// none follows.
fn is_file(base: &str, key: &str) -> bool {
    let is_of_backfill = || DigestKey::parse(key).is_some_and(|key| key.is_backfill);
    day_of_key(base, key).is_some() && !key.ends_with('/') && !is_of_backfill()
}

pub(super) fn list(
    client: &Arc<Client>,
    runtime: &Handle,
    url: &S3Url,
    asked: &Selection,
) -> Listing {
    let (out, batches) = channel(WAITING);
    let walk = Arc::new(Walk {
        pages: Pages {
            client: Arc::clone(client),
            flight: Flight::new(Some(START), 1),
            bucket: url.bucket.as_str().into(),
        },
        given: url.prefix.clone(),
        asked: asked.clone(),
        out,
        looks: AtomicUsize::new(0),
        found: AtomicBool::new(false),
        refused: Mutex::new(None),
    });
    let task = runtime.spawn(async move {
        let last = walk.run().await.map(|()| Vec::new());
        let _ = walk.out.send(last).await;
    });
    Listing::new(batches, task.abort_handle())
}

/// What all chains of a listing share.
struct Walk {
    pages: Pages,
    given: String,
    asked: Selection,
    out: Sender<Result<Vec<Listed>, S3Error>>,
    looks: AtomicUsize,
    found: AtomicBool,
    /// What was refused and gone around, where the way around does not lead to all that is there. It is
    /// the answer if it led to nothing.
    refused: Mutex<Option<S3Error>>,
}

/// What is still to do.
enum Step {
    Begin,
    /// Look into a folder, or at what begins so in one.
    Look {
        level: Level,
        prefix: String,
    },
    Chain(Chain),
    /// Look for what is in a folder of a Region, and of no day.
    Undated(Undated),
}

/// Nobody reads the listing any more.
struct Unwanted;

enum Stop {
    Unwanted,
    Error(S3Error),
}

impl From<Unwanted> for Stop {
    fn from(_: Unwanted) -> Stop {
        Stop::Unwanted
    }
}

impl Walk {
    /// Does every step there is, as many at once as are allowed.
    async fn run(self: &Arc<Walk>) -> Result<(), S3Error> {
        let mut todo = vec![Step::Begin];
        let mut doing = JoinSet::new();
        loop {
            while doing.len() < self.pages.flight.allowed()
                && let Some(step) = todo.pop()
            {
                let walk = Arc::clone(self);
                doing.spawn(async move { walk.step(step).await });
            }
            match doing.join_next().await {
                None => break,
                Some(Ok(Ok(steps))) => todo.extend(steps),
                Some(Ok(Err(Stop::Unwanted))) => return Ok(()),
                // If the way around is no way either, what was asked first is what is missing.
                Some(Ok(Err(Stop::Error(error)))) if error.is_not_permitted() => {
                    return Err(self.refused().unwrap_or(error));
                }
                Some(Ok(Err(Stop::Error(error)))) => return Err(error),
                Some(Err(_)) => {
                    let why = "a part of the listing was given up; run again".to_owned();
                    return Err(self.pages.error(&self.given, Kind::Machine(why)));
                }
            }
        }
        match self.refused() {
            Some(error) if !self.found.load(Relaxed) => Err(error),
            // What else is there nobody knows.
            Some(error) => {
                let _ = self.send(vec![Listed::Refused(error)]).await;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn refused(&self) -> Option<S3Error> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.clone()
    }

    async fn step(&self, step: Step) -> Result<Vec<Step>, Stop> {
        match step {
            Step::Begin => self.begin().await,
            Step::Look { level, prefix } => self.look(level, prefix).await,
            Step::Chain(chain) => self.chain(chain).await,
            Step::Undated(undated) => self.undated(undated).await,
        }
    }

    /// What was given is a folder if it ends in a slash. Otherwise it is a key, or a folder whose
    /// slash was left out, so that `prod` does not read `prod-old/`, or else the beginning of keys.
    async fn begin(&self) -> Result<Vec<Step>, Stop> {
        let given = &self.given;
        let look = |level: Level, prefix: String| vec![Step::Look { level, prefix }];
        if given.is_empty() || given.ends_with('/') {
            return Ok(look(Level::of_prefix(given), given.clone()));
        }
        let folder = format!("{given}/");
        let one = |prefix| Ask {
            prefix,
            one: true,
            ..Ask::default()
        };
        let inside = self.pages.page(one(&folder)).await;
        let itself = self.pages.page(one(given)).await;
        let is_folder = inside.as_ref().is_ok_and(|page| !page.entries.is_empty());
        match itself {
            Ok(page) => {
                let itself: Vec<Entry> = page
                    .entries
                    .into_iter()
                    .filter(|e| e.key == *given)
                    .collect();
                let is_key = !itself.is_empty();
                self.hand_out(itself).await?;
                Ok(if is_folder {
                    look(Level::of_prefix(&folder), folder)
                } else if is_key {
                    Vec::new()
                } else {
                    let above = given.rfind('/').map_or("", |at| &given[..=at]);
                    look(Level::of_prefix(above), given.clone())
                })
            }
            // A policy may allow the folder and nothing beside it.
            Err(_) if inside.is_ok() => Ok(look(Level::of_prefix(&folder), folder)),
            Err(kind) => Err(self.stop(given, kind)),
        }
    }

    /// Looks at the folders under a prefix, and decides for each what to do.
    async fn look(&self, level: Level, prefix: String) -> Result<Vec<Step>, Stop> {
        let flat = |prefix: String| {
            vec![Step::Chain(Chain {
                prefix,
                ..Chain::default()
            })]
        };
        match &level {
            Level::Region { base, region } => return self.region(base, region, prefix).await,
            Level::Foreign => return Ok(flat(prefix)),
            Level::Above(depth)
                if *depth > DEEPEST || self.looks.fetch_add(1, Relaxed) >= MOST_LOOKS =>
            {
                return Ok(flat(prefix));
            }
            _ => {}
        }
        let mut steps = Vec::new();
        let mut at = Continuation::default();
        loop {
            let ask = Ask {
                prefix: &prefix,
                by_folder: true,
                token: at.token(),
                ..Ask::default()
            };
            let page = match self.pages.page(ask).await {
                Ok(page) => page,
                Err(kind) if is_denied(&kind) && at.token().is_none() => {
                    return self.around(level, prefix, kind);
                }
                Err(kind) => return Err(self.stop(&prefix, kind)),
            };
            // A thousand names are nobody's folder of trails.
            if matches!(level, Level::Above(_)) && page.next.is_some() {
                return Ok(flat(prefix));
            }
            self.hand_out(page.entries).await?;
            let mut left = Vec::new();
            for child in page.prefixes {
                let above = child.trim_end_matches('/');
                let name = above.rfind('/').map_or(above, |at| &above[at + 1..]);
                // A name of nothing, as in `a//`.
                let name = if child.ends_with("//") { "" } else { name };
                match level.way(name, &child, &self.asked) {
                    Way::Down(level) => steps.push(Step::Look {
                        level,
                        prefix: child,
                    }),
                    Way::Flat => steps.extend(flat(child)),
                    Way::Leave(why) => left.push(Listed::NotListed { prefix: child, why }),
                }
            }
            self.send(left).await?;
            if !self.turn(&prefix, &mut at, page.next)? {
                return Ok(steps);
            }
        }
    }

    /// Ways around a prefix that must not be listed by folder: policies often allow some prefixes
    /// and not what is above them.
    fn around(&self, level: Level, prefix: String, kind: Kind) -> Result<Vec<Step>, Stop> {
        let accounts = &self.asked.pruning.accounts;
        let steps: Vec<Step> = match level {
            Level::Root | Level::Organisation if !accounts.is_empty() => accounts
                .iter()
                .map(|account| Step::Look {
                    level: Level::Account,
                    prefix: format!("{prefix}{account}/"),
                })
                .collect(),
            Level::Above(_) if prefix.is_empty() => vec![Step::Look {
                level: Level::Root,
                prefix: "AWSLogs/".to_owned(),
            }],
            // All of it, if that is allowed.
            _ if prefix == self.given => {
                return Ok(vec![Step::Chain(Chain {
                    prefix,
                    ..Chain::default()
                })]);
            }
            _ => return Err(self.stop(&prefix, kind)),
        };
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get_or_insert_with(|| self.pages.error(&prefix, kind));
        Ok(steps)
    }

    /// The chain of a Region, from the first day that can matter to the last.
    async fn region(&self, base: &str, region: &str, prefix: String) -> Result<Vec<Step>, Stop> {
        if self.is_nothing(&prefix).await {
            return Ok(Vec::new());
        }
        let Some(bounds) = self.asked.bounds(base, region) else {
            let why = NotListed::Region;
            self.send(vec![Listed::NotListed { prefix, why }]).await?;
            return Ok(Vec::new());
        };
        let past = if self.asked.pruning.asks_region(region) {
            NotListed::After
        } else {
            NotListed::Region
        };
        if let Some(first) = &bounds.after {
            let (prefix, why) = (first.clone(), NotListed::Before);
            self.send(vec![Listed::NotListed { prefix, why }]).await?;
        }
        let undated = Undated::of_region(base, &prefix, &bounds).map(Step::Undated);
        let chain = Step::Chain(Chain {
            prefix,
            base: Some(base.to_owned()),
            past: bounds.before.is_some().then_some(past),
            bounds,
            ..Chain::default()
        });
        Ok(undated.into_iter().chain([chain]).collect())
    }

    /// Whether there is nothing below a prefix that nobody has listed, as it was given: then nothing is said of
    /// it. What is below a prefix that was listed is there.
    async fn is_nothing(&self, prefix: &str) -> bool {
        let is_given = prefix.trim_end_matches('/') == self.given.trim_end_matches('/');
        let one = Ask {
            prefix,
            one: true,
            ..Ask::default()
        };
        // What is wrong with it, its listing says.
        is_given && (self.pages.page(one).await).is_ok_and(|page| page.entries.is_empty())
    }

    /// Hands out what lies in a folder of a Region beside its days and is in no chain of them, and goes on to
    /// the folders below that the days asked about are in.
    async fn undated(&self, undated: Undated) -> Result<Vec<Step>, Stop> {
        let mut steps = Vec::new();
        let mut at = Continuation::default();
        loop {
            let ask = Ask {
                prefix: &undated.folder,
                by_folder: true,
                token: at.token(),
                ..Ask::default()
            };
            let Page {
                mut entries,
                prefixes,
                next,
            } = match self.pages.page(ask).await {
                Ok(page) => page,
                Err(kind) => return Err(self.stop(&undated.folder, kind)),
            };
            entries.retain(|entry| !undated.is_in_chain(&entry.key));
            self.hand_out(entries).await?;
            steps.extend(prefixes.into_iter().filter_map(|child| {
                Some(match undated.below(&child)? {
                    Below::Undated(undated) => Step::Undated(undated),
                    Below::All => Step::Chain(Chain {
                        prefix: child,
                        ..Chain::default()
                    }),
                })
            }));
            if !self.turn(&undated.folder, &mut at, next)? {
                return Ok(steps);
            }
        }
    }

    /// Lists page after page to the end of the chain, or to where it is split.
    async fn chain(&self, mut chain: Chain) -> Result<Vec<Step>, Stop> {
        let mut pages = 0;
        loop {
            let ask = Ask {
                prefix: &chain.prefix,
                token: chain.at.token(),
                after: chain.bounds.after.as_deref(),
                ..Ask::default()
            };
            let Page {
                mut entries, next, ..
            } = match self.pages.page(ask).await {
                Ok(page) => page,
                Err(kind) => return Err(self.stop(&chain.prefix, kind)),
            };
            // Of a page that came before, the keys have no order either.
            let goes_on = self.turn(&chain.prefix, &mut chain.at, next)?;
            let ended = chain
                .cut(&mut entries)
                .map_err(|kind| self.stop(&chain.prefix, kind))?;
            if let Some(entry) = entries.last() {
                chain.last = Some(entry.key.clone());
            }
            let is_file = |entry: &Entry| (chain.base.iter()).any(|base| is_file(base, &entry.key));
            chain.has_files = chain.has_files || entries.iter().any(is_file);
            self.hand_out(entries).await?;
            // Of a chain that was split, every part but the first begins with a month.
            if (ended || !goes_on) && !chain.has_files && !chain.split {
                self.before(&chain).await?;
            }
            if ended {
                if let Some(why) = chain.past {
                    let prefix = chain.bounds.before.unwrap_or(chain.prefix);
                    self.send(vec![Listed::NotListed { prefix, why }]).await?;
                }
                return Ok(Vec::new());
            }
            if !goes_on {
                return Ok(Vec::new());
            }
            pages += 1;
            if pages == LONG && !chain.split {
                let chains = chain.by_month(Utc::now().date_naive());
                match <[Chain; 1]>::try_from(chains) {
                    Ok([whole]) => chain = whole,
                    Err(months) => return Ok(months.into_iter().map(Step::Chain).collect()),
                }
            }
        }
    }

    /// Hands out a log or digest from before the chain, in which there is none: so there was something that more
    /// had to come of. Of logs that is asked of us-east-1 alone: something is always logged there.
    async fn before(&self, chain: &Chain) -> Result<(), Stop> {
        let (Some(base), Some(after)) = (&chain.base, &chain.bounds.after) else {
            return Ok(());
        };
        if !self.asked.tells_earlier || !(is_of_digests(base) || is_of_us_east_1(base)) {
            return Ok(());
        }
        let ask = Ask {
            prefix: &chain.prefix,
            ..Ask::default()
        };
        let page = self.pages.page(ask).await;
        let mut entries = (page.map_err(|kind| self.stop(&chain.prefix, kind))?).entries;
        entries.retain(|entry| is_file(base, &entry.key) && *entry.key < **after);
        let newest = entries.pop();
        Ok(self.hand_out(newest.into_iter().collect()).await?)
    }

    async fn hand_out(&self, entries: Vec<Entry>) -> Result<(), Unwanted> {
        let listed = entries.into_iter().map(|entry| {
            let object = Object::new(&self.pages.bucket, entry);
            if object.is_folder_marker() {
                Listed::FolderMarker(object.key)
            } else {
                Listed::Object(object)
            }
        });
        self.send(listed.collect()).await
    }

    async fn send(&self, batch: Vec<Listed>) -> Result<(), Unwanted> {
        if batch.is_empty() {
            return Ok(());
        }
        self.found.store(true, Relaxed);
        self.out.send(Ok(batch)).await.map_err(|_| Unwanted)
    }

    fn stop(&self, prefix: &str, kind: Kind) -> Stop {
        Stop::Error(self.pages.error(prefix, kind))
    }

    /// Goes on to the next page of what is listed here. Says whether there is one.
    fn turn(
        &self,
        prefix: &str,
        at: &mut Continuation,
        next: Option<String>,
    ) -> Result<bool, Stop> {
        at.turn(next).map_err(|kind| self.stop(prefix, kind))
    }
}
