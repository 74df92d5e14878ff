//! The tables that are made from the lists of the code, so that none can be out of date.
//!
//! On a page such a table is between `<!-- table: NAME -->` and `<!-- end -->`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};
use stscope::internals::report::Column;
use stscope::internals::report::pages::{
    endpoint, events, plan, regions, store_check, trend, verify,
};
use stscope::sts::Dimension;

use super::pages::{all, writing};

const BEGIN: &str = "<!-- table: ";
const END: &str = "<!-- end -->";

/// A table by its name, and what makes it.
type Table = (&'static str, fn() -> String);

/// Every table.
const TABLES: [Table; 10] = [
    ("dimensions", dimensions),
    ("columns of events", || columns(&events::sheet().columns())),
    ("columns of plan", || columns(&plan::sheet().columns())),
    ("columns of regions", || {
        columns(&regions::sheet().columns())
    }),
    ("columns of trend", || columns(&trend::sheet().columns())),
    ("columns of verify", || columns(&verify::sheet().columns())),
    ("columns of endpoints", || {
        columns(&endpoint::region_sheet().columns())
    }),
    ("columns of hosts", || {
        columns(&endpoint::host_sheet().columns())
    }),
    ("columns of faults", || {
        columns(&store_check::sheet().columns())
    }),
    ("options", options),
];

/// Text that is no markup.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '<' | '>' | '|' | '[' | ']' | '`' | '\\') {
            plain.push('\\');
        }
        plain.push(if c == '\n' { ' ' } else { c });
    }
    plain
}

fn table<'a>(head: [&str; 2], rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = format!("| {} | {} |\n|---|---|\n", head[0], head[1]);
    for (name, help) in rows {
        assert!(!help.is_empty(), "{name} has no help");
        let _ = writeln!(text, "| `{name}` | {} |", plain(help));
    }
    text
}

fn dimensions() -> String {
    let all = Dimension::all().map(|dimension| (dimension.name(), dimension.help()));
    table(["dimension", "meaning"], all)
}

fn columns(columns: &[Column]) -> String {
    let rows = columns.iter().map(|column| (column.name, column.help));
    table(["column", "meaning"], rows)
}

fn options() -> String {
    let mut root = stscope::internals::cli::command();
    root.build();
    let mut text = String::new();
    for command in root.get_subcommands() {
        of_command(command, &mut text);
    }
    text
}

fn of_command(command: &Command, text: &mut String) {
    if command.get_name() == "help" {
        return;
    }
    let below: Vec<&Command> = command.get_subcommands().collect();
    if !below.is_empty() {
        below.into_iter().for_each(|one| of_command(one, text));
        return;
    }
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let about = command
        .get_about()
        .expect("every command says what it does");
    let _ = write!(text, "\n## {name}\n\n{}.\n\n", plain(&about.to_string()));
    let visible = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let arguments: Vec<&Arg> = visible
        .filter(|arg| {
            !matches!(
                arg.get_action(),
                ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong
            )
        })
        .collect();
    *text += "| option | meaning |\n|---|---|\n";
    let mut headings: Vec<Option<&str>> = Vec::new();
    for arg in &arguments {
        let heading = arg.get_help_heading();
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        if let Some(heading) = heading {
            let _ = writeln!(text, "| **{heading}** | |");
        }
        for arg in arguments
            .iter()
            .filter(|arg| arg.get_help_heading() == heading)
        {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{name}: {arg} has no help");
            let _ = writeln!(text, "| {} | {}{} |", typed(arg), plain(&help), values(arg));
        }
    }
}

/// An option or argument as it is typed.
fn typed(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let value = match arg.get_action().takes_values() {
        true => names.join(" "),
        false => String::new(),
    };
    let Some(long) = arg.get_long() else {
        return format!("`{value}`");
    };
    let long = format!("--{long} {value}");
    match arg.get_short() {
        Some(short) => format!("`-{short}`, `{}`", long.trim_end()),
        None => format!("`{}`", long.trim_end()),
    }
}

/// What it may be, and what it is if nothing is said.
fn values(arg: &Arg) -> String {
    let mut text = String::new();
    let possible = arg.get_possible_values();
    let is_listed = arg.get_action().takes_values() && !arg.is_hide_possible_values_set();
    if is_listed && !possible.is_empty() {
        let names = possible
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| format!("`{}`", value.get_name()));
        let _ = write!(text, ": {}", names.collect::<Vec<_>>().join(", "));
    }
    let defaults = arg.get_default_values();
    if arg.get_action().takes_values() && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        let names = defaults
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()));
        let _ = write!(text, "; default {}", names.collect::<Vec<_>>().join(", "));
    }
    text
}

#[test]
fn every_table_is_that_of_the_code() {
    let _writing = writing();
    let mut missing: BTreeSet<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    for page in all() {
        let mut text = String::new();
        let mut rest = page.text.as_str();
        while let Some((before, behind)) = rest.split_once(BEGIN) {
            let (name, inside) = behind.split_once(" -->\n").expect("a name");
            let (_, after) = inside.split_once(END).expect("an end of the table");
            let (name, make) = TABLES.iter().find(|(of, _)| *of == name).expect(name);
            missing.remove(name);
            let _ = write!(text, "{before}{BEGIN}{name} -->\n{}{END}", make());
            rest = after;
        }
        text += rest;
        page.replace(&text, "tables");
    }
    assert_eq!(missing, BTreeSet::new(), "tables that are on no page");
}
