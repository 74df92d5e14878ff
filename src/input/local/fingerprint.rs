//! What tells one content of a file from another without reading it: the end of a gzip file.
//!
//! A gzip file ends in the checksum and the length of what is in it
//! (<https://www.rfc-editor.org/rfc/rfc1952>). A file that is not compressed has no such end and is
//! read for its checksum.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::input::content::{Format, read_some};

/// When a file was written, and how large it is: while these stay, nobody looks at its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970; what a file system does not tell is 0.
    pub modified: i64,
}

impl Stamp {
    /// The stamp of a file, links followed. `None` for what is no file.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(path: &Path) -> io::Result<Option<Stamp>> {
        let metadata = path.metadata()?;
        let since = |time: std::time::SystemTime| time.duration_since(UNIX_EPOCH).ok();
        let modified = (metadata.modified().ok().and_then(since))
            .and_then(|age| i64::try_from(age.as_nanos()).ok());
        Ok(metadata.is_file().then_some(Stamp {
            size: metadata.len(),
            modified: modified.unwrap_or(0),
        }))
    }
}

/// What is at the end of a gzip file, whole or not; of any other, its own checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trailer {
    /// CRC-32.
    pub checksum: u32,
    /// The length of the content, modulo 2³².
    pub length: u32,
}

impl Trailer {
    /// Looks at the end of a file.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(path: &Path) -> io::Result<Trailer> {
        let mut file = File::open(path)?;
        let mut head = [0; 2];
        let is_gzip = match file.read_exact(&mut head) {
            Ok(()) => Format::of(&head) == Some(Format::Gzip),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
            Err(error) => return Err(error),
        };
        if is_gzip && file.seek(SeekFrom::End(-8)).is_ok() {
            let mut end = [0; 8];
            file.read_exact(&mut end)?;
            let [a, b, c, d, e, f, g, h] = end;
            return Ok(Trailer {
                checksum: u32::from_le_bytes([a, b, c, d]),
                length: u32::from_le_bytes([e, f, g, h]),
            });
        }
        file.rewind()?;
        let mut sum = flate2::Crc::new();
        let mut piece = vec![0; 1 << 16];
        loop {
            match read_some(&mut file, &mut piece)? {
                0 => break,
                count => sum.update(&piece[..count]),
            }
        }
        Ok(Trailer {
            checksum: sum.sum(),
            length: sum.amount(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_trailer_is_what_is_in_the_file_however_it_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"{\"Records\":[]}".repeat(9000);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&text).unwrap();
        let (plain, packed) = (folder.path().join("a"), folder.path().join("b.gz"));
        std::fs::write(&plain, &text).unwrap();
        std::fs::write(&packed, gzip.finish().unwrap()).unwrap();
        let trailer = Trailer::of(&plain).unwrap();
        assert_eq!(trailer.length as usize, text.len());
        assert_eq!(Trailer::of(&packed).unwrap(), trailer);
        assert!(Stamp::of(folder.path()).unwrap().is_none());
        assert_eq!(Stamp::of(&plain).unwrap().unwrap().size, text.len() as u64);
        for short in [&b""[..], b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x08"] {
            std::fs::write(&plain, short).unwrap();
            assert_eq!(Trailer::of(&plain).unwrap().length as usize, short.len());
        }
    }
}
