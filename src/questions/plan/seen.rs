//! Where the calls of a row came from.

use super::Counts;

/// How many addresses, sessions, scopes and tools a row names.
pub(super) const NAMED: usize = 3;

/// All that was seen of where the calls of a row came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen<'r> {
    pub addresses: Counts<'r>,
    pub sessions: Counts<'r>,
    pub scopes: Counts<'r>,
    pub tools: Counts<'r>,
}

impl<'r> Seen<'r> {
    pub fn add(&mut self, other: &Seen<'r>) {
        self.addresses.absorb(&other.addresses);
        self.sessions.absorb(&other.sessions);
        self.scopes.absorb(&other.scopes);
        self.tools.absorb(&other.tools);
    }
}
