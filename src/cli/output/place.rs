//! Where results go: standard output, or a file that appears whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::exit::Failure;
use crate::cli::signals;
use crate::input::{PARTIAL, folder_of, one_name, remove_left_over};
use crate::shown::Shown;
#[cfg(feature = "store")]
use crate::store::is_of_a_store;

/// A destination, opened before the long work: a wrong path is an error at once.
pub(in crate::cli) enum Output {
    Standard,
    /// Written beside its place, then renamed.
    Atomic {
        place: PathBuf,
        file: NamedTempFile,
        label: String,
    },
    /// Something that cannot be replaced: a device, a FIFO.
    Direct {
        file: File,
        label: String,
    },
}

impl Output {
    pub fn open(path: Option<&Path>) -> Result<Output, Failure> {
        let name = match path {
            Some(name) if !is_standard_output(name) => name,
            _ => return Ok(Output::Standard),
        };
        let label = format!("--output {}", Shown::path(name));
        #[cfg(feature = "store")]
        if is_of_a_store(name) {
            return Err(Failure::new(format!(
                "{label}: it is a store of stscope, or belongs to one; write to another file"
            )));
        }
        Output::open_file(name, &label).map_err(|error| failure(&label, &error))
    }

    /// A file of this name in the folder that an option names.
    pub fn open_in(option: &str, folder: &Path, name: &str) -> Result<Output, Failure> {
        let label = format!("{option} {}: {name}", Shown::path(folder));
        let file = folder.join(name);
        Output::open_file(&file, &label).map_err(|error| failure(&label, &error))
    }

    /// `label` names the option and the file in errors.
    fn open_file(name: &Path, label: &str) -> io::Result<Output> {
        if names_a_folder(name) && !name.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        // Through a link, the file it leads to is replaced, not the link, whether that file exists or not.
        let place = one_name(name);
        if let Ok(metadata) = place.metadata() {
            if metadata.is_dir() {
                return Err(io::Error::from(io::ErrorKind::IsADirectory));
            }
            if !metadata.is_file() {
                let file = File::options().write(true).open(&place)?;
                return Ok(Output::Direct {
                    file,
                    label: label.to_owned(),
                });
            }
        }
        let folder = folder_of(&place);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PARTIAL.0).suffix(PARTIAL.1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any new file: what the umask leaves of it.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        folder.metadata()?; // for an error that does not speak of the temporary name
        remove_left_over(folder);
        let file = loop {
            let file = builder
                .tempfile_in(folder)
                .map_err(|error| io::Error::from(error.kind()))?;
            // For as long as this is held, nobody takes it for what a killed run has left. Where
            // files cannot be locked, nothing is removed.
            let is_held = file.as_file().lock().is_ok();
            if !is_held || file.path().exists() {
                break file;
            }
        };
        signals::remove_on_interrupt(Some(file.path()));
        Ok(Output::Atomic {
            place,
            file,
            label: label.to_owned(),
        })
    }

    /// Writes, and puts the file in its place.
    pub fn write(
        self,
        body: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        match self {
            Output::Standard => {
                let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
                match body(&mut out) {
                    Ok(()) => Ok(out.flush()?),
                    Err(failure) => {
                        // Half an answer is none: what is not out yet stays in.
                        let _ = out.into_parts();
                        Err(failure)
                    }
                }
            }
            Output::Direct { mut file, label } => {
                let mut out = BufWriter::with_capacity(1 << 16, &mut file);
                let written = body(&mut out);
                written
                    .and_then(|()| Ok(out.flush()?))
                    .map_err(|error| named(&label, error))
            }
            Output::Atomic {
                place,
                mut file,
                label,
            } => {
                let mut out = BufWriter::with_capacity(1 << 16, file.as_file_mut());
                let written = body(&mut out).and_then(|()| Ok(out.flush()?));
                drop(out);
                written.map_err(|error| named(&label, error))?;
                file.as_file()
                    .sync_all()
                    .map_err(|error| failure(&label, &error))?;
                keep_permissions(&place, file.as_file());
                file.persist(&place)
                    .map_err(|error| failure(&label, &error.error))?;
                signals::remove_on_interrupt(None);
                Ok(())
            }
        }
    }
}

/// Standard output by a name of the system's.
fn is_standard_output(name: &Path) -> bool {
    ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
        .iter()
        .any(|one| name == Path::new(one))
}

/// Whether a name ends in a slash, or in one and a dot: the file that is called so without is not meant.
fn names_a_folder(name: &Path) -> bool {
    let whole = name.as_os_str().as_encoded_bytes();
    (name.file_name()).is_some_and(|last| !whole.ends_with(last.as_encoded_bytes()))
}

/// A file that is replaced keeps its permissions.
fn keep_permissions(place: &Path, file: &File) {
    if let Ok(metadata) = place.metadata() {
        // Where that cannot be, the new file has those of any new file.
        let _ = file.set_permissions(metadata.permissions());
    }
}

fn failure(label: &str, error: &io::Error) -> Failure {
    Failure::new(format!(
        "{label}: {error}; check the folder, its permissions and the room on the disk"
    ))
}

/// An error while writing a file is not one of standard output.
fn named(label: &str, error: Failure) -> Failure {
    match error {
        Failure::ClosedPipe => failure(label, &io::Error::from(io::ErrorKind::BrokenPipe)),
        Failure::Message(message) => {
            Failure::Message(match message.strip_prefix("standard output: ") {
                Some(rest) => format!("{label}: {rest}"),
                None => message,
            })
        }
    }
}
