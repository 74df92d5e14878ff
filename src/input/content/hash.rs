//! The hash of a file's content, taken while it is read.

use ring::digest::{Context, SHA256};

/// SHA-256, as digests of CloudTrail have it.
pub(crate) fn sha256(content: &[u8]) -> [u8; 32] {
    let mut hasher = Hasher::new();
    hasher.add(content);
    hasher.finish()
}

/// The same of what comes piece by piece.
pub(super) struct Hasher(Context);

impl Hasher {
    pub fn new() -> Hasher {
        Hasher(Context::new(&SHA256))
    }

    pub fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub fn finish(self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(self.0.finish().as_ref());
        hash
    }
}
