//! What digests say of the logs that were read: the keys for it, what a gate demands, and what is told.

use std::path::{Path, PathBuf};

use super::args::Required;
use super::exit::Failure;
use crate::questions::verify::{Keys, Standing};
use crate::scan::Scan;
use crate::shown::Shown;
use crate::tally::{Coverage, Evidence, Scrutiny, Totals};

/// Reads the files of `--keys`.
pub(super) fn keys(paths: &[PathBuf]) -> Result<Keys, Failure> {
    let mut keys = Keys::default();
    for path in paths {
        let fail = |what: String| {
            Failure::new(format!(
                "--keys {}: {what}; write it with 'aws cloudtrail list-public-keys --region R \
                 --start-time T --end-time T'",
                Shown::path(path)
            ))
        };
        let list = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
        keys.add(&list).map_err(|fault| fail(fault.to_string()))?;
    }
    Ok(keys)
}

/// What the gates of a run demand of digests.
#[derive(Default)]
pub(super) struct Demand {
    required: Option<Required>,
    keys: Keys,
    /// Whether parts of an answer are read, and no files.
    is_of_parts: bool,
}

impl Demand {
    /// The same of parts of an answer.
    pub fn of_parts(self) -> Demand {
        Demand {
            is_of_parts: true,
            ..self
        }
    }

    /// Decides what was demanded, before the long work.
    pub fn resolve(
        required: Option<Required>,
        keys: &[PathBuf],
        store: Option<&Path>,
    ) -> Result<Demand, Failure> {
        if store.is_some() && !keys.is_empty() {
            return Err(Failure::new(
                "--keys: signatures are checked when a store reads digests; give it to 'stscope ingest \
                 --hash --keys FILE'",
            ));
        }
        if required == Some(Required::Proved) && keys.is_empty() && store.is_none() {
            return Err(Failure::new(
                "--require proved: signatures cannot be checked without keys; give --keys FILE with \
                 the output of 'aws cloudtrail list-public-keys --region us-east-1 --start-time T'",
            ));
        }
        Ok(Demand {
            required,
            keys: self::keys(keys)?,
            is_of_parts: false,
        })
    }

    /// Has a scan look as closely as is needed for it.
    pub fn tell(&self, scan: &mut Scan) {
        let is_proof = self.required == Some(Required::Proved);
        scan.scrutiny = Scrutiny {
            remote: self.required.is_some(),
            hashes: is_proof,
            places: is_proof,
            signatures: !self.keys.is_empty(),
            ..scan.scrutiny
        };
        scan.keys = self.keys.clone();
    }

    /// Refuses parts that keep too little of digests for it.
    ///
    /// # Errors
    /// If they keep no hashes, or no signatures, and these are asked for.
    pub fn check_kept(&self, evidence: &Evidence) -> Result<(), Failure> {
        let looked = evidence.looked;
        let is_proof = self.required == Some(Required::Proved);
        let lacks = match evidence.is_empty() {
            true => return Ok(()),
            false if is_proof && looked.no_hashes => "--require proved: the parts keep no hashes",
            false if !self.keys.is_empty() && looked.no_signatures => {
                "--keys: the parts keep no signatures"
            }
            false => return Ok(()),
        };
        Err(Failure::new(format!(
            "{lacks}; make them with 'stscope map --require proved'"
        )))
    }

    /// What a zero rests on, of the accounts that were named, too. `None` if there are no digests of us-east-1.
    pub fn standing(totals: &Totals, named: &[String]) -> Option<Standing> {
        if totals.chains.is_empty() {
            return None;
        }
        let standing = Standing::behind(&totals.logs_read, &totals.chains, named);
        standing.is_known().then_some(standing)
    }

    /// Refuses a verdict that rests on nothing.
    ///
    /// # Errors
    /// If the logs that were read are not known to be whole.
    pub fn check<'s>(
        &self,
        coverage: &Coverage,
        standing: impl FnOnce() -> Option<&'s Standing>,
    ) -> Result<(), Failure> {
        let Some(required) = self.required else {
            return Ok(());
        };
        let fail = |why: &str| {
            Err(Failure::new(format!(
                "--require {}: cannot be judged: {why}",
                required.as_str()
            )))
        };
        if coverage.files.damaged > 0 || coverage.not_understood > 0 {
            return fail(
                "not everything could be read and understood; mend the damaged files first",
            );
        }
        let Some(standing) = standing() else {
            if self.is_of_parts {
                return fail(
                    "the parts keep no digests of us-east-1; make their list and them with 'stscope map \
                     --require', of the folders CloudTrail-Digest along with the logs",
                );
            }
            return fail(
                "there are no digests of us-east-1 in what was named; name the folders CloudTrail-Digest \
                 along with the logs, or what is above both",
            );
        };
        let short: Vec<&str> = [&standing.incomplete, &standing.unknown]
            .into_iter()
            .chain((required == Required::Proved).then_some(&standing.complete))
            .flatten()
            .map(String::as_str)
            .collect();
        match short.is_empty() {
            true => Ok(()),
            false => fail(&format!(
                "the logs of us-east-1 are {}; 'stscope verify' says what is missing",
                standing.words()
            )),
        }
    }
}
