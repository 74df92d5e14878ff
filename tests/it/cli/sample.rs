//! The committed sample: the program, the page that describes it and the generator agree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::harness::{DAMAGED, SAMPLE, number, stscope};
use super::logs::{decompressed, files_below};

/// The rows of the table in the README whose header begins with `first`.
fn table(first: &str) -> Vec<Vec<String>> {
    let readme = fs::read_to_string("sample-logs/README.md").unwrap();
    let rows: Vec<Vec<String>> = readme
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {first} |")))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "the README has no table of {first}");
    rows
}

/// The expected figures of the sound part, by name.
fn figures() -> BTreeMap<String, u64> {
    let rows = table("figure").into_iter();
    rows.map(|row| (row[0].clone(), row[1].parse().unwrap()))
        .collect()
}

struct DamagedFile {
    path: String,
    stage: String,
    records: u64,
    sts_records: u64,
}

fn damaged_files() -> Vec<DamagedFile> {
    let rows = table("file").into_iter();
    rows.map(|row| DamagedFile {
        path: format!("{DAMAGED}/{}", row[0]),
        stage: row[1].clone(),
        records: row[2].parse().unwrap(),
        sts_records: row[3].parse().unwrap(),
    })
    .collect()
}

#[test]
fn the_report_gives_every_figure_of_the_readme() {
    let document = stscope("report --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    for (name, expected) in figures() {
        let pointer = format!("/{}", name.replace('.', "/"));
        let found: Vec<&Value> = ["coverage", "summary"]
            .iter()
            .filter_map(|part| document[part].pointer(&pointer))
            .collect();
        assert!(!found.is_empty(), "the report has no {name}");
        for value in found {
            assert_eq!(number(value), expected, "{name}");
        }
    }
    assert_eq!(document["coverage"]["damaged"], Value::Array(Vec::new()));
}

#[test]
fn every_numbered_record_has_the_endpoint_of_the_readme() {
    let rows = stscope("events --no-dedup --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .rows();
    let mut found: BTreeMap<u32, String> = BTreeMap::new();
    for row in &rows {
        let (_, number) = row["event_id"].as_str().unwrap().rsplit_once('-').unwrap();
        let endpoint = row["endpoint"].as_str().unwrap();
        let before = found.insert(number.parse().unwrap(), endpoint.to_owned());
        assert!(
            before.is_none_or(|before| before == endpoint),
            "two copies of {number} differ"
        );
    }
    let mut listed = Vec::new();
    for row in table("number") {
        for number in row[0]
            .split(", ")
            .map(|number| number.parse::<u32>().unwrap())
        {
            listed.push(number);
            let expected = match row[2].as_str() {
                "" => None,
                "(3 again)" => found.get(&3).cloned(),
                endpoint => Some(endpoint.to_owned()),
            };
            assert_eq!(found.get(&number).cloned(), expected, "record {number}");
        }
    }
    listed.sort();
    let all: Vec<u32> = (1..=listed.len() as u32).collect();
    assert_eq!(listed, all, "each number once, without a gap");
}

#[test]
fn every_damaged_file_is_named_with_its_stage_and_its_whole_records() {
    let said = stscope("report --format json").arg(DAMAGED).run().exits(3);
    let coverage = &said.json()["coverage"];
    let found: Vec<(&str, &str, u64)> = coverage["damaged"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let text = |name: &str| file[name].as_str().unwrap();
            (text("path"), text("stage"), number(&file["records_read"]))
        })
        .collect();
    let files = damaged_files();
    let expected: Vec<(&str, &str, u64)> = files
        .iter()
        .map(|file| (file.path.as_str(), file.stage.as_str(), file.records))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(
        number(&coverage["records"]),
        files.iter().map(|file| file.records).sum::<u64>()
    );
    for file in &files {
        said.stderr
            .lines()
            .find(|line| line.contains(&file.path) && line.contains(&format!("({})", file.stage)))
            .unwrap_or_else(|| panic!("{} is not named\n{said}", file.path));
    }
}

#[test]
fn each_damaged_file_alone_gives_what_was_whole_and_ends_with_3() {
    for file in damaged_files() {
        for command in ["report", "events"] {
            let run = stscope(command).arg("--format=json").arg(&file.path);
            let document = run.run().exits(3).json();
            let coverage = &document["coverage"];
            assert_eq!(number(&coverage["records"]), file.records, "{}", file.path);
            assert_eq!(
                number(&coverage["sts_records"]),
                file.sts_records,
                "{}",
                file.path
            );
            assert_eq!(number(&coverage["files"]["damaged"]), 1, "{}", file.path);
            assert_eq!(number(&coverage["files"]["read"]), 0, "{}", file.path);
        }
    }
}

#[test]
fn the_sound_and_the_damaged_together_add_up() {
    let document = stscope("report sample-logs --format json")
        .run()
        .exits(3)
        .json();
    let (figures, damaged) = (figures(), damaged_files());
    let of_digests = stscope("report sample-logs/digests --format json")
        .run()
        .json();
    let of_digests = |pointer: &str| number(of_digests["coverage"].pointer(pointer).unwrap());
    let coverage = &document["coverage"];
    let files = &coverage["files"];
    // The page itself is found, too.
    assert_eq!(
        number(&files["found"]),
        figures["files.found"] + damaged.len() as u64 + 1 + of_digests("/files/found")
    );
    assert_eq!(number(&files["skipped"]["not-a-log"]), 1);
    assert_eq!(
        number(&files["read"]),
        figures["files.read"] + of_digests("/files/read")
    );
    assert_eq!(number(&files["damaged"]), damaged.len() as u64);
    let whole: u64 = damaged.iter().map(|file| file.records).sum();
    assert_eq!(
        number(&coverage["records"]),
        figures["records"] + whole + of_digests("/records")
    );
    let whole: u64 = damaged.iter().map(|file| file.sts_records).sum();
    assert_eq!(
        number(&coverage["sts_records"]),
        figures["sts_records"] + whole
    );
}

#[test]
fn the_generator_writes_the_sample_that_is_committed() {
    let made = archive::sample::files();
    let names: Vec<&Path> = made.iter().map(|(name, _)| Path::new(name)).collect();
    let root = Path::new("sample-logs");
    let committed: Vec<_> = files_below(root)
        .into_iter()
        .filter(|path| !path.ends_with("README.md"))
        .collect();
    let mut expected: Vec<_> = names.iter().map(|name| root.join(name)).collect();
    expected.sort();
    assert_eq!(committed, expected);
    for (name, bytes) in &made {
        let committed = fs::read(root.join(name)).unwrap();
        assert_eq!(committed.is_empty(), bytes.is_empty(), "{name}");
        assert!(
            decompressed(&committed) == decompressed(bytes),
            "{name} differs"
        );
    }
}

#[test]
fn the_sample_reads_well_in_a_terminal() {
    insta::assert_snapshot!(
        stscope("report --top 4").arg(SAMPLE).run(),
        @r"
    exit 0
    --- standard output
    52 STS calls, 2025-11-03T07:20:00Z to 2025-11-04T15:20:00Z

      global       23   52.3 %  18 principals to change
      regional     21   47.7 %
      aws-service   4           AWS on your behalf: nothing to change
      other         3           not by a name of AWS: a proxy, a CNAME
      unknown       1           no host, in us-east-1: could be either

      1 of the global by AWS itself, 3 with an error, 4 through a VPC endpoint.

    ENDPOINT     HOST                PRINCIPAL                                 CALLS
    global       sts.amazonaws.com   111122223333:role/payments-batch              4
    aws-service                      lambda.amazonaws.com                          2
    regional     sts.eu-west-1.ama…  arn:aws:iam::111122223333:role/reporting      2
    aws-service                      111122223333:role/platform-deploy             1
    … and 43 more groups; --top 0 shows all
    --- standard error
    stscope: 20 of 24 files read, 4 skipped (1 digest, 1 insight, 2 other-service); 35.77 KiB (148.22 KiB of JSON), 102 records, 3 delivered again, 2 logged in another account, too
    "
    );
}

#[test]
fn the_chains_of_digests_are_whole_and_damaged_as_the_page_says() {
    let verify = |folder: &str| {
        let keys = "--hash --keys sample-logs/digests/keys.json --format json";
        stscope(&format!("verify sample-logs/digests/{folder} {keys}")).run()
    };
    let whole = verify("whole").exits(0);
    assert_eq!(whole.rows()[0]["status"], "proved");
    let damaged = verify("damaged").exits(1).json();
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for finding in damaged["findings"].as_array().unwrap() {
        *found
            .entry(finding["kind"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    let expected: BTreeMap<String, u64> = (table("finding").into_iter())
        .map(|row| (row[0].clone(), row[1].parse().unwrap()))
        .collect();
    assert_eq!(found, expected);
}
