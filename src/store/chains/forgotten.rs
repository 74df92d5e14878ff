//! Chains whose first digests are of days that were forgotten.
//!
//! Owns what is left of those digests: where the first that is kept has to go on. Whether it does is between the
//! two of them, so without the one before a hole at the first day that is kept, a new beginning and a wrong hash
//! would go with the forgotten days.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::row::Piece;
use crate::aws::DigestKey;

/// Takes out the pieces that end before the first day that is kept, but for the last of each chain that goes on
/// later: it becomes an end alone. None is needed where a piece reaches over that midnight.
pub(super) fn leave_ends(pieces: &mut Vec<Piece>, midnight: i64) {
    let is_forgotten = |piece: &Piece| piece.end <= midnight;
    let mut first_kept: BTreeMap<(DigestKey<'_>, &str), &Piece> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| !is_forgotten(piece)) {
        if let Some(key) = piece.key() {
            let first = first_kept.entry((key, &piece.bucket)).or_insert(piece);
            if piece.start < first.start {
                *first = piece;
            }
        }
    }
    first_kept.retain(|(key, _), first| !key.is_backfill && first.start >= midnight);
    // A trail that moved on that day goes on from another bucket or prefix.
    let named: BTreeSet<(&str, &str)> = (first_kept.values())
        .filter_map(|first| first.previous.as_ref())
        .map(|previous| (&*previous.bucket, &*previous.object))
        .collect();
    // Where it begins at that midnight, what is missing before it was of forgotten days.
    first_kept.retain(|_, first| first.start > midnight || first.previous.is_none());
    let mut needed: BTreeSet<i64> = BTreeSet::new();
    let mut last: BTreeMap<(DigestKey<'_>, &str), &Piece> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| is_forgotten(piece)) {
        if named.contains(&(&*piece.bucket, &*piece.object)) {
            needed.insert(piece.id);
        }
        let of = piece.key().map(|key| (key, &*piece.bucket));
        if let Some(of) = of.filter(|of| first_kept.contains_key(of)) {
            let newest = last.entry(of).or_insert(piece);
            if (piece.end, piece.id) > (newest.end, newest.id) {
                *newest = piece;
            }
        }
    }
    needed.extend(last.values().map(|piece| piece.id));
    pieces.retain_mut(|piece| {
        if !is_forgotten(piece) {
            return true;
        }
        piece.leave_end();
        needed.contains(&piece.id)
    });
}

/// Has what is left of forgotten digests end where the first day begins that is kept: nothing is said of the time
/// before.
pub(super) fn end_at(pieces: &mut [Piece], midnight: i64) {
    for piece in pieces.iter_mut().filter(|piece| piece.is_end_alone()) {
        piece.start = piece.start.max(midnight);
        piece.end = piece.end.max(midnight);
    }
}

/// Forgets the digests of the days before this midnight.
pub(super) fn forget(connection: &Connection, midnight: i64) -> rusqlite::Result<()> {
    let before = Piece::all(connection)?;
    let mut left = before.clone();
    leave_ends(&mut left, midnight);
    let kept: BTreeSet<i64> = left.iter().map(|piece| piece.id).collect();
    for piece in before.iter().filter(|piece| !kept.contains(&piece.id)) {
        piece.delete(connection)?;
    }
    for piece in left.iter().filter(|piece| piece.is_end_alone()) {
        piece.write(connection)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::digest::Previous;

    const HOUR: i64 = 3_600_000;
    const MIDNIGHT: i64 = 20_403 * 24 * HOUR;

    /// A piece of hours from midnight on, of a trail with this name.
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
            previous: None,
            digests: 2,
            signed: 0,
            is_wrong: true,
            log_files: 3,
            is_hashed: false,
            members: (0..16).collect(),
            logs: Vec::new(),
        }
    }

    fn left(mut pieces: Vec<Piece>) -> Vec<(i64, u64)> {
        leave_ends(&mut pieces, MIDNIGHT);
        pieces
            .iter()
            .map(|piece| (piece.id, piece.digests))
            .collect()
    }

    #[test]
    fn the_last_end_before_a_hole_stays() {
        let pieces = || vec![piece(1, "t", -9..-6), piece(2, "t", -6..-4)];
        // Whoever has ended before has nothing to go on from.
        assert_eq!(left(pieces()), []);
        let with = |more: Piece| pieces().into_iter().chain([more]).collect();
        assert_eq!(left(with(piece(3, "t", 2..3))), [(2, 0), (3, 2)]);
        assert_eq!(left(with(piece(3, "t", 0..3))), [(2, 0), (3, 2)]);
        let mut on_midnight = piece(3, "t", 0..3);
        let before = piece(4, "t", -1..0);
        on_midnight.previous = Some(Previous {
            bucket: before.bucket.clone(),
            object: before.object.clone(),
            hash: None,
            signature: "".into(),
        });
        assert_eq!(left(with(on_midnight)), [(3, 2)]);
        // A piece that reaches over midnight is kept whole, and says itself where it begins.
        assert_eq!(left(with(piece(3, "t", -1..3))), [(3, 2)]);
        assert_eq!(left(with(piece(3, "other", 2..3))), [(3, 2)]);
    }

    #[test]
    fn a_chain_that_moved_goes_on_from_its_old_place() {
        let old = piece(1, "t", -6..0);
        let mut new = piece(2, "t", 0..3);
        new.bucket = "new".into();
        assert_eq!(left(vec![old.clone(), new.clone()]), [(2, 2)]);
        new.previous = Some(Previous {
            bucket: old.bucket.clone(),
            object: old.object.clone(),
            hash: Some(old.hash),
            signature: "".into(),
        });
        assert_eq!(left(vec![old, new]), [(1, 0), (2, 2)]);
    }

    #[test]
    fn what_stays_is_an_end_and_nothing_else() {
        let mut pieces = vec![piece(1, "t", -6..-4), piece(2, "t", 2..3)];
        leave_ends(&mut pieces, MIDNIGHT);
        let end = &pieces[0];
        assert_eq!(
            (end.start, end.end),
            (MIDNIGHT - 4 * HOUR, MIDNIGHT - 4 * HOUR)
        );
        assert!(end.is_end_alone() && end.is_settled() && end.is_hashed);
        assert_eq!(
            (end.file, end.log_files, &*end.members),
            (None, 0, &[8, 9, 10, 11, 12, 13, 14, 15][..])
        );
        end_at(&mut pieces, MIDNIGHT);
        assert_eq!((pieces[0].start, pieces[0].end), (MIDNIGHT, MIDNIGHT));
        assert_eq!(pieces[1].start, MIDNIGHT + 2 * HOUR);
    }
}
