//! One CloudTrail record: the members that matter to STS, borrowed from the log.
//!
//! Owns the list of members and where they stand in a record. Knows nothing of STS.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use std::borrow::Cow;

/// A member of a record that is kept; everything else is checked and passed over.
///
/// Members of one object stand together, so that an object given twice can be taken back whole
/// (see [`Place::fields`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(
    missing_docs,
    reason = "the names are CloudTrail's own; the paths stand in `Place::member`"
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
    IdentityType,
    IdentityArn,
    PrincipalId,
    AccountId,
    UserName,
    InvokedBy,
    IdentityProvider,
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

/// What stands under a key of a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A string that is kept.
    Field(Field),
    /// An object that holds some.
    Place(Place),
}

impl Place {
    /// What stands under `key` here, if it is of interest. Keys are compared by their bytes.
    pub fn member(self, key: &[u8]) -> Option<Member> {
        use Member::{Field as F, Place as P};
        Some(match (self, key) {
            (Place::Record, b"eventSource") => F(Field::EventSource),
            (Place::Record, b"eventName") => F(Field::EventName),
            (Place::Record, b"eventTime") => F(Field::EventTime),
            (Place::Record, b"eventID") => F(Field::EventId),
            (Place::Record, b"sharedEventID") => F(Field::SharedEventId),
            (Place::Record, b"eventCategory") => F(Field::EventCategory),
            (Place::Record, b"eventType") => F(Field::EventType),
            (Place::Record, b"awsRegion") => F(Field::AwsRegion),
            (Place::Record, b"sourceIPAddress") => F(Field::SourceIpAddress),
            (Place::Record, b"userAgent") => F(Field::UserAgent),
            (Place::Record, b"errorCode") => F(Field::ErrorCode),
            (Place::Record, b"recipientAccountId") => F(Field::RecipientAccountId),
            (Place::Record, b"vpcEndpointId") => F(Field::VpcEndpointId),
            (Place::Record, b"addendum") => P(Place::Addendum),
            (Place::Record, b"tlsDetails") => P(Place::TlsDetails),
            (Place::Record, b"additionalEventData") => P(Place::AdditionalEventData),
            (Place::Record, b"requestParameters") => P(Place::RequestParameters),
            (Place::Record, b"userIdentity") => P(Place::UserIdentity),
            (Place::Addendum, b"originalEventID") => F(Field::OriginalEventId),
            (Place::TlsDetails, b"clientProvidedHostHeader") => F(Field::ClientProvidedHostHeader),
            (Place::TlsDetails, b"tlsVersion") => F(Field::TlsVersion),
            (Place::TlsDetails, b"keyExchange") => F(Field::KeyExchange),
            (Place::AdditionalEventData, b"RequestDetails") => P(Place::RequestDetails),
            (Place::RequestDetails, b"endpointType") => F(Field::EndpointType),
            (Place::RequestDetails, b"awsServingRegion") => F(Field::AwsServingRegion),
            (Place::RequestParameters, b"roleArn") => F(Field::RoleArn),
            (Place::RequestParameters, b"principalArn") => F(Field::PrincipalArn),
            (Place::UserIdentity, b"type") => F(Field::IdentityType),
            (Place::UserIdentity, b"arn") => F(Field::IdentityArn),
            (Place::UserIdentity, b"principalId") => F(Field::PrincipalId),
            (Place::UserIdentity, b"accountId") => F(Field::AccountId),
            (Place::UserIdentity, b"userName") => F(Field::UserName),
            (Place::UserIdentity, b"invokedBy") => F(Field::InvokedBy),
            (Place::UserIdentity, b"identityProvider") => F(Field::IdentityProvider),
            (Place::UserIdentity, b"sessionContext") => P(Place::SessionContext),
            (Place::UserIdentity, b"onBehalfOf") => P(Place::OnBehalfOf),
            (Place::UserIdentity, b"inScopeOf") => P(Place::InScopeOf),
            (Place::SessionContext, b"sessionIssuer") => P(Place::SessionIssuer),
            (Place::SessionIssuer, b"arn") => F(Field::SessionIssuerArn),
            (Place::OnBehalfOf, b"identityStoreArn") => F(Field::IdentityStoreArn),
            (Place::OnBehalfOf, b"userId") => F(Field::OnBehalfOfUserId),
            (Place::InScopeOf, b"issuerType") => F(Field::IssuerType),
            (Place::InScopeOf, b"credentialsIssuedTo") => F(Field::CredentialsIssuedTo),
            _ => return None,
        })
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

/// The kept members of one record. What is missing, empty or no string is `None`.
///
/// ```
/// use stscope::cloudtrail::{Field, Record};
/// let record = Record::default()
///     .with(Field::EventSource, "sts.amazonaws.com")
///     .with(Field::ErrorCode, "");
/// assert_eq!(record.get(Field::EventSource), Some("sts.amazonaws.com"));
/// assert_eq!(record.get(Field::ErrorCode), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    values: [Cow<'a, str>; Field::COUNT],
}

impl Default for Record<'_> {
    fn default() -> Self {
        Record {
            values: [const { Cow::Borrowed("") }; Field::COUNT],
        }
    }
}

impl<'a> Record<'a> {
    /// The text of a member. An empty string counts as missing: a CSV could not tell them apart.
    #[inline]
    pub fn get(&self, field: Field) -> Option<&str> {
        let value: &str = &self.values[field as usize];
        (!value.is_empty()).then_some(value)
    }

    /// Sets one member; for building records by hand.
    #[must_use]
    pub fn with(mut self, field: Field, value: impl Into<Cow<'a, str>>) -> Self {
        self.set(field, value.into());
        self
    }

    #[inline]
    pub(super) fn set(&mut self, field: Field, value: Cow<'a, str>) {
        self.values[field as usize] = value;
    }

    /// Forgets what a place held: of a duplicate key the last value stands.
    pub(super) fn clear(&mut self, place: Place) {
        for number in place.fields() {
            self.values[number as usize] = Cow::Borrowed("");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_place_are_those_its_members_lead_to() {
        let inner = [
            (Place::UserIdentity, "sessionContext", Place::SessionContext),
            (Place::SessionContext, "sessionIssuer", Place::SessionIssuer),
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
