//! Pages for a browser: one file, offline, readable without script and without style.
//!
//! Owns what comes first: what was not read, as every figure rests on it. All markup goes through
//! [`Html`], which takes no text of a stranger's but as text. Charts are drawn here and need no script; a
//! small script sorts and filters tables. The policy of the page lets nothing be loaded.

mod chart;
mod coverage;
mod table;
mod work_list;
mod writer;

use std::io::{self, Read as _, Seek as _, Write};

use tempfile::SpooledTempFile;

use self::writer::{Html, Policy, Value};
use super::{Layout, Renderer, Room};
use crate::report::page::{Block, Figure, Form, List, Page, Tone};
use crate::report::words::{count, of_number, percent};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// So much of the rows stays in memory before it goes to a temporary file.
const IN_MEMORY: usize = 8 << 20;

pub(super) struct HtmlPage;

impl Renderer for HtmlPage {
    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm"]
    }

    fn room(&self) -> Room {
        Room::Words
    }

    /// What was read is known once all rows are written, and is said before them: so they wait.
    fn write(&self, page: Page<'_>, _layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        let mut waiting = SpooledTempFile::new(IN_MEMORY);
        let mut buffered = io::BufWriter::new(&mut waiting);
        let mut body = Html::new(&mut buffered);
        let is_one = page.lists.len() == 1;
        let places: Vec<_> = page.lists.iter().map(|one| (one.key, one.title)).collect();
        blocks(&mut body, &page.blocks)?;
        for list in page.lists {
            self::list(&mut body, list, is_one)?;
        }
        lines(&mut body, &page.notes)?;
        if let Some(legend) = page.legend {
            body.element("pre", &[], legend)?;
        }
        buffered.flush()?;
        drop(buffered);
        let read = (page.coverage)()?;
        waiting.rewind()?;

        let mut html = Html::new(out);
        head(&mut html, &page.title)?;
        html.open("main", &[])?;
        html.line()?;
        html.element("h1", &[], &page.title)?;
        html.line()?;
        if let Some(read) = &read {
            coverage::write(&mut html, read)?;
        }
        if !is_one {
            contents(&mut html, &places)?;
        }
        let mut buffer = vec![0; 1 << 16];
        loop {
            let length = waiting.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            out.write_all(&buffer[..length])?;
        }
        let mut html = Html::new(out);
        html.close("main")?;
        html.line()?;
        html.own("script", SCRIPT)?;
        html.line()?;
        html.close("body")?;
        html.close("html")?;
        html.line()
    }
}

fn head(html: &mut Html<'_>, title: &str) -> io::Result<()> {
    html.begin()?;
    html.open("html", &[("lang", Value::Word("en"))])?;
    html.line()?;
    html.open("head", &[])?;
    html.open("meta", &[("charset", Value::Word("utf-8"))])?;
    let policy = Policy::of(STYLE, SCRIPT);
    html.open(
        "meta",
        &[
            ("http-equiv", Value::Word("Content-Security-Policy")),
            ("content", Value::Policy(&policy)),
        ],
    )?;
    for (name, content) in [
        ("viewport", "width=device-width, initial-scale=1"),
        ("color-scheme", "light dark"),
        ("generator", concat!("stscope ", env!("CARGO_PKG_VERSION"))),
    ] {
        let attributes = [
            ("name", Value::Word(name)),
            ("content", Value::Word(content)),
        ];
        html.open("meta", &attributes)?;
    }
    html.element("title", &[], title)?;
    html.own("style", STYLE)?;
    html.close("head")?;
    html.line()?;
    html.open("body", &[])?;
    html.line()
}

/// Where the sections are: of hundreds of accounts a page is long.
fn contents(html: &mut Html<'_>, places: &[(&'static str, &'static str)]) -> io::Result<()> {
    html.open("nav", &[("aria-label", Value::Word("Sections"))])?;
    for (key, title) in places {
        html.open("a", &[("href", Value::Place(key))])?;
        html.text(title)?;
        html.close("a")?;
        html.text(" ")?;
    }
    html.close("nav")?;
    html.line()
}

fn blocks(html: &mut Html<'_>, blocks: &[Block]) -> io::Result<()> {
    for block in blocks {
        match block {
            Block::Heading { text, details } => {
                html.element("p", &[("class", Value::Word("lead"))], text)?;
                html.line()?;
                lines(html, details)?;
            }
            Block::Remarks(remarks) => lines(html, remarks)?,
            Block::Figures { figures, .. } => self::figures(html, figures)?,
            Block::Chart(chart) => chart::write(html, chart)?,
            // Drawn, or said elsewhere.
            Block::Bars { .. } | Block::Read(_) => {}
        }
    }
    Ok(())
}

fn lines(html: &mut Html<'_>, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    html.open("ul", &[("class", Value::Word("remarks"))])?;
    for line in lines {
        html.element("li", &[], line)?;
    }
    html.close("ul")?;
    html.line()
}

fn figures(html: &mut Html<'_>, figures: &[Figure]) -> io::Result<()> {
    html.open("dl", &[("class", Value::Word("figures"))])?;
    for figure in figures {
        let class = match figure.tone {
            Tone::Plain => "plain",
            Tone::Alarm => "alarm",
            Tone::Calm => "calm",
        };
        html.open("div", &[("class", Value::Word(class))])?;
        html.element("dt", &[], figure.name)?;
        html.open("dd", &[])?;
        html.element("strong", &[], &count(figure.count))?;
        if let Some(share) = figure.share {
            html.text(" ")?;
            html.element("span", &[], &percent(share))?;
        }
        html.close("dd")?;
        html.element("dd", &[], &figure.words)?;
        html.close("div")?;
    }
    html.close("dl")?;
    html.line()
}

fn list(html: &mut Html<'_>, list: List<'_>, is_one: bool) -> io::Result<()> {
    let List {
        key,
        noun,
        form,
        mut rows,
        title,
        blocks,
        is_detail,
        is_drawn,
        work,
        ..
    } = list;
    let title = if title.is_empty() { noun } else { title };
    html.open("section", &[("id", Value::Word(key))])?;
    html.line()?;
    if !is_one {
        html.element("h2", &[], title)?;
        html.line()?;
    }
    self::blocks(html, &blocks)?;
    match (work, form) {
        (Some(work), _) | (None, Form::WorkList(work)) => work_list::write(html, &work(), noun)?,
        (None, Form::Lines | Form::Paragraphs) if !is_drawn => {
            // What is drawn, or summed up, is looked up row by row by few.
            let is_folded = is_detail && !blocks.is_empty();
            if is_folded {
                html.open("details", &[])?;
                html.element("summary", &[], &format!("{title}: the rows"))?;
            }
            table::write(html, rows.as_mut(), title, noun)?;
            if is_folded {
                html.close("details")?;
                html.line()?;
            }
        }
        (None, Form::Lines | Form::Paragraphs) => {}
    }
    html.close("section")?;
    html.line()
}

/// How much there is besides what is shown.
fn rest(html: &mut Html<'_>, more: u64, noun: &str) -> io::Result<()> {
    if more > 0 {
        let noun = of_number(more, noun);
        let text = format!("… and {} more {noun}: --top 0 shows all.", count(more));
        html.element("p", &[("class", Value::Word("note"))], &text)?;
        html.line()?;
    }
    Ok(())
}
