//! What bytes are if they are no JSON: names the formats that are known, and says what to do.

/// As much of the beginning of a file as is looked at: tar names itself after a first file's name.
pub(super) const HEAD: usize = 512;

/// Names what a file that begins with `head` is.
pub(super) fn no_json(head: &[u8]) -> String {
    match kind(head) {
        Some(known) => format!("bytes that are no JSON ({known})"),
        None => "bytes that are no JSON".to_owned(),
    }
}

fn kind(head: &[u8]) -> Option<&'static str> {
    if head.get(257..262) == Some(b"ustar") {
        return Some("a tar archive; unpack it first");
    }
    Some(match head {
        [0x1f, 0x8b, ..] => "gzip inside gzip; decompress it once",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive; unpack it first",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "Zstandard; decompress it first",
        [b'B', b'Z', b'h', _, ..] => "bzip2; decompress it first",
        [0xfd, b'7', b'z', b'X', ..] => "xz; decompress it first",
        [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, ..] => "a 7z archive; unpack it first",
        [b'P', b'A', b'R', b'1', ..] => "Parquet; export it as JSON first",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16; convert it to UTF-8 first",
        [0, ..] => "NUL bytes, as a file has whose blocks were never written; fetch it again",
        _ if head.starts_with(b"version https://git-lfs") => {
            "a Git LFS pointer, not the file itself; run 'git lfs pull'"
        }
        _ if head.starts_with(b"age-encryption.org/")
            || head.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") =>
        {
            "encrypted with age; decrypt it first"
        }
        _ if is_gpg(head) => "encrypted with OpenPGP; decrypt it first with 'gpg --decrypt'",
        [b'<', ..] => "XML or HTML",
        _ => return None,
    })
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
