//! What bytes are if they are no JSON: names the formats that are known, says what to do, and whether logs may
//! be in them all the same. Formats that are decompressed on the way here are in `input`.

/// As much of the beginning of a file as is looked at: tar names itself after a first file's name.
pub(super) const HEAD: usize = 512;

/// Names what a file that begins with `head` is.
pub(super) fn no_json(head: &[u8]) -> String {
    match Foreign::of(head).and_then(|known| known.what) {
        Some(known) => format!("bytes that are no JSON ({known})"),
        None => "bytes that are no JSON".to_owned(),
    }
}

/// What is known of a file by how it begins, if that is not as JSON does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foreign {
    /// What it is, and what to do; `None` where that is not clear.
    what: Option<&'static str>,
    /// Whether there may be logs in it that nobody can read here: archives, what is encrypted or compressed
    /// in another way, text in UTF-16, and what represents a file that is elsewhere.
    pub may_hold_logs: bool,
}

impl Foreign {
    /// What a file is that begins like this.
    pub(crate) fn of(head: &[u8]) -> Option<Foreign> {
        if head.get(257..262) == Some(b"ustar") {
            return Some(sealed("a tar archive; unpack it first"));
        }
        Some(match head {
            [0x1f, 0x8b, ..] => sealed("gzip that was compressed once more; decompress it once"),
            [b'P', b'K', 3, 4, ..] => sealed("a ZIP archive; unpack it first"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => sealed("Zstandard; decompress it first"),
            [b'B', b'Z', b'h', _, ..] => other(
                "bzip2 that is cut, corrupt or compressed once more; fetch it again, or decompress it once",
            ),
            [0xfd, b'7', b'z', b'X', ..] => other(
                "xz that is cut, corrupt or compressed once more; fetch it again, or decompress it once",
            ),
            [0x1f, 0x9d, ..] => {
                sealed("compressed with compress (.Z); decompress it first with 'gzip -d'")
            }
            [0x5d, 0, 0, ..] => sealed("lzma; decompress it first with 'xz -d'"),
            [0x89, b'L', b'Z', b'O', ..] => sealed("lzop; decompress it first with 'lzop -d'"),
            [b'L', b'Z', b'I', b'P', ..] => sealed("lzip; decompress it first with 'lzip -d'"),
            // As Linux images have it.
            [0x02, 0x21, 0x4c, 0x18, ..] => {
                sealed("lz4 in its old format; decompress it first with 'lz4 -d'")
            }
            [0xff, 0x06, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => {
                sealed("snappy; decompress it first with 'snzip -d'")
            }
            [b'R', b'a', b'r', b'!', ..] => sealed("a RAR archive; unpack it first"),
            [b'O', b'b', b'j', 1, ..] => sealed("Avro; export it as JSON first"),
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
                sealed("UTF-32; convert it to UTF-8 first")
            }
            [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, ..] => sealed("a 7z archive; unpack it first"),
            [b'P', b'A', b'R', b'1', ..] => sealed("Parquet; export it as JSON first"),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => sealed("UTF-16; convert it to UTF-8 first"),
            [0, ..] => {
                other("NUL bytes, as a file has whose blocks were never written; fetch it again")
            }
            _ if head.starts_with(b"version https://git-lfs") => {
                sealed("a Git LFS pointer, not the file itself; run 'git lfs pull'")
            }
            _ if head.starts_with(b"age-encryption.org/")
                || head.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") =>
            {
                sealed("encrypted with age; decrypt it first")
            }
            _ if is_gpg(head) => {
                sealed("encrypted with OpenPGP; decrypt it first with 'gpg --decrypt'")
            }
            // openssl, and armour of another kind.
            _ if head.starts_with(b"Salted__")
                || head.starts_with(b"-----BEGIN PGP")
                || head.starts_with(b"-----BEGIN AGE") =>
            {
                Foreign {
                    what: None,
                    may_hold_logs: true,
                }
            }
            [b'<', b'0'..=b'9', ..] if is_syslog(head) => other(
                "lines of syslog; cut what is before each record first, with sed 's/^[^{]*//'",
            ),
            [b'<', ..] => other("XML or HTML"),
            _ => return None,
        })
    }
}

/// What may hold logs that cannot be read here.
const fn sealed(what: &'static str) -> Foreign {
    Foreign {
        what: Some(what),
        may_hold_logs: true,
    }
}

/// What is damaged, or is searched for records all the same.
const fn other(what: &'static str) -> Foreign {
    Foreign {
        what: Some(what),
        may_hold_logs: false,
    }
}

/// Lines that begin with a priority: `<134>`.
/// <https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1>
fn is_syslog(head: &[u8]) -> bool {
    let digits = head[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    digits <= 3 && head.get(1 + digits) == Some(&b'>')
}

/// An armoured message, or a packet that an encrypted one begins with: a session key for a public key
/// or a passphrase, in the old or the new format.
/// <https://www.rfc-editor.org/rfc/rfc9580#name-packet-headers>
fn is_gpg(head: &[u8]) -> bool {
    let version = match head {
        [0xc1 | 0xc3 | 0x84 | 0x8c, _, version, ..] | [0x85, _, _, version, ..] => *version,
        _ => 0,
    };
    head.starts_with(b"-----BEGIN PGP MESSAGE-----") || matches!(version, 2..=6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_with_what_to_do() {
        let mut tar = vec![b'x'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, word) in [
            (&tar[..], "tar"),
            (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid",
                "git lfs pull",
            ),
            (b"\0\0\0\0", "NUL"),
            (b"age-encryption.org/v1\n-> X25519", "age"),
            (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "age"),
            (b"-----BEGIN PGP MESSAGE-----\n", "OpenPGP"),
            (b"\x85\x01\x0c\x03abcdefgh", "OpenPGP"),
            (b"\x8c\x0d\x04\x09\x03\x02", "OpenPGP"),
            (b"\xff\xfe{\0", "UTF-16"),
            (b"<html>", "HTML"),
            (b"<1>", "syslog"),
            (b"<134>Nov  3 10:00:00 host x: {", "syslog"),
            (b"<1345>", "HTML"),
            (b"\x1f\x9d\x90", "gzip -d"),
            (b"\x5d\0\0\x80\0", "xz -d"),
            (b"\xff\x06\0\0sNaPpY", "snzip"),
            (b"\xff\xfe\0\0{\0\0\0", "UTF-32"),
            (b"\0\0\xfe\xff\0\0\0{", "UTF-32"),
            (b"BZh9", "bzip2 that is cut"),
            (b"\xfd7zX", "xz that is cut"),
            (b"LZIP", "lzip -d"),
            (b"\x89LZO", "lzop -d"),
            (b"\x02\x21\x4c\x18", "lz4 -d"),
            (b"Rar!", "RAR"),
            (b"Obj\x01", "Avro"),
        ] {
            assert!(no_json(head).contains(word), "{word}: {}", no_json(head));
        }
        for head in [
            &b""[..],
            b"x",
            b"version 2",
            b"-----BEGIN CERTIFICATE-----",
            &[b'x'; 600],
        ] {
            assert_eq!(no_json(head), "bytes that are no JSON");
        }
    }
}
