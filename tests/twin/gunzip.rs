//! Gzip, member by member, with everything salvaged that can be.

use std::io::Read;

/// The content of a file, and whether anything was wrong with the gzip around it.
pub struct Content {
    pub bytes: Vec<u8>,
    pub is_damaged: bool,
}

/// Inflates what begins like gzip; takes anything else as it is.
pub fn content(file: &[u8]) -> Content {
    if !file.starts_with(&[0x1f, 0x8b]) {
        return Content {
            bytes: file.to_vec(),
            is_damaged: false,
        };
    }
    let mut bytes = Vec::new();
    let mut rest = file;
    let mut is_damaged = false;
    while rest.first() == Some(&0x1f) && !is_damaged {
        let mut member = flate2::bufread::GzDecoder::new(rest);
        is_damaged = drain(&mut member, &mut bytes).is_err();
        rest = member.into_inner();
    }
    // Zeros may pad a file; anything else after the last member is no gzip.
    is_damaged |= rest.iter().any(|&byte| byte != 0);
    Content { bytes, is_damaged }
}

/// One byte at a time: a read that meets damage gives nothing, so it must not be asked for more.
fn drain(member: &mut impl Read, into: &mut Vec<u8>) -> std::io::Result<()> {
    let mut byte = [0];
    while member.read(&mut byte)? == 1 {
        into.push(byte[0]);
    }
    Ok(())
}
