//! Bytes of one file → its decompressed content: whole if it is small and sound, else as a stream.
//!
//! Owns the choice between the two, and the memory for it; a stream itself is in `stream`. Does not know
//! where a file is, or how it came to be opened.

mod compressed;
mod decoder;
mod hash;
mod libdeflate;
mod lz4;
mod other_service;
mod pages;
mod stream;
mod trailer;

use std::fs::File;
use std::io::{self, Read};
use std::time::Instant;

pub(super) use compressed::read_some;
pub(super) use decoder::Format;
pub(crate) use hash::sha256;
use libdeflate::Libdeflate;
pub(crate) use other_service::is_other_service;
use pages::Pages;
pub use stream::Stream;
pub use trailer::Trailer;

/// Whether something begins as a compressed file does.
pub(crate) fn is_compressed(head: &[u8]) -> bool {
    Format::of(head).is_some()
}

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

/// What a thread reads into at first: more than CloudTrail's files usually have.
pub(super) const FIRST_ROOM: usize = 256 << 10;

/// Memory that one thread uses for one file after another.
pub struct Buffers {
    raw: Pages,
    inner: Inflated,
    pub(super) window: Vec<u8>,
    /// What somebody else has read.
    held: Option<Box<dyn AsRef<[u8]> + Send>>,
    /// Whether the trailers of streams are wanted.
    pub trailers: bool,
    /// When the bytes of a file were there, if somebody looks at the clock.
    pub clock: Option<Instant>,
}

impl Buffers {
    /// Drops what somebody else has read.
    pub fn give_back(&mut self) {
        self.held = None;
    }
}

/// The content of a file, and what inflates it.
struct Inflated {
    pages: Pages,
    libdeflate: Option<Libdeflate>,
}

impl Default for Buffers {
    fn default() -> Self {
        Buffers {
            raw: Pages::default(),
            inner: Inflated {
                pages: Pages::default(),
                libdeflate: Libdeflate::new(),
            },
            window: Vec::new(),
            held: None,
            trailers: false,
            clock: None,
        }
    }
}

/// A file that was opened.
pub enum Opened<'b> {
    /// All of its content is in memory.
    Whole {
        /// The content.
        content: &'b [u8],
        /// What the file holds: the same, unless it is compressed.
        raw: &'b [u8],
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

fn is_folder(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_dir())
}

/// What is said of a folder on a list of files: in it there may be logs.
pub(super) fn a_folder() -> io::Error {
    io::Error::new(
        io::ErrorKind::IsADirectory,
        "a folder, of which nothing was read; list the files in it",
    )
}

/// Reads a file that was opened.
///
/// # Errors
/// What the system says when it cannot be read.
pub(super) fn of_file<'b>(
    mut file: File,
    limits: &Limits,
    buffers: &'b mut Buffers,
) -> io::Result<Opened<'b>> {
    let most = limits.whole_file.saturating_add(1);
    buffers.raw.grow(FIRST_ROOM.min(most))?;
    let room = buffers.raw.len().min(most);
    let first = match read_some(&mut file, &mut buffers.raw.bytes_mut()[..room]) {
        // Something else is in its place: it has come there since it was listed, or is on a manifest.
        Ok(0) | Err(_) if is_folder(&file) => return Err(a_folder()),
        Ok(0) | Err(_) if file.metadata().is_ok_and(|metadata| !metadata.is_file()) => {
            return Ok(Opened::NotAFile);
        }
        result => result?,
    };
    // Of a file, `read` gives less than there is room for where the file ends, says POSIX. Where the
    // gzip stream, too, says by its checksum and length that it is whole, nobody asks again: that would
    // be a fiftieth of all that is done for a file of 3 KB.
    let Buffers {
        raw,
        inner,
        window,
        trailers,
        clock,
        ..
    } = buffers;
    if let Some(clock) = clock {
        *clock = Instant::now();
    }
    let room_for_stream = StreamRoom {
        window,
        trailers: *trailers,
    };
    let mut length = first;
    let mut inflated = (first < room)
        .then(|| inner.inflate(&raw.bytes()[..first], limits))
        .flatten();
    if inflated.is_none() {
        let (filled, is_whole) = fill(&mut file, first, limits.whole_file, raw)?;
        if let Some(clock) = clock {
            *clock = Instant::now();
        }
        if !is_whole {
            let reader = Box::new(raw.bytes()[..filled].chain(file));
            return stream(reader, limits, room_for_stream);
        }
        length = filled;
        inflated = inner.inflate(&raw.bytes()[..length], limits);
    }
    whole(
        &raw.bytes()[..length],
        inflated,
        inner,
        limits,
        room_for_stream,
    )
}

/// Reads what somebody else has read. It is held until the next such file, or until it is
/// [given back](Buffers::give_back).
///
/// # Errors
/// None but what the system says of memory.
pub fn of_bytes<'b>(
    raw: impl AsRef<[u8]> + Send + 'static,
    limits: &Limits,
    buffers: &'b mut Buffers,
) -> io::Result<Opened<'b>> {
    let Buffers {
        inner,
        window,
        trailers,
        held,
        ..
    } = buffers;
    let raw: &[u8] = (**held.insert(Box::new(raw))).as_ref();
    let inflated = inner.inflate(raw, limits);
    let room = StreamRoom {
        window,
        trailers: *trailers,
    };
    whole(raw, inflated, inner, limits, room)
}

/// All bytes of a file, and how many of its content are in `inner`, if it is one sound gzip member.
fn whole<'b>(
    raw: &'b [u8],
    inflated: Option<usize>,
    inner: &'b Inflated,
    limits: &Limits,
    room: StreamRoom<'b>,
) -> io::Result<Opened<'b>> {
    let content = match inflated {
        Some(inflated) => &inner.pages.bytes()[..inflated],
        None if Format::of(raw).is_some() => return stream(Box::new(raw), limits, room),
        None => raw,
    };
    Ok(Opened::Whole { content, raw })
}

impl Inflated {
    /// Inflates a file if it is one sound gzip member; gives the length of its content.
    fn inflate(&mut self, raw: &[u8], limits: &Limits) -> Option<usize> {
        let inflated = claimed_length(raw)?;
        let is_sound = Format::of(raw) == Some(Format::Gzip)
            && (1..=limits.whole_file).contains(&inflated)
            && self
                .libdeflate
                .as_mut()?
                .inflate(raw, &mut self.pages.at_least(inflated)?[..inflated]);
        is_sound.then_some(inflated)
    }
}

impl Opened<'_> {
    /// Bytes of the file, as far as it was read.
    pub fn compressed(&self) -> u64 {
        match self {
            Opened::NotAFile => 0,
            Opened::Whole { raw, .. } => raw.len() as u64,
            Opened::Stream { stream, .. } => stream.compressed(),
        }
    }

    /// Bytes of content, as far as it was read.
    pub fn decompressed(&self) -> u64 {
        match self {
            Opened::NotAFile => 0,
            Opened::Whole { content, .. } => content.len() as u64,
            Opened::Stream { stream, .. } => stream.decompressed(),
        }
    }

    /// Whether the file holds its content in another form.
    pub fn is_compressed(&self) -> bool {
        match self {
            Opened::NotAFile => false,
            Opened::Whole { content, raw } => !std::ptr::eq(*content, *raw),
            Opened::Stream { stream, .. } => stream.is_compressed(),
        }
    }
}

/// What a stream needs of a thread's memory.
struct StreamRoom<'b> {
    window: &'b mut Vec<u8>,
    trailers: bool,
}

/// Reads what comes piece by piece.
///
/// # Errors
/// What the system says when the first piece cannot be read.
pub fn of_reader<'b>(
    reader: Box<dyn Read + Send + 'b>,
    limits: &Limits,
    buffers: &'b mut Buffers,
) -> io::Result<Opened<'b>> {
    let room = StreamRoom {
        trailers: buffers.trailers,
        window: &mut buffers.window,
    };
    stream(reader, limits, room)
}

/// What has to be read piece by piece.
fn stream<'b>(
    reader: Box<dyn Read + Send + 'b>,
    limits: &Limits,
    room: StreamRoom<'b>,
) -> io::Result<Opened<'b>> {
    let StreamRoom { window, trailers } = room;
    let stream = Stream::begin(reader, trailers)?;
    // The window begins small again: a huge record of an earlier file has made it large.
    window.truncate(limits.window);
    window.shrink_to(limits.window);
    window.resize(limits.window, 0);
    Ok(Opened::Stream {
        stream: Box::new(stream),
        window,
    })
}

/// Reads a file to its end, after the bytes read before, into memory that is used again. Gives the
/// length, and whether that is all: more than `limit` bytes are not held.
///
/// The size of the file is only asked for if it does not fit.
fn fill(
    file: &mut File,
    mut filled: usize,
    limit: usize,
    into: &mut Pages,
) -> io::Result<(usize, bool)> {
    let most = limit.saturating_add(1);
    loop {
        if filled == into.len().min(most) {
            let size = usize::try_from(file.metadata()?.len()).unwrap_or(most);
            if filled == most || size > limit {
                return Ok((filled, false));
            }
            // One byte more than there is, to see the end.
            into.grow(most.min((size + 1).max(2 * filled)))?;
        }
        let room = into.len().min(most);
        match read_some(file, &mut into.bytes_mut()[filled..room])? {
            0 => return Ok((filled, true)),
            count => filled += count,
        }
    }
}

/// The length of the content as the last four bytes of a gzip file claim it.
fn claimed_length(raw: &[u8]) -> Option<usize> {
    raw.last_chunk()
        .map(|&bytes| u32::from_le_bytes(bytes) as usize)
}
