//! As much of HTTP/1.1 as a client of S3 speaks.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use super::Asked;

/// What is sent back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Arc<[u8]>,
    /// From which byte of the body on.
    pub(crate) from: usize,
    /// Sent instead of the true length.
    pub(crate) stated: Option<usize>,
    /// So many bytes are sent, and the connection ends.
    pub(crate) cut: Option<usize>,
}

/// Reads a request; none at the end of the connection.
pub(crate) fn request(wire: &mut impl Read, rest: &mut Vec<u8>) -> io::Result<Option<Asked>> {
    let end = loop {
        if let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let mut buffer = [0; 8192];
        let len = wire.read(&mut buffer)?;
        if len == 0 {
            return Ok(None);
        }
        rest.extend_from_slice(&buffer[..len]);
    };
    let head = String::from_utf8_lossy(&rest[..end]).into_owned();
    rest.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or("").split(' ');
    let (method, target) = (first.next().unwrap_or(""), first.next().unwrap_or(""));
    // A proxy is asked with the whole URL.
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    };
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = path.strip_prefix('/').unwrap_or(path);
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let query: BTreeMap<String, String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    Ok(Some(Asked {
        method: method.to_owned(),
        bucket: decode(bucket),
        key: decode(key),
        query,
        headers,
    }))
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

pub(crate) fn send(wire: &mut impl Write, asked: &Asked, answer: &Answer) -> io::Result<()> {
    let body = &answer.body[answer.from.min(answer.body.len())..];
    let stated = answer.stated.unwrap_or(body.len());
    let mut head = format!(
        "HTTP/1.1 {} X\r\ncontent-length: {stated}\r\n",
        answer.status
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut out = head.into_bytes();
    if asked.method != "HEAD" {
        out.extend_from_slice(&body[..answer.cut.unwrap_or(body.len()).min(body.len())]);
    }
    wire.write_all(&out)?;
    wire.flush()
}
