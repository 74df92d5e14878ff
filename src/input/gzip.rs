//! A gzip stream of any length and any number of members, inflated piece by piece.
//!
//! Everything that can be inflated is handed on before the damage behind it is reported.
//! The format: <https://www.rfc-editor.org/rfc/rfc1952>

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};

use crate::cloudtrail::{Damage, Source, Stage};

/// The first two bytes of every gzip member.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// No log file comes near this; a small file that claims to is an attack.
const MAX_INFLATED: u64 = 64 << 30;

/// The input that is taken from a file at a time.
const PIECE: usize = 64 << 10;

/// Inflates what a reader gives.
pub struct Gzip<R> {
    reader: R,
    input: Vec<u8>,
    at: usize,
    filled: usize,
    inflate: Decompress,
    state: State,
    /// Bytes taken from the reader and done with.
    pub compressed: u64,
    /// Bytes handed on.
    pub decompressed: u64,
    /// What ended the stream before its time.
    pub damage: Option<Damage>,
    max_inflated: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    InMember,
    BetweenMembers,
    Done,
}

impl<R: Read> Gzip<R> {
    /// `head` are bytes already taken from the reader.
    pub fn new(reader: R, head: &[u8]) -> Gzip<R> {
        let mut input = head.to_vec();
        input.resize(PIECE.max(head.len()), 0);
        Gzip {
            reader,
            input,
            at: 0,
            filled: head.len(),
            inflate: Decompress::new_gzip(15),
            state: State::InMember,
            compressed: 0,
            decompressed: 0,
            damage: None,
            max_inflated: MAX_INFLATED,
        }
    }

    /// Reads to the end, for the damage that lies there.
    pub fn drain(&mut self) {
        let mut sink = vec![0; PIECE];
        while self.read(&mut sink) > 0 {}
    }

    /// More input; `false` at the end of it.
    fn refill(&mut self) -> bool {
        if self.at < self.filled {
            return true;
        }
        (self.at, self.filled) = (0, 0);
        match read_some(&mut self.reader, &mut self.input) {
            Ok(count) => self.filled = count,
            Err(error) => self.fail(Stage::Open, format!("cannot be read: {error}")),
        }
        self.filled > 0
    }

    fn fail(&mut self, stage: Stage, what: impl Into<String>) {
        self.state = State::Done;
        self.damage
            .get_or_insert(Damage::new(stage, self.compressed, what));
    }

    fn take(&mut self, count: usize) {
        self.at += count;
        self.compressed += count as u64;
    }

    /// Another member, zeros to the end of the file (padding), or something that is no gzip.
    fn between_members(&mut self) {
        let mut zeros = false;
        while self.refill() {
            match self.input[self.at] {
                0 => {
                    zeros = true;
                    self.take(1);
                }
                0x1f if !zeros => {
                    self.inflate = Decompress::new_gzip(15);
                    self.state = State::InMember;
                    return;
                }
                _ => {
                    let what = "bytes behind the end of the gzip stream that are no gzip";
                    return self.fail(Stage::Gzip, what);
                }
            }
        }
        self.state = State::Done;
    }

    fn inflate_into(&mut self, into: &mut [u8]) -> usize {
        let (in_before, out_before) = (self.inflate.total_in(), self.inflate.total_out());
        let input = &self.input[self.at..self.filled];
        let result = self.inflate.decompress(input, into, FlushDecompress::None);
        self.take((self.inflate.total_in() - in_before) as usize);
        let given = (self.inflate.total_out() - out_before) as usize;
        self.decompressed += given as u64;
        match result {
            Ok(Status::StreamEnd) => self.state = State::BetweenMembers,
            Ok(_) => {}
            Err(error) => {
                let what = match error.message() {
                    // What zlib-rs says when it has handed on what came before.
                    None | Some("repeated call with bad state") => "its data make no sense",
                    Some(what) => what,
                };
                let what = what.to_owned();
                self.fail(Stage::Gzip, format!("the gzip stream is corrupt: {what}"));
            }
        }
        if self.decompressed > self.max_inflated {
            let limit = self.max_inflated >> 30;
            self.fail(
                Stage::Gzip,
                format!("decompresses to more than {limit} GiB"),
            );
        }
        given
    }
}

impl<R: Read> Source for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        while self.state != State::Done {
            if self.state == State::BetweenMembers {
                self.between_members();
                continue;
            }
            if !self.refill() {
                if self.state != State::Done {
                    self.fail(
                        Stage::Gzip,
                        "the gzip stream is cut: the file ends inside it",
                    );
                }
                break;
            }
            let given = self.inflate_into(into);
            if given > 0 {
                return given;
            }
        }
        0
    }
}

/// Reads once, again after an interruption.
pub(super) fn read_some(reader: &mut impl Read, into: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match reader.read(into) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn text() -> Vec<u8> {
        let mut seed = 7_u64;
        (0..300_000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                b"abcdefghijklmnop"[(seed >> 60) as usize]
            })
            .collect()
    }

    fn inflate(file: &[u8]) -> (Vec<u8>, Option<Damage>, u64) {
        let mut source = Gzip::new(&file[2.min(file.len())..], &file[..2.min(file.len())]);
        let (mut all, mut piece) = (Vec::new(), vec![0; 1000]);
        loop {
            let count = source.read(&mut piece);
            if count == 0 {
                return (all, source.damage, source.compressed);
            }
            all.extend_from_slice(&piece[..count]);
        }
    }

    #[test]
    fn members_follow_one_another_and_zeros_may_follow_them() {
        let text = text();
        let (a, b) = (gzip(&text), gzip(b"second"));
        let file = [a, gzip(b""), b, vec![0; 70_000]].concat();
        let (all, damage, taken) = inflate(&file);
        assert_eq!(damage, None);
        assert!(all == [&text[..], b"second"].concat());
        assert_eq!(taken, file.len() as u64);
    }

    #[test]
    fn what_a_cut_stream_still_holds_is_handed_on() {
        let text = text();
        let whole = gzip(&text);
        let (all, damage, _) = inflate(&whole[..whole.len() / 2]);
        assert!(text.starts_with(&all));
        assert!(
            all.len() > text.len() / 2 - 40_000,
            "{} of {}",
            all.len(),
            text.len()
        );
        assert_eq!(damage.map(|damage| damage.stage), Some(Stage::Gzip));
        let (all, damage, taken) = inflate(&whole[..whole.len() - 1]);
        assert!(all == text && damage.is_some());
        assert_eq!(taken, whole.len() as u64 - 1);
    }

    #[test]
    fn a_wrong_checksum_is_damage_behind_everything() {
        let text = text();
        for (from_end, name) in [(8, "check"), (4, "length")] {
            let mut file = gzip(&text);
            let at = file.len() - from_end;
            file[at] ^= 0xff;
            let (all, damage, _) = inflate(&file);
            assert!(all == text, "{name}");
            let damage = damage.expect(name);
            assert!(damage.what.contains(name), "{}", damage.what);
        }
    }

    #[test]
    fn what_stands_before_corrupt_data_is_handed_on() {
        let text = text();
        let mut file = gzip(&text);
        let middle = file.len() / 2;
        file[middle..middle + 64].fill(0xff);
        let (all, damage, _) = inflate(&file);
        assert!(damage.is_some());
        assert!(
            all.len() > text.len() / 3,
            "{} of {}",
            all.len(),
            text.len()
        );
    }

    #[test]
    fn garbage_behind_the_stream_is_named() {
        for garbage in [&b"garbage"[..], b"\0\0\x1f", b"\x1fx"] {
            let file = [&gzip(b"text")[..], garbage].concat();
            let (all, damage, _) = inflate(&file);
            assert_eq!(all, b"text");
            assert_eq!(damage.expect("damage").stage, Stage::Gzip, "{garbage:?}");
        }
    }

    #[test]
    fn a_stream_that_inflates_to_too_much_is_ended() {
        let file = gzip(&vec![b' '; 1 << 20]);
        let mut source = Gzip::new(&file[..], &[]);
        source.max_inflated = 1 << 16;
        source.drain();
        assert!(
            source
                .damage
                .expect("damage")
                .what
                .contains("decompresses to more than")
        );
        assert!(source.decompressed < 1 << 18);
    }
}
