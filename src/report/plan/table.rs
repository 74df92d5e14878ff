//! A plan for a terminal: what to do, principal by principal.

use std::io::{self, Write};

use super::super::escape::for_terminal;
use super::super::table::{WIDE, shorten, time_text, width};
use super::super::{Layout, count, plural};
use super::{PlanPage, agent, by_principal, headline, region_words, remarks, risk_lists, seen};
use crate::questions::PlanRow;

/// How far the lines of a row stand in.
const ROW: &str = "  ";
/// How far what is said of it stands in.
const WORDS: &str = "      ";
/// Of a text of a stranger's that is longer than so many lines, the middle is cut.
const MAX_LINES: usize = 3;

pub(super) fn write(
    out: &mut dyn Write,
    page: &PlanPage<'_>,
    rows: &[PlanRow<'_>],
    layout: &Layout,
) -> io::Result<()> {
    let mut lines = Lines { out, layout };
    lines.strong("", &headline(page))?;
    for remark in remarks(page) {
        lines.wrapped("", &remark)?;
    }
    let is_wide = layout.width >= WIDE;
    let columns = Columns::of(rows, is_wide);
    for rows in by_principal(rows) {
        lines.blank()?;
        lines.strong("", &lines.name(rows[0].principal))?;
        lines.wrapped(ROW, &who(rows[0]))?;
        for row in rows {
            lines.wrapped(ROW, &columns.line(row))?;
            lines.wrapped(WORDS, &for_terminal(&row.fix))?;
            if let Some((region, evidence)) = region_words(row) {
                lines.wrapped(WORDS, &format!("Region: {region} ({evidence})"))?;
            }
            if let Some(seen) = seen(row, |name| lines.name(name)) {
                lines.wrapped(WORDS, &seen)?;
            }
        }
    }
    if layout.more > 0 {
        lines.blank()?;
        let rest = format!(
            "… and {} more {}; --top 0 shows all",
            count(layout.more),
            layout.rows
        );
        lines.wrapped("", &rest)?;
    }
    for risks in risk_lists(page.plan, |name| lines.name(name)) {
        lines.blank()?;
        lines.strong("", risks.title)?;
        for line in risks.lines {
            lines.wrapped(ROW, &line)?;
        }
    }
    Ok(())
}

/// What kind of caller a principal is, and whether it calls Regional endpoints, too.
fn who(row: &PlanRow<'_>) -> String {
    let mut who = match (row.principal_type, row.account_id) {
        (Some(kind), Some(account)) => format!("{kind}, account {account}"),
        (Some(one), None) => one.to_owned(),
        (None, Some(account)) => format!("account {account}"),
        (None, None) => "of unknown type and account".to_owned(),
    };
    if row.regional_calls > 0 {
        who += &format!(
            ", and {} Regional {}",
            count(row.regional_calls),
            plural(row.regional_calls, "call")
        );
    }
    for_terminal(&who).into_owned()
}

/// The widths of what stands in line from row to row.
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
    fn of(rows: &[PlanRow<'_>], is_wide: bool) -> Columns {
        // A list of versions, which is longer, must not move all others to the right.
        let agent = |row| Some(width(&shown_agent(row))).filter(|&width| width <= MAX_AGENT);
        Columns {
            agent: rows.iter().filter_map(agent).max().unwrap_or(0),
            calls: rows.iter().map(|row| calls(row).len()).max().unwrap_or(0),
            is_wide,
        }
    }

    fn line(&self, row: &PlanRow<'_>) -> String {
        let agent = shown_agent(row);
        let gap = " ".repeat(self.agent.saturating_sub(width(&agent)));
        let last = match row.measures.last {
            Some(time) => format!("  last {}", time_text(time, !self.is_wide)),
            None => String::new(),
        };
        let calls = format!("{:>1$}", calls(row), self.calls);
        format!("{agent}{gap}  {calls}{last}  {}", row.cause)
    }
}

fn shown_agent(row: &PlanRow<'_>) -> String {
    match row.versions.len() {
        0 | 1 => {
            let agent = agent(row, |name| for_terminal(name).into_owned());
            shorten(&agent, MAX_AGENT, true)
        }
        // A list of versions is not cut; each of them is.
        _ => agent(row, |name| shorten(&for_terminal(name), MAX_VERSION, true)),
    }
}

fn calls(row: &PlanRow<'_>) -> String {
    let number = row.measures.calls;
    format!("{} {}", count(number), plural(number, "call"))
}

/// Lines within the width of a terminal.
struct Lines<'a, 'l> {
    out: &'a mut dyn Write,
    layout: &'l Layout,
}

impl Lines<'_, '_> {
    /// A stranger's text, made harmless.
    fn name(&self, text: &str) -> String {
        shorten(&for_terminal(text), self.layout.width * MAX_LINES, false)
    }

    fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    fn wrapped(&mut self, indent: &str, text: &str) -> io::Result<()> {
        self.each_line(indent, text, str::to_owned)
    }

    fn strong(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let paint = self.layout.paint;
        self.each_line(indent, text, |line| paint.strong(line))
    }

    fn each_line(
        &mut self,
        indent: &str,
        text: &str,
        paint: impl Fn(&str) -> String,
    ) -> io::Result<()> {
        let options = textwrap::Options::new(self.layout.width)
            .initial_indent(indent)
            .subsequent_indent(indent)
            // A hyphen in a Region or a file name is no place to break a line, and an ARN that is
            // longer than one stays whole, so that it can be copied and looked for.
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        for line in textwrap::wrap(text, options) {
            writeln!(self.out, "{}", paint(line.trim_end()))?;
        }
        Ok(())
    }
}
