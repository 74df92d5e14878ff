//! One file → its decompressed bytes: whole if it is small and sound, else as a stream.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::gzip::{Gzip, MAGIC, read_some};
use super::libdeflate::Libdeflate;
use super::pages::Pages;
use crate::cloudtrail::{Damage, Source, Stage};

/// What may be held in memory, per thread.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest file, before and after decompression, that is held whole. Larger ones stream.
    pub whole_file: usize,
    /// The window over a stream, to begin with.
    pub window: usize,
    /// What the window may grow to for one record.
    pub record: usize,
}

impl Default for Limits {
    /// 32 MiB for a file and for a record; CloudTrail's own records end at 256 KB.
    fn default() -> Self {
        Limits {
            whole_file: 32 << 20,
            window: 1 << 20,
            record: 32 << 20,
        }
    }
}

/// Memory that one thread uses for one file after another.
pub struct Buffers {
    raw: Pages,
    inflated: Pages,
    window: Vec<u8>,
    libdeflate: Option<Libdeflate>,
}

impl Default for Buffers {
    fn default() -> Self {
        Buffers {
            raw: Pages::default(),
            inflated: Pages::default(),
            window: Vec::new(),
            libdeflate: Libdeflate::new(),
        }
    }
}

/// A file that was opened.
pub enum Opened<'b> {
    /// All of its content is in memory.
    Whole {
        /// The content.
        content: &'b [u8],
        /// The size of the file.
        compressed: u64,
    },
    /// It has to be read piece by piece, with `window` as the memory for it.
    Stream {
        /// Where the pieces come from.
        stream: Box<Stream<'b>>,
        /// Memory for a window over the stream.
        window: &'b mut Vec<u8>,
    },
    /// A socket, a device, a FIFO that nobody writes into for us.
    NotAFile,
}

/// A file's content, piece by piece.
pub enum Stream<'b> {
    /// Inflated on the way.
    Gzip(Gzip<Box<dyn Read + 'b>>),
    /// As it is.
    Plain(Plain<Box<dyn Read + 'b>>),
}

/// Opens the file at `path` for reading. `named` says that the user named this very file.
///
/// # Errors
/// What the system says when the file cannot be opened or read.
pub fn open<'b>(
    path: &Path,
    named: bool,
    limits: &Limits,
    buffers: &'b mut Buffers,
) -> io::Result<Opened<'b>> {
    if named && !path.metadata()?.is_file() {
        // Opening a FIFO waits for a writer. One that a shell made for us (`<(zcat …)`) has one.
        return if is_file_descriptor(path) {
            stream(Box::new(File::open(path)?), limits, &mut buffers.window)
        } else {
            Ok(Opened::NotAFile)
        };
    }
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Opened::NotAFile);
    }
    let Some(size) = usize::try_from(metadata.len())
        .ok()
        .filter(|&n| n <= limits.whole_file)
    else {
        return stream(Box::new(file), limits, &mut buffers.window);
    };
    let raw = read_whole(&mut file, size, &mut buffers.raw)?;
    let compressed = raw.len() as u64;
    if !raw.starts_with(&MAGIC) {
        return Ok(Opened::Whole {
            content: raw,
            compressed,
        });
    }
    if let (Some(libdeflate), Some(inflated)) = (&mut buffers.libdeflate, claimed_length(raw))
        && (1..=limits.whole_file).contains(&inflated)
        && let Some(into) = buffers.inflated.at_least(inflated)
        && libdeflate.inflate(raw, &mut into[..inflated])
    {
        return Ok(Opened::Whole {
            content: &into[..inflated],
            compressed,
        });
    }
    stream(Box::new(raw), limits, &mut buffers.window)
}

/// Standard input, as a file.
///
/// # Errors
/// What the system says when it cannot be read.
pub fn standard_input<'b>(limits: &Limits, buffers: &'b mut Buffers) -> io::Result<Opened<'b>> {
    stream(Box::new(io::stdin()), limits, &mut buffers.window)
}

/// Gzip or plain, by the first two bytes.
fn stream<'b>(
    mut reader: Box<dyn Read + 'b>,
    limits: &Limits,
    window: &'b mut Vec<u8>,
) -> io::Result<Opened<'b>> {
    let mut head = [0; 2];
    let mut filled = 0;
    while filled < 2 {
        match read_some(&mut reader, &mut head[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    let head = &head[..filled];
    let stream = if head == MAGIC {
        Stream::Gzip(Gzip::new(reader, head))
    } else {
        Stream::Plain(Plain {
            head: head.to_vec(),
            reader,
            length: 0,
            damage: None,
        })
    };
    // The window begins small again: a huge record of an earlier file has made it large.
    window.truncate(limits.window);
    window.shrink_to(limits.window);
    window.resize(limits.window, 0);
    Ok(Opened::Stream {
        stream: Box::new(stream),
        window,
    })
}

/// Reads a file of `size` bytes into reused memory. A size of zero may be a lie (`/proc`).
fn read_whole<'b>(file: &mut File, size: usize, memory: &'b mut Pages) -> io::Result<&'b [u8]> {
    let room = if size == 0 { 1 << 16 } else { size };
    let into = memory
        .at_least(room)
        .ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let mut filled = 0;
    while filled < room {
        match read_some(file, &mut into[filled..room])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(&into[..filled])
}

/// The length of the content as the last four bytes of a gzip file claim it.
fn claimed_length(raw: &[u8]) -> Option<usize> {
    raw.last_chunk()
        .map(|&bytes| u32::from_le_bytes(bytes) as usize)
}

fn is_file_descriptor(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == "/dev/stdin"
}

impl Stream<'_> {
    /// Bytes of the file that were read.
    pub fn compressed(&self) -> u64 {
        match self {
            Stream::Gzip(gzip) => gzip.compressed,
            Stream::Plain(plain) => plain.length,
        }
    }

    /// Bytes of content that were handed on.
    pub fn decompressed(&self) -> u64 {
        match self {
            Stream::Gzip(gzip) => gzip.decompressed,
            Stream::Plain(plain) => plain.length,
        }
    }

    /// Reads what is left, so that damage in it is found; gives the damage, if there is any.
    pub fn finish(&mut self) -> Option<Damage> {
        match self {
            Stream::Gzip(gzip) => {
                gzip.drain();
                gzip.damage.take()
            }
            Stream::Plain(plain) => {
                let mut rest = vec![0; 1 << 16];
                while plain.read(&mut rest) > 0 {}
                plain.damage.take()
            }
        }
    }
}

impl Source for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        match self {
            Stream::Gzip(gzip) => gzip.read(into),
            Stream::Plain(plain) => plain.read(into),
        }
    }
}

/// Content that is not compressed.
pub struct Plain<R> {
    /// What was read to tell what it is.
    head: Vec<u8>,
    reader: R,
    length: u64,
    damage: Option<Damage>,
}

impl<R: Read> Source for Plain<R> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        if !self.head.is_empty() {
            let count = self.head.len().min(into.len());
            into[..count].copy_from_slice(&self.head[..count]);
            self.head.drain(..count);
            self.length += count as u64;
            return count;
        }
        match read_some(&mut self.reader, into) {
            Ok(count) => {
                self.length += count as u64;
                count
            }
            Err(error) => {
                let what = format!("cannot be read: {error}");
                self.damage
                    .get_or_insert(Damage::new(Stage::Open, self.length, what));
                0
            }
        }
    }
}
