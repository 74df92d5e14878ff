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
        let (behind_header, start) = (*member.get_ref(), bytes.len());
        is_damaged = drain(&mut member, &mut bytes).is_err();
        if is_damaged {
            bytes.extend(byte_behind(behind_header, bytes.len() - start));
        }
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

/// The byte behind the first ones of a stream, if there is one: what comes with damage is not given above.
fn byte_behind(deflated: &[u8], length: usize) -> Option<u8> {
    let mut bytes = vec![0; length + 1];
    let mut stream = flate2::Decompress::new(false);
    // To its end or to where it makes no sense, and not further than is asked.
    let _ = stream.decompress(deflated, &mut bytes, flate2::FlushDecompress::Finish);
    (stream.total_out() == bytes.len() as u64).then(|| bytes[length])
}
