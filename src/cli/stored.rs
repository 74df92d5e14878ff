//! `--store`: a store in place of log files, and what it cannot answer.
//!
//! Owns what is refused because a store keeps less than the logs, and the advice of a build that has no
//! store at all. The commands that write to a store open it themselves.

#[cfg(feature = "store")]
mod with {
    use std::path::{Path, PathBuf};

    use crate::cli::exit::{Exit, Failure};
    use crate::cli::messages::Messages;
    use crate::cli::offenders::Allowed;
    use crate::cli::output::same_file;
    use crate::questions::new_callers::NewCallers;
    use crate::questions::{AnyQuestion, Calendar, CallsByDay, DaysOfCalls};
    use crate::shown::Shown;
    use crate::store::Store;
    use crate::sts::{Dimension, Time};
    use crate::tally::{Question, Selection, Tally};

    /// A store that is read.
    pub(in crate::cli) struct Stored {
        path: PathBuf,
        store: Store,
    }

    impl Stored {
        /// Opens a store that is to be asked for days before `until`.
        pub fn open(path: &Path, until: Option<Time>) -> Result<Stored, Failure> {
            let store = Store::open(path)?;
            refuse_forgotten(path, &store, until)?;
            Ok(Stored {
                path: path.to_owned(),
                store,
            })
        }

        /// Whether a file is this store.
        pub fn is(&self, file: &Path) -> bool {
            same_file(&self.path, file)
        }

        /// What the files that were read would have given.
        pub fn tally<Q: Question>(
            &self,
            question: &Q,
            selection: &Selection,
            days: bool,
        ) -> Result<Tally<Q>, Failure> {
            Ok(self.store.closed_tally(question, selection, days)?)
        }

        /// Which days were read, and which have calls whatever the filters say. `calls` are those that
        /// they leave.
        pub fn days(
            &self,
            selection: &Selection,
            calls: &CallsByDay<'_>,
        ) -> Result<(Calendar, DaysOfCalls), Failure> {
            let calendar = self.store.calendar_of(selection)?;
            if !selection.has_filters() {
                return Ok((calendar, DaysOfCalls::from(calls)));
            }
            // What the conditions leave out was read all the same.
            let of_logs = selection.of_logs();
            let all = Selection {
                conditions: Vec::new(),
                ..of_logs.clone()
            };
            let days = |selection: &Selection| -> Result<DaysOfCalls, Failure> {
                let seen = self
                    .store
                    .closed_tally(&AnyQuestion::Trend, selection, false)?;
                Ok(DaysOfCalls::from(&CallsByDay::of(&seen.finish())))
            };
            let mut seen = days(&all)?;
            if of_logs != all {
                seen.keep_seen(&days(&of_logs)?);
            }
            Ok((calendar, seen))
        }

        /// Refuses a verdict by what a list of host names did not say in time: see
        /// [`stored_hosts`](crate::cli::stored_hosts).
        pub fn check_hosts(
            &self,
            selection: &Selection,
            is_judged: &dyn Fn(&str) -> bool,
        ) -> Result<(), Failure> {
            let or_else = "ask with --since for what came later";
            crate::cli::stored_hosts::check(&self.store, selection, is_judged, or_else)
        }

        /// The verdict on new callers of the global endpoint.
        pub fn judge_new(
            &self,
            gate: NewCallers,
            selection: &Selection,
            allowed: &Allowed,
            messages: Messages,
        ) -> Result<Exit, Failure> {
            crate::cli::new_global::judge(gate, &self.store, selection, allowed, messages)
        }
    }

    /// Refuses a dimension that a store does not keep.
    pub(in crate::cli) fn check_kept(option: &str, dimension: Dimension) -> Result<(), Failure> {
        if crate::store::is_kept(dimension) {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{option} {}: a store does not keep it of every call; ask the log files themselves",
            dimension.name()
        )))
    }

    /// Refuses a question about nothing but days that are forgotten.
    fn refuse_forgotten(path: &Path, store: &Store, until: Option<Time>) -> Result<(), Failure> {
        match (store.kept_from()?, until) {
            (Some(kept_from), Some(until)) if Some(until) <= Time::of_midnight(kept_from) => {
                Err(Failure::new(format!(
                    "--until {}: --store {} has forgotten the days before {kept_from}; name a later \
                     day, or ask the log files",
                    until.day(),
                    Shown::path(path)
                )))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(not(feature = "store"))]
mod without {
    use std::path::Path;

    use crate::cli::exit::{Exit, Failure};
    use crate::cli::messages::Messages;
    use crate::cli::offenders::Allowed;
    use crate::questions::new_callers::NewCallers;
    use crate::questions::{Calendar, CallsByDay, DaysOfCalls};
    use crate::sts::{Dimension, Time};
    use crate::tally::{Question, Selection, Tally};

    /// A store: in this build none can be opened, so there is no value of this type.
    pub(in crate::cli) enum Stored {}

    impl Stored {
        pub fn open(_: &Path, _: Option<Time>) -> Result<Stored, Failure> {
            Err(absent())
        }

        pub fn is(&self, _: &Path) -> bool {
            match *self {}
        }

        pub fn tally<Q: Question>(
            &self,
            _: &Q,
            _: &Selection,
            _: bool,
        ) -> Result<Tally<Q>, Failure> {
            match *self {}
        }

        pub fn days(
            &self,
            _: &Selection,
            _: &CallsByDay<'_>,
        ) -> Result<(Calendar, DaysOfCalls), Failure> {
            match *self {}
        }

        pub fn check_hosts(&self, _: &Selection, _: &dyn Fn(&str) -> bool) -> Result<(), Failure> {
            match *self {}
        }

        pub fn judge_new(
            &self,
            _: NewCallers,
            _: &Selection,
            _: &Allowed,
            _: Messages,
        ) -> Result<Exit, Failure> {
            match *self {}
        }
    }

    pub(in crate::cli) fn check_kept(_: &str, _: Dimension) -> Result<(), Failure> {
        Err(absent())
    }

    fn absent() -> Failure {
        Failure::new(
            "--store: this build reads and writes no store; build stscope with the feature 'store' \
             (it is on by default), or name log files",
        )
    }
}

#[cfg(feature = "store")]
pub(super) use with::{Stored, check_kept};
#[cfg(not(feature = "store"))]
pub(super) use without::{Stored, check_kept};
