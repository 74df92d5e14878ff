//! A page of ListObjectsV2.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Bound::{Excluded, Included, Unbounded};

use super::answer::{error, etag, plain};
use super::http::Answer;
use super::{Asked, Behaviour, Stored};

pub(crate) fn list(
    bucket: &BTreeMap<String, Stored>,
    behaviour: &Behaviour,
    asked: &Asked,
) -> Answer {
    let ask = |name: &str| asked.query.get(name).map(String::as_str);
    let prefix = ask("prefix").unwrap_or("");
    let allowed = &behaviour.may_list;
    if !allowed.is_empty() && !allowed.iter().any(|may| prefix.starts_with(may.as_str())) {
        return error(
            403,
            "AccessDenied",
            "User is not authorized to perform: s3:ListBucket",
        );
    }
    if ask("list-type") != Some("2") {
        return error(400, "InvalidArgument", "Only ListObjectsV2 is spoken here");
    }
    let delimiter = ask("delimiter").unwrap_or("");
    let page = ask("max-keys")
        .and_then(|max| max.parse().ok())
        .unwrap_or(1000)
        .min(behaviour.page);
    // A token is what the last page ended with.
    let token = ask("continuation-token");
    let after = token.or(ask("start-after")).unwrap_or("");
    let mut contents: Vec<(&str, &Stored)> = Vec::new();
    let mut prefixes: Vec<String> = Vec::new();
    let mut next = None;
    let mut from = if after < prefix {
        Included(prefix.to_owned())
    } else {
        Excluded(after.to_owned())
    };
    let mut last = String::new();
    while let Some((key, stored)) = bucket.range::<String, _>((from, Unbounded)).next() {
        if !key.starts_with(prefix) {
            break;
        }
        let folder = (!delimiter.is_empty())
            .then(|| key[prefix.len()..].find(delimiter))
            .flatten()
            .map(|at| &key[..prefix.len() + at + delimiter.len()]);
        if contents.len() + prefixes.len() == page {
            next = Some(last);
            break;
        }
        match folder {
            Some(folder) => {
                // All that begins so comes before it; no key has this byte, as it is no character.
                last = format!("{folder}\u{10ffff}");
                if folder > after {
                    prefixes.push(folder.to_owned());
                }
            }
            None => {
                last = key.clone();
                contents.push((key, stored));
            }
        }
        from = Excluded(last.clone());
    }
    if behaviour.stuck && token.is_some() {
        next = token.map(str::to_owned);
    }
    if behaviour.unsorted {
        contents.reverse();
    }
    let encoded = ask("encoding-type") == Some("url") && !behaviour.ignore_encoding;
    let name = |name: &str| if encoded { encode(name) } else { escape(name) };
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
    );
    let _ = write!(xml, "<IsTruncated>{}</IsTruncated>", next.is_some());
    if encoded {
        xml.push_str("<EncodingType>url</EncodingType>");
    }
    if let Some(next) = next {
        let _ = write!(
            xml,
            "<NextContinuationToken>{}</NextContinuationToken>",
            escape(&next)
        );
    }
    for (key, stored) in contents {
        let class = if stored.class.is_empty() {
            "STANDARD"
        } else {
            &stored.class
        };
        let _ = write!(
            xml,
            "<Contents><Key>{}</Key><LastModified>2025-11-03T08:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size><StorageClass>{class}</StorageClass>",
            name(key),
            escape(&etag(stored)),
            stored.bytes.len()
        );
        if stored.restored {
            xml.push_str("<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2030-01-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>");
        }
        xml.push_str("</Contents>");
    }
    for prefix in prefixes {
        let _ = write!(
            xml,
            "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
            name(&prefix)
        );
    }
    xml.push_str("</ListBucketResult>");
    plain(200, &xml)
}

/// As S3 does it: a space is a plus.
fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' | b'*' => {
                out.push(byte as char)
            }
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
