//! Work as a list to tick off, caller by caller.

use std::io;

use super::rest;
use super::writer::{Html, Value};
use crate::report::page::{Caller, Task, WorkList};
use crate::report::words::{counted, day};

pub(super) fn write(html: &mut Html<'_>, work: &WorkList<'_>, noun: &str) -> io::Result<()> {
    html.element("p", &[("class", Value::Word("lead"))], &work.headline)?;
    html.line()?;
    super::lines(html, &work.remarks)?;
    for caller in &work.callers {
        self::caller(html, caller)?;
    }
    rest(html, work.more, noun)?;
    if !work.risks.is_empty() {
        html.element("h3", &[], "Risks")?;
        html.line()?;
    }
    for risks in &work.risks {
        html.element("p", &[], risks.title)?;
        html.open("ul", &[])?;
        for line in &risks.lines {
            html.open("li", &[])?;
            html.phrase(line)?;
            html.close("li")?;
        }
        html.close("ul")?;
        html.line()?;
    }
    Ok(())
}

fn caller(html: &mut Html<'_>, caller: &Caller<'_>) -> io::Result<()> {
    html.open("article", &[("class", Value::Word("caller"))])?;
    html.open("h3", &[])?;
    html.name(caller.principal)?;
    html.close("h3")?;
    html.open("p", &[("class", Value::Word("who"))])?;
    let mut separator = "";
    if let Some(kind) = caller.principal_type {
        html.name(kind)?;
        separator = ", ";
    }
    if let Some(account) = caller.account_id {
        html.text(separator)?;
        html.text("account ")?;
        html.name(account)?;
        if let Some(name) = &caller.account_name {
            html.text(" ")?;
            html.name(name)?;
        }
        separator = ", ";
    }
    if caller.regional_calls > 0 {
        html.text(separator)?;
        html.text(&format!(
            "and {}",
            counted(caller.regional_calls, "Regional call")
        ))?;
    }
    html.close("p")?;
    html.open("ul", &[("class", Value::Word("tasks"))])?;
    for task in &caller.tasks {
        self::task(html, task)?;
    }
    html.close("ul")?;
    html.close("article")?;
    html.line()
}

fn task(html: &mut Html<'_>, task: &Task<'_>) -> io::Result<()> {
    html.open("li", &[])?;
    html.open("label", &[])?;
    html.open("input", &[("type", Value::Word("checkbox"))])?;
    html.text(" ")?;
    html.open("strong", &[])?;
    html.phrase(&task.agent)?;
    html.close("strong")?;
    let last = task.last.map(|time| format!(", last {}", day(time)));
    html.text(&format!(
        ", {}{}, {}: ",
        counted(task.calls, "call"),
        last.unwrap_or_default(),
        task.cause
    ))?;
    // A fix names principals and tools.
    html.name(task.fix)?;
    html.close("label")?;
    if let Some((region, evidence)) = task.region {
        html.open("p", &[])?;
        html.text("Region: ")?;
        html.name(region)?;
        html.text(&format!(" ({evidence})"))?;
        html.close("p")?;
    }
    if let Some(seen) = &task.seen {
        html.open("p", &[])?;
        html.phrase(seen)?;
        html.close("p")?;
    }
    html.close("li")
}
