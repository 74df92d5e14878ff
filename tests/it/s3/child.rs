//! The test program as a child of itself, in an environment of its own: variables of a process
//! cannot be changed while others read them.

use std::process::Command;

use stscope::internals::input::s3::{FetchLimits, S3, S3Options, Selection};

use super::{fetch, list};

/// Lists and reads what `STSCOPE_TEST_URL` names, and prints it or the error.
#[test]
#[ignore = "run by other tests, in an environment of its own"]
fn child() {
    let Ok(at) = std::env::var("STSCOPE_TEST_URL") else {
        return;
    };
    let flag = |name: &str| std::env::var(name).ok();
    let options = S3Options {
        profile: flag("STSCOPE_TEST_PROFILE"),
        request_payer: flag("STSCOPE_TEST_PAYER").is_some(),
        ..S3Options::default()
    };
    let done = S3::connect(&options).and_then(|s3| {
        let all = list(&s3, &at, &Selection::default())?;
        if let Some(pause) = flag("STSCOPE_TEST_PAUSE") {
            std::fs::write(&pause, "listed").expect("a file");
            while std::path::Path::new(&pause).exists() {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
        let found = fetch(&s3, all.objects.into_values(), FetchLimits::default());
        assert!(!format!("{s3:?}").contains("secret"));
        Ok((found, s3.requests()))
    });
    match done {
        Ok((found, requests)) => println!("FOUND {found:?} {requests:?}"),
        Err(error) => println!("ERROR fatal={} {error}", error.is_fatal()),
    }
}

/// Runs it, and says what it printed.
pub(crate) fn run(at: &str, environment: &[(&str, &str)]) -> String {
    let output = command(at, environment).output().expect("a child");
    told(&output)
}

pub(crate) fn told(output: &std::process::Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = text.lines().find_map(|line| {
        line.find("FOUND ")
            .or(line.find("ERROR "))
            .map(|at| line[at..].to_owned())
    });
    told.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

pub(crate) fn command(at: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "s3::child::child", "--ignored", "--nocapture"])
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", "/nonexistent")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("STSCOPE_TEST_URL", at)
        .envs(environment.iter().copied());
    command
}
