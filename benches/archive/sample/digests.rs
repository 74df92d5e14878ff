//! A whole chain of digests with its logs, the same with everything that can be wrong, and the key.

use super::super::digests::{Digest, HOUR, Log, Signer, Trail, gzip};
use super::super::population::Population;
use super::super::rng::SplitMix64;
use super::{ORGANISATION, PAYMENTS, case, document, other_record, text};

/// The files below `digests/`.
pub fn files(population: &Population) -> Vec<(String, Vec<u8>)> {
    let trail = Trail {
        organisation: ORGANISATION.to_owned(),
        ..Trail::of(PAYMENTS, "us-east-1")
    };
    let signer = Signer::default();
    let logs_from = |start: i64| -> Vec<Vec<Log>> {
        let hours = 0..8;
        hours
            .map(|hour| {
                let logs = 0..(hour + 2) % 3;
                logs.map(|number| log(population, &trail, start + hour * HOUR, number))
                    .collect()
            })
            .collect()
    };
    let start = case::seconds("03T00:00:00");
    let logs = logs_from(start);
    let chain = trail.chain(&signer, start, &logs);
    let mut files = vec![(
        "keys.json".to_owned(),
        (signer.list_public_keys() + "\n").into_bytes(),
    )];
    let mut put = |folder: &str, key: &str, bytes| files.push((format!("{folder}/{key}"), bytes));
    for digest in &chain {
        put("whole", &digest.key, digest.file());
    }
    for log in logs.iter().flatten() {
        put("whole", &log.key, gzip(&log.content));
    }
    // Of another day, so that no file is a copy of another.
    let start = case::seconds("04T00:00:00");
    let logs = logs_from(start);
    let chain = trail.chain(&signer, start, &logs);
    for (hour, digest) in chain.iter().enumerate() {
        match hour {
            // Two digests in a row are missing.
            2 | 3 => {}
            // One was changed.
            6 => put("damaged", &digest.key, gzip(changed(digest).as_bytes())),
            _ => put("damaged", &digest.key, digest.file()),
        }
    }
    for (number, log) in logs.iter().flatten().enumerate() {
        match number {
            // A log is missing, one was changed, and one has something after its end.
            0 => {}
            1 => put("damaged", &log.key, gzip(b"{\"Records\":[]}")),
            5 => put(
                "damaged",
                &log.key,
                [gzip(&log.content), gzip(b" ")].concat(),
            ),
            _ => put("damaged", &log.key, gzip(&log.content)),
        }
    }
    // One is in no digest.
    let forged = trail.log_key(start + 5 * HOUR + 600, "PutThereByNobody");
    put("damaged", &forged, gzip(b"{\"Records\": []}"));
    files
        .into_iter()
        .map(|(name, bytes)| (format!("digests/{name}"), bytes))
        .collect()
}

fn log(population: &Population, trail: &Trail, hour: i64, number: i64) -> Log {
    let time = hour + 300 + number * 1200;
    let mut rng = SplitMix64::of(&[23, time.unsigned_abs()]);
    let mut unique = String::new();
    super::super::ids::alphanumeric(&mut unique, &mut rng, 16);
    let record = other_record(population, PAYMENTS, "us-east-1", time, &mut rng);
    Log {
        key: trail.log_key(time + 300, &unique),
        content: document(&[text(&record)]).into_bytes(),
        events: (time, time),
    }
}

/// A digest with another time in it that nobody would see.
fn changed(digest: &Digest) -> String {
    digest
        .content
        .replacen("\"oldestEventTime\":", "\"oldestEventTime\": ", 1)
}
