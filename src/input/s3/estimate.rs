//! What reading a listing would come to, before anything is read: for `--dry-run`.

use std::collections::BTreeSet;

use super::layout::Level;
use super::object::Object;
use super::requests::Requests;

/// US dollars for 1,000 requests, from the cheapest to the dearest: S3 Standard in us-east-1, and
/// Glacier Instant Retrieval in sa-east-1, which is dearer by about two fifths.
/// <https://aws.amazon.com/s3/pricing/>, as quoted in November 2026; neither traffic out of the
/// Region nor KMS is in them.
const LIST_PER_1000: (f64, f64) = (0.005, 0.014);
const GET_PER_1000: (f64, f64) = (0.0004, 0.014);

/// What there is to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Accounts whose logs are among them, as far as keys tell.
    pub accounts: BTreeSet<String>,
    /// Regions.
    pub regions: BTreeSet<String>,
    /// Objects that would be read.
    pub objects: u64,
    /// Bytes of them, compressed.
    pub bytes: u64,
    /// Objects that are archived and would not be read.
    pub archived: u64,
    /// Objects that were read on an earlier day and would not be read again.
    pub known: u64,
    /// Prefixes left out.
    pub not_listed: u64,
    /// Places that were named and cannot be listed, or at which there is nothing.
    pub unreadable: Vec<String>,
}

impl Estimate {
    /// Adds an object that a run would read.
    pub fn add(&mut self, object: &Object) {
        if object.archived {
            self.archived += 1;
            return;
        }
        self.objects += 1;
        self.bytes += object.size;
        let folder = object.key.rfind('/').map_or("", |at| &object.key[..=at]);
        if let Level::Region { base, region } = Level::of_prefix(folder) {
            // ACCOUNT/CloudTrail/REGION/
            if let Some(account) = base.rsplit('/').nth(3)
                && !self.accounts.contains(account)
            {
                self.accounts.insert(account.to_owned());
            }
            if !self.regions.contains(&region) {
                self.regions.insert(region);
            }
        }
    }

    /// What S3 charges for the listing, as it was, and for reading each object once: US dollars, from
    /// the least to the most.
    pub fn price(&self, listing: Requests) -> (f64, f64) {
        // Far below what a float holds.
        #[allow(clippy::cast_precision_loss)]
        let (lists, gets) = (listing.list as f64 / 1000.0, self.objects as f64 / 1000.0);
        (
            lists * LIST_PER_1000.0 + gets * GET_PER_1000.0,
            lists * LIST_PER_1000.1 + gets * GET_PER_1000.1,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::Object;
    use super::super::xml::Entry;
    use super::*;

    #[test]
    fn what_there_is_to_read_is_added_up() {
        let object = |key: &str, class: &str| {
            let entry = Entry {
                key: key.into(),
                size: 10,
                storage_class: class.into(),
                ..Entry::default()
            };
            Object::new(&"b".into(), entry)
        };
        let mut estimate = Estimate::default();
        let folder = "p/AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2025/11/03";
        for object in [
            object(&format!("{folder}/a"), "STANDARD"),
            object(&format!("{folder}/b"), ""),
            object(&format!("{folder}/c"), "DEEP_ARCHIVE"),
            object("elsewhere", "GLACIER_IR"),
        ] {
            estimate.add(&object);
        }
        assert_eq!(
            (estimate.objects, estimate.bytes, estimate.archived),
            (3, 30, 1)
        );
        assert_eq!(
            estimate.accounts.iter().collect::<Vec<_>>(),
            ["111122223333"]
        );
        assert_eq!(estimate.regions.iter().collect::<Vec<_>>(), ["eu-west-1"]);
        estimate.objects = 1_000_000;
        let (least, most) = estimate.price(Requests {
            list: 1_000,
            ..Requests::default()
        });
        assert!(
            (least - 0.405).abs() < 1e-9 && most > least,
            "{least} {most}"
        );
    }
}
