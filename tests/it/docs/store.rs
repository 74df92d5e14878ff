//! The queries that pages put to a store.

use super::pages::{all, root, stscope};

#[test]
fn every_query_of_a_store_runs_and_finds_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("sts.db");
    let name = store.to_str().expect("a name").to_owned();
    let words = ["ingest", "-q", "--store", &name, "sample-logs"];
    let ingest = stscope(root(), &words.map(str::to_owned));
    assert_eq!(ingest.status.code(), Some(3));
    let store = rusqlite::Connection::open(&store).expect("a store");
    let mut count = 0;
    for page in all() {
        let blocks = page.blocks_of("sql").into_iter();
        let lines: Vec<_> = blocks.flat_map(|b| b.lines).map(|(_, line)| line).collect();
        for query in lines.join("\n").split_inclusive(';') {
            if !query.contains("SELECT") {
                continue;
            }
            let mut statement = store.prepare(query).expect(query);
            let mut rows = statement.query([]).expect(query);
            assert!(rows.next().expect(query).is_some(), "{query}");
            count += 1;
        }
    }
    assert!(count >= 3, "the queries were not found");
}
