//! Where calls should go, in the words that each place of a configuration wants.

use super::situation::{Share, Situation};
use crate::aws::region::{Partition, is_region};
use crate::sts::defaults::Defaults;

/// Where calls should go, as far as that is known.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    region: Option<&'a str>,
    /// Whether the callers are Lambda functions, which have their Region and can be given no other.
    pub is_lambda: bool,
}

impl<'a> Place<'a> {
    pub fn of(situation: &Situation<'a>) -> Place<'a> {
        Place {
            region: (situation.recommended_region).filter(|region| is_region(region)),
            is_lambda: situation.in_lambda == Share::All,
        }
    }

    /// The Region, if it is known.
    pub fn known(self) -> Option<&'a str> {
        self.region
    }

    /// `AWS_REGION=eu-west-1`, by the variable that this SDK reads.
    pub fn variable(self, row: &Defaults) -> String {
        let name = row.region_variable;
        let not = match name {
            "AWS_REGION" => String::new(),
            _ => format!(" ({} ignores AWS_REGION)", row.product),
        };
        match self.region {
            Some(region) => format!("{name}={region}{not}"),
            None => format!("{name}{not} to the Region it runs in"),
        }
    }

    /// `eu-west-1`
    pub fn region(self) -> &'a str {
        self.region.unwrap_or("the Region it runs in")
    }

    /// `the Region eu-west-1`
    pub fn region_words(self) -> String {
        match self.region {
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

    /// ` and set AWS_REGION=eu-west-1`, where that can be set.
    pub fn and_variable(self, row: &Defaults) -> String {
        match self.is_lambda {
            true => String::new(),
            false => format!(" and set {}", self.variable(row)),
        }
    }

    /// `region = eu-west-1`
    pub fn config_line(self) -> String {
        match self.region {
            Some(region) => format!("region = {region}"),
            None => "region".to_owned(),
        }
    }

    /// `https://sts.eu-west-1.amazonaws.com`
    pub fn url(self) -> String {
        match self.region {
            Some(_) => format!("https://{}", self.host()),
            None => self.host(),
        }
    }

    /// `sts.eu-west-1.amazonaws.com`
    fn host(self) -> String {
        match self.region {
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
