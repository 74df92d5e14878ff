//! Work for a ticket: a list to tick off, caller by caller.

use std::io::{self, Write};

use super::write_rest;
use crate::report::escape::{markdown_code, markdown_prose};
use crate::report::page::{Caller, Task, WorkList};
use crate::report::words::{counted, day};

pub(super) fn write(work: &WorkList<'_>, noun: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}", work.headline)?;
    for remark in &work.remarks {
        writeln!(out, "\n{}", markdown_prose(remark))?;
    }
    for caller in &work.callers {
        writeln!(out, "\n### {}\n", markdown_code(caller.principal))?;
        let who = who(caller);
        if !who.is_empty() {
            writeln!(out, "{who}\n")?;
        }
        for task in &caller.tasks {
            item(task, out)?;
        }
    }
    write_rest(work.more, noun, out)?;
    if !work.risks.is_empty() {
        writeln!(out, "\n### Risks")?;
    }
    for risks in &work.risks {
        writeln!(out, "\n{}\n", markdown_prose(risks.title))?;
        for line in &risks.lines {
            writeln!(out, "- {}", line.text(markdown_code))?;
        }
    }
    Ok(())
}

fn who(caller: &Caller<'_>) -> String {
    let mut words = Vec::new();
    words.extend(caller.principal_type.map(markdown_code));
    words.extend((caller.account_id).map(|account| {
        let name = caller.account_name.as_deref().map(markdown_code);
        let name = name.map(|name| format!(" {name}")).unwrap_or_default();
        format!("account {}{name}", markdown_code(account))
    }));
    if caller.regional_calls > 0 {
        words.push(format!(
            "and {}",
            counted(caller.regional_calls, "Regional call")
        ));
    }
    words.join(", ")
}

fn item(task: &Task<'_>, out: &mut dyn Write) -> io::Result<()> {
    let agent = markdown_code(&task.agent.plain());
    write!(out, "- [ ] {agent}, {}", counted(task.calls, "call"))?;
    if let Some(time) = task.last {
        write!(out, ", last {}", day(time))?;
    }
    writeln!(out, ", {}: {}", task.cause, markdown_prose(task.fix))?;
    if let Some((region, evidence)) = task.region {
        writeln!(out, "  - Region: {} ({evidence})", markdown_code(region))?;
    }
    if let Some(seen) = &task.seen {
        writeln!(out, "  - {}", seen.text(markdown_code))?;
    }
    Ok(())
}
