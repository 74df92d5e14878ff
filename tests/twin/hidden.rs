//! Whether a record tells its endpoint in a form that is not read.

use serde_json::{Map, Value};

use super::nothing::{is_nothing, is_word};
use super::shape::{LISTS, is_free};
use super::tame;

const DEEPEST: usize = 16;

/// What is told by a name, in any spelling that has some letters as they are.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Host,
    Type,
}

impl Told {
    fn is_name(self, key: &str) -> bool {
        let name = letters(key);
        match self {
            Told::Host => key.contains("eader") && name.contains("clientprovidedhostheader"),
            Told::Type => {
                key.contains("ndpoint")
                    && (name == "endpointtype" || name.contains("requestdetailsendpointtype"))
            }
        }
    }

    /// Whether a text that is no JSON has the name and a value.
    fn is_in(self, text: &str) -> bool {
        let all = letters(text.trim_ascii());
        match self {
            Told::Host => {
                let name = "clientprovidedhostheader";
                let is_told = |at: usize| at + name.len() < all.len();
                text.contains("eader") && all.find(name).is_some_and(is_told)
            }
            Told::Type => {
                text.contains("ndpoint")
                    && ["endpointtypeglobal", "endpointtyperegional"]
                        .into_iter()
                        .any(|told| all.contains(told))
            }
        }
    }
}

/// Where what tells the endpoint is read.
type Path = [&'static str];
const HOST_PATH: &Path = &["tlsDetails", "clientProvidedHostHeader"];
const VERSION_PATH: &Path = &["tlsDetails", "tlsVersion"];
const TYPE_PATH: &Path = &["additionalEventData", "RequestDetails", "endpointType"];

/// What is in a record and not in what it became, by where it would be.
pub fn hidden(record: &Map<String, Value>, normal: &Map<String, Value>) -> Option<&'static Path> {
    let host = (normal.get("tlsDetails"))
        .and_then(|details| details.get("clientProvidedHostHeader")?.as_str());
    let has_host = has(normal, HOST_PATH);
    let is_of_aws = |host: &str| {
        let suffixes = [
            ".amazonaws.com",
            ".amazonaws.com.cn",
            ".amazonaws.eu",
            ".aws",
        ];
        suffixes.iter().any(|suffix| host.ends_with(suffix))
    };
    if has_host && host.is_some_and(is_of_aws) {
        None
    } else if !has_host && hides_host(record, has(normal, VERSION_PATH)) {
        Some(HOST_PATH)
    } else {
        (!has(normal, TYPE_PATH) && hides_type(record)).then_some(TYPE_PATH)
    }
}

/// Whether a text was read there; a host, and no word for nothing in its place.
pub fn has(normal: &Map<String, Value>, path: &Path) -> bool {
    let (last, outer) = path.split_last().expect("a name");
    let object = outer
        .iter()
        .try_fold(normal, |object, name| object.get(*name)?.as_object());
    let text = object.and_then(|object| object.get(*last)?.as_str());
    text.is_some_and(|text| !text.is_empty() && (path != HOST_PATH || !is_word(text)))
}

fn hides_host(record: &Map<String, Value>, has_version: bool) -> bool {
    own(record).any(|(key, value)| match key {
        "tlsDetails" | "tlsdetails" => is_lost(value, has_version),
        _ if Told::Host.is_name(key) => !is_nothing(value),
        _ if key.contains("etails") && letters(key).ends_with("tlsdetails") && !has_version => {
            is_lost(value, false)
        }
        _ => may_tell(key, value) && is_under(Told::Host, value),
    })
}

fn hides_type(record: &Map<String, Value>) -> bool {
    own(record).any(|(key, value)| {
        if Told::Type.is_name(key) {
            !is_nothing(value)
        } else {
            may_tell(key, value) && is_under(Told::Type, value)
        }
    })
}

/// What a later value has replaced is left out.
fn own(record: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    (record.iter())
        .map(|(key, value)| (key.as_str(), value))
        .filter(|(key, _)| !tame::is_note(key))
}

fn may_tell(key: &str, value: &Value) -> bool {
    let is_own = matches!(
        key,
        "tlsDetails" | "tlsdetails" | "additionalEventData" | "additionaleventdata"
    );
    is_own || !(is_free(key) || LISTS.contains(&key) && value.is_array())
}

/// Whether the details of TLS are no object that has what AWS gives.
fn is_lost(details: &Value, has_version: bool) -> bool {
    let of_text = match details {
        Value::String(text) => tame::parse(text.as_bytes()).filter(Value::is_object),
        Value::Object(_) => Some(details.clone()),
        Value::Array(_) => None,
        _ => return false,
    };
    let Some(object) = of_text else {
        return !is_nothing(details);
    };
    let given = [
        "clientprovidedhostheader",
        "tlsversion",
        "ciphersuite",
        "keyexchange",
    ];
    let is_given = |key: &str| given.iter().any(|name| letters(key).contains(name));
    let keys: Vec<&str> = own(object.as_object().expect("an object"))
        .map(|(key, _)| key)
        .collect();
    let has_none = !keys.into_iter().any(is_given);
    is_under(Told::Host, &object) || !has_version && has_none && !is_nothing(&object)
}

/// Whether there is something in a value, or in a text of JSON in it, under a name.
fn is_under(told: Told, value: &Value) -> bool {
    let mut todo = vec![(value.clone(), 0)];
    while let Some((value, depth)) = todo.pop() {
        if depth == DEEPEST {
            continue;
        }
        match value {
            Value::Object(object) => {
                for (key, value) in own(&object) {
                    if told.is_name(key) {
                        if !is_nothing(value) {
                            return true;
                        }
                    } else if may_tell(key, value) {
                        todo.push((value.clone(), depth + 1));
                    }
                }
            }
            Value::Array(array) => {
                todo.extend(array.into_iter().map(|value| (value, depth + 1)));
            }
            Value::String(text) => {
                let json = tame::parse(text.trim_ascii().as_bytes());
                match json.filter(|json| json.is_object() || json.is_array()) {
                    Some(json) => todo.push((json, depth + 1)),
                    None if told.is_in(&text) => return true,
                    None => {}
                }
            }
            _ => {}
        }
    }
    false
}

pub fn letters(text: &str) -> String {
    let mut text = text.to_ascii_lowercase();
    text.retain(|c| c.is_ascii_alphanumeric());
    text
}
