//! `events`: calls one by one.

use std::io;

use crate::questions::{EVENT_COLUMNS, Row};
use crate::report::cell::Cell;
use crate::report::page::{List, Page};
use crate::report::sheet::{Label, Sheet};

/// The page of some calls; `top` is the most rows it has. Rows are taken as they are written.
pub fn page<'p>(
    rows: impl IntoIterator<Item = io::Result<Row>, IntoIter: 'p>,
    top: Option<u64>,
) -> Page<'p> {
    Page::new("stscope.events/1", List::new("calls", sheet(), rows, top))
}

/// Says below the rows that no global one among them means nothing, for those who do not see the messages of
/// the run.
pub fn without_us_east_1(mut page: Page<'_>) -> Page<'_> {
    let words = "Nothing of us-east-1 was read, and global calls are logged only there: that none is shown means nothing.";
    page.notes.push(words.to_owned());
    page
}

/// The columns.
pub fn sheet() -> Sheet<Row> {
    let mut sheet = Sheet::<Row>::new();
    for (at, name) in EVENT_COLUMNS.into_iter().enumerate() {
        let (label, help) = known(name);
        sheet = match (at.checked_sub(1), name) {
            (None, _) => sheet.col(name, label, help, |row| Cell::some(row.time(), Cell::Time)),
            (Some(at), "recipient_account_id") => sheet.col(name, label, help, move |row| {
                Cell::some(row.value(at), Cell::account)
            }),
            (Some(at), _) => sheet.col(name, label, help, move |row| {
                Cell::some(row.value(at), Cell::text)
            }),
        };
    }
    sheet
}

/// The place of a column in a table, which has room for a few alone, and its help.
fn known(name: &str) -> (Option<Label>, &'static str) {
    let shown = |text| Some(Label::new(text));
    match name {
        "event_time" => (shown("TIME"), "when the call was made"),
        "recipient_account_id" => (None, "the account whose log the record is in"),
        "event_name" => (Some(Label::new("CALL").spare(3)), "the STS action"),
        "endpoint" => (
            shown("ENDPOINT"),
            "global, regional, aws-service, other or unknown",
        ),
        "client_provided_host_header" => (
            Some(Label::host().spare(2)),
            "the host the client asked for",
        ),
        "vpc_endpoint_id" => (None, "the VPC endpoint that the call came through"),
        "aws_region" => (None, "the Region that logged it"),
        "aws_serving_region" => (None, "the Region that answered"),
        "source_ip_address" => (
            Some(Label::new("SOURCE").least(15).spare(5)),
            "where the call came from",
        ),
        "event_id" => (None, "the id of the record"),
        "principal" => (
            Some(Label::new("PRINCIPAL").least(29)),
            "the stable identity that called",
        ),
        "user_identity_arn" => (None, "userIdentity.arn, with the session"),
        "sdk" => (
            Some(Label::new("SDK").spare(1)),
            "the SDK or tool, from the user agent",
        ),
        "sdk_version" => (Some(Label::new("VERSION").spare(4)), "its version"),
        "user_agent" => (None, "what the client says of itself"),
        "error_code" => (None, "the error answered, if any"),
        "tool" => (None, "the program that the user agent names"),
        _ => (None, ""),
    }
}
