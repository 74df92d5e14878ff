//! `stscope store check`

use super::args::CheckArgs;
use super::config::{Writing, same_file};
use super::exit::{Exit, Failure, say_of};
use super::output::Output;
use crate::report::pages::store_check::{self, StoreFault};
use crate::report::{Format, count, plural};
use crate::shown::Shown;
use crate::store::{Checked, Fault, Store};

pub(super) fn run(arguments: &CheckArgs) -> Result<Exit, Failure> {
    let path = (arguments.store.as_ref().or(arguments.file.as_ref()))
        .ok_or_else(|| Failure::new("no store given; name its FILE"))?;
    let writing = Writing::plain(arguments.format, arguments.output.as_deref())?;
    if let Some(output) = &writing.output
        && same_file(output, path)
    {
        let message = format!(
            "--output {}: it is the store; write to another file",
            Shown::path(output)
        );
        return Err(Failure::new(message));
    }
    let output = Output::open(writing.output.as_deref())?;
    let checked = Store::open(path)?.check()?;
    let faults = &checked.faults;
    // A table of nothing says nothing.
    let says_nothing = faults.is_empty() && writing.format == Format::Table;
    let page = store_check::page(faults.iter().map(fault_of).collect(), checked.rows);
    output.write(|out| match says_nothing {
        true => Ok(()),
        false => Ok(writing.format.write(page, writing.layout, out)?),
    })?;
    if !faults.is_empty() {
        let number = faults.len() as u64;
        say_of(
            path,
            &format!(
                "damaged: {} {}; bring back a backup, or ingest anew into another file",
                count(number),
                plural(number, "fault")
            ),
        );
        return Ok(Exit::Failed);
    }
    if !arguments.quiet {
        say_of(path, &sound(&checked));
    }
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

/// A fault as its page has it.
fn fault_of(fault: &Fault) -> StoreFault {
    StoreFault {
        check: fault.check,
        table: fault.table.clone(),
        day: fault.day.clone(),
        detail: fault.detail.clone(),
    }
}
