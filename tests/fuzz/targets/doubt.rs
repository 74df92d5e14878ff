//! What the twin cannot say, or says otherwise than stscope must.

use crate::twin::count;
use crate::twin::shape::Kind;

/// Levels that serde_json refuses; stscope ends at 65,536.
const TOO_DEEP: usize = 128;

/// Whether some value in the text, or in a string of it, may be too deep for the twin.
pub fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    // Brackets in one string, spelled plainly or by an escape: at most so deep is what it holds.
    let mut in_this_string = 0;
    for &byte in text {
        match byte {
            b'"' if !is_escaped => {
                in_string = !in_string;
                in_this_string = 0;
            }
            b'{' | b'[' if in_string => in_this_string += 1,
            b'u' if in_string && is_escaped => in_this_string += 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth.max(in_this_string) >= TOO_DEEP {
            return true;
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    false
}

/// Whether it is certain what the file is. Whether a broken record is an Insight nobody can say.
pub fn is_clear(file: &count::File) -> bool {
    let found = &file.found;
    found.broken == 0 || (file.kind == Kind::CloudTrail && found.records > found.insights)
}

/// Whether this is said of a record that was given up. An object whose list of records was replaced
/// by a later value is no longer in memory: damage to stscope, and not to the twin, which sees what
/// stands.
pub fn is_given_up(damage: &str) -> bool {
    damage.contains("too large")
}
