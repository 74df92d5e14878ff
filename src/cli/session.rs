//! The order of effects of a command that reads calls, stated once.
//!
//! 1. [`Session::open`]: every option is understood, every short list is read, and the output is
//!    opened. What is wrong with any of them is an error before the long work.
//! 2. [`Session::count`] or [`Session::watched`]: the logs or the store are read, with progress.
//! 3. [`Session::tell_read`]: what was read is said. If that is nothing, it is an error.
//! 4. [`Session::judge`]: what may mislead is noted, and the gates are judged.
//! 5. [`conclude`](super::gate::conclude): the result is written whatever the verdict is, and the
//!    verdict goes before damage in the exit code.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::accounts;
use super::args::{
    AnswerArgs, FilterArgs, GateArgs, InputArgs, MessageArgs, OutputArgs, SourceArgs,
};
use super::conditions::note_unmatched;
use super::digests::Demand;
use super::exit::{Exit, Failure};
use super::gate::{Gates, note_if_blind, note_if_partly_blind};
use super::hosts;
use super::messages::{Messages, coverage};
use super::output::{Output, Sink, Writing, check_output, list_of};
use super::progress::{Shown, progress};
use super::reading::{Reading, note_forgotten};
use crate::questions::gate::can_judge;
use crate::questions::verify::Standing;
use crate::questions::{Calendar, CallsByDay, DaysOfCalls};
use crate::scan::Progress;
use crate::tally::{Coverage, Question, Selection, Tally, Totals};

/// What was typed, as far as all these commands have it.
pub(super) struct Asked<'a> {
    pub input: &'a InputArgs,
    /// The store to read in place of log files.
    pub store: Option<&'a Path>,
    pub filter: &'a FilterArgs,
    pub output: &'a OutputArgs,
    pub messages: &'a MessageArgs,
    pub gate: &'a GateArgs,
    /// Whether the answer has figures for a program that watches them.
    pub has_gauges: bool,
    /// Whether the gate on new callers has a store to ask.
    pub has_new_global: bool,
    /// Further options that name a file to read besides the logs, and the file.
    pub lists: &'a [(&'static str, Option<&'a Path>)],
}

impl<'a> Asked<'a> {
    /// Of logs or a store.
    pub fn of(source: &'a SourceArgs, filter: &'a FilterArgs, answer: &'a AnswerArgs) -> Asked<'a> {
        Asked {
            store: source.store.store.as_deref(),
            ..Asked::of_logs(&source.input, filter, answer)
        }
    }

    /// Of logs alone.
    pub fn of_logs(
        input: &'a InputArgs,
        filter: &'a FilterArgs,
        answer: &'a AnswerArgs,
    ) -> Asked<'a> {
        Asked {
            input,
            store: None,
            filter,
            output: &answer.output,
            messages: &answer.messages,
            gate: &answer.gate,
            has_gauges: false,
            has_new_global: false,
            lists: &[],
        }
    }
}

/// A run of such a command.
pub(super) struct Session {
    pub reading: Reading,
    pub gates: Gates,
    /// What digests have to say before a gate passes.
    pub demand: Demand,
    /// What they say of the answer: a summary and a gate may ask.
    standing: OnceCell<Option<Standing>>,
    pub messages: Messages,
    /// Whether progress is shown, and whether on a terminal.
    pub progress: Option<bool>,
    /// The lists that were given: the option and the file.
    lists: Vec<(&'static str, PathBuf)>,
}

impl Session {
    /// Decides what was asked, and opens the place for the result.
    ///
    /// # Errors
    /// If an option is wrong: no log was opened then.
    pub fn open(asked: Asked<'_>) -> Result<(Session, Sink), Failure> {
        let gates = match asked.has_new_global && asked.store.is_some() {
            true => Gates::of_store(asked.gate)?,
            false => Gates::resolve(asked.gate)?,
        };
        let demand = Demand::resolve(asked.gate.require, &asked.gate.keys, asked.store)?;
        let messages = Messages::new(asked.messages.quiet);
        let writing = Writing::resolve(asked.output, asked.has_gauges)?;
        let mut reading = Reading::resolve_any(asked.input, asked.store, asked.filter, messages)?;
        accounts::give_to(
            &mut reading.scan.selection.conditions,
            writing.names.as_ref(),
        )?;
        demand.tell(&mut reading.scan);
        let mut lists = asked.lists.to_vec();
        lists.extend(asked.gate.keys.iter().map(|keys| ("--keys", Some(&**keys))));
        lists.push(("--allow", asked.gate.allow.as_deref()));
        lists.push(("--hosts", asked.input.hosts.as_deref()));
        lists.push(("--accounts", asked.output.accounts.as_deref()));
        let session = Session {
            reading,
            gates,
            demand,
            standing: OnceCell::new(),
            messages,
            progress: progress(asked.messages),
            lists: Vec::new(),
        };
        session.with_output(writing, &lists)
    }

    /// The same of a command that reads parts of an answer.
    pub fn of_parts(
        parts: &[PathBuf],
        gate: &GateArgs,
        messages: &MessageArgs,
        writing: Writing,
        lists: &[(&'static str, Option<&Path>)],
    ) -> Result<(Session, Sink), Failure> {
        let demand = Demand::resolve(gate.require, &gate.keys, None)?.of_parts();
        let mut lists = lists.to_vec();
        lists.extend(gate.keys.iter().map(|keys| ("--keys", Some(&**keys))));
        lists.push(("--allow", gate.allow.as_deref()));
        let session = Session {
            reading: Reading::of_parts(parts),
            gates: Gates::resolve(gate)?,
            demand,
            standing: OnceCell::new(),
            messages: Messages::new(messages.quiet),
            progress: None,
            lists: Vec::new(),
        };
        session.with_output(writing, &lists)
    }

    /// The calls were chosen as the sum of parts says, and what these have found of digests is judged; with
    /// `days`, day by day.
    ///
    /// # Errors
    /// If the parts lack what is demanded of digests.
    pub fn adopt(&mut self, totals: &mut Totals, days: bool) -> Result<(), Failure> {
        self.demand.check_kept(&totals.evidence)?;
        let scan = &mut self.reading.scan;
        scan.selection = totals.terms.selection.clone();
        scan.hosts = totals.terms.hosts.clone();
        self.demand.tell(scan);
        scan.days = days;
        scan.judge_sum(totals);
        Ok(())
    }

    /// The same of a command that reads logs and has no gates.
    pub fn of_logs(
        input: &InputArgs,
        filter: &FilterArgs,
        output: &OutputArgs,
        typed: &MessageArgs,
        keys: &[PathBuf],
    ) -> Result<(Session, Sink), Failure> {
        let messages = Messages::new(typed.quiet);
        let writing = Writing::resolve(output, true)?;
        let session = Session {
            reading: Reading::resolve(input, filter, messages)?,
            gates: Gates::none(),
            demand: Demand::default(),
            standing: OnceCell::new(),
            messages,
            progress: progress(typed),
            lists: Vec::new(),
        };
        let mut lists: Vec<_> = keys.iter().map(|keys| ("--keys", Some(&**keys))).collect();
        lists.push(("--accounts", output.accounts.as_deref()));
        session.with_output(writing, &lists)
    }

    /// Says what was read of digests, and of logs for them.
    pub fn tell_verified(&self, read: &Coverage) -> Exit {
        coverage::tell_verified(read, self.messages)
    }

    /// What a zero rests on. `None` if there are no digests.
    pub fn standing(&self, totals: &Totals) -> Option<&Standing> {
        (self.standing)
            .get_or_init(|| Demand::standing(totals, &self.selection().accounts))
            .as_ref()
    }

    /// Opens the place for the result, if it is none that is read.
    fn with_output(
        mut self,
        writing: Writing,
        lists: &[(&'static str, Option<&Path>)],
    ) -> Result<(Session, Sink), Failure> {
        check_output(writing.output.as_deref(), &self.reading, lists)?;
        self.lists = (lists.iter())
            .filter_map(|(option, list)| Some((*option, list.as_deref()?.to_owned())))
            .collect();
        let output = Output::open(writing.output.as_deref())?;
        Ok((self, Sink { writing, output }))
    }

    /// The option whose list a file is: no result takes its place.
    pub fn list_of(&self, file: &Path) -> Option<&'static str> {
        let lists = self.lists.iter().map(|(option, list)| (*option, &**list));
        list_of(file, &self.reading, lists)
    }

    /// Which days were read, and which have calls whatever the filters say. `calls` are those that they
    /// leave.
    pub fn days(
        &self,
        totals: &Totals,
        calls: &CallsByDay<'_>,
    ) -> Result<(Calendar, DaysOfCalls), Failure> {
        let selection = self.selection();
        let (mut calendar, seen) = match &self.reading.store {
            Some(store) => store.days(selection, calls)?,
            None => (
                Calendar {
                    holes: totals.holes.clone(),
                    ..Calendar::of_logs(&totals.days_read, selection)
                },
                // Of what the filters leave out, copies tell of their days as well as calls.
                match selection.has_filters() {
                    true => DaysOfCalls::from(&totals.days_read),
                    false => DaysOfCalls::from(calls),
                },
            ),
        };
        calendar.note_damage(&totals.coverage, selection);
        Ok((calendar, seen))
    }

    pub fn selection(&self) -> &Selection {
        &self.reading.scan.selection
    }

    /// Counts the calls of the logs or of the store.
    pub fn count<Q: Question>(&self, question: &Q) -> Result<Tally<Q>, Failure> {
        let scan = &self.reading.scan;
        if let Some(store) = &self.reading.store {
            let tally = store.tally(question, &scan.selection, scan.days)?;
            note_forgotten(tally.coverage(), &scan.selection, self.messages);
            return Ok(tally);
        }
        let new = || Tally::of(question.clone(), &scan.terms(), scan.once);
        Ok(self.watched(|progress| scan.collect(&self.reading.paths, progress, new))?)
    }

    /// Does long work whose progress is shown where that is wanted.
    pub fn watched<T>(&self, work: impl FnOnce(&Progress) -> T) -> T {
        watched(self.progress, work)
    }

    /// Says what was read for the answer, and which of the user's hosts were of no use.
    ///
    /// # Errors
    /// If nothing was read: that must not look like an answer.
    pub fn tell_read(&self, read: &Coverage) -> Result<Exit, Failure> {
        let exit = match self.reading.store {
            Some(_) => coverage::tell_stored(read, self.messages),
            None => coverage::tell(read, self.messages),
        }?;
        hosts::note_unused(&self.reading.scan.hosts, self.messages);
        Ok(exit)
    }

    /// Whether a global call would have been seen; says so if not, where none is shown, or if that is so
    /// of some accounts alone.
    pub fn can_judge(&self, totals: &Totals) -> bool {
        let can_judge = can_judge(totals, self.selection());
        match can_judge {
            true => note_if_partly_blind(totals, self.selection(), self.messages),
            false => note_if_blind(totals.summary().global(), self.messages),
        }
        can_judge
    }

    /// Says which conditions may be typos, and judges the gates.
    pub fn judge(&self, totals: &Totals) -> Result<Exit, Failure> {
        note_unmatched(totals, self.messages);
        let verdict = self.gates.judge(totals, self.selection());
        // Who fails a gate fails it, wherever other calls went.
        let verdict = verdict.and_then(|exit| {
            if exit == Exit::Done && self.gates.are_asked() {
                self.demand
                    .check(&totals.coverage, || self.standing(totals))?;
                hosts::check_matched(&self.reading.scan.hosts)?;
                if let Some(store) = &self.reading.store {
                    store.check_hosts(self.selection(), &|principal| {
                        self.gates.judge_global_calls_of(principal)
                    })?;
                }
            }
            Ok(exit)
        });
        self.judge_new(verdict)
    }

    /// Adds the verdict on new callers of the global endpoint, for which a store has days of its own.
    pub fn judge_new(&self, verdict: Result<Exit, Failure>) -> Result<Exit, Failure> {
        match &self.reading.store {
            Some(store) => self.gates.judge_new(verdict, |gate, allowed| {
                store.judge_new(gate, self.selection(), allowed, self.messages)
            }),
            None => verdict,
        }
    }
}

/// Does long work whose progress is shown, if it is, on a terminal or not.
pub(super) fn watched<T>(progress: Option<bool>, work: impl FnOnce(&Progress) -> T) -> T {
    let shared = Arc::new(Progress::default());
    let _shown = progress.map(|terminal| Shown::start(Arc::clone(&shared), terminal));
    work(&shared)
}
