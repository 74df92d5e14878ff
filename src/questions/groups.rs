//! Groups by dimensions: what `report` asks. Its answer is the tally's own
//! [`Report`](crate::tally::Report), so there is nothing to be made of it; only its name is its own.

use crate::sts::Dimension;

/// The name of the question with these dimensions.
pub(super) fn name(dimensions: &[Dimension]) -> String {
    let names: Vec<_> = dimensions.iter().map(|one| one.name()).collect();
    format!("groups({})", names.join(","))
}

/// The dimensions in such a name.
pub(super) fn find(name: &str) -> Option<Vec<Dimension>> {
    match name.strip_prefix("groups(")?.strip_suffix(')')? {
        "" => Some(Vec::new()),
        names => names
            .split(',')
            .map(|name| Dimension::find(name).filter(|&one| one != Dimension::AccountName))
            .collect(),
    }
}
