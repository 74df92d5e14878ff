//! `stscope store info`

use super::args::{ContentsArgs, ContentsFormat};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::report::{contents_json, contents_lines};
use crate::shown::Shown;
use crate::store::Store;

pub(super) fn run(arguments: &ContentsArgs) -> Result<Exit, Failure> {
    let path = (arguments.store.as_ref().or(arguments.file.as_ref()))
        .ok_or_else(|| Failure::new("no store given; name its FILE"))?;
    let contents = Store::open(path)?.contents()?;
    let name = Shown::path(path).to_string();
    Output::Standard.write(|out| match arguments.format {
        ContentsFormat::Table => {
            for line in contents_lines(&name, &contents) {
                writeln!(out, "{line}")?;
            }
            Ok(())
        }
        ContentsFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &contents_json(&contents))
                .map_err(std::io::Error::from)?;
            Ok(writeln!(out)?)
        }
    })?;
    Ok(Exit::Done)
}
