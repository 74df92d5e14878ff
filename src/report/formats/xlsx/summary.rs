//! The first sheet: what a page says before and after its rows, what was read, and charts.

use rust_xlsxwriter::{Chart as Drawing, Format, Worksheet, XlsxError};
use serde_json::Value;

use super::Styles;
use super::rows::{Written, fitting, write_cell};
use crate::report::cell::Cell;
use crate::report::page::{Block, Tone, WorkList};

/// Its name.
pub(super) const NAME: &str = "summary";

/// The rows that a chart takes.
const CHART: u32 = 20;
/// The most files that are named.
const MOST_NAMED: usize = 1000;

/// The sheet as it is filled.
pub(super) struct Summary<'s> {
    sheet: &'s mut Worksheet,
    styles: &'s Styles,
    row: u32,
}

impl<'s> Summary<'s> {
    pub fn new(sheet: &'s mut Worksheet, styles: &'s Styles) -> Summary<'s> {
        Summary {
            sheet,
            styles,
            row: 0,
        }
    }

    fn text(&mut self, at: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        (self.sheet).write_string_with_format(self.row, at, fitting(text), format)?;
        Ok(())
    }

    pub fn title(&mut self, title: &str) -> Result<(), XlsxError> {
        self.sheet
            .set_column_width(0, 34)?
            .set_column_width(1, 16)?
            .set_column_width(2, 12)?
            .set_column_width(3, 80)?
            .set_landscape()
            .set_print_fit_to_pages(1, 0);
        let strong = &self.styles.strong;
        self.text(0, title, strong)?;
        self.row += 1;
        self.text(0, "All times are UTC.", &self.styles.text)?;
        self.row += 2;
        Ok(())
    }

    pub fn blocks(&mut self, blocks: &[Block]) -> Result<(), XlsxError> {
        for block in blocks {
            match block {
                Block::Heading { text, details } => {
                    self.text(0, text, &self.styles.strong)?;
                    self.row += 1;
                    self.lines(details)?;
                }
                Block::Read(remarks) | Block::Remarks(remarks) => self.lines(remarks)?,
                Block::Figures { figures, .. } => {
                    for figure in figures {
                        let style = match figure.tone {
                            Tone::Alarm => &self.styles.alarm,
                            Tone::Plain | Tone::Calm => &self.styles.text,
                        };
                        self.text(0, figure.name, style)?;
                        self.cell(1, &Cell::Count(figure.count))?;
                        self.cell(2, &Cell::some(figure.share, Cell::Share))?;
                        self.text(3, &figure.words, &self.styles.text)?;
                        self.row += 1;
                    }
                    self.row += 1;
                }
                // In the sheets, and drawn.
                Block::Bars { .. } | Block::Chart(_) => {}
            }
        }
        Ok(())
    }

    /// What is said of a list besides its rows.
    pub fn of_list(&mut self, title: &str, blocks: &[Block]) -> Result<(), XlsxError> {
        if !blocks.iter().all(|block| matches!(block, Block::Chart(_))) {
            self.text(0, title, &self.styles.head)?;
            self.row += 1;
            self.blocks(blocks)?;
        }
        Ok(())
    }

    /// How much work there is, and what can go wrong: the tasks are the rows of a sheet.
    pub fn work(&mut self, title: &str, work: &WorkList<'_>) -> Result<(), XlsxError> {
        if !title.is_empty() {
            self.text(0, title, &self.styles.head)?;
            self.row += 1;
        }
        self.text(0, &work.headline, &self.styles.strong)?;
        self.row += 1;
        self.lines(&work.remarks)?;
        self.row += u32::from(work.remarks.is_empty());
        for risks in &work.risks {
            self.text(0, risks.title, &self.styles.strong)?;
            self.row += 1;
            let lines = risks.lines.iter().map(|line| line.text(str::to_owned));
            self.lines(&lines.collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn cell(&mut self, at: u16, cell: &Cell<'_>) -> Result<(), XlsxError> {
        write_cell(self.sheet, self.row, at, cell, self.styles)
    }

    /// Some lines, and an empty one after them.
    pub fn lines(&mut self, lines: &[String]) -> Result<(), XlsxError> {
        for line in lines {
            self.text(0, line, &self.styles.text)?;
            self.row += 1;
        }
        self.row += u32::from(!lines.is_empty());
        Ok(())
    }

    /// The sheets, and how many rows they have.
    pub fn sheets(&mut self, sheets: &[(&str, Written)]) -> Result<(), XlsxError> {
        self.text(0, "sheet", &self.styles.head)?;
        self.text(1, "rows", &self.styles.head)?;
        self.text(2, "left out", &self.styles.head)?;
        self.text(3, "what is in it", &self.styles.head)?;
        self.row += 1;
        for (title, written) in sheets {
            self.text(0, &written.names.join(", "), &self.styles.text)?;
            self.cell(1, &Cell::Count(written.rows))?;
            if written.more > 0 {
                self.cell(2, &Cell::Count(written.more))?;
            }
            self.text(3, title, &self.styles.text)?;
            self.row += 1;
        }
        self.row += 1;
        Ok(())
    }

    /// What was read: every figure by its name in JSON.
    pub fn coverage(&mut self, coverage: Option<&Value>) -> Result<(), XlsxError> {
        let Some(coverage) = coverage else {
            return Ok(());
        };
        self.text(0, "what was read", &self.styles.head)?;
        self.row += 1;
        self.value("", coverage)?;
        self.row += 1;
        Ok(())
    }

    fn value(&mut self, name: &str, value: &Value) -> Result<(), XlsxError> {
        match value {
            Value::Null => return Ok(()),
            Value::Object(members) => {
                for (key, value) in members {
                    let inner = match name {
                        "" => key.clone(),
                        name => format!("{name}.{key}"),
                    };
                    self.value(&inner, value)?;
                }
                return Ok(());
            }
            Value::Array(elements) if elements.iter().any(Value::is_object) => {
                for (number, element) in (1..).zip(elements.iter().take(MOST_NAMED)) {
                    self.value(&format!("{name} {number}"), element)?;
                }
                if elements.len() > MOST_NAMED {
                    let more = elements.len() - MOST_NAMED;
                    self.text(0, &format!("{name}: {more} more"), &self.styles.text)?;
                    self.row += 1;
                }
                return Ok(());
            }
            _ => {}
        }
        self.text(0, name, &self.styles.text)?;
        match value {
            Value::Number(number) => match number.as_u64() {
                Some(number) => self.cell(1, &Cell::Count(number))?,
                None => self.text(1, &number.to_string(), &self.styles.text)?,
            },
            Value::Array(elements) => {
                let texts = elements.iter().filter_map(Value::as_str);
                let texts = texts.collect::<Vec<_>>().join(" ");
                self.text(1, &texts, &self.styles.text)?;
            }
            Value::String(text) => self.text(1, text, &self.styles.text)?,
            other => self.text(1, &other.to_string(), &self.styles.text)?,
        }
        self.row += 1;
        Ok(())
    }

    /// The charts, one below the other beside the words.
    pub fn charts(&mut self, charts: Vec<Drawing>) -> Result<(), XlsxError> {
        for (at, chart) in (0..).zip(&charts) {
            self.sheet.insert_chart(1 + at * CHART, 5, chart)?;
        }
        Ok(())
    }
}
