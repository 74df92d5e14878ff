//! stscope against `slow_count.py`: the same questions, another language, another JSON library.
//!
//! Skipped, with a message, where there is no Python 3.

#[path = "../benches/archive/mod.rs"]
mod archive;

use std::path::Path;
use std::process::Command;

use archive::bulk::{Archive, Options, files::Encoding};

fn stdout_of(command: &mut Command) -> String {
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn agree(folder: &Path, options: &[&str]) {
    let mut stscope = Command::new(env!("CARGO_BIN_EXE_stscope"));
    stscope
        .args(["report", "--quiet", "--format", "csv"])
        .args(options)
        .arg(folder);
    let mut python = Command::new("python3");
    python
        .args(["-B", "tests/slow_count.py"])
        .args(options)
        .arg(folder);
    let (fast, slow) = (stdout_of(&mut stscope), stdout_of(&mut python));
    assert!(fast.lines().count() > 1, "{options:?} finds nothing");
    assert!(
        fast == slow,
        "{options:?}:\nstscope:\n{fast}\nslow_count.py:\n{slow}"
    );
}

#[allow(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn has_python() -> bool {
    let found = Command::new("python3")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success());
    if !found {
        eprintln!("skipped: python3 is not installed");
    }
    found
}

const QUESTIONS: &[&[&str]] = &[
    &[],
    &["--no-dedup"],
    &[
        "--group-by",
        "endpoint,evidence,endpoint_region,endpoint_variant,aws_region",
    ],
    &[
        "--group-by",
        "account_id,recipient_account_id,principal_type,session_name",
    ],
    &["--group-by", "sdk,sdk_version,event_name,error_code"],
    &[
        "--group-by",
        "day,hour,role_arn,invoked_by,source_ip_address",
    ],
    &[
        "--group-by",
        "user_agent,tls_version,key_exchange,in_scope_of,aws_serving_region",
    ],
    &[
        "--endpoint",
        "global",
        "--where",
        "principal=arn:*",
        "--where",
        "error_code=",
    ],
    &["--region", "us-east-1", "--where", "sdk!=boto3"],
];

#[test]
fn the_sample_logs_are_counted_as_the_slow_count_counts_them() {
    if has_python() {
        for question in QUESTIONS {
            agree(Path::new("sample-logs/AWSLogs"), question);
        }
    }
}

#[test]
fn a_realistic_archive_is_counted_as_the_slow_count_counts_it() {
    if has_python() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = Options {
            files: 16,
            records: 200,
            sts_share: 0.5,
            duplicates: 0.05,
            shared_pairs: 0.2,
            seed: 20,
            ..Options::default()
        };
        Archive::new(options)
            .write(folder.path(), Encoding::Gzip, 2)
            .expect("room for it");
        for question in QUESTIONS {
            agree(folder.path(), question);
        }
    }
}
