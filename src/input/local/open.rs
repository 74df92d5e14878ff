//! Opens one file of this machine: by its path, in a folder that is held open, or standard input.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::directory::Directory;
use crate::input::Version;
use crate::input::content::{self, Buffers, Limits, Opened, of_reader};

/// Opens a file that the user named, whatever it is. A file is shown to `look` before it is read.
///
/// # Errors
/// What the system says when the file cannot be opened or read.
pub fn open<'b>(
    path: &Path,
    limits: &Limits,
    buffers: &'b mut Buffers,
    look: impl FnOnce(&File),
) -> io::Result<Opened<'b>> {
    if path.metadata()?.is_file() {
        return of_file(File::open(path)?, limits, buffers, look);
    }
    // Opening a FIFO waits for a writer. One that a shell made for us (`<(zcat …)`) has one.
    if is_file_descriptor(path) {
        of_reader(Box::new(File::open(path)?), limits, buffers)
    } else {
        Ok(Opened::NotAFile)
    }
}

/// Opens a file that was listed in `folder`, which is held open as `directory`, as [`open`].
///
/// # Errors
/// As [`open`].
pub fn open_in<'b>(
    directory: &Directory,
    folder: &Path,
    name: &OsStr,
    limits: &Limits,
    buffers: &'b mut Buffers,
    look: impl FnOnce(&File),
) -> io::Result<Opened<'b>> {
    match directory.file(folder, name) {
        Err(error) if is_of_no_file(&error) => Ok(Opened::NotAFile),
        file => of_file(file?, limits, buffers, look),
    }
}

/// What somebody else has read of a file, for a thread that has no time to wait for it.
pub enum Raw {
    /// All of it, and its version before it was read, if that is known.
    Whole(Vec<u8>, Option<Version>),
    /// Too much to be held while it waits: nothing of it was read.
    Large(File),
    /// No file.
    NotAFile,
}

/// Reads a file that the user named, if it is one and has at most so many bytes. `room` is asked, with
/// their number, before they are read.
///
/// # Errors
/// As [`open`].
pub fn fetch(path: &Path, most: usize, room: impl FnOnce(usize)) -> io::Result<Option<Raw>> {
    if !path.metadata()?.is_file() {
        return Ok(None);
    }
    raw(File::open(path)?, most, room).map(Some)
}

/// Reads a file that was listed in `folder`, as [`fetch`].
///
/// # Errors
/// As [`open`].
pub fn fetch_in(
    directory: &Directory,
    folder: &Path,
    name: &OsStr,
    most: usize,
    room: impl FnOnce(usize),
) -> io::Result<Raw> {
    match directory.file(folder, name) {
        Err(error) if is_of_no_file(&error) => Ok(Raw::NotAFile),
        file => raw(file?, most, room),
    }
}

fn raw(file: File, most: usize, room: impl FnOnce(usize)) -> io::Result<Raw> {
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(content::a_folder());
    }
    if !metadata.is_file() {
        return Ok(Raw::NotAFile);
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    // Files that do not tell their size are for whoever can read on and on.
    if size == 0 || size > most {
        // It is open while it waits, and a process may have few files open: it counts as a megabyte.
        room(1 << 20);
        return Ok(Raw::Large(file));
    }
    room(size);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size)?;
    // What is added from now on is for the next run, as if this one had been faster: nobody asks for more,
    // which would be a fourth call to the system for each file.
    file.take(size as u64).read_to_end(&mut bytes)?;
    Ok(Raw::Whole(bytes, Version::of(&metadata)))
}

/// Reads a file that is open already, from where it is.
///
/// # Errors
/// As [`open`].
pub fn of_file<'b>(
    file: File,
    limits: &Limits,
    buffers: &'b mut Buffers,
    look: impl FnOnce(&File),
) -> io::Result<Opened<'b>> {
    look(&file);
    content::of_file(file, limits, buffers)
}

/// Standard input, as a file.
///
/// # Errors
/// What the system says when it cannot be read.
pub fn standard_input<'b>(limits: &Limits, buffers: &'b mut Buffers) -> io::Result<Opened<'b>> {
    of_reader(Box::new(io::stdin()), limits, buffers)
}

/// What the system says where a socket is opened, or a device that is not there. A walk does not open them,
/// but a list may name them.
fn is_of_no_file(error: &io::Error) -> bool {
    #[cfg(unix)]
    return rustix::io::Errno::from_io_error(error).is_some_and(|error| {
        use rustix::io::Errno;
        matches!(error, Errno::NXIO | Errno::OPNOTSUPP)
    });
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
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
                    let (content, is_whole) =
                        read(open(&path, &limits, &mut buffers, |_| ()).unwrap());
                    assert!(content == text, "{size} of {whole_file}");
                    assert_eq!(is_whole, size <= whole_file, "{size} of {whole_file}");
                    let half = size / 2;
                    for file in [
                        gzip(text),
                        [gzip(&text[..half]), gzip(&text[half..])].concat(),
                    ] {
                        fs::write(&path, file).unwrap();
                        let opened = open(&path, &limits, &mut buffers, |_| ()).unwrap();
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
        let (content, _) = read(open(path, &Limits::default(), &mut buffers, |_| ()).unwrap());
        assert!(content == fs::read(path).unwrap() && !content.is_empty());
    }

    #[test]
    fn a_file_is_looked_at_before_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        fs::write(&path, "{}").unwrap();
        let (mut buffers, mut version) = (Buffers::default(), None);
        let opened = open(&path, &Limits::default(), &mut buffers, |file| {
            version = Version::of_open(file);
            let mut more = File::options().append(true).open(&path).unwrap();
            more.write_all(b"\n").unwrap();
        });
        // What came in between is read, and the next run, which sees another size, reads it again.
        assert_eq!(read(opened.unwrap()).0, b"{}\n");
        assert_eq!(version.unwrap().size, 2);
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
            open_in(
                &directory,
                folder,
                OsStr::new(name),
                &limits,
                &mut buffers,
                |_| (),
            )
            .map(|opened| read(opened).0)
        };
        let file = open(dir.path(), "file.json").unwrap();
        assert_eq!(file, b"{}");
        for (folder, name) in [(dir.path(), "gone.json"), (&gone, "file.json")] {
            let error = open(folder, name).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
        if cfg!(unix) {
            let error = open(dir.path(), "folder.json").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
        }
    }
}
