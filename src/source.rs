//! What gives bytes, piece by piece: owns the one face that a reader of records sees of a stream. Knows
//! neither what gives them nor who takes them.

/// Where more bytes come from. What went wrong with it is the source's to remember: to a reader an
/// error is an end.
pub trait Source {
    /// Puts bytes at the start of `into` and says how many; 0 at the end.
    fn read(&mut self, into: &mut [u8]) -> usize;
}
