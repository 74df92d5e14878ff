//! Identifiers as AWS writes them, drawn from a stream and appended to a text.

use super::rng::SplitMix64;

const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends lower-case hexadecimal digits.
pub fn hex(out: &mut String, rng: &mut SplitMix64, length: usize) {
    letters(out, rng, length, HEX, 4);
}

/// Appends an event or request id: a version 4 UUID.
pub fn uuid(out: &mut String, rng: &mut SplitMix64) {
    hex(out, rng, 8);
    out.push('-');
    hex(out, rng, 4);
    out.push_str("-4");
    hex(out, rng, 3);
    out.push('-');
    out.push(char::from(HEX[8 + rng.below(4)]));
    hex(out, rng, 3);
    out.push('-');
    hex(out, rng, 12);
}

/// Appends a unique id of IAM, 20 letters and digits: `AROA` for a role, `AIDA` for a user,
/// `ASIA` for a temporary key. `EXAMPLE` at its end says what it is to a scanner for secrets.
pub fn iam(out: &mut String, rng: &mut SplitMix64, prefix: &str) {
    out.push_str(prefix);
    letters(out, rng, 9, BASE32, 5);
    out.push_str("EXAMPLE");
}

/// Appends capital letters and digits.
pub fn base32(out: &mut String, rng: &mut SplitMix64, length: usize) {
    letters(out, rng, length, BASE32, 5);
}

/// Appends base64, the body of a session token.
pub fn base64(out: &mut String, rng: &mut SplitMix64, length: usize) {
    letters(out, rng, length, BASE64, 6);
}

/// Appends the sixteen letters and digits at the end of a log file's name.
pub fn alphanumeric(out: &mut String, rng: &mut SplitMix64, length: usize) {
    for _ in 0..length {
        out.push(char::from(BASE64[rng.below(62)]));
    }
}

/// `bits` is the logarithm of the alphabet's length.
fn letters(out: &mut String, rng: &mut SplitMix64, length: usize, alphabet: &[u8], bits: u32) {
    let mask = alphabet.len() as u64 - 1;
    let (mut pool, mut left) = (0, 0);
    for _ in 0..length {
        if left < bits {
            (pool, left) = (rng.draw(), 64);
        }
        out.push(char::from(alphabet[(pool & mask) as usize]));
        pool >>= bits;
        left -= bits;
    }
}
