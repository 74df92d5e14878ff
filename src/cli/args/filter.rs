//! Which calls are counted.

use clap::Args;

use super::Typed;
use crate::aws::account::is_account_id;
use crate::aws::region::is_region;
use crate::cli::conditions::condition;
use crate::cli::exit::Failure;
use crate::cli::time::Moment;
use crate::sts::EndpointKind;
use crate::tally::Condition;

/// What to count.
#[derive(Args)]
#[command(next_help_heading = "Filters")]
pub(in crate::cli) struct FilterArgs {
    /// Count calls from T on: 2026-11-01, 2026-11-01T12:00:00Z, or an age: 36h, 7d, 2w
    #[arg(long, value_name = "T", allow_hyphen_values = true, value_parser = Typed(Moment::parse_later))]
    pub since: Option<Moment>,
    /// Count calls before T
    #[arg(long, value_name = "T", allow_hyphen_values = true, value_parser = Typed(Moment::parse_later))]
    pub until: Option<Moment>,
    /// Count records received by these accounts (recipientAccountId)
    #[arg(long, value_name = "A,...", value_delimiter = ',', value_parser = Typed(account))]
    pub account: Vec<String>,
    /// Count records of these Regions (awsRegion); global calls are logged in us-east-1
    #[arg(long, value_name = "R,...", value_delimiter = ',', value_parser = Typed(region))]
    pub region: Vec<String>,
    /// Count calls to these endpoints only
    #[arg(long, value_name = "E,...", value_delimiter = ',')]
    pub endpoint: Vec<EndpointKind>,
    /// DIM=GLOB or DIM!=GLOB; repeatable, all must hold. * crosses / and :
    #[arg(long = "where", value_name = "DIM=GLOB", value_parser = Typed(condition))]
    pub conditions: Vec<Condition>,
}

impl FilterArgs {
    /// Refuses filters that hide calls, for an answer in which they would be missed. `instead` names the
    /// commands that take the option.
    pub fn refuse_what_hides_calls(
        &self,
        instead: impl FnOnce(&str) -> String,
    ) -> Result<(), Failure> {
        let option = if !self.endpoint.is_empty() {
            "--endpoint"
        } else if !self.conditions.is_empty() {
            "--where"
        } else {
            return Ok(());
        };
        Err(Failure::new(format!(
            "{option}: it would hide calls, and a Region that is in use would look idle; leave it out, \
             or use {}",
            instead(option)
        )))
    }
}

/// Reads an account id.
pub(in crate::cli) fn account(text: &str) -> Result<String, String> {
    let text = text.trim();
    match is_account_id(text) {
        true => Ok(text.to_owned()),
        false => Err("an account id has twelve digits; keep leading zeros".to_owned()),
    }
}

/// Reads the name of a Region.
fn region(text: &str) -> Result<String, String> {
    let text = text.trim();
    match is_region(text) || text == "global" {
        true => Ok(text.to_owned()),
        false => Err(
            "no Region has such a name; 'stscope endpoint' lists them (write eu-west-1)".to_owned(),
        ),
    }
}
