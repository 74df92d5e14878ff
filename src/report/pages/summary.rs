//! The sums over all calls, as a block and as a member.

use serde_json::{Map, Value, json};

use super::time_json;
use crate::questions::verify::Standing;
use crate::report::missing::is_whole;
use crate::report::page::{Block, Figure, Tone};
use crate::report::words::{count, counted};
use crate::tally::{Coverage, Summary};

/// For programs.
pub(super) fn json(summary: &Summary) -> Value {
    let endpoints: Map<String, Value> = (summary.endpoints.iter())
        .map(|(kind, &calls)| (kind.as_str().to_owned(), calls.into()))
        .collect();
    json!({
        "calls": summary.calls,
        "endpoints": endpoints,
        "global_share": summary.global_share,
        "principals": summary.principals,
        "global_principals": summary.global_principals,
        "global_aws_managed": summary.global_aws_managed,
        "vpc_endpoint_calls": summary.vpc_endpoint_calls,
        "errors": summary.errors,
        "first_event_time": time_json(summary.span.first),
        "last_event_time": time_json(summary.span.last),
    })
}

/// For people. `can_judge` tells whether anything was read that global calls would be logged in, and
/// `standing` and `coverage` whether logs are missing.
pub(super) fn blocks(
    summary: &Summary,
    can_judge: bool,
    standing: Option<&Standing>,
    coverage: &Coverage,
) -> Vec<Block> {
    // What was seen, was seen.
    let can_judge = can_judge || summary.global() > 0;
    let span = match (summary.span.first, summary.span.last) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    let mut blocks = vec![
        Block::Heading {
            text: format!("{}{span}", counted(summary.calls, "STS call")),
            details: behind(standing, coverage).into_iter().collect(),
        },
        Block::Figures {
            figures: figures(summary, can_judge, is_whole(coverage)),
            with_shares: true,
        },
    ];
    let remarks = remarks(summary);
    if !remarks.is_empty() {
        blocks.push(Block::Remarks(remarks));
    }
    blocks
}

/// What a zero rests on, in one line.
fn behind(standing: Option<&Standing>, coverage: &Coverage) -> Option<String> {
    let words = match (standing, coverage.unread_digests()) {
        (None, 0) => return None,
        (Some(standing), 0) => standing.words(),
        (Some(standing), _) => format!("{}; digests in S3 were not read", standing.words()),
        (None, _) => {
            "there are digests in S3, which were not read: --require complete asks for them"
                .to_owned()
        }
    };
    Some(format!("logs of us-east-1: {words}"))
}

/// `is_whole` tells whether nothing that was found may hide a call.
fn figures(summary: &Summary, can_judge: bool, is_whole: bool) -> Vec<Figure> {
    let [global, regional, aws_service, other, unknown] = summary.endpoints.values();
    let global_share = summary.global_share.filter(|_| can_judge);
    let figure = |name, count, words: &str| Figure {
        name,
        count,
        share: None,
        words: words.to_owned(),
        tone: Tone::Plain,
    };
    vec![
        Figure {
            name: "global",
            count: global,
            share: global_share,
            words: match can_judge {
                true => format!(
                    "{} to change",
                    counted(summary.global_principals, "principal")
                ),
                false => "cannot be told: nothing of us-east-1 was read".to_owned(),
            },
            tone: match (can_judge, global) {
                (false, _) => Tone::Plain,
                // Of no calls at all there is no comfort in a zero.
                (true, 0) if is_whole && summary.calls > 0 => Tone::Calm,
                (true, 0) => Tone::Plain,
                (true, _) => Tone::Alarm,
            },
        },
        Figure {
            share: global_share.map(|share| 1.0 - share),
            ..figure("regional", regional, "")
        },
        figure(
            "aws-service",
            aws_service,
            "AWS on your behalf: nothing to change",
        ),
        figure("other", other, "not by a name of AWS: a proxy, a CNAME"),
        figure("unknown", unknown, "no host, in us-east-1: could be either"),
    ]
}

fn remarks(summary: &Summary) -> Vec<String> {
    [
        (summary.global_aws_managed, "of the global by AWS itself"),
        (summary.errors, "with an error"),
        (summary.vpc_endpoint_calls, "through a VPC endpoint"),
    ]
    .into_iter()
    .filter(|(calls, _)| *calls > 0)
    .map(|(calls, what)| format!("{} {what}", count(calls)))
    .collect()
}
