//! The two documents that S3 writes: a page of a listing, and an error.
//!
//! A listing is read strictly. S3 may answer 200 and then fail, and what is left out of a listing
//! nobody would miss.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::Event;

/// A page of a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    /// The prefixes up to the delimiter.
    pub(super) prefixes: Vec<String>,
    /// How to ask for the next page, if there is one.
    pub(super) next: Option<String>,
}

/// An object in a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) etag: String,
    pub(super) size: u64,
    pub(super) last_modified: Option<DateTime<Utc>>,
    pub(super) storage_class: String,
    /// Archived, and a copy of it can be read.
    pub(super) restored: bool,
}

/// What an error of S3 says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) region: Option<String>,
    /// Of an object that is archived.
    pub(super) storage_class: String,
}

/// What is wrong with a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

/// Deeper than any answer of S3.
const DEEPEST: usize = 16;

/// Reads a page of ListObjectsV2.
pub(super) fn page(body: &[u8]) -> Result<Page, Malformed> {
    let mut page = Page::default();
    let mut entry: Option<(Entry, bool)> = None;
    let (mut truncated, mut token, mut encoded) = (None, None, false);
    elements(body, |path, step| {
        match (path, step) {
            (["ListBucketResult", "Contents"], Step::Start) => entry = Some(Default::default()),
            (["ListBucketResult", "Contents"], Step::End(_)) => match entry.take() {
                Some((entry, true)) if !entry.key.is_empty() => page.entries.push(entry),
                _ => return Err(Malformed("an object without a key or a size")),
            },
            (["ListBucketResult", "Contents", rest @ ..], Step::End(text)) => {
                if let Some((entry, sized)) = &mut entry {
                    match rest {
                        ["Key"] => entry.key = text.into_owned(),
                        ["ETag"] => entry.etag = text.into_owned(),
                        ["Size"] => {
                            entry.size = text
                                .parse()
                                .map_err(|_| Malformed("a size that is no number"))?;
                            *sized = true;
                        }
                        ["LastModified"] => {
                            let time = DateTime::parse_from_rfc3339(&text);
                            entry.last_modified = time.ok().map(|time| time.to_utc());
                        }
                        ["StorageClass"] => entry.storage_class = text.into_owned(),
                        ["RestoreStatus", "RestoreExpiryDate"] => entry.restored = true,
                        _ => {}
                    }
                }
            }
            (["ListBucketResult", "CommonPrefixes", "Prefix"], Step::End(text)) => {
                page.prefixes.push(text.into_owned());
            }
            (["ListBucketResult", "IsTruncated"], Step::End(text)) => {
                truncated = Some(match &*text {
                    "true" => true,
                    "false" => false,
                    _ => return Err(Malformed("IsTruncated is neither true nor false")),
                });
            }
            (["ListBucketResult", "NextContinuationToken"], Step::End(text)) => {
                token = Some(text.into_owned());
            }
            (["ListBucketResult", "EncodingType"], Step::End(text)) => encoded = text == "url",
            (["ListBucketResult", ..], _) => {}
            _ => return Err(Malformed("no ListBucketResult")),
        }
        Ok(())
    })?;
    page.next = match (truncated, token) {
        (Some(true), Some(token)) if !token.is_empty() => Some(token),
        (Some(true), _) => return Err(Malformed("more to come, and no token")),
        (Some(false), _) => None,
        (None, _) => return Err(Malformed("no IsTruncated")),
    };
    if encoded {
        for entry in &mut page.entries {
            decode(&mut entry.key)?;
        }
        for prefix in &mut page.prefixes {
            decode(prefix)?;
        }
    }
    Ok(page)
}

/// Reads what an error says, as far as it says something.
pub(super) fn refusal(body: &[u8]) -> Refusal {
    let mut refusal = Refusal::default();
    // What comes before a fault is all that there is to know.
    let _ = elements(body, |path, step| {
        if let Step::End(text) = step {
            match path {
                [.., "Code"] => refusal.code = text.into_owned(),
                [.., "Message"] => refusal.message = text.into_owned(),
                [.., "Region"] => refusal.region = Some(text.into_owned()),
                [.., "StorageClass"] => refusal.storage_class = text.into_owned(),
                _ => {}
            }
        }
        Ok(())
    });
    refusal
}

/// `encoding-type=url`: as in a form, where a space is a plus.
fn decode(text: &mut String) -> Result<(), Malformed> {
    if !text.contains(['%', '+']) {
        return Ok(());
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced)
        .decode_utf8()
        .map_err(|_| Malformed("a key that is no UTF-8"))?
        .into_owned();
    *text = decoded;
    Ok(())
}

/// The names that mean something here; another is nameless.
fn known(name: &[u8]) -> &'static str {
    const NAMES: [&str; 18] = [
        "Code",
        "CommonPrefixes",
        "Contents",
        "ETag",
        "EncodingType",
        "Error",
        "IsTruncated",
        "Key",
        "LastModified",
        "ListBucketResult",
        "Message",
        "NextContinuationToken",
        "Prefix",
        "Region",
        "RestoreExpiryDate",
        "RestoreStatus",
        "Size",
        "StorageClass",
    ];
    NAMES
        .iter()
        .find(|known| known.as_bytes() == name)
        .copied()
        .unwrap_or("")
}

enum Step<'a> {
    Start,
    /// With the text of an element that has no elements in it.
    End(Cow<'a, str>),
}

/// Goes through a document to its very end, and names each element by its way from the root.
fn elements(
    body: &[u8],
    mut each: impl FnMut(&[&str], Step<'_>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    const BROKEN: Malformed = Malformed("no sound XML");
    let body = std::str::from_utf8(body).map_err(|_| BROKEN)?;
    let mut reader = Reader::from_str(body);
    let mut path: Vec<&'static str> = Vec::new();
    let mut text = String::new();
    let mut roots = 0;
    loop {
        match reader.read_event().map_err(|_| BROKEN)? {
            Event::Start(start) => {
                roots += usize::from(path.is_empty());
                path.push(known(start.name().as_ref()));
                if path.len() > DEEPEST || roots > 1 {
                    return Err(BROKEN);
                }
                text.clear();
                each(&path, Step::Start)?;
            }
            Event::Empty(start) => {
                roots += usize::from(path.is_empty());
                path.push(known(start.name().as_ref()));
                each(&path, Step::Start)?;
                each(&path, Step::End(Cow::Borrowed("")))?;
                path.pop();
                text.clear();
            }
            Event::End(_) => {
                each(&path, Step::End(Cow::Borrowed(&text)))?;
                path.pop();
                text.clear();
            }
            Event::Text(piece) => {
                let piece = piece.xml10_content().map_err(|_| BROKEN)?;
                if path.is_empty() && !piece.trim().is_empty() {
                    return Err(BROKEN);
                }
                text.push_str(&piece);
            }
            Event::CData(piece) => text.push_str(&piece.decode().map_err(|_| BROKEN)?),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_| BROKEN)?;
                match character {
                    Some(character) => text.push(character),
                    None => text.push_str(match &*reference.decode().map_err(|_| BROKEN)? {
                        "amp" => "&",
                        "lt" => "<",
                        "gt" => ">",
                        "quot" => "\"",
                        "apos" => "'",
                        _ => return Err(BROKEN),
                    }),
                }
            }
            // No answer of S3 has one, and entities of one's own are an old trap.
            Event::DocType(_) => return Err(BROKEN),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if path.is_empty() && roots == 1 {
        Ok(())
    } else {
        Err(BROKEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>trail</Name><Prefix/>
<IsTruncated>true</IsTruncated><NextContinuationToken>1a+/=&amp;</NextContinuationToken>
<EncodingType>url</EncodingType>
<Contents><Key>a+b%2Bc/%C3%A4%01</Key><LastModified>2025-11-03T08:00:00.000Z</LastModified>
<ETag>&quot;9b2c&#34;</ETag><Size>12</Size><StorageClass>STANDARD</StorageClass></Contents>
<Contents><Key>old</Key><Size>1</Size><StorageClass>GLACIER</StorageClass><RestoreStatus>
<IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2026-01-01T00:00:00Z</RestoreExpiryDate></RestoreStatus></Contents>
<CommonPrefixes><Prefix>AWSLogs/</Prefix></CommonPrefixes></ListBucketResult>"#;

    #[test]
    fn a_page_is_read() {
        let page = page(PAGE.as_bytes()).expect("a page");
        let first = &page.entries[0];
        assert_eq!(first.key, "a b+c/ä\u{1}");
        assert_eq!((first.etag.as_str(), first.size), ("\"9b2c\"", 12));
        assert_eq!(
            first.last_modified.expect("a time").to_rfc3339(),
            "2025-11-03T08:00:00+00:00"
        );
        assert!(!first.restored && page.entries[1].restored);
        assert_eq!(page.prefixes, ["AWSLogs/"]);
        assert_eq!(page.next.as_deref(), Some("1a+/=&"));
    }

    #[test]
    fn no_cut_page_passes_for_a_whole_one() {
        for end in 0..PAGE.len() {
            assert!(page(&PAGE.as_bytes()[..end]).is_err(), "{}", &PAGE[..end]);
        }
    }

    #[test]
    fn what_is_no_page_is_refused() {
        let whole = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
        assert_eq!(page(whole.as_bytes()), Ok(Page::default()));
        for wrong in [
            "<Error><Code>InternalError</Code></Error>",
            "<ListBucketResult></ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><IsTruncated>maybe</IsTruncated></ListBucketResult>",
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>k</Key></Contents></ListBucketResult>",
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Size>1</Size></Contents></ListBucketResult>",
            "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult><x/>",
            "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>x",
            "<!DOCTYPE a><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
            "<html><body>proxy</body></html>",
            "",
        ] {
            assert!(page(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_is_read_as_far_as_it_goes() {
        let body = "<Error><Code>PermanentRedirect</Code><Message>m &lt; n</Message><Region>eu-west-1</Region>";
        let refusal = refusal(body.as_bytes());
        assert_eq!(refusal.code, "PermanentRedirect");
        assert_eq!(refusal.message, "m < n");
        assert_eq!(refusal.region.as_deref(), Some("eu-west-1"));
        assert_eq!(super::refusal(b"not xml"), Refusal::default());
    }
}
