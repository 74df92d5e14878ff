//! The grammar of a user agent: words, brackets around them, metrics, and where it was cut off.
//!
//! Knows no product. Agents are whatever a client likes to send, so everything here is a claim.
//! The grammar: <https://docs.aws.amazon.com/sdkref/latest/guide/user-agent.html>

use super::Version;

/// The metric of an endpoint URL that is configured.
/// <https://github.com/boto/botocore/blob/develop/botocore/useragent.py> (`ENDPOINT_OVERRIDE`)
pub const ENDPOINT_OVERRIDE: &str = "N";

/// CloudTrail cuts agents off at 1 KB. A thousand bytes, because no page says which KB is meant.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
const CUT_AT: usize = 1000;

/// The agent without the one pair of brackets that some services write around it.
pub(super) fn without_brackets(user_agent: &str) -> &str {
    let agent = user_agent.trim();
    agent
        .strip_prefix('[')
        .map_or(agent, |a| a.strip_suffix(']').unwrap_or(a))
        .trim()
}

/// The words of an agent; brackets, commas and semicolons end one as white space does.
pub(super) fn words(agent: &str) -> impl Iterator<Item = &str> {
    agent.split(|c: char| ends_word(Some(c)))
}

/// Whether a word ends before this character, or with the agent.
fn ends_word(next: Option<char>) -> bool {
    next.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ';' | ','))
}

/// What comes after a prefix, compared without regard to case.
pub(super) fn after<'a>(word: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = word.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Reads a version in an agent. At the end of an agent that was cut off, `1.4` may have
/// been 1.40: then only what further digits cannot change is known.
pub(super) fn version(user_agent: &str, version: &str) -> Option<Version> {
    if is_cut(user_agent) && user_agent.trim_end().ends_with(version) {
        Version::parse_cut(version)
    } else {
        Version::parse(version)
    }
}

/// Whether the agent's business metrics (`m/E,N,b`) have this one.
pub fn has_metric(user_agent: &str, metric: &str) -> bool {
    let agent = without_brackets(user_agent);
    let mut words = agent.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let Some(list) = word.strip_prefix("m/") else {
            continue;
        };
        // The last metric of an agent that was cut off may be the start of a longer one.
        let is_open = words.peek().is_none() && is_cut(user_agent);
        let list = match list.rsplit_once(',') {
            Some((whole, _)) if is_open => whole,
            None if is_open => "",
            _ => list,
        };
        if list.split(',').any(|one| one == metric) {
            return true;
        }
    }
    false
}

/// Whether CloudTrail cut the agent off: it is as long as CloudTrail allows, or a bracket around it
/// is opened and never closed.
fn is_cut(user_agent: &str) -> bool {
    let agent = user_agent.trim();
    agent.len() >= CUT_AT || (agent.starts_with('[') && !agent.ends_with(']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An agent that ends in `end` and is as long as CloudTrail allows.
    fn cut(end: &str) -> String {
        format!("{:x<1$} {end}", "Boto3/1.2.3 app/", 1023 - end.len())
    }

    #[test]
    fn an_endpoint_override_is_one_whole_metric_of_the_list() {
        for overridden in [
            "Boto3/1.40.21 ua/2.1 m/N",
            "Boto3/1.40.21 ua/2.1 m/N,b,Z cfg/retry-mode#legacy",
            "Boto3/1.40.21 ua/2.1 m/E,N,b",
            "[aws-sdk-java/2.46.14 md/io#sync m/E,AJ,N]",
            "aws-sdk-rust/1.3.8 m/E m/N",
            "m/N",
        ] {
            assert!(has_metric(overridden, ENDPOINT_OVERRIDE), "{overridden}");
        }
        for not in [
            "",
            "m/",
            "m/NN",
            "m/E,NN,n",
            "m/n",
            "m/AN,N1",
            "Boto3/1.40.21 md/N m/b",
            "Boto3/1.40.21 (m/N)",
            "em/N",
            "M/N",
            "m/b cfg/N,N",
            "m/E, N",
        ] {
            assert!(!has_metric(not, ENDPOINT_OVERRIDE), "{not}");
        }
    }

    #[test]
    fn a_metric_that_was_cut_off_is_not_believed() {
        assert!(!has_metric(&cut("m/E,N"), ENDPOINT_OVERRIDE));
        assert!(!has_metric(&cut("m/N"), ENDPOINT_OVERRIDE));
        assert!(!has_metric("[Boto3/1.40.21 m/E,N", ENDPOINT_OVERRIDE));
        assert!(has_metric(&cut("m/N,E"), ENDPOINT_OVERRIDE));
        assert!(has_metric(&cut("m/N cfg/retr"), ENDPOINT_OVERRIDE));
        assert!(has_metric("Boto3/1.40.21 m/E,N", ENDPOINT_OVERRIDE));
    }

    #[test]
    fn a_version_at_the_end_of_a_cut_agent_may_have_had_more_digits() {
        let boundary = Version::new(1, 40, 0);
        let below = |agent: &str, text| version(agent, text).unwrap().is_below(boundary);
        assert_eq!(below(&cut("botocore/1.4"), "1.4"), None);
        assert_eq!(below(&cut("botocore/1.39.1"), "1.39.1"), Some(true));
        assert_eq!(below(&cut("botocore/1.4 x"), "1.4"), Some(true));
        assert_eq!(below("botocore/1.4", "1.4"), Some(true));
        assert_eq!(below("[botocore/1.4", "1.4"), None);
        assert_eq!(below("[botocore/1.4]", "1.4"), Some(true));
    }
}
