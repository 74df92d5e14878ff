//! The content of a file that is too large or too odd to be held whole, piece by piece.
//!
//! Owns what is told of a stream once it was read: its length, its hash, what is at its end, its damage.
//! Does not decompress: `compressed` and `lz4` do.

use std::io::{self, Read};

use super::compressed::{Compressed, read_some};
use super::decoder::Format;
use super::hash::Hasher;
use super::lz4::Lz4;
use super::trailer::{Tail, Trailer};
use crate::damage::{Damage, Stage};
use crate::source::Source;

/// A file's content, piece by piece.
pub struct Stream<'b> {
    content: Content<Box<dyn Read + Send + 'b>>,
    /// What was looked at before it was read.
    seen: Vec<u8>,
    /// Where the trailer comes from, if it is wanted.
    tail: Option<Tail<'b>>,
    /// What hashes the content, if that is wanted.
    hasher: Option<Hasher>,
}

enum Content<R: Read> {
    Compressed(Compressed<R>),
    Lz4(Lz4<R>),
    Plain(Plain<R>),
}

impl<'b> Stream<'b> {
    /// Compressed or plain, by the first bytes.
    ///
    /// # Errors
    /// What the system says when they cannot be read.
    pub(super) fn begin(
        mut reader: Box<dyn Read + Send + 'b>,
        trailers: bool,
    ) -> io::Result<Stream<'b>> {
        let mut tail = None;
        if trailers {
            let (reading, other) = Tail::of(reader);
            (reader, tail) = (Box::new(reading), Some(other));
        }
        let mut head = [0; Format::HEAD];
        let mut filled = 0;
        while filled < head.len() {
            match read_some(&mut reader, &mut head[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        let head = &head[..filled];
        let content = match Format::of(head) {
            Some(Format::Lz4) => Content::Lz4(Lz4::new(reader, head)),
            Some(format) => Content::Compressed(Compressed::new(format, reader, head)),
            None => Content::Plain(Plain {
                head: head.to_vec(),
                reader,
                length: 0,
                damage: None,
            }),
        };
        Ok(Stream {
            content,
            seen: Vec::new(),
            tail,
            hasher: None,
        })
    }

    /// Bytes of the file that were read.
    pub fn compressed(&self) -> u64 {
        match &self.content {
            Content::Compressed(stream) => stream.compressed,
            Content::Lz4(stream) => stream.compressed(),
            Content::Plain(plain) => plain.length,
        }
    }

    /// Bytes of content that were handed on.
    pub fn decompressed(&self) -> u64 {
        match &self.content {
            Content::Compressed(stream) => stream.decompressed,
            Content::Lz4(stream) => stream.decompressed,
            Content::Plain(plain) => plain.length,
        }
    }

    /// Whether the file holds something else.
    pub fn is_compressed(&self) -> bool {
        !matches!(self.content, Content::Plain(_))
    }

    /// Up to so many bytes of the content from its beginning, which are still read afterwards. Only
    /// before anything else is read.
    pub fn peek(&mut self, most: usize) -> &[u8] {
        let mut seen = vec![0; most];
        let mut filled = 0;
        while filled < most {
            match self.read(&mut seen[filled..]) {
                0 => break,
                count => filled += count,
            }
        }
        seen.truncate(filled);
        self.seen = seen;
        &self.seen
    }

    /// What is at the end of the file, if it is wanted. Of what was not read to its end nobody knows of how
    /// many members it is.
    pub fn trailer(&mut self) -> Option<Trailer> {
        let is_one_member = match &self.content {
            Content::Compressed(stream) => stream.is_over() && !stream.has_more_than_one_member(),
            Content::Lz4(_) | Content::Plain(_) => false,
        };
        self.tail.as_mut()?.trailer(is_one_member)
    }

    /// Reads what is left, so that damage in it is found; gives the damage, if there is any.
    pub fn finish(&mut self) -> Option<Damage> {
        let mut rest = vec![0; 1 << 16];
        while self.pull(&mut rest) > 0 {}
        match &mut self.content {
            Content::Compressed(stream) => stream.damage.take(),
            Content::Lz4(stream) => stream.damage.take(),
            Content::Plain(plain) => plain.damage.take(),
        }
    }

    /// Has the content hashed. Only before anything is read.
    pub fn hash(&mut self) {
        self.hasher = Some(Hasher::new());
    }

    /// The hash of all content, if it was wanted; once, after the stream is finished.
    pub fn take_hash(&mut self) -> Option<[u8; 32]> {
        Some(self.hasher.take()?.finish())
    }

    /// Whether something follows what CloudTrail writes: one member of gzip.
    pub fn has_more_than_one_member(&self) -> bool {
        matches!(&self.content, Content::Compressed(stream) if stream.has_more_than_one_member())
    }

    /// Reads what was not looked at before.
    fn pull(&mut self, into: &mut [u8]) -> usize {
        let count = match &mut self.content {
            Content::Compressed(stream) => stream.read(into),
            Content::Lz4(stream) => stream.read(into),
            Content::Plain(plain) => plain.read(into),
        };
        if let Some(hasher) = &mut self.hasher {
            hasher.add(&into[..count]);
        }
        count
    }
}

/// Hands on what was taken from a stream before, and what of it is left then.
fn take(from: &mut Vec<u8>, into: &mut [u8]) -> usize {
    let count = from.len().min(into.len());
    into[..count].copy_from_slice(&from[..count]);
    from.drain(..count);
    count
}

impl Source for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        if !self.seen.is_empty() {
            return take(&mut self.seen, into);
        }
        self.pull(into)
    }
}

/// Content that is not compressed.
struct Plain<R> {
    /// What was read to tell what it is.
    head: Vec<u8>,
    reader: R,
    length: u64,
    damage: Option<Damage>,
}

impl<R: Read> Source for Plain<R> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        if !self.head.is_empty() {
            let count = take(&mut self.head, into);
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
