//! User agents of AWS itself: calls that no customer can change.
//!
//! Owns the forms that AWS's own agents have: the word `aws-internal` and its relatives, and the DNS
//! names of services.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::agent::without_brackets;
use crate::aws::region::{Partition, is_region};

/// Whether an agent is one of AWS itself. It is asked of every global call.
pub fn is_of_aws(user_agent: &str) -> bool {
    let agent = without_brackets(user_agent);
    is_internal(agent) || is_service_name(agent)
}

/// Agents of AWS's own making: whole words alone, as customers have programs whose names contain them
/// (`acme-aws-internal/1.4`), and whose remarks quote them (`(aws-internal/3)`), so only white space ends
/// a word here. Every real agent that was seen has one of these forms.
pub(super) fn is_internal(agent: &str) -> bool {
    // To prepare a search costs more than to search one agent.
    static INTERNAL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"internal"));
    let mut inside = INTERNAL.find_iter(agent.as_bytes());
    is_internal_alone(agent)
        || inside.any(|at| {
            let (before, from) = agent.split_at(at);
            let after = &from["internal".len()..];
            let is_edge = |c: Option<char>| c.is_none_or(char::is_whitespace);
            let begins_word = |start: &str| is_edge(start.chars().next_back());
            let is_metadata = (before.strip_suffix("md/")).is_some_and(begins_word)
                && is_edge(after.chars().next());
            is_metadata
                || (before.strip_suffix("aws-").is_some_and(begins_word) && after.starts_with('/'))
        })
}

/// `AWS Internal` or `AWS Internal/3`, and nothing else.
fn is_internal_alone(agent: &str) -> bool {
    agent.strip_prefix("AWS Internal").is_some_and(|rest| {
        let number = rest.strip_prefix('/');
        rest.is_empty()
            || number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Whether the agent is of Amazon's own framework, which the public does not have. That AWS itself is
/// the caller, `sourceIPAddress` must say as well: see [`INSIDE_AWS`].
pub(super) fn is_coral(user_agent: &str) -> bool {
    without_brackets(user_agent).starts_with("Coral/")
}

/// The `sourceIPAddress` of calls that never left AWS.
pub(super) const INSIDE_AWS: &str = "AWS Internal";

/// A service's DNS name, as CloudTrail writes it for calls that AWS makes: `ec2.amazonaws.com`,
/// `dynamodb.application-autoscaling.amazonaws.com`. Names that lead to an endpoint or a bucket are none,
/// as a program may send the name of what it calls: `my.sts.amazonaws.com`. STS's own name as a service,
/// `sts.amazonaws.com`, is also that of the global endpoint; it counts as the former.
pub(super) fn is_service_name(agent: &str) -> bool {
    Partition::ALL.iter().any(|partition| {
        agent
            .strip_suffix(partition.dns_suffix())
            .and_then(|name| name.strip_suffix('.'))
            .is_some_and(|name| {
                let is_of_an_endpoint =
                    |label: &str| matches!(label, "sts" | "s3" | "vpce") || is_region(label);
                // `ec2-192-0-2-1.compute-1`, `my-balancer.elb`: what a customer runs there.
                let is_of_a_machine = |label: &str| {
                    let number = label.strip_prefix("compute-");
                    let is_number = |n: &str| n.bytes().all(|b| b.is_ascii_digit());
                    matches!(label, "compute" | "elb") || number.is_some_and(is_number)
                };
                let is_none = |label: &str| is_of_an_endpoint(label) || is_of_a_machine(label);
                let is_one_label = !name.contains('.');
                name.split('.').all(is_label) && (is_one_label || !name.split('.').any(is_none))
            })
    })
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_what_a_customer_runs_is_none_of_a_service() {
        for service in [
            "ec2.amazonaws.com",
            "compute-optimizer.amazonaws.com",
            "export.compute-optimizer.amazonaws.com",
            "dynamodb.application-autoscaling.amazonaws.com",
            "lambda.amazonaws.com.cn",
        ] {
            assert!(is_of_aws(service), "{service}");
        }
        for other in [
            "ec2-192-0-2-1.compute-1.amazonaws.com",
            "ec2-192-0-2-1.eu-west-1.compute.amazonaws.com",
            "ec2-192-0-2-1.compute.amazonaws.com",
            "my-balancer.elb.amazonaws.com",
            "my.sts.amazonaws.com",
            "sts.eu-west-1.amazonaws.com",
        ] {
            assert!(!is_of_aws(other), "{other}");
        }
    }
}
