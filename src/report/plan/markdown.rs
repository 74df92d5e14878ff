//! A plan for a ticket: a list to tick off, principal by principal.
//!
//! What strangers chose stands in code spans, where nothing is markup, a mention or a link.

use std::io::{self, Write};

use super::super::escape::{markdown_code, markdown_prose};
use super::super::table::time_text;
use super::super::{Layout, count, plural};
use super::{PlanPage, agent, by_principal, headline, region_words, remarks, risk_lists, seen};
use crate::questions::PlanRow;

pub(super) fn write(
    out: &mut dyn Write,
    page: &PlanPage<'_>,
    rows: &[PlanRow<'_>],
    layout: &Layout,
) -> io::Result<()> {
    writeln!(out, "## {}", headline(page))?;
    for remark in remarks(page) {
        writeln!(out, "\n{}", markdown_prose(&remark))?;
    }
    for rows in by_principal(rows) {
        writeln!(out, "\n### {}\n", markdown_code(rows[0].principal))?;
        let who = who(rows[0]);
        if !who.is_empty() {
            writeln!(out, "{who}\n")?;
        }
        for row in rows {
            item(out, row)?;
        }
    }
    if layout.more > 0 {
        writeln!(out, "\n… and {} more {}.", count(layout.more), layout.rows)?;
    }
    if !page.plan.risks.is_empty() {
        writeln!(out, "\n### Risks")?;
    }
    for risks in risk_lists(page.plan, markdown_code) {
        writeln!(out, "\n{}\n", markdown_prose(risks.title))?;
        for line in risks.lines {
            writeln!(out, "- {line}")?;
        }
    }
    Ok(())
}

fn who(row: &PlanRow<'_>) -> String {
    let mut words = Vec::new();
    words.extend(row.principal_type.map(markdown_code));
    words.extend((row.account_id).map(|account| format!("account {}", markdown_code(account))));
    if row.regional_calls > 0 {
        let number = row.regional_calls;
        let calls = plural(number, "call");
        words.push(format!("and {} Regional {calls}", count(number)));
    }
    words.join(", ")
}

fn item(out: &mut dyn Write, row: &PlanRow<'_>) -> io::Result<()> {
    let calls = row.measures.calls;
    write!(
        out,
        "- [ ] {}, {} {}",
        markdown_code(&agent(row, str::to_owned)),
        count(calls),
        plural(calls, "call")
    )?;
    if let Some(time) = row.measures.last {
        write!(out, ", last {}", time_text(time, true))?;
    }
    writeln!(out, ", {}: {}", row.cause, markdown_prose(&row.fix))?;
    if let Some((region, evidence)) = region_words(row) {
        writeln!(out, "  - Region: {} ({evidence})", markdown_code(&region))?;
    }
    if let Some(seen) = seen(row, markdown_code) {
        writeln!(out, "  - {seen}")?;
    }
    Ok(())
}
