//! One CloudTrail record: the members that matter to STS and its tokens, borrowed from the log.
//!
//! Owns the list of members and where they are in a record. Knows nothing of STS.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use std::borrow::Cow;

/// A member of a record that is kept; everything else is checked and passed over.
///
/// Members of one object are together, so that an object given twice can be taken back whole
/// (see [`Place::fields`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(
    missing_docs,
    reason = "the names are CloudTrail's own; the paths are in `Place::member`"
)]
pub enum Field {
    EventSource,
    EventName,
    EventTime,
    EventId,
    SharedEventId,
    EventCategory,
    EventType,
    AwsRegion,
    SourceIpAddress,
    UserAgent,
    ErrorCode,
    RecipientAccountId,
    VpcEndpointId,
    OriginalEventId,
    ClientProvidedHostHeader,
    TlsVersion,
    KeyExchange,
    EndpointType,
    AwsServingRegion,
    RoleArn,
    PrincipalArn,
    IssuedAccessKeyId,
    IdentityType,
    IdentityArn,
    PrincipalId,
    AccountId,
    UserName,
    InvokedBy,
    IdentityProvider,
    AccessKeyId,
    SessionIssuerArn,
    IdentityStoreArn,
    OnBehalfOfUserId,
    IssuerType,
    CredentialsIssuedTo,
}

impl Field {
    /// How many there are.
    pub const COUNT: usize = Field::CredentialsIssuedTo as usize + 1;
}

/// An object inside a record that holds fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The record itself.
    Record,
    /// `addendum`
    Addendum,
    /// `tlsDetails`
    TlsDetails,
    /// `additionalEventData`
    AdditionalEventData,
    /// `additionalEventData.RequestDetails`
    RequestDetails,
    /// `requestParameters`
    RequestParameters,
    /// `responseElements`
    ResponseElements,
    /// `responseElements.credentials`, of which the id of the key is kept and nothing secret.
    Credentials,
    /// `userIdentity`
    UserIdentity,
    /// `userIdentity.sessionContext`
    SessionContext,
    /// `userIdentity.sessionContext.sessionIssuer`
    SessionIssuer,
    /// `userIdentity.onBehalfOf`
    OnBehalfOf,
    /// `userIdentity.inScopeOf`
    InScopeOf,
}

/// What is under a key of a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A string that is kept; of a time a number, too.
    Field(Field),
    /// An object that holds some.
    Place(Place),
}

#[inline(always)]
fn is<const N: usize>(key: &[u8], name: &[u8; N], member: Member) -> Option<Member> {
    (key == name).then_some(member)
}

impl Place {
    /// What is under `key` here, if it is of interest. Keys are compared by their bytes.
    ///
    /// By length first: this is asked for every key of every STS record, and most are of no
    /// interest.
    #[rustfmt::skip]
    #[inline(always)]
    pub fn member(self, key: &[u8]) -> Option<Member> {
        use Member::{Field as F, Place as P};
        match self {
            Place::Record => match key.len() {
                7 => is(key, b"eventID", F(Field::EventId)),
                8 => is(key, b"addendum", P(Place::Addendum)),
                9 => is(key, b"eventTime", F(Field::EventTime))
                    .or_else(|| is(key, b"eventName", F(Field::EventName)))
                    .or_else(|| is(key, b"eventType", F(Field::EventType)))
                    .or_else(|| is(key, b"awsRegion", F(Field::AwsRegion)))
                    .or_else(|| is(key, b"userAgent", F(Field::UserAgent)))
                    .or_else(|| is(key, b"errorCode", F(Field::ErrorCode))),
                10 => is(key, b"tlsDetails", P(Place::TlsDetails))
                    .or_else(|| is(key, b"tlsdetails", P(Place::TlsDetails))),
                11 => is(key, b"eventSource", F(Field::EventSource)),
                12 => is(key, b"userIdentity", P(Place::UserIdentity)),
                13 => is(key, b"eventCategory", F(Field::EventCategory))
                    .or_else(|| is(key, b"sharedEventID", F(Field::SharedEventId)))
                    .or_else(|| is(key, b"vpcEndpointId", F(Field::VpcEndpointId))),
                15 => is(key, b"sourceIPAddress", F(Field::SourceIpAddress)),
                16 => is(key, b"responseElements", P(Place::ResponseElements)),
                17 => is(key, b"requestParameters", P(Place::RequestParameters)),
                18 => is(key, b"recipientAccountId", F(Field::RecipientAccountId)),
                19 => is(key, b"additionalEventData", P(Place::AdditionalEventData)),
                _ => None,
            },
            Place::Addendum => is(key, b"originalEventID", F(Field::OriginalEventId)),
            Place::TlsDetails => is(key, b"clientProvidedHostHeader", F(Field::ClientProvidedHostHeader))
                .or_else(|| is(key, b"tlsVersion", F(Field::TlsVersion)))
                .or_else(|| is(key, b"keyExchange", F(Field::KeyExchange)))
                // Spark keeps the case of columns alone.
                .or_else(|| is(key, b"clientprovidedhostheader", F(Field::ClientProvidedHostHeader))),
            Place::AdditionalEventData => is(key, b"RequestDetails", P(Place::RequestDetails)),
            Place::RequestDetails => is(key, b"endpointType", F(Field::EndpointType))
                .or_else(|| is(key, b"awsServingRegion", F(Field::AwsServingRegion))),
            Place::RequestParameters => is(key, b"roleArn", F(Field::RoleArn))
                .or_else(|| is(key, b"principalArn", F(Field::PrincipalArn))),
            Place::ResponseElements => is(key, b"credentials", P(Place::Credentials)),
            Place::Credentials => is(key, b"accessKeyId", F(Field::IssuedAccessKeyId)),
            Place::UserIdentity => match key.len() {
                3 => is(key, b"arn", F(Field::IdentityArn)),
                4 => is(key, b"type", F(Field::IdentityType)),
                8 => is(key, b"userName", F(Field::UserName)),
                9 => is(key, b"accountId", F(Field::AccountId))
                    .or_else(|| is(key, b"invokedBy", F(Field::InvokedBy)))
                    .or_else(|| is(key, b"inScopeOf", P(Place::InScopeOf))),
                10 => is(key, b"onBehalfOf", P(Place::OnBehalfOf)),
                11 => is(key, b"principalId", F(Field::PrincipalId))
                    .or_else(|| is(key, b"accessKeyId", F(Field::AccessKeyId))),
                14 => is(key, b"sessionContext", P(Place::SessionContext)),
                16 => is(key, b"identityProvider", F(Field::IdentityProvider)),
                _ => None,
            },
            Place::SessionContext => is(key, b"sessionIssuer", P(Place::SessionIssuer)),
            Place::SessionIssuer => is(key, b"arn", F(Field::SessionIssuerArn)),
            Place::OnBehalfOf => is(key, b"identityStoreArn", F(Field::IdentityStoreArn))
                .or_else(|| is(key, b"userId", F(Field::OnBehalfOfUserId))),
            Place::InScopeOf => is(key, b"issuerType", F(Field::IssuerType))
                .or_else(|| is(key, b"credentialsIssuedTo", F(Field::CredentialsIssuedTo))),
        }
    }

    /// The fields in this object and the objects inside it, as a range of [`Field`] numbers.
    pub fn fields(self) -> std::ops::RangeInclusive<u8> {
        let (first, last) = match self {
            Place::Record => (Field::EventSource, Field::CredentialsIssuedTo),
            Place::Addendum => (Field::OriginalEventId, Field::OriginalEventId),
            Place::TlsDetails => (Field::ClientProvidedHostHeader, Field::KeyExchange),
            Place::AdditionalEventData | Place::RequestDetails => {
                (Field::EndpointType, Field::AwsServingRegion)
            }
            Place::RequestParameters => (Field::RoleArn, Field::PrincipalArn),
            Place::ResponseElements | Place::Credentials => {
                (Field::IssuedAccessKeyId, Field::IssuedAccessKeyId)
            }
            Place::UserIdentity => (Field::IdentityType, Field::CredentialsIssuedTo),
            Place::SessionContext | Place::SessionIssuer => {
                (Field::SessionIssuerArn, Field::SessionIssuerArn)
            }
            Place::OnBehalfOf => (Field::IdentityStoreArn, Field::OnBehalfOfUserId),
            Place::InScopeOf => (Field::IssuerType, Field::CredentialsIssuedTo),
        };
        first as u8..=last as u8
    }
}

/// The kept members of one record. What is missing, empty or no string is `None`; of a time a number is
/// kept as it is written.
///
/// ```
/// use stscope::internals::cloudtrail::{Field, Record};
/// let record = Record::default()
///     .with(Field::EventSource, "sts.amazonaws.com")
///     .with(Field::ErrorCode, "");
/// assert_eq!(record.get(Field::EventSource), Some("sts.amazonaws.com"));
/// assert_eq!(record.get(Field::ErrorCode), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    values: [&'a str; Field::COUNT],
    /// What is written with escapes, and so cannot be borrowed. Its place in `values` is empty.
    ///
    /// Apart, because there is none in most records: with a `Cow` for every value, a store of three
    /// words and a test of what is overwritten cost as much as finding the member.
    unescaped: Vec<(Field, String)>,
    /// An object of interest is given as a text, or as a list.
    pub(super) has_texts: bool,
}

impl Default for Record<'_> {
    fn default() -> Self {
        Record {
            values: [""; Field::COUNT],
            unescaped: Vec::new(),
            has_texts: false,
        }
    }
}

impl<'a> Record<'a> {
    /// The text of a member. An empty string counts as missing: a CSV could not tell them apart.
    #[inline]
    pub fn get(&self, field: Field) -> Option<&str> {
        let value = self.values[field as usize];
        if value.is_empty() && !self.unescaped.is_empty() {
            return self.unescaped(field);
        }
        (!value.is_empty()).then_some(value)
    }

    #[cold]
    fn unescaped(&self, field: Field) -> Option<&str> {
        let (_, text) = self.unescaped.iter().find(|(of, _)| *of == field)?;
        (!text.is_empty()).then_some(text)
    }

    /// Sets one member; for building records by hand.
    #[must_use]
    pub fn with(mut self, field: Field, value: impl Into<Cow<'a, str>>) -> Self {
        match value.into() {
            Cow::Borrowed(text) => self.set(field, text),
            Cow::Owned(text) => self.set_unescaped(field, text),
        }
        self
    }

    #[inline(always)]
    pub(super) fn set(&mut self, field: Field, value: &'a str) {
        self.values[field as usize] = value;
        if !self.unescaped.is_empty() {
            self.forget(|of| of == field);
        }
    }

    pub(super) fn set_unescaped(&mut self, field: Field, value: String) {
        self.set(field, "");
        self.unescaped.push((field, value));
    }

    /// Forgets what a place held: of a duplicate key the last value counts.
    pub(super) fn clear(&mut self, place: Place) {
        let fields = place.fields();
        for number in fields.clone() {
            self.values[number as usize] = "";
        }
        if !self.unescaped.is_empty() {
            self.forget(|of| fields.contains(&(of as u8)));
        }
    }

    #[cold]
    fn forget(&mut self, of: impl Fn(Field) -> bool) {
        self.unescaped.retain(|&(field, _)| !of(field));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every path of the documentation, with what is there.
    #[test]
    fn every_field_is_found_at_its_path() {
        let mut found = Vec::new();
        for path in [
            "eventSource",
            "eventName",
            "eventTime",
            "eventID",
            "sharedEventID",
            "eventCategory",
            "eventType",
            "awsRegion",
            "sourceIPAddress",
            "userAgent",
            "errorCode",
            "recipientAccountId",
            "vpcEndpointId",
            "addendum.originalEventID",
            "tlsDetails.clientProvidedHostHeader",
            "tlsDetails.tlsVersion",
            "tlsDetails.keyExchange",
            "additionalEventData.RequestDetails.endpointType",
            "additionalEventData.RequestDetails.awsServingRegion",
            "requestParameters.roleArn",
            "requestParameters.principalArn",
            "responseElements.credentials.accessKeyId",
            "userIdentity.type",
            "userIdentity.arn",
            "userIdentity.principalId",
            "userIdentity.accountId",
            "userIdentity.userName",
            "userIdentity.invokedBy",
            "userIdentity.identityProvider",
            "userIdentity.accessKeyId",
            "userIdentity.sessionContext.sessionIssuer.arn",
            "userIdentity.onBehalfOf.identityStoreArn",
            "userIdentity.onBehalfOf.userId",
            "userIdentity.inScopeOf.issuerType",
            "userIdentity.inScopeOf.credentialsIssuedTo",
        ] {
            let mut place = Place::Record;
            for key in path.split('.') {
                match place.member(key.as_bytes()).expect(path) {
                    Member::Place(inner) => place = inner,
                    Member::Field(field) => found.push(field as usize),
                }
            }
        }
        assert_eq!(found, (0..Field::COUNT).collect::<Vec<_>>());
        assert_eq!(Place::Record.member(b"eventname"), None);
    }

    #[test]
    fn the_fields_of_a_place_are_those_its_members_lead_to() {
        let inner = [
            (Place::UserIdentity, "sessionContext", Place::SessionContext),
            (Place::SessionContext, "sessionIssuer", Place::SessionIssuer),
            (Place::ResponseElements, "credentials", Place::Credentials),
            (Place::UserIdentity, "onBehalfOf", Place::OnBehalfOf),
            (Place::UserIdentity, "inScopeOf", Place::InScopeOf),
            (
                Place::AdditionalEventData,
                "RequestDetails",
                Place::RequestDetails,
            ),
        ];
        for (outer, key, place) in inner {
            assert_eq!(outer.member(key.as_bytes()), Some(Member::Place(place)));
            assert!(outer.fields().contains(place.fields().start()), "{outer:?}");
            assert!(outer.fields().contains(place.fields().end()), "{outer:?}");
        }
        let first_inner = *Place::Addendum.fields().start();
        assert_eq!(
            first_inner,
            Field::VpcEndpointId as u8 + 1,
            "the record's own fields come first"
        );
    }
}
