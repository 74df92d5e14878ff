//! Whether what tells a record's endpoint is there in a form that is not read: members flattened, under
//! another spelling, in a list, or in a text that is no JSON. To call the endpoint unknown would lose it.
//!
//! For records of the service without a host of AWS's alone, and slow.

use serde::de::IgnoredAny;

use super::keys::Key;
use super::nothing::{is_nothing, is_word};
use super::record::{Field, Record};
use super::sound::{elements, meant, members};
use super::text::letters;

/// A name by its letters, as all spellings of it have them: what is between words, before them and
/// behind them is left out.
pub(super) struct Name {
    /// In small letters.
    letters: &'static str,
    /// What is in every spelling that is known, as it is written.
    pub hint: &'static str,
}

pub(super) const HOST: Name = Name {
    letters: "clientprovidedhostheader",
    hint: "eader",
};
pub(super) const ENDPOINT_TYPE: Name = Name {
    letters: "endpointtype",
    hint: "ndpoint",
};
pub(super) const TLS_DETAILS: Name = Name {
    letters: "tlsdetails",
    hint: "etails",
};
/// What else AWS writes in `tlsDetails`.
const OF_TLS: [&str; 3] = ["tlsversion", "ciphersuite", "keyexchange"];
/// Nobody writes a host deeper than that.
const MAX_DEPTH: usize = 16;

impl Name {
    fn is_in(&self, text: &str) -> bool {
        text.contains(self.hint) && letters(text).contains(self.letters)
    }

    /// At its end, where no part of it follows.
    fn ends(&self, text: &str) -> bool {
        text.contains(self.hint) && letters(text).ends_with(self.letters)
    }
}

/// What tells an endpoint and is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    Host,
    EndpointType,
}

impl Hidden {
    /// Whether it was read here.
    pub fn is_read(self, record: &Record<'_>) -> bool {
        match self {
            Hidden::Host => has_host(record),
            Hidden::EndpointType => record.get(Field::EndpointType).is_some(),
        }
    }

    /// What is wrong with the record.
    pub fn what(self) -> &'static str {
        match self {
            Hidden::Host => "a host (clientProvidedHostHeader) in a form that is not known",
            Hidden::EndpointType => "an endpointType in a form that is not known",
        }
    }
}

/// Whether a host was read, and no word for nothing in its place.
#[inline]
pub(super) fn has_host(read: &Record<'_>) -> bool {
    let host = read.get(Field::ClientProvidedHostHeader);
    // As almost all of them end.
    host.is_some_and(|host| host.ends_with(".com") || !is_word(host))
}

/// Whether what was read tells the endpoint: by CloudTrail's own verdict or a name of AWS's. Another name
/// leaves the verdict to be looked for.
#[inline]
pub(super) fn is_told(read: &Record<'_>) -> bool {
    const OF_AWS: [&str; 4] = [
        ".amazonaws.com",
        ".aws",
        ".amazonaws.com.cn",
        ".amazonaws.eu",
    ];
    let is_of_aws = |host: &str| OF_AWS.iter().any(|suffix| host.ends_with(suffix));
    let host = read.get(Field::ClientProvidedHostHeader);
    has_host(read) && (host.is_some_and(is_of_aws) || read.get(Field::EndpointType).is_some())
}

/// What there is in a sound record and was not `read`, if nothing that was tells more.
pub(super) fn hidden_in(record: &[u8], read: &Record<'_>) -> Option<Hidden> {
    let has = |field| read.get(field).is_some();
    if is_told(read) {
        None
    } else if !has_host(read) && hides_host(record, has(Field::TlsVersion)) {
        Some(Hidden::Host)
    } else {
        let is_hidden = !has(Field::EndpointType) && hides_type(record);
        is_hidden.then_some(Hidden::EndpointType)
    }
}

/// `has_version` if some `tlsDetails` were read.
fn hides_host(record: &[u8], has_version: bool) -> bool {
    members(record).any(|(key, value)| match &*key {
        "tlsDetails" | "tlsdetails" => is_not_understood(value, has_version),
        key if HOST.is_in(key) => !is_nothing(value),
        key if TLS_DETAILS.ends(key) && !has_version => is_not_understood(value, false),
        key => may_tell(key, value) && is_in(&HOST_ANYWHERE, value, 0),
    })
}

fn hides_type(record: &[u8]) -> bool {
    members(record).any(|(key, value)| match &*key {
        key if is_type(key) => !is_nothing(value),
        key => may_tell(key, value) && is_in(&TYPE_ANYWHERE, value, 0),
    })
}

/// Whether a name is that of an endpoint's type, and not of something else that has endpoints.
fn is_type(key: &str) -> bool {
    let is_whole = |letters: &str| {
        letters == ENDPOINT_TYPE.letters || letters.contains("requestdetailsendpointtype")
    };
    key.contains(ENDPOINT_TYPE.hint) && is_whole(&letters(key))
}

/// What tells an endpoint somewhere in a value: as the name of a member, or with its value in a text that is
/// no JSON.
struct Anywhere {
    is_name: fn(&str) -> bool,
    is_told: fn(&str) -> bool,
}

const HOST_ANYWHERE: Anywhere = Anywhere {
    is_name: |key| HOST.is_in(key),
    is_told: |text| {
        text.contains(HOST.hint) && {
            let letters = letters(text);
            let mut names = letters.match_indices(HOST.letters);
            names.any(|(at, name)| at + name.len() < letters.len())
        }
    },
};

const TYPE_ANYWHERE: Anywhere = Anywhere {
    is_name: is_type,
    is_told: |text| {
        text.contains(ENDPOINT_TYPE.hint) && {
            let letters = letters(text);
            ["endpointtypeglobal", "endpointtyperegional"]
                .iter()
                .any(|told| letters.contains(told))
        }
    },
};

/// Whether a member may say something of the call that its caller did not ask for.
fn may_tell(key: &str, value: &[u8]) -> bool {
    match Key::of(key.as_bytes()) {
        Key::Free => matches!(&*letters(key), "tlsdetails" | "additionaleventdata"),
        Key::List(_) => value.first() != Some(&b'['),
        _ => true,
    }
}

/// Whether `tlsDetails` are no object, or one with a host in it that was not read.
fn is_not_understood(details: &[u8], has_version: bool) -> bool {
    match details.first() {
        Some(b'"') => {
            let text = meant(details);
            let is_object = text.trim_ascii_start().starts_with('{')
                && serde_json::from_str::<IgnoredAny>(&text).is_ok();
            if is_object {
                is_in_object(text.trim_ascii().as_bytes(), has_version)
            } else {
                !is_nothing(details)
            }
        }
        Some(b'[') => !is_nothing(details),
        _ => is_in_object(details, has_version),
    }
}

/// The same of an object: by its name, or where nothing has a name that AWS gives.
fn is_in_object(details: &[u8], has_version: bool) -> bool {
    let is_named = |key: &str| {
        let key = letters(key);
        key.contains(HOST.letters) || OF_TLS.iter().any(|name| key.contains(name))
    };
    is_in(&HOST_ANYWHERE, details, 0)
        || !has_version
            && details.first() == Some(&b'{')
            && !members(details).any(|(key, _)| is_named(&key))
            && !is_nothing(details)
}

fn is_in(what: &Anywhere, value: &[u8], depth: usize) -> bool {
    let deeper = depth + 1;
    match value.first() {
        _ if depth == MAX_DEPTH => false,
        Some(b'{') => members(value).any(|(key, value)| match (what.is_name)(&key) {
            true => !is_nothing(value),
            false => may_tell(&key, value) && is_in(what, value, deeper),
        }),
        Some(b'[') => elements(value).any(|element| is_in(what, element, deeper)),
        Some(b'"') => {
            let text = meant(value);
            let inside = text.trim_ascii();
            let is_json = inside.starts_with(['{', '['])
                && serde_json::from_str::<IgnoredAny>(inside).is_ok();
            match is_json {
                true => is_in(what, inside.as_bytes(), deeper),
                false => (what.is_told)(inside),
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(members: &str) -> Option<Hidden> {
        hidden_in(format!("{{{members}}}").as_bytes(), &Record::default())
    }

    #[test]
    fn a_host_is_found_in_whatever_form() {
        for host in [
            r#""tlsDetails.clientProvidedHostHeader":"h""#,
            r#""tlsdetails_clientprovidedhostheader":"h""#,
            r#""tlsDetails.clientProvidedHostHeader.keyword":"h""#,
            r#""tlsDetails_clientProvidedHostHeader_s":"h""#,
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
            r#""tlsDetails":{"_1":"TLSv1.3","_2":"c","_3":"h"}"#,
            r#""tlsDetails":"\"{\\\"clientProvidedHostHeader\\\":\\\"h\\\"}\"""#,
            r#""tls_details":{"clientProvidedHostHeader":"h"}"#,
            r#""TlsDetails":{"clientProvidedHostHeader":"h"}"#,
            r#""detail.TlsDetails":"@{tlsVersion=TLSv1.3}""#,
            r#""tls":{"client_provided_host_header":"h"}"#,
            r#""attributes":{"tlsDetails":{"clientProvidedHostHeader":"h"}}"#,
            r#""message":"{\"tlsDetails\":{\"clientProvidedHostHeader\":\"h\"}}""#,
            r#""tlsDetails":{"clientProvidedHostHeader":"h"},"tlsdetails":null"#,
        ] {
            assert_eq!(hidden(host), Some(Hidden::Host), "{host}");
        }
    }

    #[test]
    fn so_is_the_type_of_an_endpoint() {
        for kind in [
            r#""additionalEventData":{"RequestDetails":"@{endpointType=global}"}"#,
            r#""additionalEventData":"{RequestDetails={endpointType=global}}""#,
            r#""additionalEventData":{"requestDetails":{"EndpointType":"global"}}"#,
            r#""additionalEventData.RequestDetails.endpointType":"global""#,
            r#""RequestDetails":{"endpoint_type":"global"}"#,
            r#""message":"RequestDetails={endpointType=regional}""#,
            r#""message":"{\"additionalEventData\":{\"RequestDetails\":{\"endpointType\":\"global\"}}}""#,
        ] {
            assert_eq!(hidden(kind), Some(Hidden::EndpointType), "{kind}");
            let record = format!("{{{kind}}}");
            let host = Field::ClientProvidedHostHeader;
            for (field, value) in [(host, "sts.amazonaws.com"), (Field::EndpointType, "x")] {
                let read = Record::default().with(field, value);
                assert_eq!(hidden_in(record.as_bytes(), &read), None, "{kind}");
            }
            // The name of a proxy tells nothing.
            let read = Record::default().with(host, "proxy.example");
            assert_eq!(
                hidden_in(record.as_bytes(), &read),
                Some(Hidden::EndpointType)
            );
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
            r#""tlsDetails":"N/A""#,
            r#""tlsDetails":"{}""#,
            r#""tlsDetails":"[]""#,
            r#""tlsDetails":[]"#,
            r#""tlsDetails":[null,""]"#,
            r#""tlsDetails":false"#,
            r#""tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"c"}"#,
            r#""tlsDetails":{"CipherSuite":"c"}"#,
            r#""tlsDetails":{"_1":"nan","_2":null}"#,
            r#""tlsDetails":"{\"tlsVersion\":\"TLSv1.3\"}""#,
            r#""tlsDetails":{"clientProvidedHostHeader":""}"#,
            r#""message":"{\"tlsDetails\":{\"clientProvidedHostHeader\":null}}""#,
            r#""message":"{\"userAgent\":\"clientProvidedHostHeader=h\"}""#,
            r#""tags":["no_tlsDetails.clientProvidedHostHeader"]"#,
            r#""vpcEndpointType":"Interface""#,
            r#""message":"vpcEndpointType=Interface""#,
            r#""event":{"original":"{\"additionalEventData\":{\"RequestDetails\":{\"endpointType\":null}}}"}"#,
            r#""tlsDetails":{"clientProvidedHostHeader":null}"#,
            r#""tlsDetails.clientProvidedHostHeader":null"#,
            r#""tlsDetails.tlsVersion":"TLSv1.3""#,
            r#""userAgent":"clientProvidedHostHeader=h""#,
            r#""requestParameters":{"clientProvidedHostHeader":"h","endpointType":"x"}"#,
            r#""Records":[{"tlsDetails":{"clientProvidedHostHeader":"h"}}]"#,
            r#""tlsDetails":"[x]","tlsDetails":{}"#,
            r#""additionalEventData":{"RequestDetails":{"endpointType":""}}"#,
        ] {
            assert_eq!(hidden(plain), None, "{plain}");
        }
    }

    #[test]
    fn where_other_details_were_read_only_a_name_tells() {
        let read = Record::default().with(Field::TlsVersion, "TLSv1.3");
        for (record, expected) in [
            (r#"{"TlsDetails":["h"]}"#, None),
            (r#"{"tlsdetails":{"_1":"h"}}"#, None),
            (r#"{"tlsDetails":["h"]}"#, Some(Hidden::Host)),
            (
                r#"{"TlsDetails":[{"client_provided_host_header":"h"}]}"#,
                Some(Hidden::Host),
            ),
        ] {
            assert_eq!(hidden_in(record.as_bytes(), &read), expected, "{record}");
        }
    }
}
