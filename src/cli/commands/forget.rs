//! `stscope forget`, and what `ingest --keep` has in common with it.

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use clap::{Args, ValueHint};
use indicatif::HumanBytes;

use crate::cli::advice;
use crate::cli::args::{QuietArgs, Typed, WaitArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages::Messages;
use crate::cli::time::Moment;
use crate::report::{count, plural};
use crate::store::{Forgotten, NotForgotten, Room, Store, StoreError};

#[derive(Args)]
pub(super) struct ForgetArgs {
    /// A store made by 'stscope ingest'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: PathBuf,
    /// Remove the days before DAY: 2026-01-01, or an age: 400d, 57w
    #[arg(long, value_name = "DAY", value_parser = Typed(Before::parse))]
    pub before: Before,
    #[command(flatten)]
    pub waiting: WaitArgs,
    #[command(flatten)]
    pub messages: QuietArgs,
}

/// A day, and how it was typed.
#[derive(Clone, Debug)]
pub(super) struct Before {
    typed: String,
    day: NaiveDate,
}

impl Before {
    fn parse(text: &str) -> Result<Before, String> {
        Ok(Before {
            typed: text.to_owned(),
            day: day(text)?,
        })
    }
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope forget --store sts.db --before 2026-01-01
  stscope forget --store sts.db --before 400d
  stscope ingest --store sts.db --keep 400d s3-logs/   the same, every night";

const WORDS: &str = "\
Days are days of calls, in UTC. The store still knows which files it has read,
so they are not read again, and calls of forgotten days that arrive later are
not counted. This cannot be undone, except by reading the logs into another
store. If a tenth of the file is free afterwards, it is rewritten without the
free space. That takes as long as copying it, and meanwhile up to twice its
size in its folder.";

const EXIT_CODES: &str = "\
Exit codes:
  0  done, even if there was nothing to forget
  2  wrong usage, a fatal error, another run writes to the store, or no day
     would be left";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{EXIT_CODES}")
}

/// Who forgets by hand wants room: a tenth of the file is worth to be given back.
const BY_HAND: u64 = 10;
/// What a night forgets the next one needs again.
const EVERY_NIGHT: u64 = 2;

pub(super) fn run(arguments: &ForgetArgs) -> Result<Exit, Failure> {
    let messages = Messages::new(arguments.messages.quiet);
    let Before { typed, day: before } = &arguments.before;
    // To forget is no reason to make a store.
    messages.tell_waits();
    drop(Store::open(&arguments.store)?);
    let mut store = Store::open_to_write(&arguments.store, None, arguments.waiting.wait)?;
    tell_brought_up(&arguments.store, &store, messages);
    let forgotten = match store.forget(*before, Utc::now().date_naive()) {
        Err(StoreError::NotForgotten(_, why)) => {
            return Err(Failure::new(format!(
                "--before {typed}: nothing was forgotten: {}",
                advice::store::of_not_forgotten(&why)
            )));
        }
        other => other?,
    };
    let what = match forgotten.days {
        0 => nothing(&forgotten),
        _ => line(&forgotten),
    };
    messages.tell_of(&arguments.store, &what);
    give_back(&arguments.store, &mut store, BY_HAND, messages)?;
    Ok(Exit::Done)
}

/// Reads the age of `--keep`.
pub(super) fn kept_age(text: &str) -> Result<NaiveDate, String> {
    let digits = text.trim_end_matches(['d', 'w']);
    let is_age = digits.len() + 1 == text.len() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_age || digits.bytes().all(|b| b == b'0') {
        return Err(
            "no age of a day or more; give one in whole days or weeks (400d, 57w), or use \
             'stscope forget --before' with a date"
                .to_owned(),
        );
    }
    day(text)
}

/// Forgets at the end of an ingest.
pub(super) fn keep(
    path: &Path,
    store: &mut Store,
    before: NaiveDate,
    messages: Messages,
) -> Result<(), Failure> {
    match store.forget(before, Utc::now().date_naive()) {
        // Whose logs come no more has nothing else but what is old.
        Err(StoreError::NotForgotten(_, NotForgotten::NoDayLeft(_, newest))) => {
            messages.note(&format!(
                "nothing was forgotten, as no day would be left: the newest is \
                 {newest}, and --keep goes back to {before}; see why no newer logs come, or \
                 give --keep a longer age"
            ));
            Ok(())
        }
        Err(StoreError::NotForgotten(_, NotForgotten::NoDays)) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(forgotten) if forgotten.days == 0 => Ok(()),
        Ok(forgotten) => {
            messages.tell_of(path, &line(&forgotten));
            give_back(path, store, EVERY_NIGHT, messages)
        }
    }
}

/// Says that a store is one of this release from now on.
pub(super) fn tell_brought_up(path: &Path, store: &Store, messages: Messages) {
    if let Some(version) = store.older_version() {
        let now = crate::store::VERSION;
        messages.tell_of(
            path,
            &format!(
                "brought up from schema {version} to {now}: older releases cannot read it any more"
            ),
        );
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    let day = Moment::parse_day(text)?.time()?.day().parse();
    day.map_err(|_| "it is out of range; give a later day".to_owned())
}

fn nothing(forgotten: &Forgotten) -> String {
    let kept_from = forgotten.kept_from;
    format!("nothing to forget: it holds no day before {kept_from}, and takes none any more")
}

fn line(forgotten: &Forgotten) -> String {
    format!(
        "forgot {} {} before {}, {} {}",
        count(forgotten.days),
        plural(forgotten.days, "day"),
        forgotten.kept_from,
        count(forgotten.calls),
        plural(forgotten.calls, "call"),
    )
}

fn give_back(
    path: &Path,
    store: &mut Store,
    one_in: u64,
    messages: Messages,
) -> Result<(), Failure> {
    let (bytes, what) = match store.give_back_room(one_in)? {
        Room::GivenBack(bytes) => (bytes, "given back".to_owned()),
        Room::Free(bytes) => (bytes, "free in the file for what comes".to_owned()),
        Room::Stuck(bytes, error) => {
            let what = format!(
                "free in the file for what comes, but could not be given back: {error}; make as much \
                 room beside it as it takes itself, and run 'stscope forget' again while nobody reads it"
            );
            (bytes, what)
        }
    };
    if bytes > 0 {
        messages.tell_of(path, &format!("{} {what}", HumanBytes(bytes)));
    }
    Ok(())
}
