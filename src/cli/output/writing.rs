//! How to write: the format, how many rows, and the place for them.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Output;
use crate::aws::AccountNames;
use crate::cli::accounts;
use crate::cli::args::{OutputArgs, WriteArgs};
use crate::cli::exit::Failure;
use crate::report::{Format, Layout, Page};
use crate::shown::Shown;

/// How to write, resolved.
pub(in crate::cli) struct Writing {
    pub format: Format,
    pub output: Option<PathBuf>,
    /// The most rows, if there is a limit.
    pub top: Option<u64>,
    pub layout: Layout,
    /// What accounts are called, if that is known.
    pub names: Option<Arc<AccountNames>>,
}

impl Writing {
    /// `has_gauges` says whether the answer has figures for a program that watches them.
    pub fn resolve(output: &OutputArgs, has_gauges: bool) -> Result<Writing, Failure> {
        let mut writing = Writing::any(&output.write)?;
        if !has_gauges {
            writing.refuse_gauges()?;
        }
        writing.top = match (output.top, writing.format) {
            (None, Format::Table) => Some(25),
            // A browser takes seconds to sort more than some thousands.
            (None, Format::Html) => Some(1000),
            (None, _) | (Some(0), _) => None,
            (some, _) => some,
        };
        writing.names = accounts::read(output.accounts.as_deref())?;
        Ok(writing)
    }

    /// For commands whose rows are few.
    pub fn plain(write: &WriteArgs) -> Result<Writing, Failure> {
        let writing = Writing::any(write)?;
        writing.refuse_gauges()?;
        Ok(writing)
    }

    /// Refuses a format that has gauges alone, for an answer that has none.
    pub fn refuse_gauges(&self) -> Result<(), Failure> {
        match self.format {
            Format::OpenMetrics => Err(Failure::new(
                "--format openmetrics: this answer has no figures to watch; ask 'stscope report', 'stscope \
                 trend' or 'stscope verify', or take another format",
            )),
            _ => Ok(()),
        }
    }

    fn any(write: &WriteArgs) -> Result<Writing, Failure> {
        let output = named_file(write.file.path()).map(Path::to_owned);
        let format = match (write.format, &output) {
            (Some(format), _) => format,
            (None, None) => Format::Table,
            // A device has no ending.
            (None, Some(path)) if path.extension().is_none() && is_device(path) => Format::Table,
            (None, Some(path)) => of_extension(path)?,
        };
        let on_terminal = output.is_none() && std::io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if on_terminal && format.is_binary() {
            return Err(Failure::new(format!(
                "--format {}: a terminal cannot show it; write to a file with --output",
                format.extension()
            )));
        }
        let layout = Layout {
            width: width(on_terminal),
            colours: on_terminal && !no_color,
            is_terminal: on_terminal,
        };
        Ok(Writing {
            format,
            output,
            top: None,
            layout,
            names: None,
        })
    }

    /// Writes a page to where it goes.
    pub fn write(&self, page: Page<'_>, output: Output) -> Result<(), Failure> {
        let page = match &self.names {
            Some(names) => page.naming(names, self.format),
            None => page,
        };
        output.write(|out| Ok(self.format.write(page, self.layout, out)?))
    }
}

/// The file of `--output`; `-` is standard output.
pub(in crate::cli) fn named_file(output: Option<&Path>) -> Option<&Path> {
    output.filter(|path| path.as_os_str() != "-")
}

fn is_device(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn of_extension(path: &Path) -> Result<Format, Failure> {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    Format::of_extension(extension).ok_or_else(|| {
        Failure::new(format!(
            "--output {}: the ending tells no format; end it in .csv, .html, .json, .jsonl, .md, .prom, .txt or .xlsx, or give --format",
            Shown::path(path)
        ))
    })
}

/// The width of what is printed, be it to a terminal or not.
pub(in crate::cli) fn terminal_width() -> usize {
    width(std::io::stdout().is_terminal())
}

/// The terminal's width; without a terminal, `COLUMNS` or 80.
fn width(on_terminal: bool) -> usize {
    let of_terminal = on_terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| usize::from(width.0));
    let of_environment = || {
        std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
    };
    of_terminal
        .or_else(of_environment)
        .filter(|&width| width >= 20)
        .unwrap_or(80)
}
