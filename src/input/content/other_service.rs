//! Logs of other services of AWS, told by their first line.
//!
//! They are in the same buckets as CloudTrail's, and not always under a key that says so. Only what is
//! plainly one of them is told: the lines of load balancers, VPC flow logs, S3 and CloudFront.

/// Whether a text that begins like this is a log of another service.
pub fn is_other_service(head: &[u8]) -> bool {
    // If a character is cut, it is cut after the first line.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let words: Vec<&str> = first.split(' ').take(32).collect();
    let is_cloudfront = first.starts_with("#Version: ")
        && lines
            .next()
            .is_some_and(|line| line.starts_with("#Fields: "));
    is_cloudfront
        || is_flow_log(&words)
        // As CloudWatch Logs exports it.
        || words.split_first().is_some_and(|(time, rest)| is_time(time) && is_flow_line(rest))
        || is_load_balancer(&words)
        || is_s3_access(&words)
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>: names of fields, in any
/// choice and order, or the values of the usual ones.
fn is_flow_log(words: &[&str]) -> bool {
    const FIELDS: [&str; 10] = [
        "account-id",
        "interface-id",
        "srcaddr",
        "dstaddr",
        "srcport",
        "dstport",
        "log-status",
        "pkt-srcaddr",
        "vpc-id",
        "flow-direction",
    ];
    let is_name = |word: &&str| {
        let is_of_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !word.is_empty() && word.bytes().all(is_of_name)
    };
    let known = words.iter().filter(|word| FIELDS.contains(word)).count();
    (words.iter().all(is_name) && known >= 3) || is_flow_line(words)
}

/// `2 111122223333 eni-0a …`
fn is_flow_line(words: &[&str]) -> bool {
    matches!(words, [version, account, interface, _, _, ..]
        if version.len() == 1
            && is_number(version)
            && account.len() == 12
            && is_number(account)
            && interface.starts_with("eni-"))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html>,
/// and those of network and classic load balancers.
fn is_load_balancer(words: &[&str]) -> bool {
    match words {
        [
            "http" | "https" | "h2" | "grpcs" | "ws" | "wss",
            time,
            name,
            ..,
        ] => is_time(time) && name.starts_with("app/"),
        ["tls", version, time, name, ..] => {
            version.contains('.') && is_time(time) && name.starts_with("net/")
        }
        [time, _, client, backend, request, _, response, code, ..] => {
            let is_seconds = |word: &str| word == "-1" || word.parse::<f64>().is_ok();
            is_time(time)
                && client.contains(':')
                && (backend.contains(':') || *backend == "-")
                && is_seconds(request)
                && is_seconds(response)
                && (*code == "-" || (code.len() == 3 && is_number(code)))
        }
        _ => false,
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html>: `OWNER BUCKET [03/Nov/2025:08:00:00
/// +0000] ADDRESS REQUESTER ID REST.GET.OBJECT …`
fn is_s3_access(words: &[&str]) -> bool {
    const OPERATIONS: [&str; 5] = ["REST.", "SOAP.", "S3.", "BATCH.", "WEBSITE."];
    matches!(words, [_, _, time, "+0000]", _, _, _, operation, ..]
        if time.starts_with('[')
            && time.len() == 21
            && time.bytes().filter(|&b| b == b'/').count() == 2
            && OPERATIONS.iter().any(|prefix| operation.starts_with(prefix)))
}

/// `2025-11-03T08:00:00.000000Z`; network load balancers leave the zone out.
fn is_time(word: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b':' | b'.' | b'Z');
    word.len() >= 19 && word.as_bytes()[4] == b'-' && word.bytes().all(is_part)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_the_log_of_another_service() {
        for line in [
            "#Version: 1.0\n#Fields: date time x-edge-location\n2025-11-03\t08:00:00\tFRA2",
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol\n2 1",
            "vpc-id srcaddr dstaddr tcp-flags",
            "2 111122223333 eni-0a 10.0.0.1 10.0.0.2 443 5000 6 1 40 1 2 ACCEPT OK",
            "2025-11-03T08:00:00.000Z 2 111122223333 eni-0a 10.0.0.1 10.0.0.2 443 5000 6",
            "https 2025-11-03T08:00:00.000000Z app/lb/01 198.51.100.7:5000 10.0.0.1:80 0.0 0.0",
            "tls 2.0 2025-11-03T08:00:00 net/lb/01 l 198.51.100.7:5000",
            "2025-11-03T08:00:00.000000Z lb 198.51.100.7:5000 10.0.0.1:80 0.1 0.2 0.3 200 200 0",
            "abcdef bucket [03/Nov/2025:08:00:00 +0000] 198.51.100.7 - REQ REST.GET.OBJECT k \"G\"",
        ] {
            assert!(is_other_service(line.as_bytes()), "{line}");
        }
        for line in [
            "",
            "hello",
            "2025-11-03T08:00:00.000Z {\"eventSource\":\"sts.amazonaws.com\"}",
            "version 1 of srcaddr and dstaddr",
            "#Version: 1.0\n",
            "2 111122223333",
            "http 2025-11-03T08:00:00.000000Z x",
            "a b [x +0000] c d e REST.GET.OBJECT",
            "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}Z x y z",
        ] {
            assert!(!is_other_service(line.as_bytes()), "{line}");
        }
    }
}
