//! `stscope store check`

use super::args::CheckArgs;
use super::config::{Writing, same_file};
use super::exit::{Exit, Failure, say_of};
use super::output::Output;
use crate::report::{Format, Frame, count, fault_cells, fault_columns, plural, write};
use crate::store::{Checked, Store};

pub(super) fn run(arguments: &CheckArgs) -> Result<Exit, Failure> {
    let path = (arguments.store.as_ref().or(arguments.file.as_ref()))
        .ok_or_else(|| Failure::new("no store given; name its FILE"))?;
    let writing = Writing::plain(arguments.format, arguments.output.as_deref(), "faults")?;
    if let Some(output) = &writing.output
        && same_file(output, path)
    {
        let message = format!(
            "--output {}: it is the store; write to another file",
            output.display()
        );
        return Err(Failure::new(message));
    }
    let output = Output::open(writing.output.as_deref())?;
    let checked = Store::open(path)?.check()?;
    let faults = &checked.faults;
    let frame = Frame {
        schema: "stscope.check/1",
        head: vec![("sound", faults.is_empty().into())],
        list: "rows",
        tail: vec![("rows_checked", checked.rows.into())],
    };
    output.write(|out| {
        // A table of nothing says nothing.
        if faults.is_empty() && writing.format.is_for_people() && writing.format != Format::Markdown
        {
            return Ok(());
        }
        Ok(write(
            writing.format,
            out,
            &fault_columns(),
            &frame,
            faults.iter().map(|fault| Ok(fault_cells(fault))),
            &writing.layout,
            || Ok(None),
        )?)
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
