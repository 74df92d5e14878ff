//! `map --list`: what is in S3, as a manifest, before anything is read.

#[cfg(feature = "s3")]
use super::args::MessageArgs;
#[cfg(feature = "s3")]
use super::exit::Exit;
use super::exit::Failure;
#[cfg(feature = "s3")]
use super::output::Output;
#[cfg(feature = "s3")]
use super::reading::Reading;

/// Lists what was named, and writes a line for each object and for each prefix that was not listed.
#[cfg(feature = "s3")]
pub(super) fn list(
    reading: &Reading,
    output: Output,
    messages: &MessageArgs,
) -> Result<Exit, Failure> {
    use super::progress::progress;
    use super::session::watched;
    use crate::input::s3::{Listed, S3Url};

    let paths = &reading.paths;
    if paths.s3.is_empty() || !paths.named.is_empty() {
        return Err(only_s3());
    }
    output.write(|out| {
        let line = |under: &S3Url, listed: Listed| {
            let (size, etag, url) = match listed {
                Listed::Object(object) => (object.size.to_string(), object.etag.clone(), object.url()),
                Listed::FolderMarker(key) => {
                    let url = S3Url::of_key(&under.bucket, &key);
                    ("0".to_owned(), String::new(), url)
                }
                Listed::NotListed { prefix, why } => {
                    let url = S3Url::of_key(&under.bucket, &prefix);
                    ("-".to_owned(), why.on_list().to_owned(), url)
                }
                // A manifest has no line for what it lacks.
                Listed::Refused(error) => return Err(Failure::new(error.to_string())),
            };
            // A carriage return at the end is taken for a line end of Windows.
            if url.contains('\n') || url.ends_with('\r') {
                let url = crate::shown::Shown::text(&url).to_string();
                return Err(Failure::new(format!(
                    "--list: {url}: a key with a line end has no place in a manifest; name prefixes without it"
                )));
            }
            Ok(writeln!(out, "{size}\t{etag}\t{url}")?)
        };
        watched(progress(messages), |shared| {
            reading.scan.list(paths, shared, line)
        })
    })?;
    Ok(Exit::Done)
}

/// Where there is no S3, there is nothing to list.
pub(super) fn only_s3() -> Failure {
    Failure::new(
        "--list: it lists s3://BUCKET/PREFIX; name prefixes of that kind alone, and list files with \
         find DIR -type f -printf '%s\\t\\t%p\\n'",
    )
}
