//! The ids of accounts and organisations, told by their shape alone.

/// Whether this is an account id: twelve digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether this is the id of an organisation: `o-` and 10 to 32 letters and digits.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>
pub(crate) fn is_organisation(name: &str) -> bool {
    name.strip_prefix("o-").is_some_and(|id| {
        (10..=32).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}
