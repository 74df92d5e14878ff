//! The names that say what an object outside records is.

/// A member of such an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// An array of records, or of what wraps them.
    List(List),
    /// Something a record may be wrapped in, by its place in the order in which they are tried.
    Wrapper(u8),
    /// `detail-type`: this is an EventBridge envelope.
    DetailType,
    /// `source`: who sent what is in an EventBridge envelope.
    Sender,
    /// `eventSource`: this is a record, or a message that Lambda was given. `small` if the key is in small
    /// letters.
    Source {
        small: bool,
    },
    /// `eventVersion`: this is a record.
    Version,
    /// `eventName`: with a version it is a record, even if nothing tells whose.
    Name,
    /// `digestStartTime`: this is a digest.
    Digest,
    /// Where the next page of a list begins, and the like: nothing that holds a record.
    Paging,
    /// What in a record of AWS's is whatever a caller says or asks for: no record of its own.
    Free,
    Other,
}

/// A key under which an array is a list of records, or of objects with records in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// CloudTrail's own files, and what Lambda is given by SQS and SNS.
    Records,
    /// The output of `lookup-events`.
    Events,
    /// A CloudWatch Logs subscription.
    LogEvents,
    /// The output of `filter-log-events`.
    FilteredEvents,
}

/// `detail`: the record in an EventBridge envelope.
pub(super) const DETAIL: u8 = 0;
/// `CloudTrailEvent` of `lookup-events`.
pub(super) const CLOUD_TRAIL_EVENT: u8 = 1;
/// `message` of CloudWatch Logs, Filebeat and Logstash.
pub(super) const MESSAGE: u8 = 2;

impl Key {
    /// Whether there may be a record under it that is not read with the object itself.
    pub fn may_hide(self) -> bool {
        matches!(
            self,
            Key::List(_) | Key::Wrapper(_) | Key::Sender | Key::Other
        )
    }

    /// By length first, as this is asked for every key of every JSON line.
    #[rustfmt::skip]
    pub(super) fn of(name: &[u8]) -> Key {
        match name.len() {
            3 => match name {
                b"log" => Key::Wrapper(7), // Fluentd, Fluent Bit, Docker
                b"Sns" => Key::Wrapper(8),
                _ => Key::Other,
            },
            4 => match name {
                b"body" => Key::Wrapper(5), // SQS, as Lambda has it
                b"Body" => Key::Wrapper(6), // SQS, as receive-message has it
                b"_raw" => Key::Wrapper(12), // Splunk
                b"hits" => Key::Wrapper(15), // Elasticsearch
                b"data" => Key::Wrapper(18), // CloudEvents
                _ => Key::Other,
            },
            5 if name == b"event" => Key::Wrapper(10), // Splunk's collector, Filebeat
            6 => match name {
                b"Events" => Key::List(List::Events),
                b"events" => Key::List(List::FilteredEvents),
                b"detail" => Key::Wrapper(DETAIL),
                b"result" => Key::Wrapper(13), // Splunk's export
                b"source" => Key::Sender,
                _ => Key::Other,
            },
            7 => match name {
                b"Records" => Key::List(List::Records),
                b"message" => Key::Wrapper(MESSAGE),
                b"Message" => Key::Wrapper(3), // SNS
                b"_source" => Key::Wrapper(9), // Elasticsearch
                b"records" => Key::Wrapper(16),
                b"payload" => Key::Wrapper(17),
                b"awslogs" => Key::Wrapper(20), // CloudWatch Logs, as Lambda has it
                b"kinesis" => Key::Wrapper(21), // Kinesis, as Lambda has it
                _ => Key::Other,
            },
            8 => match name {
                b"@message" => Key::Wrapper(4),
                b"original" => Key::Wrapper(11), // event.original of Filebeat
                b"Messages" => Key::Wrapper(14), // receive-message
                _ => Key::Other,
            },
            9 => match name {
                b"logEvents" => Key::List(List::LogEvents),
                b"eventName" | b"eventname" => Key::Name,
                b"userAgent" | b"useragent" | b"resources" => Key::Free,
                b"eventData" => Key::Wrapper(19), // PutAuditEvents
                b"NextToken" | b"nextToken" => Key::Paging,
                _ => Key::Other,
            },
            10 if matches!(name, b"tlsDetails" | b"tlsdetails") => Key::Free,
            11 => match name {
                // Athena, Hive and Spark write keys in small letters.
                b"eventSource" => Key::Source { small: false },
                b"eventsource" => Key::Source { small: true },
                b"detail-type" => Key::DetailType,
                _ => Key::Other,
            },
            12 => match name {
                b"eventVersion" | b"eventversion" => Key::Version,
                b"userIdentity" | b"useridentity" => Key::Free,
                b"errorMessage" | b"errormessage" => Key::Free,
                _ => Key::Other,
            },
            14 if matches!(name, b"insightDetails" | b"insightdetails") => Key::Free,
            15 => match name {
                b"CloudTrailEvent" => Key::Wrapper(CLOUD_TRAIL_EVENT),
                b"digestStartTime" => Key::Digest,
                _ => Key::Other,
            },
            16 => match name {
                b"nextForwardToken" | b"ResponseMetadata" => Key::Paging,
                b"responseElements" | b"responseelements" => Key::Free,
                _ => Key::Other,
            },
            17 => match name {
                b"nextBackwardToken" => Key::Paging,
                b"requestParameters" | b"requestparameters" => Key::Free,
                _ => Key::Other,
            },
            18 if name == b"searchedLogStreams" => Key::Paging,
            19 => match name {
                b"additionalEventData" | b"additionaleventdata" => Key::Free,
                b"serviceEventDetails" | b"serviceeventdetails" => Key::Free,
                _ => Key::Other,
            },
            _ => Key::Other,
        }
    }
}
