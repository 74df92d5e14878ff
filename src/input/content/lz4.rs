//! An lz4 file of any number of frames.
//!
//! The decoder reads for itself and takes an end of the file between two blocks for the end of the
//! frame. So what it reads from remembers whether it was asked for more than there is.

use std::io::{self, Read};

use lz4_flex::frame::FrameDecoder;

use super::compressed::{MAX_DECOMPRESSED, read_some};
use super::decoder::Format;
use crate::damage::{Damage, Stage};
use crate::source::Source;

/// Decompresses what a reader gives.
pub struct Lz4<R: Read> {
    decoder: FrameDecoder<Counted<R>>,
    is_done: bool,
    /// Bytes handed on.
    pub decompressed: u64,
    /// What ended the stream before its time.
    pub damage: Option<Damage>,
    max_decompressed: u64,
}

/// A reader, and what was read from it.
struct Counted<R> {
    /// Bytes that come before those of the reader.
    head: Vec<u8>,
    reader: R,
    taken: u64,
    /// Whether more was asked for than there is.
    has_ended: bool,
    /// What the system said.
    error: Option<String>,
}

impl<R: Read> Lz4<R> {
    /// `head` are bytes already taken from the reader.
    pub fn new(reader: R, head: &[u8]) -> Lz4<R> {
        Lz4 {
            decoder: FrameDecoder::new(Counted {
                head: head.to_vec(),
                reader,
                taken: 0,
                has_ended: false,
                error: None,
            }),
            is_done: false,
            decompressed: 0,
            damage: None,
            max_decompressed: MAX_DECOMPRESSED,
        }
    }

    /// Bytes taken from the reader and done with.
    pub fn compressed(&self) -> u64 {
        self.decoder.get_ref().taken
    }

    fn fail(&mut self, stage: Stage, what: impl Into<String>) -> usize {
        self.is_done = true;
        let offset = self.compressed();
        self.damage.get_or_insert(Damage::new(stage, offset, what));
        0
    }

    /// What the next byte after a frame says.
    fn end_frame(&mut self) {
        match self.decoder.get_mut().peek() {
            None => self.is_done = true,
            Some(byte) if Format::Lz4.may_begin_with(byte) => {}
            Some(_) => {
                let what = "bytes after the end of the lz4 stream that are no lz4";
                self.fail(Stage::Gzip, what);
            }
        }
    }
}

impl<R: Read> Source for Lz4<R> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        while !self.is_done {
            let result = self.decoder.read(into);
            let input = self.decoder.get_mut();
            if let Some(error) = input.error.take() {
                return self.fail(Stage::Open, format!("cannot be read: {error}"));
            }
            match result {
                Ok(0) if !input.has_ended => self.end_frame(),
                Err(error) if !input.has_ended => {
                    return self.fail(Stage::Gzip, format!("the lz4 stream is corrupt: {error}"));
                }
                Ok(0) | Err(_) => {
                    return self.fail(
                        Stage::Gzip,
                        "the lz4 stream is cut: the file ends inside it",
                    );
                }
                Ok(given) => {
                    self.decompressed += given as u64;
                    if self.decompressed > self.max_decompressed {
                        let limit = self.max_decompressed >> 30;
                        let what = format!("decompresses to more than {limit} GiB");
                        self.fail(Stage::Gzip, what);
                    }
                    return given;
                }
            }
        }
        0
    }
}

impl<R: Read> Counted<R> {
    /// The next byte, if there is one.
    fn peek(&mut self) -> Option<u8> {
        if self.head.is_empty() {
            let mut byte = [0];
            match read_some(&mut self.reader, &mut byte) {
                Ok(0) => {}
                Ok(_) => self.head.push(byte[0]),
                Err(error) => self.error = Some(error.to_string()),
            }
        }
        self.head.first().copied()
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = if self.head.is_empty() {
            match read_some(&mut self.reader, into) {
                Ok(count) => count,
                Err(error) => {
                    self.error = Some(error.to_string());
                    return Err(error);
                }
            }
        } else {
            let count = self.head.len().min(into.len());
            into[..count].copy_from_slice(&self.head[..count]);
            self.head.drain(..count);
            count
        };
        self.has_ended |= count == 0 && !into.is_empty();
        self.taken += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    use std::io::Write;

    fn pack(text: &[u8], mode: BlockMode) -> Vec<u8> {
        let info = FrameInfo::new()
            .block_size(BlockSize::Max64KB)
            .block_mode(mode)
            .content_checksum(true);
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(file: &[u8]) -> (Vec<u8>, Option<Damage>, u64) {
        assert_eq!(Format::of(file), Some(Format::Lz4));
        let mut source = Lz4::new(&file[10..], &file[..10]);
        let (mut all, mut piece) = (Vec::new(), vec![0; 1000]);
        loop {
            match source.read(&mut piece) {
                0 => {
                    let taken = source.compressed();
                    return (all, source.damage, taken);
                }
                count => all.extend_from_slice(&piece[..count]),
            }
        }
    }

    #[test]
    fn frames_follow_one_another_and_no_end_is_taken_for_granted() {
        let text: Vec<u8> = (0..300_000_u64).map(|n| (n * n % 251) as u8).collect();
        for mode in [BlockMode::Independent, BlockMode::Linked] {
            let whole = pack(&text, mode);
            let file = [&whole[..], &pack(b"second", mode)].concat();
            let (all, damage, taken) = unpack(&file);
            assert!(all == [&text[..], b"second"].concat());
            assert_eq!((damage, taken), (None, file.len() as u64));
            // Wherever it is cut, the end is missed.
            for end in [
                11,
                15,
                19,
                20,
                1000,
                5000,
                40_000,
                whole.len() - 8,
                whole.len() - 1,
            ] {
                let Some(cut) = whole.get(..end) else {
                    continue;
                };
                let (all, damage, _) = unpack(cut);
                assert!(text.starts_with(&all));
                let damage = damage.unwrap_or_else(|| panic!("{end} is no damage"));
                assert_eq!(
                    damage.what,
                    "the lz4 stream is cut: the file ends inside it"
                );
            }
            let (all, damage, _) = unpack(&[&whole[..], b"garbage"].concat());
            assert!(all == text && damage.unwrap().what.contains("bytes after the end"));
        }
    }

    #[test]
    fn what_comes_before_corrupt_data_is_handed_on() {
        let text = b"abcdefg".repeat(100_000);
        let mut file = pack(&text, BlockMode::Independent);
        let last = file.len() - 3;
        file[last] ^= 1;
        let (all, damage, _) = unpack(&file);
        assert!(text.starts_with(&all) && all.len() > text.len() / 2);
        let damage = damage.unwrap();
        assert!(
            damage.what.starts_with("the lz4 stream is corrupt"),
            "{damage:?}"
        );
    }

    #[test]
    fn a_stream_that_decompresses_to_too_much_is_ended() {
        let file = pack(&vec![b' '; 1 << 20], BlockMode::Linked);
        let mut source = Lz4::new(&file[..], &[]);
        source.max_decompressed = 1 << 16;
        while source.read(&mut [0; 1000]) > 0 {}
        assert!(
            source
                .damage
                .unwrap()
                .what
                .contains("decompresses to more than")
        );
        assert!(source.decompressed < 1 << 18);
    }
}
