//! `map --list`: what there is to read, as a manifest, before anything is read.

use std::io::Write;

use super::args::MessageArgs;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::progress::progress;
use super::reading::Reading;
use super::session::watched;
#[cfg(feature = "s3")]
use crate::input::s3::{Listed, S3Url};
use crate::shown::Shown;

/// Lists what was named, and writes a line for each file or object, and for each prefix that was not listed.
pub(super) fn list(
    reading: &Reading,
    output: Output,
    messages: &MessageArgs,
) -> Result<Exit, Failure> {
    let (scan, paths) = (&reading.scan, &reading.paths);
    output.write(|out| {
        let mut is_empty = true;
        watched(progress(messages), |shared| {
            scan.list_here(paths, shared, |path, size| {
                is_empty = false;
                // One that is no text is found by nobody who reads the list: it is damaged then, and named.
                write_line(out, &size.to_string(), "", &path.to_string_lossy())
            })?;
            #[cfg(feature = "s3")]
            scan.list(paths, shared, |under, listed| {
                is_empty = false;
                write_listed(out, under, listed)
            })?;
            match is_empty {
                true => Err(Failure::new(
                    "--list: there is no file in what was named; check that it is the folder of the logs",
                )),
                false => Ok(()),
            }
        })
    })?;
    Ok(Exit::Done)
}

#[cfg(feature = "s3")]
fn write_listed(out: &mut dyn Write, under: &S3Url, listed: Listed) -> Result<(), Failure> {
    let url = |key: &str| S3Url::of_key(&under.bucket, key);
    match listed {
        Listed::Object(object) => {
            write_line(out, &object.size.to_string(), &object.etag, &object.url())
        }
        Listed::FolderMarker(key) => write_line(out, "0", "", &url(&key)),
        Listed::NotListed { prefix, why } => write_line(out, "-", why.on_list(), &url(&prefix)),
        // A manifest has no line for what it lacks.
        Listed::Refused(error) => Err(Failure::new(error.to_string())),
    }
}

fn write_line(out: &mut dyn Write, size: &str, etag: &str, path: &str) -> Result<(), Failure> {
    // A carriage return at the end is taken for a line end of Windows.
    if path.contains('\n') || path.ends_with('\r') {
        let path = Shown::text(path);
        return Err(Failure::new(format!(
            "--list: {path}: a name with a line end has no place in a manifest; name what is beside it"
        )));
    }
    Ok(writeln!(out, "{size}\t{etag}\t{path}")?)
}
