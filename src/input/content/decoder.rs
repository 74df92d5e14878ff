//! Compressed formats, told by how they begin, and one member of each at a time.
//!
//! CloudTrail writes gzip; whoever keeps its files for years writes them anew as zstd, bzip2 or xz.
//! lz4 is in `lz4`, as its decoder reads for itself.

use flate2::{Decompress, FlushDecompress};
use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer};

/// A format of compressed files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) enum Format {
    /// <https://www.rfc-editor.org/rfc/rfc1952>
    Gzip,
    /// <https://www.rfc-editor.org/rfc/rfc8878>
    Zstd,
    /// <https://sourceware.org/bzip2/>
    Bzip2,
    /// <https://tukaani.org/xz/xz-file-format.txt>
    Xz,
    /// <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>
    Lz4,
}

/// Windows of 128 MiB, which is what `zstd -d` takes without being asked to take more; a window is held
/// in memory.
const ZSTD_WINDOW_LOG: u32 = 27;
/// What `xz -9` needs, twice.
const XZ_MEMORY: u64 = 128 << 20;

impl Format {
    /// The bytes that tell a format, at most.
    pub const HEAD: usize = 10;

    /// The format that begins like this.
    #[inline]
    pub fn of(head: &[u8]) -> Option<Format> {
        match head {
            [0x1f, 0x8b, ..] => Some(Format::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Format::Zstd),
            // A frame to be skipped; pzstd begins with one.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Format::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', block @ ..]
                if block.starts_with(b"1AY&SY") || block.starts_with(b"\x17rE8P\x90") =>
            {
                Some(Format::Bzip2)
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Format::Xz),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Format::Lz4),
            _ => None,
        }
    }

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Format::Gzip => "gzip",
            Format::Zstd => "zstd",
            Format::Bzip2 => "bzip2",
            Format::Xz => "xz",
            Format::Lz4 => "lz4",
        }
    }

    /// Whether another member may begin like this.
    pub fn may_begin_with(self, byte: u8) -> bool {
        match self {
            Format::Gzip => byte == 0x1f,
            Format::Zstd => byte == 0x28 || (0x50..=0x5f).contains(&byte),
            Format::Bzip2 => byte == b'B',
            Format::Xz => byte == 0xfd,
            Format::Lz4 => byte == 0x04,
        }
    }
}

/// One member of a compressed file, from its first byte to its last.
pub(super) enum Decoder {
    Gzip(Decompress),
    /// With the bytes it wants next, more of which at a time would lose, where one block is corrupt, the
    /// sound ones before it; and whether it may have more to give, which it would lose, too, if what comes
    /// next were corrupt.
    Zstd(DCtx<'static>, usize, bool),
    Bzip2(bzip2::Decompress),
    Xz(liblzma::stream::Stream),
}

/// What came of a piece of input.
pub(super) struct Decoded {
    /// Bytes of the input that are done with.
    pub taken: usize,
    /// Bytes put into the output.
    pub given: usize,
    /// Whether the member has ended; what is wrong with it.
    pub is_end: Result<bool, String>,
}

impl Decoder {
    /// For a member of a format that is pushed into its decoder.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(format: Format) -> Result<Decoder, String> {
        Ok(match format {
            Format::Gzip | Format::Lz4 => Decoder::Gzip(Decompress::new_gzip(15)),
            Format::Zstd => {
                let mut context = DCtx::try_create().ok_or("there is no memory for it")?;
                context
                    .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))
                    .map_err(of_zstd)?;
                Decoder::Zstd(context, Format::HEAD, false)
            }
            Format::Bzip2 => Decoder::Bzip2(bzip2::Decompress::new(false)),
            Format::Xz => Decoder::Xz(
                liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0).map_err(of_xz)?,
            ),
        })
    }

    /// Goes on with the member.
    pub fn decode(&mut self, input: &[u8], into: &mut [u8]) -> Decoded {
        match self {
            Decoder::Gzip(inflate) => {
                let before = (inflate.total_in(), inflate.total_out());
                let result = inflate.decompress(input, into, FlushDecompress::None);
                let is_end = match result {
                    Ok(status) => Ok(status == flate2::Status::StreamEnd),
                    Err(error) => Err(match error.message() {
                        // What zlib-rs says when it has handed on what came before.
                        None | Some("repeated call with bad state") => NO_SENSE.to_owned(),
                        Some(what) => what.to_owned(),
                    }),
                };
                Decoded::since(before, (inflate.total_in(), inflate.total_out()), is_end)
            }
            Decoder::Zstd(context, wanted, is_full) => {
                if std::mem::take(is_full) {
                    let given = of_zstd_alone(context, into);
                    *is_full = given == into.len();
                    if given > 0 {
                        return Decoded {
                            taken: 0,
                            given,
                            is_end: Ok(false),
                        };
                    }
                }
                let input = &input[..input.len().min(*wanted)];
                let mut input = InBuffer::around(input);
                let mut output = OutBuffer::around(into);
                let hint = context.decompress_stream(&mut output, &mut input);
                if let Ok(hint) = hint {
                    *wanted = hint.max(1);
                }
                let given = output.pos();
                *is_full = given == output.capacity();
                Decoded {
                    taken: input.pos(),
                    given,
                    is_end: hint.map(|hint| hint == 0).map_err(of_zstd),
                }
            }
            Decoder::Bzip2(decompress) => {
                let before = (decompress.total_in(), decompress.total_out());
                let is_end = match decompress.decompress(input, into) {
                    Ok(status) => Ok(status == bzip2::Status::StreamEnd),
                    Err(_) => Err(NO_SENSE.to_owned()),
                };
                Decoded::since(
                    before,
                    (decompress.total_in(), decompress.total_out()),
                    is_end,
                )
            }
            Decoder::Xz(stream) => {
                let before = (stream.total_in(), stream.total_out());
                let is_end = stream
                    .process(input, into, liblzma::stream::Action::Run)
                    .map(|status| status == liblzma::stream::Status::StreamEnd)
                    .map_err(of_xz);
                Decoded::since(before, (stream.total_in(), stream.total_out()), is_end)
            }
        }
    }
}

impl Decoded {
    /// By what a decoder had taken and given before, and has now.
    fn since(before: (u64, u64), now: (u64, u64), is_end: Result<bool, String>) -> Decoded {
        Decoded {
            taken: (now.0 - before.0) as usize,
            given: (now.1 - before.1) as usize,
            is_end,
        }
    }
}

/// Where a decoder says nothing more.
const NO_SENSE: &str = "its data make no sense";

/// What is decoded already, and had no room.
fn of_zstd_alone(context: &mut DCtx<'static>, into: &mut [u8]) -> usize {
    let mut output = OutBuffer::around(into);
    let result = context.decompress_stream(&mut output, &mut InBuffer::around(&[]));
    result.map_or(0, |_| output.pos())
}

/// zstd's own word for it.
fn of_zstd(code: usize) -> String {
    let what = zstd_safe::get_error_name(code).to_lowercase();
    if what.contains("memory") {
        return format!("{what}; decompress it first with 'zstd -d --long=31'");
    }
    what
}

fn of_xz(error: liblzma::stream::Error) -> String {
    use liblzma::stream::Error;
    match error {
        Error::MemLimit => format!(
            "it needs more than {} MiB of memory; compress it anew",
            XZ_MEMORY >> 20
        ),
        Error::Options | Error::UnsupportedCheck => "it uses what is not supported".to_owned(),
        Error::Mem => "there is no memory for it".to_owned(),
        _ => NO_SENSE.to_owned(),
    }
}
