//! Writes an archive to a disk: any size in constant memory, on all cores.

use super::super::record::Record;
use super::{Archive, Options};
use flate2::{Compression, write::GzEncoder};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Records go to the compressor in pieces of about this many bytes.
const PIECE: usize = 128 * 1024;
/// In one document the accounts and Regions change after so many records.
const SLICE: usize = 1000;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Number of files.
    pub files: u64,
    /// Number of records.
    pub records: u64,
    /// Bytes of JSON.
    pub decompressed: u64,
}

impl std::ops::AddAssign for Written {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.records += other.records;
        self.decompressed += other.decompressed;
    }
}

/// How the files are to lie on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `.json.gz`, level 6.
    Gzip,
    /// `.json`
    Plain,
}

impl Archive {
    /// Writes all files below `directory`, in S3's layout.
    ///
    /// # Errors
    /// The first error of the file system, with the path in it.
    pub fn write(
        &self,
        directory: &Path,
        encoding: Encoding,
        threads: usize,
    ) -> io::Result<Written> {
        let next = AtomicUsize::new(0);
        let share = || -> io::Result<Written> {
            let mut written = Written::default();
            loop {
                let file = next.fetch_add(1, Ordering::Relaxed);
                if file >= self.files() {
                    return Ok(written);
                }
                let path = with_encoding(directory.join(self.key(file)), encoding);
                let records = self.options.records;
                written += save(&path, encoding, |out| {
                    self.write_document(out, (0..records).map(|index| (file, index)))
                })?;
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(share)).collect();
            let mut sum = Written::default();
            for worker in workers {
                sum += worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            }
            Ok(sum)
        })
    }

    /// Appends one whole file to `out`, not compressed.
    pub fn write_file(&self, file: usize, out: &mut Vec<u8>) {
        let all = (0..self.options.records).map(|index| (file, index));
        self.write_document(out, all)
            .expect("a Vec takes whatever is written to it");
    }

    fn write_document(
        &self,
        out: &mut dyn Write,
        slots: impl Iterator<Item = (usize, usize)>,
    ) -> io::Result<Written> {
        let mut written = Written {
            files: 1,
            ..Written::default()
        };
        let mut record = Record::default();
        let mut piece = String::with_capacity(PIECE + 16 * 1024);
        piece.push_str("{\"Records\":[");
        for (file, index) in slots {
            if written.records > 0 {
                piece.push(',');
            }
            self.write_record(file, index, &mut record, &mut piece);
            written.records += 1;
            if piece.len() >= PIECE {
                out.write_all(piece.as_bytes())?;
                written.decompressed += piece.len() as u64;
                piece.clear();
            }
        }
        piece.push_str("]}");
        out.write_all(piece.as_bytes())?;
        written.decompressed += piece.len() as u64;
        Ok(written)
    }
}

/// Writes `files × records` records as one document, `archive.json` or `archive.json.gz`.
///
/// # Errors
/// The first error of the file system, with the path in it.
pub fn write_one_document(
    options: Options,
    directory: &Path,
    encoding: Encoding,
) -> io::Result<Written> {
    let total = options.files * options.records;
    let files = total.div_ceil(SLICE);
    let archive = Archive::new(Options {
        files,
        records: SLICE,
        ..options
    });
    let path = with_encoding(directory.join("archive.json"), encoding);
    save(&path, encoding, |out| {
        archive.write_document(out, (0..total).map(|n| (n / SLICE, n % SLICE)))
    })
}

fn with_encoding(path: PathBuf, encoding: Encoding) -> PathBuf {
    let mut path = path.into_os_string();
    if encoding == Encoding::Gzip {
        path.push(".gz");
    }
    path.into()
}

fn save(
    path: &Path,
    encoding: Encoding,
    write: impl FnOnce(&mut dyn Write) -> io::Result<Written>,
) -> io::Result<Written> {
    let all = || -> io::Result<Written> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = BufWriter::with_capacity(PIECE, File::create(path)?);
        let written = match encoding {
            Encoding::Plain => write(&mut file)?,
            Encoding::Gzip => {
                let mut gzip = GzEncoder::new(&mut file, Compression::new(6));
                let written = write(&mut gzip)?;
                gzip.finish()?;
                written
            }
        };
        file.flush()?;
        Ok(written)
    };
    all().map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}
