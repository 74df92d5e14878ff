//! Members, padding, and what is cut or spoiled in a gzip file.

use super::{call, file};
use twin::held::gzip;
use twin::{Answer, Held};

fn held(file: Vec<u8>) -> Answer {
    Held::new(vec![file]).is_equal()
}

fn text() -> Vec<u8> {
    let records: Vec<String> = (0..40)
        .map(|n| call(&format!("{n}"), &format!(r#""requestID":"{}""#, n * 7919)))
        .collect();
    file(&records).into_bytes()
}

#[test]
fn any_number_of_members_is_one_text() {
    let text = text();
    for size in [1, 100, 1000, 5000] {
        let members: Vec<Vec<u8>> = text.chunks(size).map(gzip).collect();
        assert_eq!(held(members.concat()).figures["calls"], 40);
        let with_empty = members.join(&gzip(b"")[..]);
        assert_eq!(held(with_empty).figures["calls"], 40);
    }
}

#[test]
fn zeros_may_follow_and_nothing_else() {
    let text = gzip(&text());
    for zeros in [1, 7, 512, 100_000] {
        let padded = [&text[..], &vec![0; zeros]].concat();
        assert_eq!(held(padded).figures["files.read"], 1);
    }
    for tail in [
        &b"x"[..],
        b"\0\0x",
        b"\x1f",
        b"\x1f\x8b",
        b"\0\x1f\x8b\x08",
        b"{}",
    ] {
        let answer = held([&text[..], tail].concat());
        assert_eq!(
            (answer.figures["calls"], &answer.damaged[..]),
            (40, &["gzip"][..]),
            "{tail:?}"
        );
    }
}

#[test]
fn a_gzip_of_nothing_is_empty() {
    for file in [
        gzip(b""),
        gzip(b" \n"),
        [gzip(b""), gzip(b"")].concat(),
        [gzip(b""), vec![0; 9]].concat(),
    ] {
        assert_eq!(held(file).figures["files.skipped Empty"], 1);
    }
}

#[test]
fn a_file_cut_anywhere_gives_the_whole_records_before_the_cut() {
    let file = gzip(&text());
    for length in (2..file.len()).step_by(13) {
        let answer = held(file[..length].to_vec());
        assert_eq!(answer.damaged, ["gzip"], "cut to {length} bytes");
    }
    assert_eq!(held(file[..file.len() - 1].to_vec()).figures["calls"], 40);
}

#[test]
fn a_file_of_two_bytes_or_one_is_damaged() {
    assert_eq!(held(vec![0x1f, 0x8b]).damaged, ["gzip"]);
    assert_eq!(held(vec![0x1f]).damaged, ["json"]);
}

#[test]
fn a_wrong_checksum_or_length_is_damage_behind_all_the_records() {
    for from_end in 1..=8 {
        let mut file = gzip(&text());
        let at = file.len() - from_end;
        file[at] ^= 0x40;
        let answer = held(file);
        assert_eq!(
            (answer.figures["calls"], &answer.damaged[..]),
            (40, &["gzip"][..])
        );
    }
}

#[test]
fn a_spoiled_byte_anywhere_is_named_unless_the_content_is_intact() {
    let sound = gzip(&text());
    let whole = Held::new(vec![sound.clone()]).expected();
    for at in (2..sound.len()).step_by(5) {
        let mut file = sound.clone();
        file[at] ^= 0x10;
        let answer = held(file);
        // The time and the system in the header are nobody's concern.
        assert!(!answer.damaged.is_empty() || answer == whole, "byte {at}");
    }
}

#[test]
fn gzip_in_gzip_is_named() {
    assert_eq!(held(gzip(&gzip(&text()))).damaged, ["json"]);
}
