//! Tokens in use: which record was made with which, and where.
//!
//! A token is known by the id of its access key, which is no secret: the call that issued it has the
//! id in its answer, and every call made with it has it in its identity.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>

use super::Time;
use crate::aws::region::is_opt_in;
use crate::cloudtrail::{Field, Record};

/// A record, of whatever service, that was made with an access key in an opt-in Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenUse<'r> {
    /// The id of the key.
    pub access_key_id: &'r str,
    /// The Region of the record.
    pub region: &'r str,
    /// When, where that can be read.
    pub time: Option<Time>,
}

impl<'r> TokenUse<'r> {
    /// What a record says of it; `None` if it was made without a key, or in another Region.
    pub fn of(record: &'r Record<'_>) -> Option<TokenUse<'r>> {
        Some(TokenUse {
            region: record
                .get(Field::AwsRegion)
                .filter(|name| is_opt_in(name))?,
            access_key_id: record.get(Field::AccessKeyId)?,
            time: record.get(Field::EventTime).and_then(Time::logged),
        })
    }
}
