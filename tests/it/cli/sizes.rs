//! How many bytes a call takes where calls are kept: in the open days of a store, in a part, in frames.

use std::fs;

use super::harness::{number, stscope};
use super::logs::put;
use archive::bulk::{Archive, Options};

/// As the manual says, with the header of each blob.
const IN_A_STORE: usize = 24;
const IN_A_PART: usize = 24;
/// With texts, at a thousand calls a frame: so many are promised.
const IN_FRAMES: usize = 60;

#[test]
fn a_call_takes_as_many_bytes_as_the_manual_says() {
    let archive = Archive::new(Options {
        seed: 5,
        files: 24,
        records: 400,
        sts_share: 1.0,
        ..Options::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    for file in 0..24 {
        let mut text = Vec::new();
        archive.write_file(file, &mut text);
        put(&logs, archive.key(file), &text);
    }
    let summary = (stscope("report --format json").arg(&logs).run())
        .exits(0)
        .json();
    let calls = usize::try_from(number(&summary["coverage"]["sts_records"])).unwrap();
    assert!(calls > 9_000, "{calls}");

    let store = folder.path().join("sts.db");
    (stscope("ingest -q --store").arg(&store).arg(&logs).run()).exits(0);
    let database = rusqlite::Connection::open(&store).unwrap();
    let bytes: usize = database
        .query_row("SELECT sum(length(calls)) FROM calls", [], |row| row.get(0))
        .unwrap();
    let in_a_store = bytes / calls;
    assert!((1..=IN_A_STORE).contains(&in_a_store), "{in_a_store}");

    for question in ["report", "plan", "regions"] {
        let part = folder.path().join(question).with_extension("part");
        let map = || stscope(&format!("map {question} -q")).arg(&logs);
        map().arg("-o").arg(&part).run().exits(0);
        let in_a_part = fs::metadata(&part).unwrap().len() as usize / calls;
        assert!(
            (1..=IN_A_PART).contains(&in_a_part),
            "{question} {in_a_part}"
        );
        let frames = map().args(["--parts", "10"]).run().exits(0).stdout;
        let in_frames = frames.as_slice().len() / calls;
        assert!(
            (1..=IN_FRAMES).contains(&in_frames),
            "{question} {in_frames}"
        );
    }
}
