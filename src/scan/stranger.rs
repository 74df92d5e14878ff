//! What a file is that does not begin as JSON does, or that has nothing in it.
//!
//! Whatever is not known for something else is read as a log, and is damaged then. So it is with
//! everything under a name or key of CloudTrail's own.

use memchr::memmem;

use crate::cloudtrail::Foreign;
use crate::damage::{Damage, Stage};
use crate::input::{Opened, Stream, Trust, is_other_service};
use crate::plain_text::begins_utf8;
use crate::source::Source;
use crate::sts::EVENT_SOURCE;
use crate::tally::{SkipReason, begins_as_part};

/// What becomes of a file without its being read as a log.
pub(super) enum Verdict {
    Skip(SkipReason),
    Damaged(Damage),
}

/// How much of a stream is looked at before it is read.
const HEAD: usize = 4 << 10;

/// What has so many bytes, and begins as an object does, has something in it.
const LEAST: usize = 64;

/// What a file is, if it is not to be read as a log.
pub(super) fn tell(opened: &mut Opened<'_>, trust: Trust) -> Option<Verdict> {
    match opened {
        Opened::NotAFile => None,
        Opened::Whole { content, raw } => {
            let is_compressed = !std::ptr::eq(*content, *raw);
            // All logs but a few begin so, and nothing more is asked of them.
            if content.first() == Some(&b'{') && content.len() > LEAST {
                return None;
            }
            if trust != Trust::CloudTrails && is_ours(content) {
                return Some(Verdict::Skip(SkipReason::NotALog));
            }
            if trust == Trust::CloudTrails
                && is_void(content)
                && !(content.is_empty() && is_compressed)
            {
                return Some(Verdict::Damaged(failed_copy(content)));
            }
            let suspect = Suspect::of(&content[..content.len().min(HEAD)], is_compressed, trust)?;
            let found = Suspect::NEEDLES.map(|needle| memmem::find(content, needle).is_some());
            (!suspect.may_hold_records(found)).then_some(Verdict::Skip(suspect.reason()))
        }
        Opened::Stream { stream, .. } => {
            let is_compressed = stream.is_compressed();
            if trust == Trust::CloudTrails {
                let head = stream.peek(HEAD);
                let is_all = head.len() < HEAD;
                // What is compressed and empty is no copy that failed.
                let damage =
                    (is_all && !head.is_empty() && is_void(head)).then(|| failed_copy(head));
                return damage.map(Verdict::Damaged);
            }
            if is_ours(stream.peek(HEAD)) {
                return Some(match stream.finish() {
                    Some(damage) => Verdict::Damaged(damage),
                    None => Verdict::Skip(SkipReason::NotALog),
                });
            }
            let suspect = Suspect::of(stream.peek(HEAD), is_compressed, trust)?;
            let found = found_in(stream, Suspect::NEEDLES);
            Some(match stream.finish() {
                Some(damage) => Verdict::Damaged(damage),
                None if suspect.may_hold_records(found) => Verdict::Damaged(Damage::new(
                    Stage::Json,
                    0,
                    "text that is no JSON, with what may be records in it",
                )),
                None => Verdict::Skip(suspect.reason()),
            })
        }
    }
}

/// How a database of SQLite begins: <https://www.sqlite.org/fileformat.html#the_database_header>.
pub(crate) const SQLITE: &[u8] = b"SQLite format 3\0";

/// Whether it is what this program writes: a part, or a store, which is one of SQLite's databases, or what
/// SQLite rolls one back by. No log begins so. <https://www.sqlite.org/fileformat.html#the_rollback_journal>
fn is_ours(head: &[u8]) -> bool {
    let journal = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    begins_as_part(head) || head.starts_with(SQLITE) || head.starts_with(&journal)
}

/// Whether there is nothing in a file: white space, `null`, an object without members.
fn is_void(content: &[u8]) -> bool {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let text = text.trim_ascii();
    let inner = (text.strip_prefix(b"{")).and_then(|text| text.strip_suffix(b"}"));
    matches!(text, b"" | b"null") || inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

fn failed_copy(content: &[u8]) -> Damage {
    let nothing = if content.is_empty() {
        "no bytes at all"
    } else {
        "no record and no list of any"
    };
    let what =
        format!("{nothing}, which CloudTrail never writes: a copy that failed; fetch it again");
    Damage::new(Stage::Open, 0, what)
}

/// Something that is known by its first bytes, or of which nothing is known at all.
#[derive(Clone, Copy)]
enum Suspect {
    OtherService,
    NotALog,
}

impl Suspect {
    fn of(head: &[u8], is_compressed: bool, trust: Trust) -> Option<Suspect> {
        if trust == Trust::CloudTrails || head.is_empty() {
            return None;
        }
        if is_other_service(head) {
            return Some(Suspect::OtherService);
        }
        let is_doubtful = match trust {
            Trust::CloudTrails | Trust::Log => false,
            // What is no text may be a log to which something was done that nobody can undo here.
            Trust::Unknown => is_text(head),
        };
        let may_hold_logs = || Foreign::of(head).is_some_and(|known| known.may_hold_logs);
        (is_doubtful && !is_compressed && !may_be_json(head) && !may_hold_logs())
            .then_some(Suspect::NotALog)
    }

    /// What is looked for in it.
    const NEEDLES: [&'static [u8]; 3] = [EVENT_SOURCE.as_bytes(), b"{", b"\"eventSource\""];

    /// Whether it has to be looked at, where these were found in it.
    fn may_hold_records(self, [is_named, has_objects, has_sources]: [bool; 3]) -> bool {
        // Without an object there is no record: a table with names of hosts in it is none.
        is_named && has_objects || has_sources && matches!(self, Suspect::OtherService)
    }

    fn reason(self) -> SkipReason {
        match self {
            Suspect::OtherService => SkipReason::OtherService,
            Suspect::NotALog => SkipReason::NotALog,
        }
    }
}

/// Whether a file that begins like this may be JSON, or lines of a time and JSON.
fn may_be_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let head = head.trim_ascii_start();
    match head {
        [b'{' | b'"', ..] | [] => true,
        [b'[', rest @ ..] => {
            let inner = rest.trim_ascii_start();
            matches!(inner, [b'{' | b'[' | b'"' | b']', ..] | [])
        }
        [b'0'..=b'9', ..] => {
            let line = head.split(|&b| b == b'\n').next().unwrap_or_default();
            line.contains(&b'{')
        }
        _ => false,
    }
}

fn is_text(head: &[u8]) -> bool {
    let is_control = |&byte: &u8| byte < b' ' && !matches!(byte, b'\t'..=b'\r' | 0x1b);
    !head.iter().any(is_control) && begins_utf8(head)
}

/// Which of these are in what is left of a stream.
fn found_in<const N: usize>(stream: &mut Stream<'_>, needles: [&[u8]; N]) -> [bool; N] {
    let longest = needles.map(<[u8]>::len).into_iter().max().unwrap_or(0);
    let mut found = [false; N];
    let mut piece = vec![0; 1 << 16];
    // What may be the beginning of one is at the beginning of the next piece.
    let mut kept = 0;
    loop {
        let count = stream.read(&mut piece[kept..]);
        if count == 0 {
            return found;
        }
        let filled = kept + count;
        for (needle, is_found) in needles.iter().zip(&mut found) {
            *is_found |= memmem::find(&piece[..filled], needle).is_some();
        }
        kept = filled.min(longest.saturating_sub(1));
        piece.copy_within(filled - kept..filled, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Buffers, Limits, open};

    /// What is told of a file, read whole and as a stream.
    fn told(content: &[u8], trust: Trust) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, content).unwrap();
        let mut answers = [Limits::default().whole_file, 0].map(|whole_file| {
            let limits = Limits {
                whole_file,
                ..Limits::default()
            };
            let mut buffers = Buffers::default();
            let mut opened = open(&path, &limits, &mut buffers, |_| ()).unwrap();
            tell(&mut opened, trust).map(|verdict| match verdict {
                Verdict::Skip(reason) => reason.as_str().to_owned(),
                Verdict::Damaged(damage) => damage.what,
            })
        });
        // A stream cannot be read again once all of it was looked at.
        if answers[1]
            .as_deref()
            .is_some_and(|what| what.contains("may be records"))
        {
            assert_eq!(answers[0], None);
            answers[1] = None;
        }
        if !content.is_empty() {
            assert_eq!(
                answers[0],
                answers[1],
                "{}",
                String::from_utf8_lossy(content)
            );
        }
        answers[0].take()
    }

    #[test]
    fn what_is_known_for_no_log_is_told_and_nothing_else() {
        use Trust::{CloudTrails, Log, Unknown};
        let flow = "version account-id interface-id srcaddr dstaddr\n2 1 eni-1 a b\n";
        let far = format!("{flow}{}{{\"eventSource\":\"x\"}}", "x\n".repeat(1 << 16));
        let escaped =
            format!("{flow}{{\"message\":\"{{\\\"eventSource\\\":\\\"sts.amazonaws.com\\\"}}\"}}");
        let long = format!("{} {{ sts.amazonaws.com", "word ".repeat(1 << 16));
        let (skip, other) = (Some("not-a-log"), Some("other-service"));
        for (content, trust, expected) in [
            ("{}", Unknown, None),
            ("  [ {", Unknown, None),
            ("\u{feff}{", Unknown, None),
            ("[section]\na = 1", Unknown, skip),
            ("[section]\na = 1", Log, None),
            ("Nov  3 08:00:00 host program: text", Unknown, skip),
            ("2025-11-03 08:00:00 text", Unknown, skip),
            ("2025-11-03T08:00:00Z {\"a\":1}", Unknown, None),
            ("policy {\n Service = sts.amazonaws.com }", Unknown, None),
            ("global  sts.amazonaws.com  5", Unknown, skip),
            (&long, Unknown, None),
            ("a\0b\u{1}", Unknown, None),
            ("PK\u{3}\u{4}\0\0", Unknown, None),
            ("-----BEGIN PGP MESSAGE-----", Unknown, None),
            ("-----BEGIN AGE ENCRYPTED FILE-----", Unknown, None),
            ("-----BEGIN AGE X", Unknown, None),
            ("-----BEGIN PGP SIGNED MESSAGE-----", Unknown, None),
            ("age-encryption.org/v1\n-> X25519", Unknown, None),
            (
                "version https://git-lfs.github.com/spec/v1\noid",
                Unknown,
                None,
            ),
            ("Salted__abcdefgh", Unknown, None),
            ("Rar!abc", Unknown, None),
            ("LZIPabc", Unknown, None),
            ("<html>", Unknown, skip),
            ("SQLite format 3\0", Unknown, skip),
            ("SQLite format 3\0", Log, skip),
            ("SQLite format 3\0", CloudTrails, None),
            ("SQLite format 3", Log, None),
            (flow, Log, other),
            (flow, Unknown, other),
            (flow, CloudTrails, None),
            (&far, Log, None),
            (&escaped, Log, None),
            ("text", CloudTrails, None),
            ("", Unknown, None),
            ("", Log, None),
        ] {
            let told = told(content.as_bytes(), trust);
            assert_eq!(told.as_deref(), expected, "{trust:?} {content:.40}");
        }
        let void = [
            "",
            " ",
            "\n\n",
            "{}",
            " {\n}\n",
            "null",
            "\u{feff}{}",
            "\u{feff}",
        ];
        for content in void {
            let what = told(content.as_bytes(), CloudTrails).expect(content);
            assert!(what.contains("a copy that failed"), "{what}");
            assert_eq!(told(content.as_bytes(), Log), None, "{content}");
        }
        for content in ["[]", "{\"a\":1}", "{\"Records\":[]}", "{{}}"] {
            assert_eq!(told(content.as_bytes(), CloudTrails), None, "{content}");
        }
        // A gzip of nothing is nothing.
        let empty = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        assert_eq!(told(&empty, CloudTrails), None);
    }
}
