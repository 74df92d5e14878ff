//! A Region of an account: one chain of pages from its first day to its last.
//!
//! An idle Region costs two requests, not one for each day, and one more where it is asked what was
//! before.

use chrono::Utc;

use super::{Step, Stop, Walk};
use crate::aws::region::US_EAST_1;
use crate::aws::{DigestKey, is_of_digests};
use crate::input::NotListed;
use crate::input::s3::chain::Chain;
use crate::input::s3::continuation::Continuation;
use crate::input::s3::layout::day_of_key;
use crate::input::s3::listing::Listed;
use crate::input::s3::pages::Ask;
use crate::input::s3::undated::{Below, Undated};
use crate::input::s3::xml::{Entry, Page};

/// A chain of more pages is split by month.
const LONG: usize = 3;

impl Walk {
    /// The chain of a Region, from the first day that can matter to the last.
    pub(super) async fn region(
        &self,
        base: &str,
        region: &str,
        prefix: String,
    ) -> Result<Vec<Step>, Stop> {
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
    pub(super) async fn undated(&self, undated: Undated) -> Result<Vec<Step>, Stop> {
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
    pub(super) async fn chain(&self, mut chain: Chain) -> Result<Vec<Step>, Stop> {
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
}

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
