//! Where and when a record is made, and what all records have in common.

use super::super::population::{Account, Kind, Population, Principal};
use super::super::{ids, record::Record, rng::SplitMix64};
use super::identity::{self, Session};

/// The file a record is for.
pub struct Scene<'a> {
    /// Everybody.
    pub population: &'a Population,
    /// The recipient.
    pub account: &'a Account,
    /// `awsRegion`
    pub region: &'static str,
    /// `eventTime`, Unix seconds.
    pub time: i64,
    /// Tells who is busy in this file: any number.
    pub busy: u64,
}

impl<'a> Scene<'a> {
    /// Empties the record and writes the members every record has.
    pub fn begin(&self, record: &mut Record, rng: &mut SplitMix64) {
        record.clear();
        record
            .version
            .push_str(if rng.chance(0.7) { "1.11" } else { "1.08" });
        record.time = self.time;
        record.region.push_str(self.region);
        record.recipient.push_str(&self.account.id);
        record.event_type.push_str("AwsApiCall");
        record.category.push_str("Management");
        ids::uuid(&mut record.request_id, rng);
        ids::uuid(&mut record.event_id, rng);
    }

    /// One of the account's principals. A few make most calls, and in each file other ones.
    pub fn principal(&self, rng: &mut SplitMix64, legacy: bool) -> &'a Principal {
        let choices = if legacy {
            &self.account.legacy
        } else {
            &self.account.modern
        };
        &choices[self.draw(rng, choices.len())]
    }

    /// One that may call any service.
    pub fn signed_in(&self, rng: &mut SplitMix64, legacy: bool) -> &'a Principal {
        let choices = if legacy {
            &self.account.legacy
        } else {
            &self.account.modern
        };
        let first = self.draw(rng, choices.len());
        choices[first..]
            .iter()
            .chain(choices)
            .find(|principal| principal.is_signed_in())
            // The first of each is a function's role.
            .unwrap_or(&choices[0])
    }

    fn draw(&self, rng: &mut SplitMix64, principals: usize) -> usize {
        let busiest = SplitMix64::of(&[self.busy]).skewed(principals);
        (busiest + rng.bursty(principals)) % principals
    }

    /// Writes who calls, from where and with what.
    pub fn caller(
        &self,
        record: &mut Record,
        principal: &Principal,
        rng: &mut SplitMix64,
    ) -> Session {
        let session = Session::draw(principal, self.time, rng);
        identity::write(record, self.account, principal, &session);
        let addresses = &self.population.addresses;
        record
            .address
            .push_str(&addresses[session.address % addresses.len()]);
        record.agent.push_str(match principal.kind {
            Kind::Root | Kind::Centre => super::super::agents::BROWSER,
            _ => principal.agent,
        });
        session
    }

    /// Writes an AWS service as the caller.
    pub fn service(&self, record: &mut Record, service: &str) {
        identity::write_service(record, service);
        record.address.push_str(service);
        record.agent.push_str(service);
    }
}
