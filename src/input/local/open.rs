//! Opens one file of this machine: by its path, in a folder that is held open, or standard input.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

use super::directory::Directory;
use crate::input::content::{Buffers, Limits, Opened, of_file, stream};

/// Opens a file that the user named, whatever it is.
///
/// # Errors
/// What the system says when the file cannot be opened or read.
pub fn open<'b>(path: &Path, limits: &Limits, buffers: &'b mut Buffers) -> io::Result<Opened<'b>> {
    if path.metadata()?.is_file() {
        return of_file(File::open(path)?, limits, buffers);
    }
    // Opening a FIFO waits for a writer. One that a shell made for us (`<(zcat …)`) has one.
    if is_file_descriptor(path) {
        stream(Box::new(File::open(path)?), limits, &mut buffers.window)
    } else {
        Ok(Opened::NotAFile)
    }
}

/// Opens a file that was listed in `folder`, which is held open as `directory`.
///
/// # Errors
/// As [`open`].
pub fn open_in<'b>(
    directory: &Directory,
    folder: &Path,
    name: &OsStr,
    limits: &Limits,
    buffers: &'b mut Buffers,
) -> io::Result<Opened<'b>> {
    of_file(directory.file(folder, name)?, limits, buffers)
}

/// Standard input, as a file.
///
/// # Errors
/// What the system says when it cannot be read.
pub fn standard_input<'b>(limits: &Limits, buffers: &'b mut Buffers) -> io::Result<Opened<'b>> {
    stream(Box::new(io::stdin()), limits, &mut buffers.window)
}

fn is_file_descriptor(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == "/dev/stdin"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::content::FIRST_ROOM;
    use crate::source::Source;
    use flate2::{Compression, write::GzEncoder};
    use std::fs;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// The content, and whether it was in memory as a whole.
    fn read(opened: Opened<'_>) -> (Vec<u8>, bool) {
        match opened {
            Opened::Whole { content, .. } => (content.to_vec(), true),
            Opened::Stream { mut stream, .. } => {
                let (mut all, mut piece) = (Vec::new(), [0; 5000]);
                loop {
                    match stream.read(&mut piece) {
                        0 => break,
                        count => all.extend_from_slice(&piece[..count]),
                    }
                }
                assert_eq!(stream.finish(), None);
                (all, false)
            }
            Opened::NotAFile => panic!("no file"),
        }
    }

    #[test]
    fn files_of_every_size_are_read_to_their_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let text: Vec<u8> = (0..3 * FIRST_ROOM as u32)
            .flat_map(|n| [b'0' + (n % 7) as u8, b'a' + (n % 11) as u8])
            .collect();
        let mut buffers = Buffers::default();
        for whole_file in [FIRST_ROOM / 2, FIRST_ROOM, 2 * FIRST_ROOM] {
            let limits = Limits {
                whole_file,
                ..Limits::default()
            };
            for near in [0, FIRST_ROOM, 2 * FIRST_ROOM, 3 * FIRST_ROOM, whole_file] {
                for size in near.saturating_sub(1)..=near + 1 {
                    let text = &text[..size];
                    fs::write(&path, text).unwrap();
                    let (content, is_whole) = read(open(&path, &limits, &mut buffers).unwrap());
                    assert!(content == text, "{size} of {whole_file}");
                    assert_eq!(is_whole, size <= whole_file, "{size} of {whole_file}");
                    let half = size / 2;
                    for file in [
                        gzip(text),
                        [gzip(&text[..half]), gzip(&text[half..])].concat(),
                    ] {
                        fs::write(&path, file).unwrap();
                        let opened = open(&path, &limits, &mut buffers).unwrap();
                        assert!(read(opened).0 == text, "{size} of {whole_file}");
                    }
                }
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_lies_about_its_size_is_read_to_its_end() {
        let path = Path::new("/proc/self/mountinfo");
        assert_eq!(path.metadata().unwrap().len(), 0);
        let mut buffers = Buffers::default();
        let (content, _) = read(open(path, &Limits::default(), &mut buffers).unwrap());
        assert!(content == fs::read(path).unwrap() && !content.is_empty());
    }

    #[test]
    fn what_has_changed_since_the_folder_was_listed_is_told() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("folder.json")).unwrap();
        fs::write(dir.path().join("file.json"), "{}").unwrap();
        let gone = dir.path().join("gone");
        let (mut buffers, limits) = (Buffers::default(), Limits::default());
        let mut open = |folder: &Path, name: &str| {
            let directory = Directory::open(folder);
            open_in(&directory, folder, OsStr::new(name), &limits, &mut buffers).map(|opened| {
                match opened {
                    Opened::NotAFile => None,
                    opened => Some(read(opened).0),
                }
            })
        };
        let file = open(dir.path(), "file.json").unwrap();
        assert_eq!(file.as_deref(), Some(b"{}".as_slice()));
        for (folder, name) in [(dir.path(), "gone.json"), (&gone, "file.json")] {
            let error = open(folder, name).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
        if cfg!(unix) {
            assert_eq!(open(dir.path(), "folder.json").unwrap(), None);
        }
    }
}
