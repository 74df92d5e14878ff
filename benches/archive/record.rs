//! One CloudTrail record: its members, and the order CloudTrail writes them in.

use super::{clock, json, json::Object};

/// The members of a record. What is marked JSON is a fragment that stands as it is; an empty
/// String is a member that is absent, or null where CloudTrail writes null.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// `eventVersion`
    pub version: String,
    /// `userIdentity`, JSON
    pub identity: String,
    /// `userIdentity.principalId` once more, for the copy another account gets; not written
    pub principal_id: String,
    /// `eventTime`, Unix seconds
    pub time: i64,
    /// `eventSource`
    pub source: String,
    /// `eventName`
    pub name: String,
    /// `awsRegion`
    pub region: String,
    /// `sourceIPAddress`
    pub address: String,
    /// `userAgent`
    pub agent: String,
    /// `errorCode`
    pub error_code: String,
    /// `errorMessage`
    pub error_message: String,
    /// `requestParameters`, JSON
    pub request: String,
    /// `responseElements`, JSON
    pub response: String,
    /// `additionalEventData`, JSON
    pub additional: String,
    /// `requestID`
    pub request_id: String,
    /// `eventID`
    pub event_id: String,
    /// `readOnly`
    pub read_only: bool,
    /// `resources`, JSON
    pub resources: String,
    /// `eventType`
    pub event_type: String,
    /// `recipientAccountId`
    pub recipient: String,
    /// `sharedEventID`
    pub shared_event_id: String,
    /// `vpcEndpointId`
    pub vpc_endpoint: String,
    /// `vpcEndpointAccountId`
    pub vpc_endpoint_account: String,
    /// `eventCategory`
    pub category: String,
    /// `addendum`, JSON
    pub addendum: String,
    /// `tlsDetails`, JSON
    pub tls: String,
}

impl Record {
    /// Empties every member but keeps their memory.
    pub fn clear(&mut self) {
        for text in [
            &mut self.version,
            &mut self.identity,
            &mut self.principal_id,
            &mut self.source,
            &mut self.name,
            &mut self.region,
            &mut self.address,
            &mut self.agent,
            &mut self.error_code,
            &mut self.error_message,
            &mut self.request,
            &mut self.response,
            &mut self.additional,
            &mut self.request_id,
            &mut self.event_id,
            &mut self.resources,
            &mut self.event_type,
            &mut self.recipient,
            &mut self.shared_event_id,
            &mut self.vpc_endpoint,
            &mut self.vpc_endpoint_account,
            &mut self.category,
            &mut self.addendum,
            &mut self.tls,
        ] {
            text.clear();
        }
        self.time = 0;
        self.read_only = false;
    }

    /// Turns the caller's copy of a cross-account call into the one the target account gets:
    /// no ARN, an eventID of its own, the same requestID and sharedEventID
    /// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/shared-event-id.html>).
    pub fn become_target_copy(&mut self, target: &str, event_id: &str) {
        let caller = std::mem::replace(&mut self.recipient, target.to_owned());
        json::set(&mut self.identity, |identity| {
            identity
                .text("type", "AWSAccount")
                .text("principalId", &self.principal_id)
                .text("accountId", &caller);
        });
        event_id.clone_into(&mut self.event_id);
    }

    /// Appends the record, minified.
    pub fn write(&self, out: &mut String) {
        let mut object = Object::open(out);
        object
            .text("eventVersion", &self.version)
            .raw("userIdentity", &self.identity)
            .plain("eventTime", |out| clock::push_time(out, self.time))
            .text("eventSource", &self.source)
            .text("eventName", &self.name)
            .text("awsRegion", &self.region)
            .text("sourceIPAddress", &self.address)
            .text_if("userAgent", &self.agent)
            .text_if("errorCode", &self.error_code)
            .text_if("errorMessage", &self.error_message)
            .raw("requestParameters", &self.request)
            .raw("responseElements", &self.response)
            .raw_if("additionalEventData", &self.additional)
            .text_if("requestID", &self.request_id)
            .text("eventID", &self.event_id)
            .truth("readOnly", self.read_only)
            .raw_if("resources", &self.resources)
            .text("eventType", &self.event_type)
            .truth("managementEvent", self.category == "Management")
            .text("recipientAccountId", &self.recipient)
            .text_if("sharedEventID", &self.shared_event_id)
            .text_if("vpcEndpointId", &self.vpc_endpoint)
            .text_if("vpcEndpointAccountId", &self.vpc_endpoint_account)
            .text("eventCategory", &self.category)
            .raw_if("addendum", &self.addendum)
            .raw_if("tlsDetails", &self.tls)
            .close();
    }
}

/// The fragments that STS records share, whoever composes them.
pub mod part {
    use super::super::{clock, json, json::Object};

    /// `tlsDetails`.
    pub fn tls(out: &mut String, host: &str, key_exchange: &str) {
        json::set(out, |tls| {
            tls.text("tlsVersion", "TLSv1.3")
                .text("cipherSuite", "TLS_AES_128_GCM_SHA256")
                .text("clientProvidedHostHeader", host)
                .text_if("keyExchange", key_exchange);
        });
    }

    /// `additionalEventData` as STS writes it since 2025.
    pub fn request_details(out: &mut String, endpoint_type: &str, serving_region: &str) {
        json::set(out, |additional| {
            additional.object("RequestDetails", |details| {
                details
                    .text("endpointType", endpoint_type)
                    .text("awsServingRegion", serving_region);
            });
        });
    }

    /// `credentials` of an answer.
    pub fn credentials(object: &mut Object, key_id: &str, token: &str, expiration: i64) {
        object.object("credentials", |credentials| {
            credentials
                .text("accessKeyId", key_id)
                .text("sessionToken", token)
                .plain("expiration", |out| clock::push_expiration(out, expiration));
        });
    }
}
