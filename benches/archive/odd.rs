//! STS and other records in every odd shape that JSON allows: what a parser meets once a year.
//!
//! Always valid JSON, and valid Unicode (no lone surrogates, no numbers beyond a f64), so that
//! serde_json can be the reference. Every eventID and sharedEventID is new, or none: to test what is
//! counted once, give the same text twice.

use super::{agents, ids, json, rng::SplitMix64};
use std::fmt::Write as _;

/// A value that keeps its members' order, repeats them, and can be spelled in many ways.
#[derive(Clone, Debug)]
enum Node {
    /// null, true, false or a number, as it is written.
    Literal(String),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// One record: of STS seven times in ten, and odd in a few ways at a time.
pub fn record(rng: &mut SplitMix64) -> String {
    let mut node = plausible(rng);
    for _ in 0..rng.below(4) {
        spoil(&mut node, rng);
    }
    let mut out = String::new();
    Spelling::draw(rng).write(&mut out, &node, rng);
    out
}

/// `{"Records":[…]}` of so many records, with white space and other members around them.
pub fn document(rng: &mut SplitMix64, records: usize) -> String {
    let texts: Vec<String> = (0..records).map(|_| record(rng)).collect();
    let [before, after] = match rng.below(5) {
        0 => ["", r#","nextToken":null"#],
        1 => [r#""meta":{"Records":7,"note":"\"Records\":["},"#, ""],
        2 => [" \n", "\n"],
        _ => ["", ""],
    };
    let between = rng.pick(&[",", ",\n", " , ", ",\r\n\t"]);
    format!("{{{before}\"Records\":[{}]{after}}}", texts.join(between))
}

/// JSON of any shape: something to nest, to skip, or to put where a string is expected.
pub fn value(rng: &mut SplitMix64) -> String {
    let mut out = String::new();
    let node = any(rng, 4);
    Spelling::draw(rng).write(&mut out, &node, rng);
    out
}

fn text(value: &str) -> Node {
    Node::Text(value.to_owned())
}

fn literal(value: &str) -> Node {
    Node::Literal(value.to_owned())
}

fn object<const N: usize>(members: [(&str, Node); N]) -> Node {
    Node::Object(
        members
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

fn uuid(rng: &mut SplitMix64) -> Node {
    let mut id = String::new();
    ids::uuid(&mut id, rng);
    Node::Text(id)
}

const SOURCES: &[&str] = &[
    "sts.amazonaws.com",
    "sts.amazonaws.com",
    "sts.amazonaws.com",
    "sts.amazonaws.com",
    "sts.amazonaws.com",
    "sts.amazonaws.com",
    "sts.amazonaws.com",
    "s3.amazonaws.com",
    "ssts.amazonaws.com",
    "STS.amazonaws.com",
    "",
    "None",
];
const NAMES: &[&str] = &[
    "AssumeRole",
    "GetCallerIdentity",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
];
const REGIONS: &[&str] = &[
    "us-east-1",
    "eu-west-1",
    "global",
    "ap-east-1",
    "zz-newest-9",
    "cn-north-1",
    "us-gov-west-1",
    "eusc-de-east-1",
];
const ACCOUNTS: &[&str] = &["111122223333", "444455556666", "000011112222"];
const TYPES: &[&str] = &[
    "AssumedRole",
    "IAMUser",
    "Root",
    "Role",
    "FederatedUser",
    "AWSAccount",
    "AWSService",
    "SAMLUser",
    "WebIdentityUser",
    "IdentityCenterUser",
    "Directory",
    "Unknown",
    "",
];
const HOSTS: &[&str] = &[
    "sts.amazonaws.com",
    "STS.AMAZONAWS.COM.",
    " sts.amazonaws.com:443 ",
    "sts.amazonaws.com..",
    "sts.amazonaws.com.:443",
    "sts-global.eu-north-1.amazonaws.com",
    "sts-global..amazonaws.com",
    "sts.eu-west-1.amazonaws.com",
    "sts.eu-west-1.amazonaws.com:8443:1",
    "sts.eu-west-1.amazonaws.com.evil.example",
    "xsts.amazonaws.com",
    "sts.cn-north-1.amazonaws.com.cn",
    "sts.us-gov-west-1.amazonaws.com",
    "sts.eusc-de-east-1.amazonaws.eu",
    "sts.us-iso-east-1.c2s.ic.gov",
    "sts.zz-newest-9.amazonaws.com",
    "sts.apiso-northsouth-3r.amazonaws.com",
    "sts.west.amazonaws.com",
    "sts-fips.us-east-2.amazonaws.com",
    "sts-fips.us-east-2.api.aws",
    "sts.eu-west-1.api.aws",
    "vpce-0a1b-2c3d.sts.eu-west-1.vpce.amazonaws.com",
    "vpce-0a1b-2c3d-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com:443",
    "*.vpce-0a1b-2c3d.sts-fips.us-east-1.vpce.amazonaws.com",
    "vpce-0a1b-2c3d.kms.eu-west-1.vpce.amazonaws.com",
    "[2001:db8::1]:443",
    "10.0.0.1",
    "",
    "\u{0130}sts.amazonaws.com",
    "sts。amazonaws。com",
];
const STRANGE: &[&str] = &[
    "",
    " ",
    "a\"b\\c/d",
    "=HYPERLINK(\"http://x\")",
    "+1",
    "-1",
    "@SUM(A1)",
    "\ttab",
    "\r\nline",
    "\u{0}\u{1}\u{7f}\u{85}",
    "\u{202e}gnirts\u{2066}",
    "\u{1b}[31mred\u{1b}]0;t\u{7}",
    "é ß 漢字 \u{2028}\u{2029}\u{feff}",
    "🦀👩‍🚀",
    "eventSource\":\"sts.amazonaws.com",
    "{\"Records\":[]}",
    "}]}",
    "a,b;c|d",
    "null",
    "arn:aws:sts::111122223333:assumed-role/a/b/c:d",
];

/// A session name, agent or any text a stranger chose.
fn strange(rng: &mut SplitMix64) -> String {
    match rng.below(8) {
        0 => rng.pick(STRANGE).repeat(1 + rng.below(40)),
        1 | 2 => rng.pick(STRANGE).to_owned(),
        3 => format!("{}{}", rng.pick(STRANGE), rng.pick(STRANGE)),
        _ => rng
            .pick(&[
                "i-0123456789abcdef0",
                "ana@example.com",
                "botocore-session-1",
                "job",
            ])
            .to_owned(),
    }
}

fn plausible(rng: &mut SplitMix64) -> Node {
    let account = rng.pick(ACCOUNTS);
    let session = strange(rng);
    let mut members = vec![
        (
            "eventVersion",
            text(rng.pick(&["1.05", "1.08", "1.11", "2.0"])),
        ),
        ("userIdentity", identity(rng, account, &session)),
        ("eventTime", time(rng)),
        ("eventSource", text(rng.pick(SOURCES))),
        ("eventName", text(rng.pick(NAMES))),
        ("awsRegion", region(rng)),
        (
            "sourceIPAddress",
            text(rng.pick(&[
                "198.51.100.7",
                "2001:db8::7",
                "AWS Internal",
                "lambda.amazonaws.com",
            ])),
        ),
        ("userAgent", agent(rng)),
    ];
    if rng.chance(0.2) {
        members.push((
            "errorCode",
            text(rng.pick(&["AccessDenied", "RegionDisabledException", ""])),
        ));
    }
    let of_role = if rng.chance(0.7) {
        account
    } else {
        rng.pick(ACCOUNTS)
    };
    members.push((
        "requestParameters",
        object([
            ("roleArn", text(&format!("arn:aws:iam::{of_role}:role/app"))),
            ("roleSessionName", text(&session)),
            (
                "policy",
                text(r#"{"Statement":[{"Principal":{"Service":"sts.amazonaws.com"}}]}"#),
            ),
        ]),
    ));
    members.push((
        "responseElements",
        match rng.below(3) {
            0 => object([("credentials", object([("accessKeyId", key(rng))]))]),
            _ => any(rng, 3),
        },
    ));
    if rng.chance(0.5) {
        let kind = rng.pick(&["global", "regional", "Global", ""]);
        let details = object([
            ("endpointType", text(kind)),
            ("awsServingRegion", text(rng.pick(REGIONS))),
        ]);
        members.push((
            "additionalEventData",
            object([
                ("ExtendedRequestId", text("MTp1cw==")),
                ("RequestDetails", details),
            ]),
        ));
    }
    members.push(("requestID", uuid(rng)));
    members.push(("eventID", id(rng)));
    members.push(("readOnly", literal(rng.pick(&["true", "false"]))));
    members.push((
        "eventType",
        text(rng.pick(&[
            "AwsApiCall",
            "AwsApiCall",
            "AwsApiCall",
            "AwsConsoleAction",
            "AwsCloudTrailInsight",
        ])),
    ));
    members.push(("managementEvent", literal("true")));
    if rng.chance(0.95) {
        members.push(("recipientAccountId", recipient(rng, account)));
    }
    if rng.chance(0.15) {
        members.push(("sharedEventID", id(rng)));
    }
    if rng.chance(0.2) {
        members.push((
            "vpcEndpointId",
            text(rng.pick(&["vpce-0a1b2c3d", "AWS Internal", "vpce-"])),
        ));
    }
    members.push((
        "eventCategory",
        text(rng.pick(&[
            "Management",
            "Management",
            "Management",
            "Management",
            "NetworkActivity",
            "Insight",
        ])),
    ));
    if rng.chance(0.1) {
        members.push((
            "addendum",
            object([
                ("reason", text("UPDATED_DATA")),
                ("originalEventID", id(rng)),
            ]),
        ));
    }
    if rng.chance(0.8) {
        members.push((
            "tlsDetails",
            object([
                ("tlsVersion", text(rng.pick(&["TLSv1.2", "TLSv1.3"]))),
                ("clientProvidedHostHeader", text(rng.pick(HOSTS))),
                ("keyExchange", text("X25519MLKEM768")),
            ]),
        ));
    }
    let mut members: Vec<(String, Node)> = members
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    if rng.chance(0.5) {
        rng.shuffle(&mut members);
    }
    Node::Object(members)
}

fn id(rng: &mut SplitMix64) -> Node {
    match rng.below(30) {
        0 => text(rng.pick(NOTHING)),
        _ => uuid(rng),
    }
}

fn region(rng: &mut SplitMix64) -> Node {
    match rng.below(20) {
        0 => text(rng.pick(NOTHING)),
        1 => text("US-EAST-1"),
        _ => text(rng.pick(REGIONS)),
    }
}

fn recipient(rng: &mut SplitMix64, account: &str) -> Node {
    match rng.below(20) {
        0 => text(rng.pick(NOTHING)),
        // As pandas writes it.
        1 => literal(account.trim_start_matches('0')),
        _ => text(account),
    }
}

fn time(rng: &mut SplitMix64) -> Node {
    match rng.below(12) {
        0 => text(rng.pick(&[
            "yesterday",
            "",
            "2025-13-45T00:00:00Z",
            "2025-11-03 10:00:00",
            "2025-11-03 10:00:00,5+01",
            "2025-11-03T10:00Z",
            "1762164000.25",
            "2025-11-03",
        ])),
        2 => literal(rng.pick(&["1762164000", "1762164000123", "1.762164E9"])),
        1 => text(rng.pick(&[
            "2025-11-03T10:00:00.123Z",
            "2025-11-03T10:00:00+02:00",
            "2025-11-03T23:59:60Z",
        ])),
        _ => Node::Text(format!(
            "2025-11-{:02}T{:02}:{:02}:{:02}Z",
            1 + rng.below(30),
            rng.below(24),
            rng.below(60),
            rng.below(60)
        )),
    }
}

fn agent(rng: &mut SplitMix64) -> Node {
    match rng.below(8) {
        0 => Node::Text(strange(rng)),
        1 => Node::Text(format!("[{}]", rng.pick(agents::LEGACY))),
        2 => text(rng.pick(agents::SERVICES)),
        3 => text(rng.pick(agents::INTERNAL)),
        4 => text(rng.pick(agents::LEGACY)),
        5 | 6 => text(rng.pick(agents::TOOLS)),
        _ => text(rng.pick(agents::MODERN)),
    }
}

/// The id of an access key: one of a few, so that a key that was issued is used.
fn key(rng: &mut SplitMix64) -> Node {
    text(rng.pick(&["ASIAEXAMPLE1", "ASIAEXAMPLE2", "ASIAEXAMPLE3"]))
}

fn identity(rng: &mut SplitMix64, account: &str, session: &str) -> Node {
    let kind = rng.pick(TYPES);
    let mut members = vec![
        ("type", text(kind)),
        ("principalId", Node::Text(format!("AROAEXAMPLE:{session}"))),
        (
            "arn",
            Node::Text(format!("arn:aws:sts::{account}:assumed-role/app/{session}")),
        ),
        (
            "accountId",
            text(if rng.chance(0.05) {
                "anonymous"
            } else {
                account
            }),
        ),
        (
            "userName",
            text(rng.pick(&[
                "ana",
                "system:serviceaccount:apps:web",
                "repo:example-org/web:ref:refs/heads/main",
            ])),
        ),
        ("identityProvider", text("accounts.example.com")),
        ("accessKeyId", key(rng)),
        (
            "sessionContext",
            object([
                (
                    "sessionIssuer",
                    object([
                        ("type", text("Role")),
                        (
                            "arn",
                            Node::Text(format!("arn:aws:iam::{account}:role/path/app")),
                        ),
                    ]),
                ),
                ("webIdFederationData", object([])),
            ]),
        ),
        (
            "inScopeOf",
            object([
                ("issuerType", text("AWS::Lambda::Function")),
                ("credentialsIssuedTo", Node::Text(strange(rng))),
            ]),
        ),
        (
            "onBehalfOf",
            object([
                ("userId", text("u-1")),
                (
                    "identityStoreArn",
                    text("arn:aws:identitystore::111122223333:identitystore/d-1"),
                ),
            ]),
        ),
        (
            "invokedBy",
            text(rng.pick(&["lambda.amazonaws.com", "lambda.amazonaws.com", "None"])),
        ),
    ];
    // Every type can come without any of its members.
    for _ in 0..rng.below(8) {
        let at = rng.below(members.len());
        members.remove(at);
    }
    Node::Object(
        members
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// Any JSON at all, no deeper than `depth`.
fn any(rng: &mut SplitMix64, depth: usize) -> Node {
    match rng.below(if depth == 0 { 5 } else { 8 }) {
        0 => literal(rng.pick(&["null", "true", "false"])),
        1 => literal(rng.pick(&[
            "0",
            "-0",
            "7",
            "-1.5e-7",
            "12345678901234567890",
            "1E3",
            "0.10",
        ])),
        2 | 3 => Node::Text(strange(rng)),
        4 => text(rng.pick(&["sts.amazonaws.com", "eventSource", "Records"])),
        5 => Node::Array((0..rng.below(5)).map(|_| any(rng, depth - 1)).collect()),
        _ => Node::Object(
            (0..rng.below(5))
                .map(|_| {
                    let key = match rng.below(4) {
                        0 => rng
                            .pick(&[
                                "eventSource",
                                "eventID",
                                "tlsDetails",
                                "Records",
                                "detail",
                                "userIdentity",
                            ])
                            .to_owned(),
                        _ => strange(rng),
                    };
                    (key, any(rng, depth - 1))
                })
                .collect(),
        ),
    }
}

/// Makes one member of the record, or of an object in it, odd.
fn spoil(node: &mut Node, rng: &mut SplitMix64) {
    let Node::Object(members) = node else { return };
    if members.is_empty() {
        return;
    }
    let at = rng.below(members.len());
    if matches!(members[at].1, Node::Object(_)) && rng.chance(0.6) {
        return spoil(&mut members[at].1, rng);
    }
    let key = members[at].0.clone();
    // Two records with one id but different bodies would have no one right answer.
    let is_id = key.ends_with("ID");
    match rng.below(10) {
        0 | 1 => drop(members.remove(at)),
        2 => members[at].1 = literal("null"),
        3 => members[at].1 = Node::Literal(format!("{}", rng.draw())),
        4 if !is_id => members[at].1 = any(rng, 3),
        5 if !is_id => members[at].1 = Node::Text(strange(rng)),
        // The last of two stands.
        6 => {
            let before = if rng.chance(0.5) {
                any(rng, 2)
            } else {
                members[at].1.clone()
            };
            members.insert(rng.below(at + 1), (key, before));
        }
        7 => members.push((strange(rng), any(rng, 4))),
        _ => rewrite(members, at, rng),
    }
}

/// What other programs write where a row has no value.
const NOTHING: &[&str] = &[
    "", " ", "null", "None", "nan", "NaN", "<NA>", "N/A", "-", "\\N", "[]", "{}",
];

fn nothing(rng: &mut SplitMix64) -> Node {
    match rng.below(4) {
        0 => literal("null"),
        1 => Node::Array(Vec::new()),
        2 => object([("a", literal("null"))]),
        _ => text(rng.pick(NOTHING)),
    }
}

/// Makes a member what programs make of it that write tables, flatten objects or change names.
fn rewrite(members: &mut Vec<(String, Node)>, at: usize, rng: &mut SplitMix64) {
    let (key, value) = members[at].clone();
    let small = key.to_lowercase();
    match rng.below(8) {
        0 => members[at].0 = small,
        // Two tables as one: both have a column for it, and each row has one of them.
        1 => members.insert(rng.below(members.len() + 1), (small, nothing(rng))),
        2 => {
            members[at].1 = nothing(rng);
            members.insert(rng.below(members.len() + 1), (small, value));
        }
        3 => {
            let separator = rng.pick(&[".", "_", "/"]);
            members.remove(at);
            members.extend(leaves(&value).map(|(inner, leaf)| {
                let name = format!("{key}{separator}{inner}");
                (
                    if rng.chance(0.3) {
                        name.to_uppercase()
                    } else {
                        name
                    },
                    leaf,
                )
            }));
        }
        4 => members[at].1 = Node::Array(leaves(&value).map(|(_, leaf)| leaf).collect()),
        5 => {
            let names = leaves(&value).enumerate();
            let names = names.map(|(n, (_, leaf))| (format!("_{n}"), leaf));
            members[at].1 = Node::Object(names.collect());
        }
        6 => members[at].1 = Node::Text(format!("@{{{key}={value:?}}}")),
        _ => members[at].0 = rng.pick(&["_", "x."]).to_owned() + &key.to_uppercase(),
    }
}

/// The members of an object, or the value itself.
fn leaves(value: &Node) -> impl Iterator<Item = (String, Node)> {
    let leaves = match value {
        Node::Object(members) => members.clone(),
        other => vec![("value".to_owned(), other.clone())],
    };
    leaves.into_iter()
}

/// One writer's habits.
struct Spelling {
    /// Chance of a character being written as an escape.
    escapes: f64,
    /// Line ends and indentation, or stray white space, or none.
    space: Space,
}

#[derive(Clone, Copy, PartialEq)]
enum Space {
    None,
    Pretty,
    Stray,
}

impl Spelling {
    fn draw(rng: &mut SplitMix64) -> Self {
        Self {
            escapes: [0.0, 0.0, 0.0, 0.02, 0.3][rng.below(5)],
            space: [Space::None, Space::None, Space::Pretty, Space::Stray][rng.below(4)],
        }
    }

    fn write(&self, out: &mut String, node: &Node, rng: &mut SplitMix64) {
        self.node(out, node, 0, rng);
    }

    fn node(&self, out: &mut String, node: &Node, depth: usize, rng: &mut SplitMix64) {
        match node {
            Node::Literal(literal) => out.push_str(literal),
            Node::Text(text) => self.text(out, text, rng),
            Node::Array(items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    self.separate(out, n, depth + 1, rng);
                    self.node(out, item, depth + 1, rng);
                }
                self.space(out, depth, rng);
                out.push(']');
            }
            Node::Object(members) => {
                out.push('{');
                for (n, (key, value)) in members.iter().enumerate() {
                    self.separate(out, n, depth + 1, rng);
                    self.text(out, key, rng);
                    out.push(':');
                    if self.space != Space::None {
                        out.push(' ');
                    }
                    self.node(out, value, depth + 1, rng);
                }
                self.space(out, depth, rng);
                out.push('}');
            }
        }
    }

    fn separate(&self, out: &mut String, n: usize, depth: usize, rng: &mut SplitMix64) {
        if n > 0 {
            out.push(',');
        }
        self.space(out, depth, rng);
    }

    fn space(&self, out: &mut String, depth: usize, rng: &mut SplitMix64) {
        match self.space {
            Space::None => {}
            Space::Pretty => {
                out.push('\n');
                out.extend(std::iter::repeat_n("  ", depth));
            }
            Space::Stray => out.push_str(rng.pick(&["", "", " ", "\t", "\r\n", "\n\n   "])),
        }
    }

    fn text(&self, out: &mut String, text: &str, rng: &mut SplitMix64) {
        if self.escapes == 0.0 {
            return json::push_text(out, text);
        }
        out.push('"');
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '/' if rng.chance(self.escapes) => out.push_str("\\/"),
                c if c < ' ' || rng.chance(self.escapes) => {
                    // Above U+FFFF that is a pair of surrogates.
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        // A String takes whatever is written to it.
                        let _ = match rng.below(2) {
                            0 => write!(out, "\\u{unit:04x}"),
                            _ => write!(out, "\\u{unit:04X}"),
                        };
                    }
                }
                c => out.push(c),
            }
        }
        out.push('"');
    }
}
