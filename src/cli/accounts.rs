//! `--accounts FILE`: names for account ids.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::exit::Failure;
use crate::aws::account_names::AccountNames;
use crate::plain_text::plain_text;
use crate::report::escape::for_terminal;
use crate::shown::Shown;
use crate::sts::Dimension;
use crate::tally::Condition;

/// More than any organisation has accounts for.
const MOST_BYTES: u64 = 64 << 20;

/// Reads the file, if there is one.
pub(super) fn read(path: Option<&Path>) -> Result<Option<Arc<AccountNames>>, Failure> {
    const NEXT: &str = "give what 'aws organizations list-accounts' prints, or CSV with a header \
                        'id,name'";
    let Some(path) = path else {
        return Ok(None);
    };
    let fail = |what: String| {
        let path = Shown::path(path);
        Failure::new(format!(
            "--accounts {path}: {}; {NEXT}",
            for_terminal(&what)
        ))
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| fail(error.to_string()))?;
    (file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(|error| fail(error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(fail("it is too large for a list of accounts".to_owned()));
    }
    let text = plain_text(&bytes).map_err(|error| fail(error.to_string()))?;
    let names = AccountNames::parse(text).map_err(|error| fail(error.to_string()))?;
    Ok(Some(Arc::new(names)))
}

/// Gives the names to the conditions that ask for them.
///
/// # Errors
/// If there are none.
pub(super) fn give_to(
    conditions: &mut [Condition],
    names: Option<&Arc<AccountNames>>,
) -> Result<(), Failure> {
    for condition in conditions {
        if condition.dimension == Dimension::AccountName {
            let names = names.ok_or_else(|| missing("--where"))?;
            condition.names = Some(Arc::clone(names));
        }
    }
    Ok(())
}

/// The refusal of an option that asks for names where there are none.
pub(super) fn missing(option: &str) -> Failure {
    Failure::new(format!(
        "{option} account_name: no log says what an account is called; give --accounts FILE, with what \
         'aws organizations list-accounts' prints, or CSV with a header 'id,name'"
    ))
}

/// The refusal of the same in a part of an answer, which is merged elsewhere.
pub(super) fn not_in_a_part(option: &str) -> Failure {
    Failure::new(format!(
        "{option} account_name: a part keeps no names; use account_id, and give --accounts to 'stscope \
         merge', which shows them"
    ))
}
