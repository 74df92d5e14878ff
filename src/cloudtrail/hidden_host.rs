//! Whether a record without a host has one in a form that is not read: its members flattened, under another
//! spelling, in a list, or in a text that is no JSON. To call its endpoint unknown would lose it.
//!
//! For records of the service without a host alone, and slow.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::de::IgnoredAny;

use super::normal::{Members, elements, meant};

/// The name of the member, in small letters and without what may be between its words.
const HOST: &str = "clientprovidedhostheader";
/// Every spelling that is known ends so.
pub(super) const END: &str = "eader";
/// Nobody writes a host deeper than that.
const MAX_DEPTH: usize = 16;

/// Whether there is a host in a sound record of which none was read.
pub(super) fn hides_host(record: &[u8]) -> bool {
    members(record).any(|(key, value)| match &*key {
        "tlsDetails" | "tlsdetails" => is_not_understood(value),
        key if names_host(key) => is_something(value, 0),
        key => letters(key) == "tlsdetails" && is_in(value, 0),
    })
}

/// Whether `tlsDetails` is no object, or has a host in it that was not read.
fn is_not_understood(details: &[u8]) -> bool {
    match details.first() {
        Some(b'"') => {
            let text = meant(details);
            let is_object = text.trim_ascii_start().starts_with('{')
                && serde_json::from_str::<IgnoredAny>(&text).is_ok();
            if is_object {
                is_in(text.trim_ascii().as_bytes(), 0)
            } else {
                is_something(details, 0)
            }
        }
        Some(b'[') => is_something(details, 0),
        _ => is_in(details, 0),
    }
}

/// Whether a host is somewhere in a value, by its name.
fn is_in(value: &[u8], depth: usize) -> bool {
    let deeper = depth + 1;
    match value.first() {
        _ if depth == MAX_DEPTH => false,
        Some(b'{') => members(value).any(|(key, value)| {
            names_host(&key) && is_something(value, deeper) || is_in(value, deeper)
        }),
        Some(b'[') => elements(value).any(|element| is_in(element, deeper)),
        Some(b'"') => {
            let text = meant(value);
            text.contains(END) && letters(&text).contains(HOST)
        }
        _ => false,
    }
}

fn names_host(key: &str) -> bool {
    key.contains(END) && letters(key).ends_with(HOST)
}

/// Whether a value says anything: exports have many words for nothing.
fn is_something(value: &[u8], depth: usize) -> bool {
    const NOTHING: [&str; 6] = ["", "null", "none", "nan", "-", "\\n"];
    let deeper = depth + 1;
    match value.first() {
        _ if depth == MAX_DEPTH => false,
        Some(b'"') => !NOTHING.contains(&&*meant(value).trim().to_ascii_lowercase()),
        Some(b'[') => elements(value).any(|element| is_something(element, deeper)),
        Some(b'{') => members(value).any(|(_, value)| is_something(value, deeper)),
        _ => false,
    }
}

/// The members of an object. Of a duplicate key the last value counts.
fn members(object: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, &[u8])> {
    let members: HashMap<_, _> = (Members::of(object))
        .map(|(key, value)| (meant(key), value))
        .collect();
    members.into_iter()
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_in_whatever_form() {
        for hidden in [
            r#""tlsDetails.clientProvidedHostHeader":"h""#,
            r#""tlsdetails_clientprovidedhostheader":"h""#,
            r#""detail/TLSDetails/ClientProvidedHostHeader":"h""#,
            r#""tlsDetails":"@{tlsVersion=TLSv1.3; clientProvidedHostHeader=h}""#,
            r#""tlsDetails":"[TLSv1.3, h]""#,
            r#""tlsDetails":"{\"a\":[}]}""#,
            r#""tlsDetails":"{,""#,
            r#""tlsDetails":"[object Object]""#,
            r#""tlsDetails":["TLSv1.3","h"]"#,
            r#""tlsDetails":[{"key":"clientProvidedHostHeader","value":"h"}]"#,
            r#""tlsDetails":{"clientProvidedHostHeader":["h"]}"#,
            r#""tlsDetails":{"client_provided_host_header":"h"}"#,
            r#""tlsDetails":{"struct":{"clientProvidedHostHeader":"h"}}"#,
            r#""tlsDetails":"\"{\\\"clientProvidedHostHeader\\\":\\\"h\\\"}\"""#,
            r#""tls_details":{"clientProvidedHostHeader":"h"}"#,
            r#""TlsDetails":{"clientProvidedHostHeader":"h"}"#,
            r#""tlsDetails":{"clientProvidedHostHeader":"h"},"tlsdetails":null"#,
        ] {
            assert!(hides_host(format!("{{{hidden}}}").as_bytes()), "{hidden}");
        }
    }

    #[test]
    fn where_there_is_none_nothing_is_hidden() {
        for plain in [
            r#""eventName":"n""#,
            r#""tlsDetails":null"#,
            r#""tlsDetails":{}"#,
            r#""tlsDetails":"""#,
            r#""tlsDetails":" None ""#,
            r#""tlsDetails":[]"#,
            r#""tlsDetails":[null,""]"#,
            r#""tlsDetails":false"#,
            r#""tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"c"}"#,
            r#""tlsDetails":"{\"tlsVersion\":\"TLSv1.3\"}""#,
            r#""tlsDetails":{"clientProvidedHostHeader":""}"#,
            r#""tlsDetails":{"clientProvidedHostHeader":null}"#,
            r#""tlsDetails.clientProvidedHostHeader":null"#,
            r#""userAgent":"clientProvidedHostHeader=h""#,
            r#""requestParameters":{"clientProvidedHostHeader":"h"}"#,
            r#""tlsDetails":"[x]","tlsDetails":{}"#,
        ] {
            assert!(!hides_host(format!("{{{plain}}}").as_bytes()), "{plain}");
        }
    }
}
