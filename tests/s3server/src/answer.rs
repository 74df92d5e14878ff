//! What S3 answers to a request.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::http::Answer;
use super::{Asked, Behaviour, Fault, State, Stored, listing, lock};

/// The answer, or none if the connection is to end without one.
pub(crate) fn answer(state: &State, asked: &Asked, now: usize) -> Option<Answer> {
    let behaviour = state.behaviour();
    thread::sleep(behaviour.delay);
    if behaviour.throttle_above.is_some_and(|most| now > most) {
        return Some(error(503, "SlowDown", "Please reduce your request rate."));
    }
    let target = format!("{asked:?}").split("headers").next()?.to_owned();
    let fault = state.fault(&behaviour, &target);
    match fault {
        Some(Fault::SlowDown) => {
            return Some(error(503, "SlowDown", "Please reduce your request rate."));
        }
        Some(Fault::Internal) => {
            return Some(error(
                500,
                "InternalError",
                "We encountered an internal error.",
            ));
        }
        Some(Fault::BadGateway) => return Some(plain(502, "<html>Bad Gateway</html>")),
        Some(Fault::RequestTimeout) => {
            return Some(error(400, "RequestTimeout", "Your socket was idle."));
        }
        Some(Fault::Reset) => return None,
        Some(Fault::Late) => thread::sleep(Duration::from_millis(2500)),
        _ => {}
    }
    let mut answer = honest(state, &behaviour, asked);
    if answer.status == 200 || answer.status == 206 {
        let half = (answer.body.len() - answer.from) / 2;
        let is_list = asked.key.is_empty();
        match fault {
            Some(Fault::Short) => answer.cut = Some(half),
            Some(Fault::WrongLength) => {
                // What a proxy that cut the body says: shorter, and sound HTTP.
                let body: Arc<[u8]> = answer.body[answer.from..answer.from + half].into();
                answer.body = body;
                answer.from = 0;
            }
            Some(Fault::BrokenXml) if is_list => answer.body = answer.body[..half].into(),
            Some(Fault::BrokenXml) => answer.cut = Some(half),
            Some(Fault::ErrorIn200) if is_list => {
                let inner = error(200, "InternalError", "We encountered an internal error.");
                answer.body = inner.body;
            }
            Some(Fault::ErrorIn200) => return None,
            _ => {}
        }
    }
    Some(answer)
}

/// The answer of an S3 that works.
fn honest(state: &State, behaviour: &Behaviour, asked: &Asked) -> Answer {
    if let Some(refused) = refused(behaviour, asked) {
        return refused;
    }
    let buckets = lock(&state.buckets);
    let Some(bucket) = buckets.get(&asked.bucket) else {
        return error(404, "NoSuchBucket", "The specified bucket does not exist");
    };
    if asked.key.is_empty() {
        return match asked.method.as_str() {
            "HEAD" => plain(200, ""),
            _ => listing::list(bucket, behaviour, asked),
        };
    }
    if let Some((start, message)) = &behaviour.must_not_get
        && asked.key.starts_with(start.as_str())
    {
        return error(403, "AccessDenied", message);
    }
    let is_gone = |start: &String| asked.key.starts_with(start.as_str());
    let stored = bucket.get(&asked.key);
    let Some(stored) = stored.filter(|_| !behaviour.gone.as_ref().is_some_and(is_gone)) else {
        return error(404, "NoSuchKey", "The specified key does not exist.");
    };
    object(behaviour, asked, stored)
}

fn object(behaviour: &Behaviour, asked: &Asked, stored: &Stored) -> Answer {
    if matches!(stored.class.as_str(), "GLACIER" | "DEEP_ARCHIVE") && !stored.restored {
        let message = "The operation is not valid for the object's storage class";
        let class = &stored.class;
        return plain(
            403,
            &format!(
                "<Error><Code>InvalidObjectState</Code><Message>{message}</Message>\
                 <StorageClass>{class}</StorageClass></Error>"
            ),
        );
    }
    let etag = etag(stored);
    if asked
        .headers
        .get("if-match")
        .is_some_and(|wanted| *wanted != etag)
    {
        return error(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        );
    }
    let range = asked.headers.get("range").filter(|_| !behaviour.no_ranges);
    let length = stored.bytes.len();
    let (from, to) = range
        .and_then(|range| part(range, length))
        .unwrap_or((0, length));
    let mut headers = vec![
        ("etag", etag),
        ("last-modified", "Mon, 03 Nov 2025 08:00:00 GMT".to_owned()),
    ];
    if range.is_some() {
        let last = to.max(1) - 1;
        headers.push(("content-range", format!("bytes {from}-{last}/{length}")));
    }
    if !stored.signature.is_empty() {
        headers.push(("x-amz-meta-signature", stored.signature.clone()));
    }
    Answer {
        status: if range.is_some() { 206 } else { 200 },
        headers,
        body: if to < length {
            stored.bytes[..to].into()
        } else {
            Arc::clone(&stored.bytes)
        },
        from,
        stated: None,
        cut: None,
    }
}

/// Where a range that was asked for begins and ends, of so many bytes.
fn part(range: &str, length: usize) -> Option<(usize, usize)> {
    let (from, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let to = match last {
        "" => length,
        last => last.parse::<usize>().ok()?.saturating_add(1).min(length),
    };
    Some((from.parse().ok()?, to))
}

/// Who may not ask, or has to ask elsewhere.
fn refused(behaviour: &Behaviour, asked: &Asked) -> Option<Answer> {
    let authorization = asked
        .headers
        .get("authorization")
        .map_or("", String::as_str);
    // AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/s3/aws4_request, …
    let scope = authorization.split("Credential=").nth(1).unwrap_or("");
    let mut scope = scope.split('/');
    let (key, region) = (scope.next().unwrap_or(""), scope.nth(1).unwrap_or(""));
    if !behaviour.known.is_empty() {
        if key.is_empty() {
            return Some(error(403, "AccessDenied", "Access Denied"));
        }
        if !behaviour.known.contains(key) {
            return Some(error(
                403,
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            ));
        }
    }
    if let Some(home) = &behaviour.region
        && !authorization.is_empty()
        && region != home
    {
        let mut answer = error(
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint.",
        );
        if asked.method == "HEAD" || !behaviour.tell_region_on_head {
            answer.headers.push(("x-amz-bucket-region", home.clone()));
        }
        return Some(answer);
    }
    let token = asked.headers.get("x-amz-security-token");
    if token.is_some_and(|token| behaviour.expired.contains(token)) {
        return Some(error(
            400,
            "ExpiredToken",
            "The provided token has expired.",
        ));
    }
    let payer = asked.headers.get("x-amz-request-payer").map(String::as_str);
    if behaviour.requester_pays && payer != Some("requester") {
        return Some(error(403, "AccessDenied", "Access Denied"));
    }
    None
}

pub(crate) fn etag(stored: &Stored) -> String {
    // FNV: changes with the content, and is no MD5.
    let hash = stored
        .bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("\"{hash:016x}-1\"")
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    plain(
        status,
        &format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        ),
    )
}

pub(crate) fn plain(status: u16, body: &str) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: body.as_bytes().into(),
        from: 0,
        stated: None,
        cut: None,
    }
}
