//! Base64 by its definition, a letter at a time. RFC 4648

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Whether this is a letter of either alphabet.
pub fn is_letter(c: char) -> bool {
    six_bits(c).is_some()
}

fn six_bits(c: char) -> Option<usize> {
    let c = match c {
        '-' => '+',
        '_' => '/',
        c => c,
    };
    LETTERS.find(c)
}

/// The bytes that a text stands for; what is no letter is passed over, and bits that make no byte.
pub fn decoded(text: &str) -> Vec<u8> {
    let bits: String = (text.chars())
        .filter_map(six_bits)
        .map(|bits| format!("{bits:06b}"))
        .collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes
        .map(|byte| byte.iter().fold(0, |sum, &bit| sum * 2 + (bit - b'0')))
        .collect()
}
