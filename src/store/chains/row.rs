//! A row of `digest`: a piece of a chain, and what is to come of it.

use rusqlite::{Connection, Row, params};

use crate::aws::{DigestKey, LogId};
use crate::cloudtrail::digest::{Digest, Hash, NamedLog, Previous};
use crate::input::Folder;
use crate::tally::{Earlier, FoundDigest, FoundPath};

/// The columns of [`Piece`], in the order in which it reads them.
const COLUMNS: &str = "id, file, bucket, object, hash, start_time, end_time, fingerprint, \
    signed_text, signature, previous_bucket, previous_object, previous_hash, previous_signature, \
    digests, signed, is_wrong, log_files, is_hashed, members, logs";

/// How much of the hash of a digest is kept when it is put together with others.
const MEMBER: usize = 8;

/// Digests that go on where another ends, and of which nothing more is to come; or a single one.
#[derive(Clone)]
pub(in crate::store) struct Piece {
    pub id: i64,
    /// The file of a single digest.
    pub file: Option<i64>,
    /// Of the last digest: its bucket, its key, and the hash of its content.
    pub bucket: Box<str>,
    pub object: Box<str>,
    pub hash: Hash,
    /// From when on the first names logs, and until when the last does: milliseconds since 1970.
    pub start: i64,
    pub end: i64,
    /// The key that the last was signed with; empty if it was not signed as all digests are.
    pub fingerprint: Box<str>,
    /// What was signed of the last, as long as its signature was not found right; nothing if that was not read.
    pub signed_text: Option<Box<str>>,
    /// The signature of the last that came with it.
    pub signature: Option<Box<str>>,
    /// What the first says of the digest before it.
    pub previous: Option<Previous>,
    /// None of a [trace](Piece::is_trace).
    pub digests: u64,
    /// How many of the signatures were found right.
    pub signed: u64,
    /// Whether one is wrong.
    pub is_wrong: bool,
    /// Logs that are named and were read.
    pub log_files: u64,
    /// Whether all of these have the hash that is named.
    pub is_hashed: bool,
    /// The beginnings of the hashes of all its digests.
    pub members: Vec<u8>,
    /// Logs that are named, and to come, or of another content.
    pub logs: Vec<Pending>,
}

/// A log that is named.
#[derive(Clone)]
pub(in crate::store) struct Pending {
    pub log: NamedLog,
    /// Whether it was read, with another content.
    pub differs: bool,
}

impl Piece {
    /// A digest as it was read, with or without signatures: what was signed has that of the digest before in it.
    pub fn of(found: FoundDigest, file: i64, with_signatures: bool) -> Piece {
        let signed_text = with_signatures.then(|| found.digest.signed_text(&found.hash).into());
        let digest = found.digest;
        Piece {
            id: 0,
            file: Some(file),
            hash: found.hash,
            start: digest.start.timestamp_millis(),
            end: digest.end.timestamp_millis(),
            fingerprint: match digest.is_signed_as_known {
                true => digest.fingerprint,
                false => "".into(),
            },
            signed_text,
            signature: found.signature,
            bucket: digest.bucket,
            object: digest.object,
            previous: digest.previous,
            digests: 1,
            signed: 0,
            is_wrong: false,
            log_files: 0,
            is_hashed: true,
            members: found.hash[..MEMBER].to_vec(),
            logs: (digest.logs.into_iter())
                .map(|log| Pending {
                    log,
                    differs: false,
                })
                .collect(),
        }
    }

    /// All pieces of a store.
    pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Piece>> {
        let mut all = connection.prepare(&format!("SELECT {COLUMNS} FROM digest ORDER BY id"))?;
        let rows = all.query_map([], Piece::from_row)?;
        rows.collect()
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Piece> {
        let text =
            |at: usize| -> rusqlite::Result<Box<str>> { row.get::<_, String>(at).map(Into::into) };
        let maybe = |at: usize| -> rusqlite::Result<Option<Box<str>>> {
            Ok(row.get::<_, Option<String>>(at)?.map(Into::into))
        };
        let number = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
        let previous = match (maybe(10)?, maybe(11)?) {
            (Some(bucket), Some(object)) => Some(Previous {
                bucket,
                object,
                hash: row.get(12)?,
                signature: maybe(13)?.unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(Piece {
            id: row.get(0)?,
            file: row.get(1)?,
            bucket: text(2)?,
            object: text(3)?,
            hash: row.get(4)?,
            start: row.get(5)?,
            end: row.get(6)?,
            fingerprint: text(7)?,
            // Earlier releases kept what ended before the signature that was not read.
            signed_text: maybe(8)?.filter(|text| !text.ends_with('\n')),
            signature: maybe(9)?,
            previous,
            digests: number(14)?,
            signed: number(15)?,
            is_wrong: row.get(16)?,
            log_files: number(17)?,
            is_hashed: row.get(18)?,
            members: row.get(19)?,
            logs: read_logs(row.get_ref(20)?.as_blob()?),
        })
    }

    /// Writes it: as a new row, if it has none. A copy of a digest that is known is not written.
    pub fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let previous = self.previous.as_ref();
        connection
            .prepare_cached(&format!(
                "INSERT INTO digest ({COLUMNS}) VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
                 ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) ON CONFLICT (id) DO UPDATE \
                 SET file = excluded.file, signed_text = excluded.signed_text, start_time = \
                 excluded.start_time, previous_bucket = excluded.previous_bucket, previous_object = \
                 excluded.previous_object, previous_hash = excluded.previous_hash, previous_signature = \
                 excluded.previous_signature, digests = excluded.digests, signed = excluded.signed, \
                 is_wrong = excluded.is_wrong, log_files = excluded.log_files, is_hashed = \
                 excluded.is_hashed, members = excluded.members, logs = excluded.logs \
                 ON CONFLICT (object, bucket, hash) DO NOTHING"
            ))?
            .execute(params![
                self.id,
                self.file,
                self.bucket,
                self.object,
                self.hash,
                self.start,
                self.end,
                self.fingerprint,
                self.signed_text,
                self.signature,
                previous.map(|previous| &previous.bucket),
                previous.map(|previous| &previous.object),
                previous.and_then(|previous| previous.hash),
                previous.map(|previous| &previous.signature),
                self.digests.cast_signed(),
                self.signed.cast_signed(),
                self.is_wrong,
                self.log_files.cast_signed(),
                self.is_hashed,
                self.members,
                written_logs(&self.logs),
            ])?;
        Ok(())
    }

    /// Takes it out of the store.
    pub fn delete(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached("DELETE FROM digest WHERE id = ?1")?
            .execute([self.id])?;
        Ok(())
    }

    /// What it has in common with the other pieces of its chain.
    pub fn key(&self) -> Option<DigestKey<'_>> {
        DigestKey::parse(&self.object)
    }

    /// Where the other pieces of its chain are, as long as the trail does not move.
    pub fn place(&self) -> (String, Box<str>) {
        (format!("{:?}", self.key()), self.bucket.clone())
    }

    /// Whether that digest, as it is, goes on where this piece ends.
    pub fn is_before(&self, next: &Piece) -> bool {
        next.previous.as_ref().is_some_and(|previous| {
            previous.object == self.object
                && previous.bucket == self.bucket
                && previous.hash == Some(self.hash)
        }) && self.end == next.start
    }

    /// Whether a digest with this hash is in it.
    pub fn has(&self, hash: &Hash) -> bool {
        let mut members = self.members.chunks_exact(MEMBER);
        members.any(|member| member == &hash[..MEMBER])
    }

    /// Whether nothing is to come of it, and nothing is wrong.
    pub fn is_settled(&self) -> bool {
        self.logs.is_empty() && !self.is_wrong
    }

    /// Leaves nothing of it but that its chain had digests until then.
    pub fn leave_trace(&mut self) {
        self.file = None;
        (self.signed_text, self.signature) = (None, None);
        (self.digests, self.signed, self.is_wrong) = (0, 0, false);
        (self.log_files, self.is_hashed) = (0, true);
        self.members.clear();
        self.logs.clear();
    }

    /// Whether it says only that its chain had digests, which were forgotten.
    pub fn is_trace(&self) -> bool {
        self.digests == 0
    }

    /// Puts the piece before this one in front of it.
    pub fn prepend(&mut self, before: Piece) {
        self.start = before.start;
        self.previous = before.previous;
        self.digests += before.digests;
        self.signed += before.signed;
        self.log_files += before.log_files;
        self.is_hashed &= before.is_hashed;
        let mut members = before.members;
        members.append(&mut self.members);
        self.members = members;
        self.file = None;
    }

    /// As a digest among others, to be judged.
    pub fn found(self) -> FoundDigest {
        let instant = |millis| chrono::DateTime::from_timestamp_millis(millis).unwrap_or_default();
        let differing = self.logs.iter().filter(|pending| pending.differs);
        let earlier = Earlier {
            digests: self.digests,
            signed: self.signed,
            is_wrong: self.is_wrong,
            log_files: self.log_files,
            is_hashed: self.is_hashed,
            differing: differing.clone().map(|pending| pending.log.id).collect(),
        };
        let folder = std::sync::Arc::new(Folder::new(Default::default()));
        FoundDigest {
            hash: self.hash,
            signature: None,
            path: FoundPath::new(&folder, &self.object, None),
            earlier: Some(Box::new(earlier)),
            digest: Digest {
                start: instant(self.start),
                end: instant(self.end),
                end_text: "".into(),
                bucket: self.bucket,
                object: self.object,
                is_signed_as_known: !self.fingerprint.is_empty(),
                fingerprint: self.fingerprint,
                previous: self.previous,
                logs: self.logs.into_iter().map(|pending| pending.log).collect(),
            },
        }
    }
}

const HAS_HASH: u8 = 1;
const DIFFERS: u8 = 2;

fn written_logs(logs: &[Pending]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(logs.len() * 25);
    for Pending { log, differs } in logs {
        bytes.extend_from_slice(&log.id.to_bytes());
        bytes.extend_from_slice(&log.oldest.to_le_bytes());
        bytes.extend_from_slice(&log.newest.to_le_bytes());
        let flag = |is: bool, flag| if is { flag } else { 0 };
        bytes.push(flag(log.hash.is_some(), HAS_HASH) | flag(*differs, DIFFERS));
        bytes.extend_from_slice(log.hash.as_deref().map_or(&[], |hash| &hash[..]));
    }
    bytes
}

/// What is cut off is noticed by the checksum of the row.
fn read_logs(bytes: &[u8]) -> Vec<Pending> {
    let mut logs = Vec::new();
    let mut rest = bytes;
    while let Some((fixed, more)) = rest.split_first_chunk::<25>() {
        let number = |at: usize| {
            let bytes = fixed[at..at + 4].try_into();
            u32::from_le_bytes(bytes.unwrap_or_default())
        };
        let id = fixed[..16].try_into().map(LogId::from_bytes);
        let hash = match fixed[24] & HAS_HASH {
            0 => None,
            _ => more.first_chunk::<32>(),
        };
        rest = &more[hash.map_or(0, |hash| hash.len())..];
        if let Ok(id) = id {
            logs.push(Pending {
                log: NamedLog::new(
                    id,
                    (number(16), number(20)),
                    hash.map(|hash| Box::new(*hash)),
                    None,
                ),
                differs: fixed[24] & DIFFERS != 0,
            });
        }
    }
    logs
}
