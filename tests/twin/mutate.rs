//! Spoils bytes as disks, networks and people do, and as parsers fear.

use proptest::prelude::*;

/// One change, in parts of a whole so that it shrinks and fits any text.
#[derive(Clone, Debug)]
pub enum Change {
    Flip { at: f64, bit: u32 },
    Replace { at: f64, byte: u8 },
    Insert { at: f64, byte: u8 },
    Delete { at: f64, length: usize },
    Duplicate { at: f64, length: usize },
    Truncate { at: f64 },
}

/// Bytes that mean something to a parser more often than not.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        6 => proptest::sample::select(b"\"\"\"\\\\{}[],:".to_vec()),
        2 => proptest::sample::select(b" \n\t\x00\x01\x0c\x1f\x7f\x80\xc3\xff0-.eEtnu/'".to_vec()),
        1 => any::<u8>(),
    ]
}

/// One to three changes.
pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = 0.0..1.0_f64;
    let change = prop_oneof![
        1 => (at.clone(), 0..8_u32).prop_map(|(at, bit)| Change::Flip { at, bit }),
        3 => (at.clone(), byte()).prop_map(|(at, byte)| Change::Replace { at, byte }),
        3 => (at.clone(), byte()).prop_map(|(at, byte)| Change::Insert { at, byte }),
        2 => (at.clone(), 1..20_usize).prop_map(|(at, length)| Change::Delete { at, length }),
        1 => (at.clone(), 1..2000_usize).prop_map(|(at, length)| Change::Delete { at, length }),
        1 => (at.clone(), 1..2000_usize).prop_map(|(at, length)| Change::Duplicate { at, length }),
        1 => at.prop_map(|at| Change::Truncate { at }),
    ];
    proptest::collection::vec(change, 1..=3)
}

/// Where in a text of JSON a change does most: before a byte of structure.
fn structure(text: &[u8], at: f64) -> usize {
    let at = (at * text.len() as f64) as usize;
    let ahead = text[at..]
        .iter()
        .take(12)
        .position(|byte| b"\"\\{}[],:".contains(byte));
    at + ahead.unwrap_or(0)
}

/// The text with these changes made.
pub fn changed(text: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut text = text.to_vec();
    for change in changes {
        if text.is_empty() {
            break;
        }
        match *change {
            Change::Flip { at, bit } => {
                let at = (at * text.len() as f64) as usize;
                text[at] ^= 1 << bit;
            }
            Change::Replace { at, byte } => {
                let at = structure(&text, at);
                text[at] = byte;
            }
            Change::Insert { at, byte } => text.insert(structure(&text, at), byte),
            Change::Delete { at, length } => {
                let at = structure(&text, at);
                text.drain(at..(at + length).min(text.len()));
            }
            Change::Duplicate { at, length } => {
                let at = structure(&text, at);
                let piece = text[at..(at + length).min(text.len())].to_vec();
                text.splice(at..at, piece);
            }
            Change::Truncate { at } => text.truncate((at * text.len() as f64) as usize),
        }
    }
    text
}
