//! Tokens that were issued at the global endpoint and then used in opt-in Regions.
//!
//! A caller that does so relies on the account's setting for version 2 tokens, as version 1 tokens of
//! the global endpoint are refused there.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>
//!
//! Neither the ids of keys nor uses are kept, only hashes: one entry for each token that was issued
//! globally, and one for each token and opt-in Region it was used in. Copies of a record change
//! nothing, so they need not be told from others; and nothing is decided before [`Tokens::finish`],
//! so the order of files does not matter.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::quality::RandomState;

use crate::aws::region::is_opt_in;
use crate::sts::{Call, Dimension, Endpoint, Time, TokenUse};
use crate::tally::{Coverage, Interner, Remap, Staged, Symbol, hash};

/// The hash of the id of an access key.
type Token = u128;

/// Tokens as they are found.
#[derive(Default)]
pub(super) struct Tokens {
    issued: HashMap<Token, Issued, RandomState>,
    used: HashMap<(Token, Symbol), Span, RandomState>,
    staged_issued: Staged<(Token, Issued)>,
    staged_used: Staged<((Token, Symbol), Span)>,
}

/// Who asked for a token.
#[derive(Clone, Copy)]
struct Issued {
    principal: Symbol,
    account: Symbol,
    is_target_copy: bool,
    /// The filters that act after counting once let the call pass.
    is_wanted: bool,
}

impl Issued {
    /// What orders the copies of one call, the preferred one first: as for counting once, the caller's
    /// own; then any order that has nothing to do with the order of reading.
    fn preference<'s>(&self, interner: &'s Interner) -> (bool, bool, &'s str, &'s str) {
        let [principal, account] = [self.principal, self.account].map(|one| interner.text(one));
        (self.is_target_copy, !self.is_wanted, principal, account)
    }
}

/// First and last time, in milliseconds; without any, the last is before the first.
#[derive(Clone, Copy)]
struct Span {
    first: i64,
    last: i64,
}

impl Span {
    const NONE: Span = Span {
        first: i64::MAX,
        last: i64::MIN,
    };

    fn of(time: Option<Time>) -> Span {
        time.map(Time::millis).map_or(Span::NONE, |time| Span {
            first: time,
            last: time,
        })
    }

    fn add(&mut self, other: Span) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// How many were staged, of each kind.
pub(super) type Mark = (usize, usize);

impl Tokens {
    /// Takes a call: its answer may have a token of the global endpoint.
    pub fn issue(&mut self, call: &Call<'_>, is_wanted: bool, interner: &mut Interner) {
        if let Endpoint::Global = call.endpoint()
            && let Some(id) = call.issued_access_key_id()
        {
            let mut scratch = String::new();
            let account = call.value(Dimension::AccountId, &mut scratch);
            let issued = Issued {
                principal: interner.intern(call.principal()),
                account: interner.intern(account.unwrap_or_default()),
                is_target_copy: call.is_target_copy(),
                is_wanted,
            };
            self.staged_issued.push((hash(&[id]), issued));
        }
    }

    /// Takes a use, of whatever token.
    pub fn take_use(&mut self, used: &TokenUse<'_>, interner: &mut Interner) {
        let key = (hash(&[used.access_key_id]), interner.intern(used.region));
        self.staged_used.push((key, Span::of(used.time)));
    }

    /// The place after what was taken last.
    pub fn mark(&self) -> Mark {
        (self.staged_issued.mark(), self.staged_used.mark())
    }

    /// Takes back everything since `mark`, which was made in the same file.
    pub fn rollback(&mut self, (issued, used): Mark) {
        drop(self.staged_issued.rollback(issued));
        drop(self.staged_used.rollback(used));
    }

    /// The file is read: nothing of it is taken back any more.
    pub fn end_file(&mut self, interner: &Interner) {
        let mut staged = std::mem::take(&mut self.staged_issued);
        staged.commit(|(token, issued)| self.add_issued(token, issued, interner));
        self.staged_issued = staged;
        let mut staged = std::mem::take(&mut self.staged_used);
        staged.commit(|(key, span)| self.add_used(key, span));
        self.staged_used = staged;
    }

    fn add_issued(&mut self, token: Token, issued: Issued, interner: &Interner) {
        match self.issued.entry(token) {
            Entry::Vacant(new) => drop(new.insert(issued)),
            Entry::Occupied(mut known) => {
                if issued.preference(interner) < known.get().preference(interner) {
                    known.insert(issued);
                }
            }
        }
    }

    fn add_used(&mut self, key: (Token, Symbol), span: Span) {
        self.used.entry(key).or_insert(Span::NONE).add(span);
    }

    /// Takes in the tokens of another collector, whose texts have these numbers in `symbols`.
    pub fn absorb(&mut self, other: Tokens, remap: &Remap, interner: &Interner) {
        for (token, issued) in other.issued {
            let issued = Issued {
                principal: remap.of(issued.principal),
                account: remap.of(issued.account),
                ..issued
            };
            self.add_issued(token, issued, interner);
        }
        for ((token, region), span) in other.used {
            self.add_used((token, remap.of(region)), span);
        }
    }

    /// Which of the tokens issued are among those used.
    pub fn finish(self, interner: &Interner, coverage: &Coverage) -> TokenTrace {
        let mut found: BTreeMap<(&str, &str), Found<'_>> = BTreeMap::new();
        for ((token, region), span) in &self.used {
            if let Some(issued) = self.issued.get(token).filter(|issued| issued.is_wanted) {
                let [principal, account] =
                    [issued.principal, issued.account].map(|one| interner.text(one));
                let found = found.entry((principal, account)).or_default();
                found.tokens.insert(*token);
                *found.regions.entry(interner.text(*region)).or_default() += 1;
                found.span.add(*span);
            }
        }
        // The maps are in the order of names, and what is sorted stably stays so.
        let mut in_opt_in_regions: Vec<OptInTokens> =
            (found.into_iter()).map(OptInTokens::new).collect();
        in_opt_in_regions.sort_by_key(|one| Reverse(one.tokens));
        let mut key_regions = coverage.key_regions.iter();
        TokenTrace {
            issued: self.issued.values().filter(|one| one.is_wanted).count() as u64,
            saw_opt_in_regions: !self.used.is_empty() || key_regions.any(|one| is_opt_in(one)),
            in_opt_in_regions,
        }
    }
}

/// The tokens of one principal that were used.
struct Found<'s> {
    tokens: BTreeSet<Token>,
    regions: BTreeMap<&'s str, u64>,
    span: Span,
}

impl Default for Found<'_> {
    fn default() -> Self {
        Found {
            tokens: BTreeSet::new(),
            regions: BTreeMap::new(),
            span: Span::NONE,
        }
    }
}

/// What became of the tokens of the global endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenTrace {
    /// Different tokens that the calls asked about were given.
    pub issued: u64,
    /// Whether anything of an opt-in Region was read: without it, that no token was used there means
    /// nothing.
    pub saw_opt_in_regions: bool,
    /// Those used in opt-in Regions, by who asked for them; most tokens first.
    pub in_opt_in_regions: Vec<OptInTokens>,
}

/// Tokens that a principal was given by the global endpoint, and that were used in opt-in Regions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptInTokens {
    /// Who asked for them.
    pub principal: String,
    /// Its account.
    pub account_id: Option<String>,
    /// Different tokens.
    pub tokens: u64,
    /// How many of them were used in which Region; most tokens first.
    pub regions: Vec<(String, u64)>,
    /// The first time that one was used.
    pub first: Option<Time>,
    /// The last time.
    pub last: Option<Time>,
}

impl OptInTokens {
    fn new(((principal, account), found): ((&str, &str), Found<'_>)) -> OptInTokens {
        let mut regions: Vec<(String, u64)> = (found.regions.into_iter())
            .map(|(region, tokens)| (region.to_owned(), tokens))
            .collect();
        regions.sort_by_key(|(_, tokens)| Reverse(*tokens));
        OptInTokens {
            principal: principal.to_owned(),
            account_id: (!account.is_empty()).then(|| account.to_owned()),
            tokens: found.tokens.len() as u64,
            regions,
            first: Time::from_millis(found.span.first),
            last: Time::from_millis(found.span.last),
        }
    }
}
