//! Drives the reading: files over threads, records into collectors. Knows nothing of formats.
//!
//! The way of an object: `threads` starts them, `run` is what they share, and `queue` is between them,
//! with the `work` that is to be done. `listing` turns a folder into batches of objects. `worker` opens
//! one object after another on its thread; where reads take long (`pace`), `fetch` has read them before.
//! `remote` has S3 listed (`list_ahead`) and objects fetched; where several walks lead to one, `under` knows
//! which of them has it. `manifest` has what somebody else has listed, and `list_here` what such a list of a
//! folder has.
//! `admission` says what is opened at all. `reading` has the records of an object read and says what
//! became of it (with `inflate_ahead`, if it is large; `stranger` tells what is no log), and `calls`
//! passes on what is a call and is asked about. `evidence` reads digests, and notes what they may name.

mod admission;
mod calls;
mod error;
mod evidence;
mod fetch;
mod inflate_ahead;
#[cfg(feature = "s3")]
mod list_ahead;
mod list_here;
mod listing;
mod manifest;
mod names;
mod pace;
mod progress;
mod queue;
mod reading;
#[cfg(feature = "s3")]
mod remote;
mod run;
mod settings;
mod stranger;
mod threads;
#[cfg(feature = "s3")]
mod under;
mod work;
mod worker;

use std::path::{Path, PathBuf};

use crate::aws::Pruning;
use crate::input::Paths;
#[cfg(feature = "s3")]
use crate::input::s3::{self, Estimate};
use crate::questions::verify::{Asked, Verification};
use crate::questions::{self, AnyQuestion, Traced};
use crate::tally::{Collector, Evidence, Looked, Question, Tally, Totals};

pub(crate) use admission::Known;
pub use error::ScanError;
pub use progress::Progress;
use run::Run;
pub use settings::Scan;
#[cfg(feature = "store")]
pub(crate) use stranger::SQLITE;

impl Scan {
    /// Reads files and folders and sums their calls up.
    ///
    /// # Errors
    /// A path that leads nowhere; in a strict run, a damaged file. Damaged and unreadable files are
    /// otherwise no errors but part of the coverage.
    pub fn tally(&self, paths: &[PathBuf]) -> Result<questions::Tally, ScanError> {
        self.ask(&AnyQuestion::Groups(self.group_by.clone()), paths)
    }

    /// Reads files and folders and sums their calls up for any question.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub fn ask<Q: Question>(&self, question: &Q, paths: &[PathBuf]) -> Result<Tally<Q>, ScanError> {
        let paths = Paths::resolve(paths, None)?;
        self.collect(&paths, &Progress::default(), || {
            Tally::of(question.clone(), &self.terms(), self.once)
        })
    }

    /// Reads files and folders for a plan that traces tokens, as if [`Scan::trace_tokens`] were set.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub fn trace(&self, paths: &[PathBuf]) -> Result<Traced, ScanError> {
        let scan = Scan {
            trace_tokens: true,
            ..self.clone()
        };
        let paths = Paths::resolve(paths, None)?;
        scan.collect(&paths, &Progress::default(), || {
            Traced::new(&scan.terms(), scan.once)
        })
    }

    /// Reads what was named into collectors, one for each thread, and merges them.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub fn collect<C: Collector>(
        &self,
        paths: &Paths,
        progress: &Progress,
        new: impl Fn() -> C,
    ) -> Result<C, ScanError> {
        self.collect_new(paths, progress, None, new)
    }

    /// Lists what is in S3, and says what reading it would come to, and what was asked for that.
    ///
    /// # Errors
    /// If S3 cannot be asked.
    #[cfg(feature = "s3")]
    pub fn estimate(
        &self,
        paths: &Paths,
        progress: &Progress,
    ) -> Result<(Estimate, s3::Requests), ScanError> {
        self.estimate_new(paths, progress, None)
    }

    /// The same of what is not known from earlier days.
    ///
    /// # Errors
    /// As [`Scan::estimate`].
    #[cfg(feature = "s3")]
    pub(crate) fn estimate_new(
        &self,
        paths: &Paths,
        progress: &Progress,
        known: Option<&dyn Known>,
    ) -> Result<(Estimate, s3::Requests), ScanError> {
        let run = Run::new(self, paths, progress, known);
        match remote::Remote::connect(&run, paths)? {
            Some(remote) => Ok((remote.estimate(&run, &paths.s3)?, remote.asked_so_far())),
            None => Ok(Default::default()),
        }
    }

    /// Lists what is on this machine, and hands over each file, and its size. What a list cannot have is an
    /// error.
    ///
    /// # Errors
    /// What is read for how it is named, or cannot be listed; what `each` gives.
    pub fn list_here<E: From<ScanError>>(
        &self,
        paths: &Paths,
        progress: &Progress,
        each: impl FnMut(&Path, u64) -> Result<(), E>,
    ) -> Result<(), E> {
        Run::new(self, paths, progress, None).list_here(&paths.named, each)
    }

    /// Lists what is in S3, and hands over all that the listing tells, with the prefix that it is under.
    ///
    /// # Errors
    /// If S3 cannot be asked; what `each` gives.
    #[cfg(feature = "s3")]
    pub fn list<E: From<ScanError>>(
        &self,
        paths: &Paths,
        progress: &Progress,
        each: impl FnMut(&s3::S3Url, s3::Listed) -> Result<(), E>,
    ) -> Result<(), E> {
        let run = Run::new(self, paths, progress, None);
        match remote::Remote::connect(&run, paths)? {
            Some(remote) => remote.list_all(&run, &paths.s3, each),
            None => Ok(()),
        }
    }

    /// Reads what was named and is not known from earlier days.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub(crate) fn collect_new<C: Collector>(
        &self,
        paths: &Paths,
        progress: &Progress,
        known: Option<&dyn Known>,
        new: impl Fn() -> C,
    ) -> Result<C, ScanError> {
        let new = || {
            let mut collector = new();
            collector.totals().terms = self.terms();
            collector
        };
        let run = Run::new(self, paths, progress, known);
        let mut collectors = threads::read(run, paths, new)?.into_iter();
        let first = collectors.next().unwrap_or_else(new);
        let mut collected = collectors.fold(first, |mut sum, next| {
            sum.merge(next);
            sum
        });
        let totals = collected.totals();
        if self.scrutiny.elsewhere {
            self.keep_for_elsewhere(&mut totals.evidence, paths);
        } else if totals.evidence.is_empty() && !self.scrutiny.alone {
            totals.evidence = Evidence::default();
        } else if known.is_none() {
            if totals.evidence.misses_names() {
                totals.evidence.take_names(names::of(self, paths));
            }
            self.note_chains(totals);
        }
        Ok(collected)
    }

    /// Says of evidence how it was looked for. Where all is in S3, of which no digest is asked for, there is
    /// none elsewhere either, and names of which nothing follows are dropped.
    fn keep_for_elsewhere(&self, evidence: &mut Evidence, paths: &Paths) {
        if evidence.is_empty() && !self.scrutiny.remote && paths.are_in_s3() {
            *evidence = Evidence::default();
        }
        evidence.looked = Looked {
            is_pruned: self.pruning != Pruning::default(),
            no_hashes: !self.scrutiny.hashes,
            no_signatures: !self.scrutiny.signatures,
        };
    }

    /// Judges the digests that several runs have found, each of which kept them for that: see
    /// [`Scrutiny::elsewhere`](crate::tally::Scrutiny::elsewhere).
    #[cfg(feature = "cli")]
    pub(crate) fn judge_sum(&mut self, totals: &mut Totals) {
        let looked = totals.evidence.looked;
        self.scrutiny.hashes &= !looked.no_hashes;
        if !self.scrutiny.hashes {
            // Nobody asks for a proof: what is said must not depend on what is kept.
            totals.evidence.forget_contents();
        }
        self.pruning = match looked.is_pruned {
            true => self.selection.pruning(),
            false => Pruning::default(),
        };
        if totals.evidence.is_empty() {
            totals.evidence = Evidence::default();
        } else {
            self.note_chains(totals);
        }
    }

    /// Notes what follows from the digests that were found, where nobody wants to know more than numbers,
    /// and days: a million logs may be missing. See [`Scan::verify`] for each of them.
    pub(crate) fn note_chains(&self, totals: &mut Totals) {
        if self.scrutiny.alone {
            return;
        }
        let verification = self.judge(&totals.evidence, self.days);
        totals.holes = verification.hole_days(&self.selection);
        let rows = verification.rows;
        totals.note_chains(rows);
    }

    /// Says what follows from the digests that were found, finding by finding.
    pub fn verify<'e>(&self, evidence: &'e Evidence) -> Verification<'e> {
        self.judge(evidence, true)
    }

    /// The same, with the findings one by one or not.
    fn judge<'e>(&self, evidence: &'e Evidence, findings: bool) -> Verification<'e> {
        let asked = Asked {
            selection: &self.selection,
            pruning: &self.pruning,
            hashed: self.scrutiny.hashes,
            findings,
            goes_back: None,
        };
        Verification::of(evidence, &asked, &self.keys)
    }
}
