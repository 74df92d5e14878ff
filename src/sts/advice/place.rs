//! Where calls should go, in the words that each place of a configuration wants.

use crate::aws::region::{Partition, is_region};
use crate::sts::defaults::Defaults;

/// Where calls should go, as far as that is known.
#[derive(Clone, Copy)]
pub(super) struct Place<'a>(Option<&'a str>);

impl<'a> Place<'a> {
    pub fn of(region: Option<&'a str>) -> Place<'a> {
        Place(region.filter(|region| is_region(region)))
    }

    /// The Region, if it is known.
    pub fn known(self) -> Option<&'a str> {
        self.0
    }

    /// `AWS_REGION=eu-west-1`, by the variable that this SDK reads.
    pub fn variable(self, row: &Defaults) -> String {
        let name = row.region_variable;
        let not = match name {
            "AWS_REGION" => String::new(),
            _ => format!(" ({} ignores AWS_REGION)", row.product),
        };
        match self.0 {
            Some(region) => format!("{name}={region}{not}"),
            None => format!("{name}{not} to the Region it runs in"),
        }
    }

    /// `eu-west-1`
    pub fn region(self) -> &'a str {
        self.0.unwrap_or("the Region it runs in")
    }

    /// `the Region eu-west-1`
    pub fn region_words(self) -> String {
        match self.0 {
            Some(region) => format!("the Region {region}"),
            None => self.region().to_owned(),
        }
    }

    /// A sentence of a tool with the Region and the endpoint put in.
    pub fn fill(self, sentence: &str) -> String {
        sentence
            .replace("{region}", self.region())
            .replace("{url}", &self.url())
            .replace("{host}", &self.host())
    }

    /// `region = eu-west-1`
    pub fn config_line(self) -> String {
        match self.0 {
            Some(region) => format!("region = {region}"),
            None => "region".to_owned(),
        }
    }

    /// `https://sts.eu-west-1.amazonaws.com`
    pub fn url(self) -> String {
        match self.0 {
            Some(_) => format!("https://{}", self.host()),
            None => self.host(),
        }
    }

    /// `sts.eu-west-1.amazonaws.com`
    fn host(self) -> String {
        match self.0 {
            Some(region) => {
                let suffix = Partition::of_region(region).dns_suffix();
                format!("sts.{region}.{suffix}")
            }
            None => "the STS endpoint of the Region it runs in".to_owned(),
        }
    }

    /// What goes with another URL. Whoever calls the global endpoint signs for us-east-1:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html>
    pub fn signing(self) -> String {
        format!(
            "Have its client sign for {} at the same time: a Regional endpoint refuses signatures for other \
             Regions (SignatureDoesNotMatch).",
            self.region_words()
        )
    }
}
