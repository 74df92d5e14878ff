//! Chains whose first digests are of days that were forgotten.
//!
//! Owns what is left of those digests: that there were some. A chain that begins on a day that is kept may be new, or
//! have lost what was before: without a trace of the forgotten ones a hole or a restart there would look like a
//! beginning.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::row::Piece;
use crate::questions::verify::{GoesBack, proves_from};
use crate::store::tables::schema;
use crate::sts::Time;

/// The last forgotten piece of each chain, by its place.
type LastPieces = BTreeMap<(String, Box<str>), Piece>;

/// Of which chains digests were forgotten, and since when they are known.
pub(super) struct Traces {
    from: Option<Time>,
    pieces: LastPieces,
}

impl Traces {
    /// Takes out of the pieces what is of forgotten days.
    pub fn take(connection: &Connection, pieces: &mut Vec<Piece>) -> rusqlite::Result<Traces> {
        let from = schema::kept_from(connection)?.and_then(Time::of_midnight);
        let traces = from.map(|from| take_forgotten(pieces, from));
        Ok(Traces {
            from,
            pieces: traces.unwrap_or_default(),
        })
    }

    /// Of which accounts and Regions chains go back to before the first day that is kept.
    pub fn goes_back(&self) -> Option<GoesBack<'_>> {
        let chains = self.pieces.values().filter_map(Piece::key);
        Some(GoesBack {
            from: self.from?,
            pairs: chains.map(|key| (key.account, key.region)).collect(),
        })
    }
}

/// Takes out the pieces that end before the first day that is kept, and the traces of such. Gives the last of each
/// chain.
fn take_forgotten(pieces: &mut Vec<Piece>, midnight: Time) -> LastPieces {
    let is_forgotten = |piece: &mut Piece| piece.is_trace() || piece.end < midnight.millis();
    let mut last = LastPieces::new();
    for piece in pieces.extract_if(.., is_forgotten) {
        if piece.key().is_none_or(|key| key.is_backfill) {
            continue;
        }
        let newest = (last.entry(piece.place())).or_insert_with(|| piece.clone());
        if (newest.end, newest.id) < (piece.end, piece.id) {
            *newest = piece;
        }
    }
    last
}

/// Forgets the digests that end before this midnight, but for a trace of each chain that does not say by itself that
/// it goes back further.
pub(super) fn forget(connection: &Connection, midnight: Time) -> rusqlite::Result<()> {
    let before = Piece::all(connection)?;
    let mut kept = before.clone();
    let mut traces = take_forgotten(&mut kept, midnight);
    let mut left: BTreeSet<i64> = BTreeSet::new();
    for piece in kept {
        left.insert(piece.id);
        let place = piece.place();
        if proves_from(&piece.found()).is_some_and(|from| from <= midnight) {
            traces.remove(&place);
        }
    }
    left.extend(traces.values().map(|piece| piece.id));
    for piece in before.iter().filter(|piece| !left.contains(&piece.id)) {
        piece.delete(connection)?;
    }
    for mut piece in traces.into_values().filter(|piece| !piece.is_trace()) {
        piece.leave_trace();
        piece.write(connection)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::digest::Previous;

    const HOUR: i64 = 60 * 60 * 1000;
    const MIDNIGHT: i64 = 20_403 * 24 * HOUR;

    fn midnight() -> Time {
        Time::from_millis(MIDNIGHT).unwrap()
    }

    /// A piece of hours from midnight on, of a trail with this name, that goes on from another.
    fn piece(id: i64, trail: &str, hours: std::ops::Range<i64>) -> Piece {
        let object = format!(
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2025/11/11/\
             111122223333_CloudTrail-Digest_us-east-1_{trail}_us-east-1_20251111T{id:02}0000Z.json.gz"
        );
        Piece {
            id,
            file: Some(id),
            bucket: "old".into(),
            object: object.into(),
            hash: [0; 32],
            start: MIDNIGHT + hours.start * HOUR,
            end: MIDNIGHT + hours.end * HOUR,
            fingerprint: "".into(),
            signed_text: None,
            signature: None,
            previous: Some(Previous {
                bucket: "old".into(),
                object: "before".into(),
                hash: None,
                signature: "".into(),
            }),
            digests: 2,
            signed: 0,
            is_wrong: true,
            log_files: 3,
            is_hashed: false,
            members: (0..16).collect(),
            logs: Vec::new(),
        }
    }

    /// What is in a store after its days were forgotten: the hours at which pieces end, and their digests.
    fn left(pieces: &[Piece]) -> Vec<(i64, u64)> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(schema::SCHEMA).unwrap();
        for piece in pieces {
            piece.write(&connection).unwrap();
        }
        forget(&connection, midnight()).unwrap();
        let left = Piece::all(&connection).unwrap();
        left.iter()
            .map(|piece| ((piece.end - MIDNIGHT) / HOUR, piece.digests))
            .collect()
    }

    #[test]
    fn a_trace_stays_of_a_chain_that_does_not_say_itself_that_it_goes_back() {
        let before = [piece(1, "t", -9..-6), piece(2, "t", -6..-4)];
        let with = |more: &[Piece]| left(&[&before, more].concat());
        assert_eq!(with(&[]), [(-4, 0)]);
        assert_eq!(with(&[piece(3, "t", 2..3)]), [(-4, 0), (3, 2)]);
        assert_eq!(with(&[piece(3, "other", -1..3)]), [(-4, 0), (3, 2)]);
        assert_eq!(with(&[piece(3, "t", -1..3)]), [(3, 2)]);
        assert_eq!(with(&[piece(3, "t", 0..3)]), [(3, 2)]);
        // What ends with the last hour is in a folder of the first day.
        assert_eq!(with(&[piece(3, "t", -1..0)]), [(0, 2)]);
        let begins = |hours| Piece {
            previous: None,
            digests: 1,
            ..piece(3, "t", hours)
        };
        assert_eq!(with(&[begins(-1..1)]), [(-4, 0), (1, 1)]);
        assert_eq!(with(&[begins(-1..0)]), [(0, 1)]);
        assert_eq!(left(&[begins(1..2)]), [(2, 1)]);
    }

    #[test]
    fn a_trace_says_nothing_but_that_there_was_a_digest() {
        let mut pieces = vec![piece(1, "t", -6..-4), piece(2, "t", 2..3)];
        pieces[0].leave_trace();
        assert!(pieces[0].is_trace() && pieces[0].is_settled());
        assert_eq!((pieces[0].file, pieces[0].log_files), (None, 0));
        let traces = Traces {
            from: Some(midnight()),
            pieces: take_forgotten(&mut pieces, midnight()),
        };
        assert_eq!(pieces.len(), 1);
        let goes_back = traces.goes_back().unwrap();
        assert!(goes_back.has(&pieces[0].key().unwrap()));
        assert!(goes_back.has(&piece(3, "other", 2..3).key().unwrap()));
        let mut elsewhere = piece(3, "t", 2..3);
        elsewhere.object = elsewhere.object.replace("us-east-1", "eu-west-1").into();
        assert!(!goes_back.has(&elsewhere.key().unwrap()));
    }
}
