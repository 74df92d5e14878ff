//! What was found of digests and of the names of logs, as bytes.
//!
//! Owns the order of the fields, and the order of what was found in any: whatever thread found it first,
//! the bytes are the same. A log of CloudTrail's own name has 16 bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::bytes::{Broken, Reader, Written, write_text, written};
use crate::aws::LogId;
use crate::cloudtrail::digest::{Digest, Hash, NamedLog, Previous};
use crate::input::Folder;
use crate::tally::earlier::EarlierDigests;
use crate::tally::evidence::{
    DamagedDigest, Evidence, FoundDigest, FoundLogs, FoundPath, LogContent, LogDetail, Looked,
};

written!(Looked {
    is_pruned,
    no_hashes,
    no_signatures
});
written!(DamagedDigest { path, detail });
written!(Previous {
    bucket,
    object,
    hash,
    signature
});

impl Written for Box<str> {
    fn write(&self, into: &mut Vec<u8>) {
        write_text(self, into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Box<str>, Broken> {
        from.text().map(Box::from)
    }
}

impl Written for Hash {
    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Hash, Broken> {
        from.array()
    }
}

impl<T: Written> Written for Box<T> {
    fn write(&self, into: &mut Vec<u8>) {
        T::write(self, into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Box<T>, Broken> {
        T::read(from).map(Box::new)
    }
}

impl Written for LogId {
    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.to_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<LogId, Broken> {
        from.array().map(LogId::from_bytes)
    }
}

impl Written for DateTime<Utc> {
    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.timestamp().to_le_bytes());
        self.timestamp_subsec_nanos().write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<DateTime<Utc>, Broken> {
        let seconds = i64::from_le_bytes(from.array()?);
        DateTime::from_timestamp(seconds, u32::read(from)?)
            .filter(|time| (0..=9999).contains(&chrono::Datelike::year(time)))
            .ok_or(Broken("a time that never comes"))
    }
}

impl Written for NamedLog {
    fn write(&self, into: &mut Vec<u8>) {
        self.id.write(into);
        self.oldest.write(into);
        self.newest.write(into);
        self.hash.write(into);
        self.unusual_object().map(str::to_owned).write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<NamedLog, Broken> {
        let id = LogId::read(from)?;
        let (oldest, newest) = (u32::read(from)?, u32::read(from)?);
        let hash = Option::<Box<Hash>>::read(from)?;
        Ok(NamedLog::new(
            id,
            (oldest, newest),
            hash,
            Option::read(from)?,
        ))
    }
}

written!(Digest {
    start,
    end,
    end_text,
    bucket,
    object,
    fingerprint,
    is_signed_as_known,
    previous,
    logs
});

impl Written for LogContent {
    fn write(&self, into: &mut Vec<u8>) {
        match self {
            LogContent::Unseen => into.push(0),
            LogContent::Hashed(hash) => {
                into.push(1);
                hash.write(into);
            }
            LogContent::Spoilt(why) => {
                into.push(2);
                why.write(into);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<LogContent, Broken> {
        match from.array()? {
            [0] => Ok(LogContent::Unseen),
            [1] => Ok(LogContent::Hashed(Written::read(from)?)),
            [2] => Ok(LogContent::Spoilt(Written::read(from)?)),
            _ => Err(Broken("a content that is not known")),
        }
    }
}

impl Written for EarlierDigests {
    fn write(&self, into: &mut Vec<u8>) {
        self.paths().count().write(into);
        for (day, path) in self.paths() {
            day.write(into);
            write_text(path, into);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<EarlierDigests, Broken> {
        let mut digests = EarlierDigests::default();
        for _ in 0..usize::read(from)? {
            digests.see(Written::read(from)?, from.text()?);
        }
        Ok(digests)
    }
}

/// The folders in which something was found, by number.
struct Folders(BTreeMap<String, u32>);

impl Folders {
    fn write(&self, path: &FoundPath, into: &mut Vec<u8>) {
        let (folder, name) = path.parts();
        let number = self.0.get(&*folder).copied().unwrap_or_default();
        number.write(into);
        name.map(str::to_owned).write(into);
    }
}

/// Writes items in the order of their bytes, with their number in front.
fn write_sorted(mut items: Vec<Vec<u8>>, into: &mut Vec<u8>) {
    items.sort_unstable();
    items.len().write(into);
    items.iter().for_each(|item| into.extend_from_slice(item));
}

/// Writes one item by itself.
fn item(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes);
    bytes
}

impl Written for Evidence {
    fn write(&self, into: &mut Vec<u8>) {
        self.looked.write(into);
        let details = self.logs().iter().flat_map(|logs| &logs.details);
        let paths = (details.map(|detail| &detail.path))
            .chain(self.digests.iter().map(|digest| &digest.path));
        let folders: BTreeSet<String> = paths.map(|path| path.parts().0.into_owned()).collect();
        folders.write(into);
        let folders = Folders(folders.into_iter().zip(0..).collect());
        let digests = (self.digests.iter()).map(|found| {
            item(|into| {
                found.digest.write(into);
                found.hash.write(into);
                found.signature.write(into);
                folders.write(&found.path, into);
            })
        });
        write_sorted(digests.collect(), into);
        let damaged = self.damaged.iter().map(|one| item(|into| one.write(into)));
        write_sorted(damaged.collect(), into);
        self.earlier.write(into);
        let newest: BTreeMap<String, u32> = self.deliveries().collect();
        newest.write(into);
        let mut logs: Vec<&FoundLogs> = self.logs().iter().collect();
        logs.sort_unstable_by(|one, other| {
            (&one.account, &one.region).cmp(&(&other.account, &other.region))
        });
        logs.len().write(into);
        for logs in logs {
            logs.account.write(into);
            logs.region.write(into);
            let has_details = !logs.details.is_empty();
            has_details.write(into);
            if !has_details {
                let mut ids = logs.ids.clone();
                ids.sort_unstable();
                ids.write(into);
                continue;
            }
            let items = logs.ids.iter().zip(&logs.details).map(|(id, detail)| {
                item(|into| {
                    id.write(into);
                    folders.write(&detail.path, into);
                    detail.content.write(into);
                })
            });
            write_sorted(items.collect(), into);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Evidence, Broken> {
        let mut evidence = Evidence::default();
        evidence.looked = Written::read(from)?;
        let folders: Vec<Arc<Folder>> = (Vec::<String>::read(from)?.into_iter())
            .map(|path| Arc::new(Folder::new(path.into())))
            .collect();
        let path = |from: &mut Reader<'_>| {
            let folder = folders.get(u32::read(from)? as usize);
            let folder = folder.ok_or(Broken("a folder without a name"))?;
            Ok::<_, Broken>(FoundPath::of_parts(folder, Option::read(from)?))
        };
        for _ in 0..usize::read(from)? {
            let digest = Digest::read(from)?;
            if digest.start > digest.end {
                return Err(Broken("a digest that ends before it starts"));
            }
            evidence.digests.push(FoundDigest {
                digest,
                hash: Written::read(from)?,
                signature: Written::read(from)?,
                path: path(from)?,
                earlier: None, // of stores alone
            });
        }
        evidence.damaged = Written::read(from)?;
        evidence.earlier = Written::read(from)?;
        for (account, minute) in BTreeMap::<String, u32>::read(from)? {
            evidence.see_delivery(&account, minute);
        }
        for _ in 0..usize::read(from)? {
            let mut logs = FoundLogs {
                account: Written::read(from)?,
                region: Written::read(from)?,
                ids: Vec::new(),
                details: Vec::new(),
            };
            match bool::read(from)? {
                false => logs.ids = Written::read(from)?,
                true => {
                    for _ in 0..usize::read(from)? {
                        logs.ids.push(Written::read(from)?);
                        logs.details.push(LogDetail {
                            path: path(from)?,
                            content: Written::read(from)?,
                        });
                    }
                }
            }
            evidence.add_logs(logs);
        }
        Ok(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::digest::Wanted;

    /// Of two folders, with and without details, found in any order.
    fn evidence(backwards: bool) -> Evidence {
        let name = |unique: u32| {
            format!("111122223333_CloudTrail_eu-west-1_20251103T0905Z_{unique:016}.json.gz")
        };
        let key = "p/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2025/11/03/d.json.gz";
        let log = "p/AWSLogs/111122223333/CloudTrail/eu-west-1/2025/11/03/";
        let content = format!(
            r#"{{"digestStartTime":"2025-11-03T08:00:00Z","digestEndTime":"2025-11-03T09:00:00Z",
                "digestS3Bucket":"b","digestS3Object":"{key}","digestPublicKeyFingerprint":"ab",
                "digestSignatureAlgorithm":"SHA256withRSA","previousDigestS3Bucket":"b",
                "previousDigestS3Object":"p/before","previousDigestHashValue":"{}",
                "previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"00ff",
                "logFiles":[{{"s3Object":"{log}{}","hashValue":"{}","hashAlgorithm":"SHA-256",
                "newestEventTime":"2025-11-03T08:30:00Z","oldestEventTime":"2025-11-03T08:20:00Z"}},
                {{"s3Object":"elsewhere/x.json.gz"}}]}}"#,
            "0f".repeat(32),
            name(1),
            "a0".repeat(32)
        );
        let wanted = Wanted {
            hashes: true,
            signatures: true,
        };
        let digest = Digest::parse(content.as_bytes(), wanted).unwrap();
        let mut evidence = Evidence::default();
        let mut seen = [("logs/a", 1), ("logs/b", 2), ("logs/a", 3)];
        if backwards {
            seen.reverse();
        }
        for (folder, unique) in seen {
            let folder = Arc::new(Folder::new(folder.into()));
            evidence.see(&folder, &name(unique), true);
            evidence.see_content(match unique {
                1 => LogContent::Hashed(Box::new([7; 32])),
                2 => LogContent::Spoilt("cut".into()),
                _ => LogContent::Unseen,
            });
            evidence.see(&folder, &format!("x{unique}.json"), true);
            evidence.digests.push(FoundDigest {
                digest: digest.clone(),
                hash: [unique as u8; 32],
                signature: Some("ab".into()),
                path: FoundPath::new(&folder, "d.json.gz", None),
                earlier: None,
            });
        }
        evidence.damaged.push(DamagedDigest {
            path: "d".into(),
            detail: "no digest".into(),
        });
        let day = "2025/11/02";
        let earlier = format!("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/{day}/e.json.gz");
        (evidence.earlier).see(day.replace('/', "-").parse().unwrap(), &earlier);
        evidence.see_delivery("444455556666", 7);
        evidence.looked.no_signatures = true;
        evidence
    }

    #[test]
    fn evidence_comes_back_and_has_the_same_bytes_in_any_order() {
        let bytes = item(|into| evidence(false).write(into));
        assert_eq!(bytes, item(|into| evidence(true).write(into)));
        let mut from = Reader(&bytes);
        let again = Evidence::read(&mut from).unwrap();
        from.end().unwrap();
        assert_eq!(item(|into| again.write(into)), bytes);
        assert_eq!(again.logs().len(), 2);
        assert_eq!(again.earlier, evidence(false).earlier);
        assert_eq!(again.newest_logs().get("444455556666"), Some(&7));
        let digest = &again.digests[0].digest;
        assert_eq!(*digest, evidence(false).digests[0].digest);
        assert_eq!(digest.logs[1].object(digest), "elsewhere/x.json.gz");
        assert_eq!(again.digests[2].path.text(None), "logs/a/d.json.gz");
        for length in 0..bytes.len() {
            let read = Evidence::read(&mut Reader(&bytes[..length]));
            assert!(read.is_err(), "{length}");
        }
    }
}
