//! A compressed stream of any length and any number of members, decompressed piece by piece.
//!
//! Everything that can be decompressed is handed on before the damage after it is reported.

use std::io::Read;

use super::decoder::{Decoder, Format};
use crate::damage::{Damage, Stage};
use crate::source::Source;

/// No log file comes near this; a small file that claims to is an attack.
pub(super) const MAX_DECOMPRESSED: u64 = 64 << 30;

/// The input that is taken from a file at a time.
const PIECE: usize = 64 << 10;

/// Decompresses what a reader gives.
pub struct Compressed<R> {
    reader: R,
    input: Vec<u8>,
    at: usize,
    filled: usize,
    format: Format,
    state: State,
    /// Bytes taken from the reader and done with.
    pub compressed: u64,
    /// Bytes handed on.
    pub decompressed: u64,
    /// What ended the stream before its time.
    pub damage: Option<Damage>,
    max_decompressed: u64,
    /// Members that were begun.
    members: u64,
    is_padded: bool,
}

enum State {
    InMember {
        decoder: Decoder,
        /// It had more to give than there was room for.
        may_have_more: bool,
    },
    BetweenMembers,
    Done,
}

impl<R: Read> Compressed<R> {
    /// `head` are bytes already taken from the reader.
    pub fn new(format: Format, reader: R, head: &[u8]) -> Compressed<R> {
        let mut input = head.to_vec();
        input.resize(PIECE.max(head.len()), 0);
        let mut stream = Compressed {
            reader,
            input,
            at: 0,
            filled: head.len(),
            format,
            state: State::Done,
            compressed: 0,
            decompressed: 0,
            damage: None,
            max_decompressed: MAX_DECOMPRESSED,
            members: 0,
            is_padded: false,
        };
        stream.begin_member();
        stream
    }

    /// Whether all of it was handed on, or all that can be.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Whether anything follows the first member.
    pub fn has_more_than_one_member(&self) -> bool {
        self.members > 1 || self.is_padded
    }

    fn begin_member(&mut self) {
        self.members += 1;
        match Decoder::new(self.format) {
            Ok(decoder) => {
                self.state = State::InMember {
                    decoder,
                    may_have_more: false,
                }
            }
            Err(what) => self.corrupt(&what),
        }
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

    fn corrupt(&mut self, what: &str) {
        let name = self.format.name();
        self.fail(Stage::Gzip, format!("the {name} stream is corrupt: {what}"));
    }

    /// Another member, zeros to the end of the file (padding), or something of another kind.
    fn between_members(&mut self) {
        let mut zeros = false;
        while self.refill() {
            match self.input[self.at] {
                0 => {
                    zeros = true;
                    self.is_padded = true;
                    self.at += 1;
                    self.compressed += 1;
                }
                // xz may have zeros between two streams.
                byte if self.format.may_begin_with(byte)
                    && (!zeros || self.format == Format::Xz) =>
                {
                    return self.begin_member();
                }
                _ => {
                    let name = self.format.name();
                    let what =
                        format!("bytes after the end of the {name} stream that are no {name}");
                    return self.fail(Stage::Gzip, what);
                }
            }
        }
        self.state = State::Done;
    }

    fn decode(&mut self, into: &mut [u8]) -> usize {
        let is_empty = !self.has_more_to_give() && !self.refill();
        let State::InMember {
            decoder,
            may_have_more,
        } = &mut self.state
        else {
            return 0;
        };
        if is_empty {
            let name = self.format.name();
            let what = format!("the {name} stream is cut: the file ends inside it");
            self.fail(Stage::Gzip, what);
            return 0;
        }
        let decoded = decoder.decode(&self.input[self.at..self.filled], into);
        *may_have_more = decoded.given == into.len();
        self.at += decoded.taken;
        self.compressed += decoded.taken as u64;
        self.decompressed += decoded.given as u64;
        match decoded.is_end {
            Ok(true) => self.state = State::BetweenMembers,
            // Nobody may be waited for who does nothing.
            Ok(false) if decoded.taken + decoded.given == 0 && self.at < self.filled => {
                self.corrupt("its data make no sense");
            }
            Ok(false) => {}
            Err(what) => self.corrupt(&what),
        }
        if self.decompressed > self.max_decompressed {
            let limit = self.max_decompressed >> 30;
            self.fail(
                Stage::Gzip,
                format!("decompresses to more than {limit} GiB"),
            );
        }
        decoded.given
    }

    /// Whether the decoder may go on without more input.
    fn has_more_to_give(&self) -> bool {
        matches!(self.state, State::InMember { may_have_more, .. } if may_have_more)
    }
}

impl<R: Read> Source for Compressed<R> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        loop {
            match self.state {
                State::Done => return 0,
                State::BetweenMembers => self.between_members(),
                State::InMember { .. } => {
                    let given = self.decode(into);
                    if given > 0 {
                        return given;
                    }
                }
            }
        }
    }
}

/// Reads once, again after an interruption.
pub(in crate::input) fn read_some(
    reader: &mut impl Read,
    into: &mut [u8],
) -> std::io::Result<usize> {
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
        text_of(300_000)
    }

    /// Letters that do not repeat themselves.
    fn text_of(length: usize) -> Vec<u8> {
        let mut seed = 7_u64;
        (0..length)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                b"abcdefghijklmnop"[(seed >> 60) as usize]
            })
            .collect()
    }

    fn inflate(file: &[u8]) -> (Vec<u8>, Option<Damage>, u64) {
        let mut source = Compressed::new(
            Format::Gzip,
            &file[2.min(file.len())..],
            &file[..2.min(file.len())],
        );
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
    fn a_wrong_checksum_is_damage_after_everything() {
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
    fn what_comes_before_corrupt_data_is_handed_on() {
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
    fn garbage_after_the_stream_is_named() {
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
        let mut source = Compressed::new(Format::Gzip, &file[..], &[]);
        source.max_decompressed = 1 << 16;
        let mut sink = vec![0; 1000];
        while source.read(&mut sink) > 0 {}
        assert!(
            source
                .damage
                .expect("damage")
                .what
                .contains("decompresses to more than")
        );
        assert!(source.decompressed < 1 << 18);
    }

    /// A text in every format, and the text of one member of it.
    fn packed(text: &[u8]) -> [(Format, Vec<u8>); 4] {
        let mut zstd = zstd_safe::CCtx::create();
        let parameter = zstd_safe::CParameter::ChecksumFlag(true);
        zstd.set_parameter(parameter).unwrap();
        let mut of_zstd = vec![0; zstd_safe::compress_bound(text.len())];
        let length = zstd.compress2(&mut of_zstd[..], text).unwrap();
        of_zstd.truncate(length);
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(text).unwrap();
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(text).unwrap();
        [
            (Format::Gzip, gzip(text)),
            (Format::Zstd, of_zstd),
            (Format::Bzip2, bzip2.finish().unwrap()),
            (Format::Xz, xz.finish().unwrap()),
        ]
    }

    fn unpack(format: Format, file: &[u8], piece: usize) -> (Vec<u8>, Option<Damage>, u64) {
        assert_eq!(Format::of(file), Some(format));
        let mut source = Compressed::new(format, &file[2..], &file[..2]);
        let (mut all, mut piece) = (Vec::new(), vec![0; piece]);
        loop {
            match source.read(&mut piece) {
                0 => return (all, source.damage, source.compressed),
                count => all.extend_from_slice(&piece[..count]),
            }
        }
    }

    #[test]
    fn every_format_is_read_member_after_member() {
        let text = text();
        let members = packed(&text).into_iter().zip(packed(b"second"));
        for ((format, first), (_, second)) in members {
            let (_, nothing) = packed(b"").into_iter().find(|one| one.0 == format).unwrap();
            let file = [&first[..], &nothing, &second, &[0; 8]].concat();
            for piece in [1 << 20, 100_000, 1000, 7] {
                let (all, damage, taken) = unpack(format, &file, piece);
                assert_eq!(damage, None, "{format:?} {piece}");
                assert!(all == [&text[..], b"second"].concat(), "{format:?} {piece}");
                assert_eq!(taken, file.len() as u64);
            }
        }
        let [.., (format, first)] = packed(b"first");
        let padded = [&first[..], &[0; 4], &first].concat();
        assert_eq!(unpack(format, &padded, 100).0, b"firstfirst");
    }

    #[test]
    fn in_every_format_what_is_before_the_damage_is_handed_on() {
        // Some blocks of each, or of what represents one.
        let text = text_of(2_000_000);
        for (format, whole) in packed(&text) {
            let name = format.name();
            for piece in [1 << 21, 1000] {
                let (all, damage, _) = unpack(format, &whole[..whole.len() / 2], piece);
                let damage = damage.expect(name);
                assert!(
                    text.starts_with(&all) && all.len() > text.len() / 4,
                    "{name}"
                );
                assert_eq!(damage.stage, Stage::Gzip);
                assert!(
                    damage.what.contains(&format!("{name} stream is cut")),
                    "{damage:?}"
                );

                let mut corrupt = whole.clone();
                let middle = corrupt.len() / 2;
                for byte in &mut corrupt[middle..middle + 200] {
                    *byte ^= 0x5a;
                }
                let (all, damage, _) = unpack(format, &corrupt, piece);
                let damage = damage.expect(name);
                let sound = all.iter().zip(&text).take_while(|(a, b)| a == b).count();
                assert!(sound > text.len() / 4, "{name}: {sound} of {}", text.len());
                assert_eq!(damage.stage, Stage::Gzip, "{damage:?}");

                let file = [&whole[..], b"garbage"].concat();
                let (all, damage, _) = unpack(format, &file, piece);
                assert!(all == text, "{name}");
                let what = format!("bytes after the end of the {name} stream");
                assert!(damage.expect(name).what.contains(&what));
            }
            // The last bytes are a checksum, or an index with one.
            let mut wrong = whole.clone();
            let near_the_end = wrong.len() - 2;
            wrong[near_the_end] ^= 1;
            for piece in [1 << 21, 1 << 17, 1000, 7] {
                let (all, damage, _) = unpack(format, &wrong, piece);
                assert!(
                    all == text && damage.is_some(),
                    "{name} {piece}: {}",
                    all.len()
                );
            }
            let (all, damage, _) = unpack(format, &whole[..whole.len() - 1], 1000);
            assert!(all.len() + 1000 > text.len() && damage.is_some(), "{name}");
        }
    }

    #[test]
    fn no_format_takes_more_memory_than_it_may() {
        let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0, 0, 0, 0]; // a window of 2 TiB
        let (_, damage, _) = unpack(Format::Zstd, &zstd, 1000);
        let damage = damage.unwrap();
        assert!(damage.what.contains("memory"), "{damage:?}");
        assert!(damage.what.contains("zstd -d --long=31"), "{damage:?}");
        let mut options = liblzma::stream::LzmaOptions::new_preset(1).unwrap();
        options.dict_size(512 << 20);
        let mut filters = liblzma::stream::Filters::new();
        filters.lzma2(&options);
        let check = liblzma::stream::Check::Crc32;
        let encoder = liblzma::stream::Stream::new_stream_encoder(&filters, check).unwrap();
        let mut xz = liblzma::write::XzEncoder::new_stream(Vec::new(), encoder);
        xz.write_all(b"text").unwrap();
        let (_, damage, _) = unpack(Format::Xz, &xz.finish().unwrap(), 1000);
        let damage = damage.unwrap();
        assert!(
            damage.what.contains("more than 128 MiB of memory"),
            "{damage:?}"
        );
    }
}
