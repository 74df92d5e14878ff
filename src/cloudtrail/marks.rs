//! What there may be in an object, noted while its end is looked for.
//!
//! Owns what each mark means: escapes, control characters, and the name of a service as the value of
//! `eventSource`, in whatever spelling. Where an object ends, `ends` finds.

use super::kernel::Probe;
use super::text::is_white_control;

/// What there may be in some bytes: a set. It is noted a block at a time, so it may be of the
/// neighbour: who needs to know looks again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(pub(super) u8);

impl Marks {
    /// A `\u` escape: letters may be written as something else.
    pub const UNICODE_ESCAPE: Marks = Marks(1);
    /// A byte that JSON does not allow where it is: a control character in a string, or one
    /// that is no white space outside.
    pub const CONTROL: Marks = Marks(2);
    /// The service's name as the value of `eventSource`; or some of it, and it cannot be told.
    pub const SERVICE: Marks = Marks(4);
    /// A `\u` escape of a letter, a digit or a dot, such as names are made of. The escapes that AWS
    /// itself writes (`\u003c`) are none.
    pub const ESCAPED_LETTER: Marks = Marks(8);
    /// The service's name as the value of an `eventSource`, for certain: not of the neighbour.
    pub const OF_SERVICE: Marks = Marks(16);

    pub fn has(self, mark: Marks) -> bool {
        self.0 & mark.0 != 0
    }

    /// The marks of a block that more than one object may be in.
    pub(super) fn of_one_of_many(self) -> Marks {
        if self.has(Marks::OF_SERVICE) {
            Marks(self.0 & !Marks::OF_SERVICE.0 | Marks::SERVICE.0)
        } else {
            self
        }
    }
}

impl std::ops::BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Marks) {
        self.0 |= other.0;
    }
}

/// What the places at which the name of the service may begin are to be marked as. `words` are those
/// of the block at `at`.
#[inline(never)]
pub(super) fn service_marks(service: Probe, bytes: &[u8], at: usize, mut words: u64) -> Marks {
    let mut marks = Marks::default();
    while words != 0 {
        let (before, from) = bytes.split_at(at + words.trailing_zeros() as usize);
        if from.starts_with(service.quoted()) {
            marks |= match is_value_of_event_source(before) {
                Some(true) => Marks::OF_SERVICE,
                Some(false)
                    if is_source_in_disguise(before, &from[service.quoted().len() - 1..]) =>
                {
                    Marks::SERVICE
                }
                Some(false) => Marks::default(),
                None => Marks::SERVICE,
            };
        } else if let Some(name) = service.quoted().strip_suffix(b"\"")
            && (before.is_empty() || before.last() == Some(&b'\\'))
            && (from.strip_prefix(name))
                .is_some_and(|past| before.len() < ENOUGH || is_source_in_disguise(before, past))
        {
            // In a string, the quotes escaped.
            marks |= Marks::SERVICE;
        }
        words &= words - 1;
    }
    marks
}

/// As many bytes before a name are enough to tell its key.
const ENOUGH: usize = 64;

/// Whether a value is that of an event's source in any spelling: in a string, however deep, in small
/// letters, or the first of a list. `before` ends before its quote, `past` begins after its text. All
/// quotes must be escaped alike: in a string that is JSON they are. What may be cut off is one.
#[cold]
#[inline(never)]
pub(crate) fn is_source_in_disguise(before: &[u8], past: &[u8]) -> bool {
    const KEY: &[u8] = b"eventsource";
    let (rest, depth) = split_slashes(before);
    let after = past.iter().take_while(|&&byte| byte == b'\\').count();
    if after != depth || past.get(after).is_some_and(|&byte| byte != b'"') {
        return false;
    }
    let mut rest = rest.trim_ascii_end();
    if depth == 0 {
        rest = rest.strip_suffix(b"[").map_or(rest, <[u8]>::trim_ascii_end);
    }
    let Some(rest) = rest.strip_suffix(b":").map(<[u8]>::trim_ascii_end) else {
        return rest.is_empty();
    };
    let Some(rest) = rest.strip_suffix(b"\"") else {
        return rest.is_empty();
    };
    let (key, depth_of_key) = split_slashes(rest);
    let mut letters = KEY.iter().rev();
    let mut last = key.iter().rev().filter(|&&byte| byte != b'_');
    depth_of_key == depth
        && letters.all(|letter| {
            last.next()
                .is_none_or(|byte| byte.eq_ignore_ascii_case(letter))
        })
        && last.next().is_none_or(|&byte| byte == b'"')
        && (key.iter().rposition(|&byte| byte == b'"'))
            .is_none_or(|quote| split_slashes(&key[..quote]).1 == depth)
}

/// What is before backslashes, and how many there are.
fn split_slashes(text: &[u8]) -> (&[u8], usize) {
    let count = text.iter().rev().take_while(|&&byte| byte == b'\\').count();
    (&text[..text.len() - count], count)
}

/// Whether what is before a value is `"eventSource"` and a colon; `None` if that may be before
/// these bytes begin.
pub(crate) fn is_value_of_event_source(before: &[u8]) -> Option<bool> {
    const KEY: &[u8] = b"\"eventSource\"";
    let before = before.trim_ascii_end();
    let (colon, before) = before.split_last()?;
    let key = before.trim_ascii_end();
    if *colon == b':' && key.len() < KEY.len() && KEY.ends_with(key) {
        return None;
    }
    Some(*colon == b':' && key.ends_with(KEY))
}

/// Whether one of these control characters is where JSON does not allow it.
#[inline(always)]
pub(super) fn has_misplaced(bytes: &[u8], mut control: u64, inside: u64) -> bool {
    if control & inside != 0 {
        return true;
    }
    while control != 0 {
        if !is_white_control(bytes[control.trailing_zeros() as usize]) {
            return true;
        }
        control &= control - 1;
    }
    false
}

/// The first control character of an object where JSON does not allow one.
#[cold]
pub(crate) fn misplaced_control(object: &[u8]) -> Option<usize> {
    let (mut in_string, mut is_escaped) = (false, false);
    object.iter().position(|&byte| {
        let escapes = byte == b'\\' && !is_escaped;
        in_string ^= byte == b'"' && !is_escaped;
        is_escaped = escapes;
        byte < 0x20 && (in_string || !is_white_control(byte))
    })
}
