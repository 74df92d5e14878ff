//! What can be asked of a call, be it read just now or kept from an earlier night.
//!
//! Owns the questions, not the answers: [`Call`] answers from a record, a store from its tables.
//! Whoever groups, filters or plans by these alone gives one answer for both.

use super::tool::Tool;
use super::{Call, Cause, Dimension, Endpoint, Time};
use crate::cloudtrail::Field;

/// The properties of a call by which it is grouped, filtered and planned for.
pub trait Properties {
    /// The value of a dimension; `None` where the record lacks it.
    fn value<'s>(&'s self, dimension: Dimension, scratch: &'s mut String) -> Option<&'s str>;
    /// Which kind of endpoint; of a kept call, a Regional one names no Region here.
    fn endpoint(&self) -> Endpoint<'_>;
    /// When it was completed.
    fn time(&self) -> Option<Time>;
    /// Why it went to the global endpoint; of other calls it means nothing.
    fn cause(&self) -> Option<&str>;
    /// The account that issues the credentials.
    fn issuing_account_id(&self) -> Option<&str>;
    /// Whether STS is deactivated in the Region called.
    fn is_refused(&self) -> bool;
    /// Whether it came through a VPC endpoint.
    fn is_through_vpc_endpoint(&self) -> bool;
    /// The account whose log the record is in.
    fn recipient_account_id(&self) -> Option<&str>;
    /// `awsRegion` of the record.
    fn aws_region(&self) -> Option<&str>;

    /// The tool, where it is a label of the user's (`app/NAME`) that only has the name of a known tool. A
    /// kept call has no user agent, so this cannot be told of it.
    fn label_like_a_tool(&self) -> Option<&str> {
        None
    }

    /// Whether it is of where global calls are logged.
    fn is_of_us_east_1(&self) -> bool {
        matches!(self.aws_region(), Some("us-east-1" | "global"))
    }
}

impl Properties for Call<'_> {
    fn value<'s>(&'s self, dimension: Dimension, scratch: &'s mut String) -> Option<&'s str> {
        Call::value(self, dimension, scratch)
    }

    fn endpoint(&self) -> Endpoint<'_> {
        Call::endpoint(self)
    }

    fn time(&self) -> Option<Time> {
        Call::time(self)
    }

    fn cause(&self) -> Option<&str> {
        Some(Cause::of(self).as_str())
    }

    fn issuing_account_id(&self) -> Option<&str> {
        Call::issuing_account_id(self)
    }

    fn is_refused(&self) -> bool {
        Call::is_refused(self)
    }

    fn is_through_vpc_endpoint(&self) -> bool {
        Call::is_through_vpc_endpoint(self)
    }

    fn recipient_account_id(&self) -> Option<&str> {
        self.field(Field::RecipientAccountId)
    }

    fn aws_region(&self) -> Option<&str> {
        self.field(Field::AwsRegion)
    }
    fn label_like_a_tool(&self) -> Option<&str> {
        match self.habits()?.tool {
            Some(_) => None,
            None => self.tool().filter(|name| Tool::find(name).is_some()),
        }
    }
}
