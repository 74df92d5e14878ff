//! Reading S3: against a server of our own that misbehaves, and against MiniStack.

mod child;
mod commands;
mod faults;
mod listing;
mod ministack;
mod objects;
mod reach;
mod settings;

use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, Instant};

use s3server::Server;
use stscope::internals::input::s3::{
    Body, FetchLimits, Listed, NotListed, Object, S3, S3Error, S3Options, S3Url, Selection,
};

/// Nobody signs and nobody looks for credentials.
fn connect(server: &Server) -> S3 {
    let options = S3Options {
        endpoint_url: Some(server.endpoint()),
        no_sign_request: true,
        region: Some("eu-west-1".into()),
        ..S3Options::default()
    };
    S3::connect(&options).expect("a connection")
}

fn url(text: &str) -> S3Url {
    S3Url::parse(text).expect(text)
}

/// All that a listing tells.
#[derive(Debug, Default)]
struct All {
    objects: BTreeMap<String, Object>,
    markers: usize,
    not_listed: BTreeMap<NotListed, usize>,
    refused: Vec<String>,
}

impl All {
    fn keys(&self) -> Vec<&str> {
        self.objects.keys().map(String::as_str).collect()
    }
}

fn list(s3: &S3, at: &str, asked: &Selection) -> Result<All, S3Error> {
    let mut all = All::default();
    for listed in s3.list(&url(at), asked) {
        match listed? {
            Listed::Object(object) => {
                let before = all.objects.insert(object.key.clone(), object);
                assert_eq!(before, None, "listed twice");
            }
            Listed::FolderMarker(_) => all.markers += 1,
            Listed::NotListed { why, .. } => *all.not_listed.entry(why).or_default() += 1,
            Listed::Refused(error) => all.refused.push(error.place().to_owned()),
        }
    }
    Ok(all)
}

/// What is in each object, or why not.
fn fetch(
    s3: &S3,
    objects: impl IntoIterator<Item = Object>,
    limits: FetchLimits,
) -> BTreeMap<String, Result<Vec<u8>, String>> {
    let wanted: Vec<(Object, ())> = objects.into_iter().map(|object| (object, ())).collect();
    let count = wanted.len();
    let mut found = BTreeMap::new();
    for fetched in &s3.fetch(wanted, limits).expect("a thread") {
        let bytes = match fetched.body {
            Ok(Body::Whole(bytes)) => Ok(bytes.to_vec()),
            Ok(Body::Stream(mut stream)) => {
                let mut bytes = Vec::new();
                let read = stream.read_to_end(&mut bytes);
                read.map(|_| bytes).map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        let before = found.insert(fetched.object.key, bytes);
        assert!(before.is_none(), "fetched twice");
    }
    assert_eq!(found.len(), count, "every object comes out");
    found
}

/// Keys as CloudTrail writes them: two accounts, three Regions, the days around a month's end.
fn trail(server: &Server, bucket: &str, prefix: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for account in ["111122223333", "444455556666"] {
        for region in ["us-east-1", "eu-west-1", "ap-southeast-2"] {
            for day in [
                "2021/11/30",
                "2021/12/01",
                "2025/10/31",
                "2025/11/01",
                "2025/11/30",
                "2025/12/01",
            ] {
                for file in ["a", "b"] {
                    let compact = day.replace('/', "");
                    keys.push(format!(
                        "{prefix}AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{compact}T0005Z_{file}.json.gz"
                    ));
                }
            }
        }
    }
    for key in &keys {
        server.put(bucket, key, key.as_bytes());
    }
    keys
}

/// A number that grows no more, however slow the machine is just now.
///
/// # Panics
/// If it goes on growing for a minute.
fn at_rest(number: impl Fn() -> u64) -> u64 {
    let begin = Instant::now();
    let mut last = number();
    while begin.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(300));
        let now = number();
        if now == last {
            return now;
        }
        last = now;
    }
    panic!("{last} and more");
}
