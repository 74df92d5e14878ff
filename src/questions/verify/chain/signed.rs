//! The signatures of a chain: that of each digest, and that in the next one.
//!
//! Owns what is proved by them all. One signature is checked in `keys`.

use rayon::prelude::*;

use super::super::Signatures;
use super::super::chains::time;
use super::super::finding::FindingKind;
use super::super::keys::{Keys, Signature};
use super::judge::{Judge, path};

impl Judge<'_, '_> {
    /// Checks the signature of every digest: its own, if it came with it, and that in the next digest.
    pub fn signatures(&mut self, keys: &Keys) {
        let chain = self.chain;
        let digests = &chain.digests;
        let was_checked = digests.iter().any(|found| found.earlier.is_some());
        if keys.is_empty() && !was_checked || digests.is_empty() {
            return;
        }
        let check = |at: usize| {
            let one = digests[at];
            if let Some(earlier) = one.earlier.as_deref() {
                let is_newest = at + 1 == digests.len();
                return match earlier.signed {
                    _ if earlier.is_wrong => Signature::Wrong,
                    0 => Signature::NoKey,
                    signed if signed + u64::from(is_newest) >= earlier.digests => Signature::Right,
                    _ => Signature::NoKey,
                };
            }
            if !one.digest.is_signed_as_known {
                return Signature::NoKey;
            }
            let next = digests
                .get(at + 1)
                .and_then(|next| next.digest.previous.as_ref());
            let next = next.filter(|previous| previous.names(&one.digest));
            let text = one.digest.signed_text(&one.hash);
            let signatures = next.map(|previous| &previous.signature);
            let mut known = Signature::NoKey;
            for signature in signatures.into_iter().chain(&one.signature) {
                match keys.check(&one.digest.fingerprint, &text, signature) {
                    Signature::Wrong => return Signature::Wrong,
                    Signature::Right => known = Signature::Right,
                    Signature::NoKey => {}
                }
            }
            known
        };
        let checked: Vec<Signature> = (0..digests.len()).into_par_iter().map(check).collect();
        for (&one, _) in (digests.iter().zip(&checked)).filter(|(_, one)| **one == Signature::Wrong)
        {
            let detail =
                "its signature is wrong: it was changed, or the one in the next digest was";
            let times = (time(one.digest.start), time(one.digest.end));
            let words = || (detail.to_owned(), Some(path(one)));
            self.find(FindingKind::WrongSignature, times, words);
        }
        let is_open =
            |at: usize| checked[at] == Signature::NoKey && self.touches_digest(digests[at]);
        // That of the newest is in a digest that is not here yet.
        let is_none_open = !(0..digests.len() - 1).any(is_open);
        self.row.signatures = if checked.contains(&Signature::Wrong) {
            Signatures::Wrong
        } else if is_none_open && checked.contains(&Signature::Right) {
            Signatures::Verified
        } else {
            Signatures::Unchecked
        };
    }
}
