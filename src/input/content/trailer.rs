//! What tells one content of a file from another without decompressing it: the end of a gzip file.
//!
//! A gzip file ends in the checksum and the length of what is in it
//! (<https://www.rfc-editor.org/rfc/rfc1952>). A file that is not compressed with gzip has no such end, and
//! that of several members, or of one with zeros after it, is not of all that is in the file: its own bytes
//! are hashed.

use std::hash::Hasher as _;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use siphasher::sip::SipHasher13;

use super::decoder::Format;

/// What is at the end of a gzip file of one member, whole or not; of any other, what sums up its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trailer {
    /// CRC-32; of gzip with more than one member half of a hash of 64 bits.
    pub checksum: u32,
    /// The length of the content, modulo 2³², or the other half.
    pub length: u32,
}

impl Trailer {
    /// The trailer of a file whose bytes are all in memory; one that is gzip has one member.
    pub fn of(raw: &[u8]) -> Trailer {
        if is_gzip(raw)
            && let Some(end) = raw.last_chunk()
        {
            return Trailer::of_end(*end);
        }
        let mut sum = flate2::Crc::new();
        sum.update(raw);
        Trailer::of_sum(&sum)
    }

    fn of_end([a, b, c, d, e, f, g, h]: [u8; 8]) -> Trailer {
        Trailer {
            checksum: u32::from_le_bytes([a, b, c, d]),
            length: u32::from_le_bytes([e, f, g, h]),
        }
    }

    fn of_sum(sum: &flate2::Crc) -> Trailer {
        Trailer {
            checksum: sum.sum(),
            length: sum.amount(),
        }
    }

    /// A CRC of what ends in its own CRC is always the same: so where bytes are not compressed, none would
    /// tell gzip from gzip. Stores keep this: the keys of the hash are not drawn.
    fn of_hash(hash: &SipHasher13) -> Trailer {
        let hash = hash.finish();
        Trailer {
            checksum: hash as u32,
            length: (hash >> 32) as u32,
        }
    }
}

fn is_gzip(raw: &[u8]) -> bool {
    raw.get(..2)
        .is_some_and(|head| Format::of(head) == Some(Format::Gzip))
}

/// The bytes of a file on their way to whoever reads them, of which the trailer is noted in passing.
pub(super) struct Tail<'b>(Arc<Mutex<Passed<'b>>>);

struct Passed<'b> {
    reader: Box<dyn Read + Send + 'b>,
    head: Vec<u8>,
    end: [u8; 8],
    length: u64,
    /// Of what is no gzip, or too short for it.
    sum: flate2::Crc,
    /// Of gzip.
    hash: SipHasher13,
    has_failed: bool,
}

impl<'b> Tail<'b> {
    /// Both see the same bytes: one is for reading, the other for the trailer.
    pub(super) fn of(reader: Box<dyn Read + Send + 'b>) -> (Tail<'b>, Tail<'b>) {
        let passed = Arc::new(Mutex::new(Passed {
            reader,
            head: Vec::new(),
            end: [0; 8],
            length: 0,
            sum: flate2::Crc::new(),
            hash: SipHasher13::new(),
            has_failed: false,
        }));
        (Tail(Arc::clone(&passed)), Tail(passed))
    }

    /// Reads what nobody has read, and gives the trailer; `None` if the file cannot be read to its end.
    /// `is_one_member` is asked of what begins as gzip.
    pub(super) fn trailer(&mut self, is_one_member: bool) -> Option<Trailer> {
        let mut rest = vec![0; 1 << 16];
        loop {
            match super::read_some(self, &mut rest) {
                Ok(0) => break,
                Ok(_) => {}
                Err(_) => return None,
            }
        }
        let passed = self.lock();
        let is_gzip = is_gzip(&passed.head) && passed.length >= SHORTEST;
        (!passed.has_failed).then(|| match (is_gzip, is_one_member) {
            (true, true) => Trailer::of_end(passed.end),
            (true, false) => Trailer::of_hash(&passed.hash),
            (false, _) => Trailer::of_sum(&passed.sum),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Passed<'b>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Tail<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut passed = self.lock();
        let result = passed.reader.read(into);
        match &result {
            Ok(count) => passed.note(&into[..*count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => passed.has_failed = true,
        }
        result
    }
}

impl Passed<'_> {
    fn note(&mut self, piece: &[u8]) {
        let missing = 2_usize.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..missing]);
        if let Some(end) = piece.last_chunk() {
            self.end = *end;
        } else {
            self.end.rotate_left(piece.len());
            self.end[8 - piece.len()..].copy_from_slice(piece);
        }
        let is_told = self.head.len() == 2;
        if !is_told || is_gzip(&self.head) {
            self.hash.write(piece);
        }
        if !is_gzip(&self.head) || self.length < SHORTEST {
            self.sum.update(piece);
        }
        self.length += piece.len() as u64;
    }
}

/// A gzip file is as long as what ends it, at least.
const SHORTEST: u64 = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_trailer_is_what_is_in_the_file_however_it_is_stored_and_read() {
        let text = b"{\"Records\":[]}".repeat(9000);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&text).unwrap();
        let packed = gzip.finish().unwrap();
        let trailer = Trailer::of(&text);
        assert_eq!(trailer.length as usize, text.len());
        assert_eq!(Trailer::of(&packed), trailer);
        let short = [&b""[..], b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x08"];
        for raw in short.into_iter().chain([&text[..], &packed]) {
            let expected = Trailer::of(raw);
            for step in [1, 3, 8, 9, 1 << 20] {
                let (mut reading, mut tail) = Tail::of(Box::new(raw));
                let mut piece = vec![0; step];
                // Whoever reads may stop where he likes.
                for _ in 0..raw.len() / step / 2 {
                    reading.read_exact(&mut piece).unwrap();
                }
                assert_eq!(tail.trailer(true), Some(expected), "{step}");
            }
        }
    }

    #[test]
    fn of_several_members_all_bytes_tell_however_they_are_read() {
        let member = |text: &[u8], level| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
            gzip.write_all(text).unwrap();
            gzip.finish().unwrap()
        };
        let mut trailers = Vec::new();
        for level in [flate2::Compression::none(), flate2::Compression::default()] {
            for first in [b"alice", b"bobby"] {
                let raw = [member(first, level), member(b"{}", level)].concat();
                let of_step = |step| {
                    let (mut reading, mut tail) = Tail::of(Box::new(&raw[..]));
                    let mut piece = vec![0; step];
                    while reading.read(&mut piece).unwrap() > 0 {}
                    tail.trailer(false).unwrap()
                };
                trailers.push(of_step(1));
                for step in [2, 3, 8, 9, 1 << 20] {
                    assert_eq!(trailers.last(), Some(&of_step(step)), "{step}");
                }
            }
        }
        for (at, one) in trailers.iter().enumerate() {
            assert!(!trailers[at + 1..].contains(one), "{trailers:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_has_none() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let (_, mut tail) = Tail::of(Box::new(b"abc".chain(Broken)));
        assert_eq!(tail.trailer(true), None);
    }
}
