//! Parts in a row, on a pipe or in a file.
//!
//! Owns frames: the number of the part (u32), its length in bytes (u64), its bytes; little endian. A
//! file that is one part and no frame is read as well. Takes no more memory than there are bytes.

use std::io::{self, BufRead, Read as _, Write};

use super::{MAGIC, Partial};

/// Writes a part with its number in front.
///
/// # Errors
/// That of `out`.
pub fn write_frame(number: u32, part: &Partial, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())?;
    out.write_all(&(part.as_bytes().len() as u64).to_le_bytes())?;
    out.write_all(part.as_bytes())
}

/// Why there are no parts to be read, or no more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// Reading fails.
    #[error("it cannot be read")]
    Unreadable(#[from] io::Error),
    /// Neither a part nor frames.
    #[error("neither a part of an answer nor frames of parts")]
    NoFrames,
    /// It ends within a frame.
    #[error("frame {frame} is cut short: {there} of {length} bytes are there")]
    Cut {
        /// Which one, from 1.
        frame: u64,
        /// How many bytes it has.
        there: u64,
        /// How many it should have.
        length: u64,
    },
}

/// The parts in a stream, one by one, each with its number if it is in a frame.
pub struct Parts<R> {
    from: R,
    frames: u64,
    is_over: bool,
}

/// The number and the length.
const HEAD: usize = 12;

/// Whether something begins as a part does, or as frames do.
pub(crate) fn begins_as_part(content: &[u8]) -> bool {
    let in_frame = content.get(HEAD..).unwrap_or_default();
    content.starts_with(&MAGIC) || in_frame.starts_with(&MAGIC)
}

impl<R: BufRead> Parts<R> {
    /// The parts in this.
    pub fn of(from: R) -> Parts<R> {
        Parts {
            from,
            frames: 0,
            is_over: false,
        }
    }

    /// The next part; `None` at the end.
    ///
    /// # Errors
    /// If there are no parts, or the last one is cut short.
    #[allow(clippy::should_implement_trait, reason = "an error ends it")]
    pub fn next(&mut self) -> Result<Option<(Option<u32>, Partial)>, FrameError> {
        if self.is_over {
            return Ok(None);
        }
        let mut head = Vec::with_capacity(HEAD);
        (&mut self.from).take(HEAD as u64).read_to_end(&mut head)?;
        if self.frames == 0 && head.starts_with(&MAGIC) {
            self.is_over = true;
            self.from.read_to_end(&mut head)?;
            return Ok(Some((None, Partial::from(head))));
        }
        let Some((number, length)) = parse(&head) else {
            return match (head.len() as u64, self.frames) {
                (0, _) => Ok(None),
                (_, 0) => Err(FrameError::NoFrames),
                (there, frames) => Err(FrameError::Cut {
                    frame: frames + 1,
                    there,
                    length: HEAD as u64,
                }),
            };
        };
        let mut bytes = Vec::new();
        // A length is never believed: what is read grows with what is there.
        let mut there = (&mut self.from)
            .take(length.min(MAGIC.len() as u64))
            .read_to_end(&mut bytes)?;
        if self.frames == 0 && !MAGIC.starts_with(&bytes) {
            return Err(FrameError::NoFrames);
        }
        there += (&mut self.from)
            .take(length - there as u64)
            .read_to_end(&mut bytes)?;
        self.frames += 1;
        match there as u64 == length {
            true => Ok(Some((Some(number), Partial::from(bytes)))),
            false => Err(FrameError::Cut {
                frame: self.frames,
                there: there as u64,
                length,
            }),
        }
    }
}

fn parse(head: &[u8]) -> Option<(u32, u64)> {
    let (number, rest) = head.split_first_chunk()?;
    let (length, _) = rest.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), u64::from_le_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &[u8]) -> Partial {
        Partial::from([MAGIC.as_slice(), text].concat())
    }

    fn all(bytes: &[u8]) -> Result<Vec<(Option<u32>, Partial)>, String> {
        let mut parts = Parts::of(bytes);
        let mut all = Vec::new();
        while let Some(part) = parts.next().map_err(|error| error.to_string())? {
            all.push(part);
        }
        Ok(all)
    }

    #[test]
    fn frames_come_back_and_so_does_a_part_alone() {
        let mut bytes = Vec::new();
        write_frame(7, &part(b"seven"), &mut bytes).unwrap();
        write_frame(0, &part(b""), &mut bytes).unwrap();
        let expected = vec![(Some(7), part(b"seven")), (Some(0), part(b""))];
        assert_eq!(all(&bytes), Ok(expected));
        let alone = part(b"alone");
        assert_eq!(all(alone.as_bytes()), Ok(vec![(None, alone.clone())]));
        assert_eq!(all(b""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_cut_or_something_else_is_an_error() {
        let mut bytes = Vec::new();
        write_frame(1, &part(b"one"), &mut bytes).unwrap();
        let first = bytes.len();
        write_frame(2, &part(b"two"), &mut bytes).unwrap();
        for length in 1..bytes.len() {
            assert_eq!(all(&bytes[..length]).is_err(), length != first, "{length}");
        }
        assert_eq!(
            all(&bytes[..first + 3]),
            Err("frame 2 is cut short: 3 of 12 bytes are there".into())
        );
        for text in ["{\"Records\":[]}", "a\n", "endpoint,calls\nglobal,1\n"] {
            let said = "neither a part of an answer nor frames of parts";
            assert_eq!(all(text.as_bytes()), Err(said.into()), "{text}");
        }
        // As much as can be claimed.
        let mut claims = [0xff; 12].to_vec();
        claims.extend_from_slice(part(b"x").as_bytes());
        assert!(all(&claims).is_err());
    }
}
