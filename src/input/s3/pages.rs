//! One page of ListObjectsV2: asked for until it is sound.
//!
//! Owns how it is asked, and what is wrong with one. Which page comes next, `list` decides.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use http::Method;
use http::header::HeaderName;

use super::client::{Client, body_of};
use super::error::{Action, Kind, S3Error};
use super::failure::Failure;
use super::flight::Flight;
use super::request::Target;
use super::retry::Tries;
use super::url::S3Url;
use super::xml::{self, Page};

/// A page is made on the spot. One that skips many deleted keys takes seconds.
const PATIENCE: Duration = Duration::from_secs(15);
/// A thousand of the longest keys, each byte of them encoded.
const LONGEST_PAGE: usize = 16 << 20;
/// Asks which archived objects have a copy that can be read.
const OPTIONAL: HeaderName = HeaderName::from_static("x-amz-optional-object-attributes");

/// One page to ask for.
#[derive(Clone, Copy, Default)]
pub(super) struct Ask<'a> {
    pub prefix: &'a str,
    pub by_folder: bool,
    pub token: Option<&'a str>,
    pub after: Option<&'a str>,
    pub one: bool,
}

/// The pages of a bucket.
pub(super) struct Pages {
    pub client: Arc<Client>,
    pub flight: Arc<Flight>,
    pub bucket: Arc<str>,
}

impl Pages {
    /// Asks for a page until it is sound.
    pub async fn page(&self, ask: Ask<'_>) -> Result<Page, Kind> {
        let mut query: Vec<(&'static str, &str)> = Vec::with_capacity(7);
        // In the order that is signed.
        query.extend(ask.token.map(|token| ("continuation-token", token)));
        query.extend(ask.by_folder.then_some(("delimiter", "/")));
        query.extend([("encoding-type", "url"), ("list-type", "2")]);
        query.extend(ask.one.then_some(("max-keys", "1")));
        query.push(("prefix", ask.prefix));
        // Beside a token it means nothing.
        let after = ask.after.filter(|_| ask.token.is_none());
        query.extend(after.map(|after| ("start-after", after)));
        let target = Target {
            method: Method::GET,
            bucket: &self.bucket,
            key: "",
            query: &query,
            headers: &[(OPTIONAL, "RestoreStatus")],
        };
        let mut tries = Tries::new(self.client.tries());
        loop {
            self.client.counters.list.fetch_add(1, Relaxed);
            let failure = match self.client.send(&target, tries.patience(PATIENCE)).await {
                Ok(response) => match body_of(response, LONGEST_PAGE, None).await {
                    Ok(body) => match xml::page(&body).and_then(|page| of_prefix(page, ask.prefix))
                    {
                        Ok(page) => {
                            self.flight.went_well(0);
                            return Ok(page);
                        }
                        Err(xml::Malformed(why)) => {
                            Failure::Passing(format!("a listing that is not sound: {why}"))
                        }
                    },
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            tries
                .after(failure, &self.client, &self.bucket, &self.flight)
                .await?;
        }
    }

    /// What a listing ends with, where a page could not be had.
    pub fn error(&self, prefix: &str, kind: Kind) -> S3Error {
        let kind = match kind {
            kind if is_denied(&kind) => Kind::NotPermitted {
                action: Action::ListBucket,
                said: match kind {
                    Kind::Refused { said, .. } => said,
                    _ => String::new(),
                },
            },
            Kind::Gone => Kind::NoBucket,
            kind => kind,
        };
        S3Error::new(S3Url::of_key(&self.bucket, prefix), kind)
    }
}

/// Keys of another prefix would lead the listing astray.
fn of_prefix(page: Page, prefix: &str) -> Result<Page, xml::Malformed> {
    let sound = page
        .entries
        .iter()
        .all(|entry| entry.key.starts_with(prefix))
        && page
            .prefixes
            .iter()
            .all(|child| child.len() > prefix.len() && child.starts_with(prefix));
    if sound {
        Ok(page)
    } else {
        Err(xml::Malformed("keys of another prefix"))
    }
}

pub(super) fn is_denied(kind: &Kind) -> bool {
    matches!(kind, Kind::Refused { status: 403, code, .. } if code == "AccessDenied" || code.is_empty())
}
