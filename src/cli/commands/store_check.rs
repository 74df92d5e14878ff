//! `stscope store check`

use clap::Args;

use crate::cli::args::{QuietArgs, StoreFileArgs, WriteArgs, without_gauges};
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages::{Messages, warn_of};
use crate::cli::output::{Output, Writing, check_output, same_file};
use crate::cli::reading::Reading;
use crate::report::pages::store_check;
use crate::report::{Format, count, plural};
use crate::shown::Shown;
use crate::store::{Checked, Store};

#[derive(Args)]
#[command(mut_arg("format", without_gauges))]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub store: StoreFileArgs,
    #[command(flatten)]
    pub write: WriteArgs,
    #[command(flatten)]
    pub messages: QuietArgs,
}

pub(super) fn run(arguments: &CheckArgs) -> Result<Exit, Failure> {
    let path = arguments.store.path()?;
    let writing = Writing::plain(&arguments.write)?;
    if let Some(output) = &writing.output
        && same_file(output, path)
    {
        let message = format!(
            "--output {}: it is the store; write to another file",
            Shown::path(output)
        );
        return Err(Failure::new(message));
    }
    check_output(writing.output.as_deref(), &Reading::of_nothing(), &[])?;
    let output = Output::open(writing.output.as_deref())?;
    Messages::new(arguments.messages.quiet).tell_waits();
    let checked = Store::open(path)?.check()?;
    let faults = &checked.faults;
    // A table of nothing says nothing.
    let says_nothing = faults.is_empty() && writing.format == Format::Table;
    let page = store_check::page(faults.clone(), checked.rows);
    output.write(|out| match says_nothing {
        true => Ok(()),
        false => Ok(writing.format.write(page, writing.layout, out)?),
    })?;
    if !faults.is_empty() {
        let number = faults.len() as u64;
        warn_of(
            path,
            &format!(
                "damaged: {} {}; bring back a backup, or ingest anew into another file",
                count(number),
                plural(number, "fault")
            ),
        );
        return Ok(Exit::Failed);
    }
    Messages::new(arguments.messages.quiet).tell_of(path, &sound(&checked));
    Ok(Exit::Done)
}

fn sound(checked: &Checked) -> String {
    match checked.rows {
        Some(rows) => format!("sound: {} {}", count(rows), plural(rows, "row")),
        None => {
            "sound, as far as can be told: an earlier release kept no sums over its rows; the next \
                 'stscope ingest' adds them"
                .to_owned()
        }
    }
}
