//! The names of accounts, as whoever asks has them in a file: no log says what an account is called.
//!
//! Owns the two shapes of such a file: what `aws organizations list-accounts` prints, and CSV with a
//! header `id,name[,…]`. Refuses to know who reads it.
//! <https://docs.aws.amazon.com/cli/latest/reference/organizations/list-accounts.html>

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use super::account::is_account_id;

/// What a file says of accounts, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountNames(BTreeMap<String, NamedAccount>);

/// What a file says of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedAccount {
    /// What it is called; empty if the file does not say.
    pub name: String,
    /// What else is said of it: an owner, an organisational unit.
    pub more: Vec<(String, String)>,
}

/// What is wrong with such a file.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountNamesError {
    /// It is no text.
    #[error("it is no text in UTF-8")]
    NotUtf8,
    /// It is no JSON, though it begins as such.
    #[error("it is broken JSON: {0}")]
    Json(String),
    /// The JSON holds no list of accounts.
    #[error("its JSON has no list 'Accounts' of objects with 'Id' and 'Name'")]
    NoAccounts,
    /// It is no CSV.
    #[error("it is broken CSV: {0}")]
    Csv(String),
    /// The first line names no columns `id` and `name`.
    #[error("its first line is no header with the columns 'id' and 'name', separated by commas")]
    NoHeader,
    /// Two columns of one name.
    #[error("its first line has the column '{0}' twice")]
    ColumnTwice(String),
    /// An id that is none.
    #[error(
        "entry {number}: '{id}' is no account id, which has twelve digits, zeros in front included"
    )]
    NotAnId {
        /// Which entry, from 1 on.
        number: usize,
        /// What is there.
        id: String,
    },
    /// Two entries of one account that say different things.
    #[error(
        "account {id} is there twice, and not with the same words: entries {first} and {second}"
    )]
    Twice {
        /// The account.
        id: String,
        /// The first entry.
        first: usize,
        /// The other one.
        second: usize,
    },
    /// There is no account in it.
    #[error("there is no account in it")]
    Empty,
    /// It says that it goes on, and the page that follows is not in it.
    #[error("it is one page of a list, and more follow (NextToken)")]
    Cut,
}

/// What the list of AWS's own has that says nothing to a reader.
const UNTOLD: [&str; 4] = ["Arn", "JoinedMethod", "JoinedTimestamp", "Paths"];

impl AccountNames {
    /// Reads a file without a byte order mark.
    ///
    /// # Errors
    /// If it is of neither shape, or says two things of one account.
    pub fn parse(bytes: &[u8]) -> Result<AccountNames, AccountNamesError> {
        let text = std::str::from_utf8(bytes).map_err(|_| AccountNamesError::NotUtf8)?;
        let entries = match text.trim_start().starts_with(['{', '[']) {
            true => of_json(text)?,
            false => of_csv(text)?,
        };
        let mut names = AccountNames::default();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (number, (id, account)) in (1..).zip(entries) {
            if !is_account_id(&id) {
                return Err(AccountNamesError::NotAnId { number, id });
            }
            if let Some(first) = names.0.get(&id)
                && *first != account
            {
                let first = places[&id];
                return Err(AccountNamesError::Twice {
                    id,
                    first,
                    second: number,
                });
            }
            places.insert(id.clone(), number);
            names.0.insert(id, account);
        }
        match names.0.is_empty() {
            true => Err(AccountNamesError::Empty),
            false => Ok(names),
        }
    }

    /// What an account is called, if the file says.
    pub fn name(&self, id: &str) -> Option<&str> {
        let account = self.0.get(id)?;
        Some(account.name.as_str()).filter(|name| !name.is_empty())
    }

    /// What the file says of an account.
    pub fn get(&self, id: &str) -> Option<&NamedAccount> {
        self.0.get(id)
    }

    /// How many accounts the file names.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

type Entry = (String, NamedAccount);

/// The pages of the list, one document or several one after the other.
fn of_json(text: &str) -> Result<Vec<Entry>, AccountNamesError> {
    let mut entries = Vec::new();
    // Whichever way they are put together, the last page names no next one.
    let (mut pages, mut followed) = (0, 0);
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let document = document.map_err(|error| AccountNamesError::Json(error.to_string()))?;
        let next = document.get("NextToken").and_then(Value::as_str);
        pages += 1;
        followed += u64::from(next.is_some_and(|token| !token.is_empty()));
        let list = document.get("Accounts").unwrap_or(&document);
        for account in list.as_array().ok_or(AccountNamesError::NoAccounts)? {
            let text = |key| account.get(key).and_then(Value::as_str);
            let (Some(id), Some(name)) = (text("Id"), text("Name")) else {
                return Err(AccountNamesError::NoAccounts);
            };
            let members = account.as_object().into_iter().flatten();
            let more = members
                .filter(|(key, _)| {
                    *key != "Id" && *key != "Name" && !UNTOLD.contains(&key.as_str())
                })
                .filter_map(|(key, value)| match value {
                    Value::String(text) => Some((key.clone(), text.clone())),
                    Value::Number(number) => Some((key.clone(), number.to_string())),
                    _ => None,
                });
            entries.push(entry(id, name, more));
        }
    }
    match pages > 0 && followed == pages {
        true => Err(AccountNamesError::Cut),
        false => Ok(entries),
    }
}

fn of_csv(text: &str) -> Result<Vec<Entry>, AccountNamesError> {
    let broken = |error: csv::Error| AccountNamesError::Csv(error.to_string());
    // The reader would take all lines that follow for part of a name, and so one more line, too.
    let lines = |text: &str| {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        reader.byte_records().count()
    };
    if lines(&format!("{text}\nx\n")) == lines(text) {
        return Err(AccountNamesError::Csv("a quote is not closed".to_owned()));
    }
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(broken)?.clone();
    let place = |name: &str| header.iter().position(|one| one.eq_ignore_ascii_case(name));
    let (Some(id), Some(name)) = (place("id"), place("name")) else {
        return Err(AccountNamesError::NoHeader);
    };
    for (at, column) in header.iter().enumerate() {
        let is_same = |other: &str| other.eq_ignore_ascii_case(column);
        if !column.is_empty() && header.iter().take(at).any(is_same) {
            return Err(AccountNamesError::ColumnTwice(column.to_owned()));
        }
    }
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let cells = header.iter().zip(&record).enumerate();
        let more = cells
            .filter(|(at, (column, _))| *at != id && *at != name && !column.is_empty())
            .map(|(_, (column, cell))| (column.to_owned(), cell.to_owned()));
        entries.push(entry(&record[id], &record[name], more));
    }
    Ok(entries)
}

fn entry(id: &str, name: &str, more: impl Iterator<Item = (String, String)>) -> Entry {
    let account = NamedAccount {
        name: name.trim().to_owned(),
        more: more.filter(|(_, value)| !value.is_empty()).collect(),
    };
    (id.to_owned(), account)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_list_of_an_organisation_names_accounts() {
        let page = r#"{"Accounts":[{"Id":"000011112222","Arn":"arn:x","Name":" Payments ","Email":"pay@example.com"}]}"#;
        let more_of_it = r#"{"Accounts":[{"Id":"111122223333","Name":"","Status":"ACTIVE"}]}"#;
        let names = AccountNames::parse(format!("{page}\n{more_of_it}").as_bytes()).unwrap();
        assert_eq!(names.len(), 2);
        assert_eq!(names.name("000011112222"), Some("Payments"));
        assert_eq!(
            names.get("000011112222").unwrap().more,
            more(&[("Email", "pay@example.com")])
        );
        assert_eq!(names.name("111122223333"), None);
        assert_eq!(names.name("999999999999"), None);
    }

    #[test]
    fn a_list_that_lacks_its_last_page_is_no_list() {
        let page = |id: &str, next: &str| {
            format!(r#"{{"Accounts":[{{"Id":"{id}","Name":"a"}}],"NextToken":{next}}}"#)
        };
        let first = page("000011112222", r#""eyJ""#);
        let cut = AccountNames::parse(first.as_bytes()).unwrap_err();
        assert_eq!(cut, AccountNamesError::Cut);
        for next in ["null", r#""""#] {
            let both = format!("{first}{}", page("111122223333", next));
            assert_eq!(AccountNames::parse(both.as_bytes()).unwrap().len(), 2);
        }
    }

    #[test]
    fn a_table_names_accounts_in_whatever_columns() {
        let csv = "Owner,ID,Name\r\nAnn,000011112222,\"a, b\"\r\n,111122223333,c\r\n";
        let names = AccountNames::parse(csv.as_bytes()).unwrap();
        assert_eq!(names.name("000011112222"), Some("a, b"));
        assert_eq!(
            names.get("000011112222").unwrap().more,
            more(&[("Owner", "Ann")])
        );
        assert_eq!(names.get("111122223333").unwrap().more, more(&[]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| AccountNames::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error(""), AccountNamesError::NoHeader);
        assert_eq!(error("id,name\n"), AccountNamesError::Empty);
        assert_eq!(error("id;name\n1;2\n"), AccountNamesError::NoHeader);
        for (header, twice) in [("id,name,Name", "Name"), ("id,owner,name,owner,,", "owner")] {
            let twice = AccountNamesError::ColumnTwice(twice.to_owned());
            assert_eq!(error(&format!("{header}\n")), twice);
        }
        assert_eq!(error(r#"{"Accounts":{}}"#), AccountNamesError::NoAccounts);
        assert_eq!(
            error(r#"{"Accounts":[{"Id":"000011112222"}]}"#),
            AccountNamesError::NoAccounts
        );
        assert!(matches!(
            error(r#"{"Accounts":["#),
            AccountNamesError::Json(_)
        ));
        assert!(matches!(
            error("id,name\n000011112222\n"),
            AccountNamesError::Csv(_)
        ));
        for text in [
            "id,name\n000011112222,\"a\n111122223333,b\n",
            "id,name\n000011112222,\"a",
        ] {
            let what = "a quote is not closed".to_owned();
            assert_eq!(error(text), AccountNamesError::Csv(what));
        }
        let id = "11112222".to_owned();
        assert_eq!(
            error("id,name\n11112222,a\n"),
            AccountNamesError::NotAnId { number: 1, id }
        );
        let id = "000011112222".to_owned();
        assert_eq!(
            error("id,name\n000011112222,a\n000011112222,b\n"),
            AccountNamesError::Twice {
                id,
                first: 1,
                second: 2
            }
        );
        let inches = "id,name\n000011112222,5\" disks\n111122223333,\"two\nlines\"\n";
        assert_eq!(AccountNames::parse(inches.as_bytes()).unwrap().len(), 2);
        let same = "id,name\n000011112222,a\n000011112222,a\n";
        assert_eq!(AccountNames::parse(same.as_bytes()).unwrap().len(), 1);
        assert_eq!(
            AccountNames::parse(b"id,name\n\xff,a\n"),
            Err(AccountNamesError::NotUtf8)
        );
    }
}
