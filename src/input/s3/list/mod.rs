//! ListObjectsV2: from a prefix to its objects, in many chains of pages at once.
//!
//! Looks down from the prefix by delimiter until accounts and Regions show, leaves what cannot
//! matter unasked, and then lists each account's [`region`]. Keys are handed out while it goes on.
//! Owns the way through a prefix; a single page is asked for in `pages`.

mod region;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinSet;

use crate::input::s3::chain::Chain;
use crate::input::s3::client::Client;
use crate::input::s3::continuation::Continuation;
use crate::input::s3::error::{Kind, S3Error};
use crate::input::s3::flight::{Flight, START};
use crate::input::s3::layout::{Level, Selection, Way};
use crate::input::s3::listing::{Listed, Listing};
use crate::input::s3::object::Object;
use crate::input::s3::pages::{Ask, Pages, is_denied};
use crate::input::s3::undated::Undated;
use crate::input::s3::url::S3Url;
use crate::input::s3::xml::Entry;

/// Pages that wait for whoever reads the listing.
const WAITING: usize = 8;
/// How deep `AWSLogs/` is looked for under the prefix that was given.
const DEEPEST: u8 = 3;
/// Folders that may be looked into for it, all in all.
const MOST_LOOKS: usize = 500;

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
