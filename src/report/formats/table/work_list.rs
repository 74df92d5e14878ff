//! Work for a terminal: what to do, caller by caller.

use std::io::{self, Write};

use super::cut::{shorten, width};
use super::fit::WIDE;
use super::paint::Paint;
use super::rest;
use crate::report::escape::for_terminal;
use crate::report::formats::Layout;
use crate::report::formats::lines::Look;
use crate::report::page::{Caller, Task, WorkList};
use crate::report::words::{counted, day, minute};

/// The indent of a task.
const TASK: &str = "  ";
/// The indent of what is said of a task.
const WORDS: &str = "      ";
/// The longest lines: longer ones are hard to read, and their next line hard to find.
const MOST_READABLE: usize = 100;
/// Of a stranger's text that is longer than so many lines, the middle is cut.
const MAX_LINES: usize = 3;

pub(super) fn write(
    work: &WorkList<'_>,
    noun: &str,
    layout: Layout,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Lines {
        out,
        width: layout.width,
        paint,
    };
    lines.strong("", &work.headline)?;
    for remark in &work.remarks {
        lines.wrapped("", remark)?;
    }
    let columns = Columns::of(work, layout.width >= WIDE);
    for caller in &work.callers {
        lines.blank()?;
        lines.strong("", &lines.name(caller.principal))?;
        lines.wrapped(TASK, &who(caller))?;
        for task in &caller.tasks {
            lines.wrapped(TASK, &columns.line(task))?;
            lines.wrapped(WORDS, &for_terminal(task.fix))?;
            if let Some((region, evidence)) = task.region {
                lines.wrapped(WORDS, &format!("Region: {region} ({evidence})"))?;
            }
            if let Some(seen) = &task.seen {
                lines.wrapped(WORDS, &seen.text(|name| lines.name(name)))?;
            }
        }
    }
    if let Some(rest) = rest(work.more, noun) {
        lines.blank()?;
        lines.wrapped("", &rest)?;
    }
    for risks in &work.risks {
        lines.blank()?;
        lines.strong("", risks.title)?;
        for line in &risks.lines {
            lines.wrapped(TASK, &line.text(|name| lines.name(name)))?;
        }
    }
    Ok(())
}

/// What kind of caller it is, and whether it calls Regional endpoints, too.
fn who(caller: &Caller<'_>) -> String {
    let account = caller.account_id.map(|id| match &caller.account_name {
        Some(name) => format!("{id} {name}"),
        None => id.to_owned(),
    });
    let mut who = match (caller.principal_type, account) {
        (Some(kind), Some(account)) => format!("{kind}, account {account}"),
        (Some(one), None) => one.to_owned(),
        (None, Some(account)) => format!("account {account}"),
        (None, None) => "of unknown type and account".to_owned(),
    };
    if caller.regional_calls > 0 {
        who += &format!(", and {}", counted(caller.regional_calls, "Regional call"));
    }
    for_terminal(&who).into_owned()
}

/// The widths of what is lined up from task to task.
struct Columns {
    agent: usize,
    calls: usize,
    is_wide: bool,
}

/// An SDK's version is a stranger's word, and may be long.
const MAX_AGENT: usize = 32;
/// The same of one of several.
const MAX_VERSION: usize = 16;

impl Columns {
    fn of(work: &WorkList<'_>, is_wide: bool) -> Columns {
        let tasks = || work.callers.iter().flat_map(|caller| &caller.tasks);
        // A list of versions, which is longer, must not move all others to the right.
        let agent = |task| Some(width(&shown_agent(task))).filter(|&width| width <= MAX_AGENT);
        Columns {
            agent: tasks().filter_map(agent).max().unwrap_or(0),
            calls: tasks().map(|task| calls(task).len()).max().unwrap_or(0),
            is_wide,
        }
    }

    fn line(&self, task: &Task<'_>) -> String {
        let agent = shown_agent(task);
        let gap = " ".repeat(self.agent.saturating_sub(width(&agent)));
        let last = match task.last {
            Some(time) if self.is_wide => format!("  last {}", minute(time)),
            Some(time) => format!("  last {}", day(time)),
            None => String::new(),
        };
        let calls = format!("{:>1$}", calls(task), self.calls);
        format!("{agent}{gap}  {calls}{last}  {}", task.cause)
    }
}

fn shown_agent(task: &Task<'_>) -> String {
    let harmless = |name: &str| for_terminal(name).into_owned();
    // A list of versions is not cut; each of them is.
    match task.has_versions {
        true => (task.agent).text(|name| shorten(&harmless(name), MAX_VERSION, true)),
        false => shorten(&task.agent.text(harmless), MAX_AGENT, true),
    }
}

fn calls(task: &Task<'_>) -> String {
    counted(task.calls, "call")
}

/// Lines within the width of a terminal.
struct Lines<'a> {
    out: &'a mut dyn Write,
    width: usize,
    paint: Paint,
}

impl Lines<'_> {
    /// A stranger's text, made harmless.
    fn name(&self, text: &str) -> String {
        shorten(&for_terminal(text), self.width * MAX_LINES, false)
    }

    fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    fn wrapped(&mut self, indent: &str, text: &str) -> io::Result<()> {
        self.each_line(indent, text, Look::Plain)
    }

    fn strong(&mut self, indent: &str, text: &str) -> io::Result<()> {
        self.each_line(indent, text, Look::Strong)
    }

    fn each_line(&mut self, indent: &str, text: &str, look: Look) -> io::Result<()> {
        let options = textwrap::Options::new(self.width.min(MOST_READABLE))
            .initial_indent(indent)
            .subsequent_indent(indent)
            // A hyphen in a Region or a file name is no place to break a line, and an ARN that is
            // longer than one stays whole, so that it can be copied and looked for.
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        for line in textwrap::wrap(text, options) {
            writeln!(self.out, "{}", self.paint.paint(look, line.trim_end()))?;
        }
        Ok(())
    }
}
