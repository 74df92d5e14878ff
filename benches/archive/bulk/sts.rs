//! STS records as they come by the million.

use super::super::population::{Account, Kind, Principal};
use super::super::record::{Record, part};
use super::super::{agents, ids, json, rng::SplitMix64};
use super::identity::Session;
use super::scene::Scene;
use std::fmt::Write as _;

/// Where a call goes, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    Global,
    Regional,
    Fips,
    DualStack,
    /// The regional name, answered by an interface endpoint.
    PrivateDns,
    VpceName,
    ZonalVpceName,
    Proxy,
    /// Before tlsDetails there were (eventVersion 1.08).
    NoHost,
    /// An AWS service for the account.
    Service,
}

impl Route {
    fn draw(rng: &mut SplitMix64, global: f64) -> Self {
        if rng.chance(global) {
            return Self::Global;
        }
        match rng.below(1000) {
            0..250 => Self::Service,
            250..340 => Self::PrivateDns,
            340..355 => Self::VpceName,
            355..365 => Self::ZonalVpceName,
            365..385 => Self::Fips,
            385..400 => Self::DualStack,
            400..415 => Self::Proxy,
            415..440 => Self::NoHost,
            _ => Self::Regional,
        }
    }
}

/// Replaces `record` by an STS call. `global` is the share of calls that go global here.
pub fn call(record: &mut Record, scene: &Scene, rng: &mut SplitMix64, global: f64) {
    scene.begin(record, rng);
    record.source.push_str("sts.amazonaws.com");
    record.read_only = true;
    let route = Route::draw(rng, global);
    if route == Route::Service {
        return for_the_account(record, scene, rng);
    }
    // A regional call of an old SDK is one that somebody has configured.
    let legacy = route == Route::Global || rng.chance(0.2);
    let principal = scene.principal(rng, legacy);
    let session = scene.caller(record, principal, rng);
    match principal.kind {
        Kind::ServiceAccount | Kind::Workflow => {
            exchange(
                record,
                scene,
                rng,
                principal,
                &session,
                "AssumeRoleWithWebIdentity",
            );
        }
        Kind::Saml => exchange(
            record,
            scene,
            rng,
            principal,
            &session,
            "AssumeRoleWithSAML",
        ),
        Kind::Stranger => {
            ids::uuid(&mut record.shared_event_id, rng);
            assume_role(record, scene, rng, scene.account);
        }
        Kind::Root | Kind::Centre => ask(record, rng, "GetCallerIdentity"),
        _ => match rng.below(100) {
            0..70 => assume_role(record, scene, rng, scene.account),
            70..94 => ask(record, rng, "GetCallerIdentity"),
            94..96 => session_token(record, scene, rng),
            96..98 => federation_token(record, scene, rng),
            98 => decode(record, rng),
            _ => access_key_info(record, rng),
        },
    }
    fail_sometimes(record, rng, route);
    travel(record, scene, rng, principal, route);
}

/// Replaces `record` by the caller's copy of an AssumeRole into another account.
pub fn cross_account(
    record: &mut Record,
    scene: &Scene,
    rng: &mut SplitMix64,
    global: f64,
    target: &Account,
) {
    scene.begin(record, rng);
    record.source.push_str("sts.amazonaws.com");
    record.read_only = true;
    let route = match Route::draw(rng, global) {
        Route::Service | Route::NoHost => Route::Regional,
        route => route,
    };
    let principal = scene.signed_in(rng, route == Route::Global);
    scene.caller(record, principal, rng);
    ids::uuid(&mut record.shared_event_id, rng);
    assume_role(record, scene, rng, target);
    travel(record, scene, rng, principal, route);
}

/// The role that is assumed: one of a few in the target account.
fn target_role(account: &Account, rng: &mut SplitMix64) -> String {
    let number = rng.skewed(24);
    let name = [
        "read-replica",
        "audit",
        "deploy",
        "data-lake",
        "backup-vault",
        "observability",
    ][number % 6];
    let path = if number.is_multiple_of(4) {
        "/shared/"
    } else {
        "/"
    };
    format!("arn:aws:iam::{}:role{path}{name}-{number}", account.id)
}

fn assume_role(record: &mut Record, scene: &Scene, rng: &mut SplitMix64, target: &Account) {
    record.name.push_str("AssumeRole");
    let role = target_role(target, rng);
    let mut session = String::new();
    match rng.below(4) {
        0 => {
            let _ = write!(session, "botocore-session-{}", scene.time - 7);
        }
        1 => {
            let _ = write!(
                session,
                "aws-go-sdk-{}{:09}",
                scene.time - 1,
                rng.below(1_000_000_000)
            );
        }
        2 => session.push_str("terraform"),
        _ => {
            session.push_str("job-");
            ids::hex(&mut session, rng, 8);
        }
    }
    let duration = [900, 3600, 3600, 43_200][rng.below(4)];
    let policy = rng.chance(0.05);
    let tags = rng.chance(0.08);
    json::set(&mut record.request, |request| {
        request
            .text("roleArn", &role)
            .text("roleSessionName", &session);
        if policy {
            // A document inside a string: quotes within quotes, and the name of STS as a value.
            request.text("policy", SESSION_POLICY);
        }
        if tags {
            request.raw(
                "tags",
                r#"[{"key":"Project","value":"ledger"},{"key":"CostCenter","value":"4711"}]"#,
            );
        }
        request.number("durationSeconds", duration);
    });
    answer(record, scene, rng, &role, &session, duration, "");
    role_resource(record, target, &role);
}

const SESSION_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","sts:GetCallerIdentity"],"Resource":"*","Condition":{"StringEquals":{"aws:CalledViaLast":"sts.amazonaws.com"}}}]}"#;

/// `responseElements` of the calls that return a role's credentials; `more` are its further members.
fn answer(
    record: &mut Record,
    scene: &Scene,
    rng: &mut SplitMix64,
    role: &str,
    session: &str,
    duration: u64,
    more: &str,
) {
    let (_, name) = role.rsplit_once('/').unwrap_or(("", role));
    let account = role.split(':').nth(4).unwrap_or_default();
    let (mut key, mut id) = (String::new(), String::new());
    ids::iam(&mut key, rng, "ASIA");
    // The same role has the same id each time.
    let mut own = SplitMix64::of(&[role.len() as u64, name.bytes().map(u64::from).sum()]);
    ids::iam(&mut id, &mut own, "AROA");
    let token = token(rng, 700 + 4 * rng.clone().below(120));
    json::set(&mut record.response, |response| {
        part::credentials(response, &key, &token, scene.time + duration as i64);
        if !more.is_empty() {
            response.text("subjectFromWebIdentityToken", more);
        }
        response.object("assumedRoleUser", |user| {
            user.plain("assumedRoleId", |out| {
                let _ = write!(out, "{id}:{session}");
            });
            user.plain("arn", |out| {
                let _ = write!(out, "arn:aws:sts::{account}:assumed-role/{name}/{session}");
            });
        });
    });
}

fn token(rng: &mut SplitMix64, length: usize) -> String {
    let mut token = String::with_capacity(length + 20);
    token.push_str("SyntheticToken//////");
    ids::base64(&mut token, rng, length);
    token
}

fn role_resource(record: &mut Record, account: &Account, role: &str) {
    record.resources.push('[');
    let mut object = json::Object::open(&mut record.resources);
    object
        .text("accountId", &account.id)
        .text("type", "AWS::IAM::Role")
        .text("ARN", role)
        .close();
    record.resources.push(']');
}

/// AssumeRoleWithWebIdentity and AssumeRoleWithSAML: the caller has a role only afterwards.
fn exchange(
    record: &mut Record,
    scene: &Scene,
    rng: &mut SplitMix64,
    principal: &Principal,
    session: &Session,
    name: &str,
) {
    record.name.push_str(name);
    let role = format!("arn:aws:iam::{}:role/{}", scene.account.id, principal.name);
    let saml = name == "AssumeRoleWithSAML";
    json::set(&mut record.request, |request| {
        if saml {
            request.plain("principalArn", |out| {
                let _ = write!(
                    out,
                    "arn:aws:iam::{}:saml-provider/example-idp",
                    scene.account.id
                );
            });
            request.plain("sAMLAssertionID", |out| {
                out.push('_');
                ids::uuid(out, rng);
            });
        }
        request.text("roleArn", &role);
        request.text("roleSessionName", &session.name);
        request.number("durationSeconds", 3600);
    });
    answer(
        record,
        scene,
        rng,
        &role,
        &session.name,
        3600,
        if saml { "" } else { &principal.name },
    );
    role_resource(record, scene.account, &role);
}

/// Calls with neither parameters nor an answer in the log.
fn ask(record: &mut Record, _: &mut SplitMix64, name: &str) {
    record.name.push_str(name);
}

fn session_token(record: &mut Record, scene: &Scene, rng: &mut SplitMix64) {
    record.name.push_str("GetSessionToken");
    record.read_only = false;
    record.request.push_str(r#"{"durationSeconds":43200}"#);
    let mut key = String::new();
    ids::iam(&mut key, rng, "ASIA");
    let token = token(rng, 280);
    json::set(&mut record.response, |response| {
        part::credentials(response, &key, &token, scene.time + 43_200);
    });
}

fn federation_token(record: &mut Record, scene: &Scene, rng: &mut SplitMix64) {
    record.name.push_str("GetFederationToken");
    record.read_only = false;
    json::set(&mut record.request, |request| {
        request
            .text("name", "partner-portal")
            .text("policy", SESSION_POLICY)
            .number("durationSeconds", 3600);
    });
    let mut key = String::new();
    ids::iam(&mut key, rng, "ASIA");
    let token = token(rng, 360);
    json::set(&mut record.response, |response| {
        part::credentials(response, &key, &token, scene.time + 3600);
        response.object("federatedUser", |user| {
            user.plain("federatedUserId", |out| {
                let _ = write!(out, "{}:partner-portal", scene.account.id);
            });
            user.plain("arn", |out| {
                let _ = write!(
                    out,
                    "arn:aws:sts::{}:federated-user/partner-portal",
                    scene.account.id
                );
            });
        });
        response.number("packedPolicySize", 12);
    });
}

fn decode(record: &mut Record, rng: &mut SplitMix64) {
    record.name.push_str("DecodeAuthorizationMessage");
    json::set(&mut record.request, |request| {
        request.plain("encodedMessage", |out| ids::base64(out, rng, 400));
    });
}

fn access_key_info(record: &mut Record, rng: &mut SplitMix64) {
    record.name.push_str("GetAccessKeyInfo");
    json::set(&mut record.request, |request| {
        request.plain("accessKeyId", |out| ids::iam(out, rng, "AKIA"));
    });
}

fn fail_sometimes(record: &mut Record, rng: &mut SplitMix64, route: Route) {
    let (code, message) = match rng.below(1000) {
        0..22 => (
            "AccessDenied",
            "User is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::*:role/restricted because no identity-based policy allows the sts:AssumeRole action",
        ),
        22..27 => (
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
        27..29 => (
            "ValidationException",
            "1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint",
        ),
        29..32 if route == Route::Regional => (
            "RegionDisabledException",
            "STS is not activated in this region for account. Your account administrator can activate STS in this region using the IAM Console.",
        ),
        _ => return,
    };
    record.error_code.push_str(code);
    record.error_message.push_str(message);
    record.response.clear();
}

/// Writes the host and everything that tells the endpoint.
fn travel(
    record: &mut Record,
    scene: &Scene,
    rng: &mut SplitMix64,
    principal: &Principal,
    route: Route,
) {
    let region = scene.region;
    let mut host = String::new();
    let mut serving = region;
    match route {
        Route::Service => return,
        Route::NoHost => {
            record.version.clear();
            record.version.push_str("1.08");
            return;
        }
        Route::Global => {
            // Custom resolvers and opt-in Regions are served in us-east-1 still.
            serving = if principal.seed.is_multiple_of(3) {
                "us-east-1"
            } else {
                principal.home
            };
            if serving != "us-east-1" && principal.seed.is_multiple_of(2) {
                let _ = write!(host, "sts-global.{serving}.amazonaws.com");
            } else {
                host.push_str("sts.amazonaws.com");
            }
        }
        Route::Fips if region.starts_with("us-") => {
            let _ = write!(host, "sts-fips.{region}.amazonaws.com");
        }
        Route::DualStack => {
            let _ = write!(host, "sts.{region}.api.aws");
        }
        Route::VpceName | Route::ZonalVpceName => {
            let zone = if route == Route::ZonalVpceName {
                format!("-{region}a")
            } else {
                String::new()
            };
            let endpoint = vpc_endpoint(scene.account, region);
            let suffix = &endpoint[endpoint.len() - 8..];
            let _ = write!(
                host,
                "{endpoint}-{suffix}{zone}.sts.{region}.vpce.amazonaws.com"
            );
            through_endpoint(record, scene, &endpoint, rng);
        }
        Route::PrivateDns => {
            let _ = write!(host, "sts.{region}.amazonaws.com");
            let endpoint = vpc_endpoint(scene.account, region);
            through_endpoint(record, scene, &endpoint, rng);
        }
        Route::Proxy => host.push_str(rng.pick(&[
            "sts-proxy.corp.example",
            "sts.amazonaws.com.proxy.example",
            "10.0.0.53:8443",
        ])),
        Route::Regional | Route::Fips => {
            let _ = write!(host, "sts.{region}.amazonaws.com");
        }
    }
    if rng.chance(0.002) {
        host = format!("{}:443", host.to_ascii_uppercase());
    }
    // Which calls carry RequestDetails goes by the caller's fleet, not by the call.
    if route != Route::Proxy && principal.seed % 10 < 6 {
        let truth = if route == Route::Global {
            "global"
        } else {
            "regional"
        };
        let lie = if route == Route::Global {
            "regional"
        } else {
            "global"
        };
        part::request_details(
            &mut record.additional,
            if rng.chance(0.001) { lie } else { truth },
            serving,
        );
    }
    part::tls(
        &mut record.tls,
        &host,
        if principal.seed.is_multiple_of(4) {
            "X25519MLKEM768"
        } else {
            ""
        },
    );
}

/// The account's one STS endpoint in a Region.
fn vpc_endpoint(account: &Account, region: &str) -> String {
    let number = region.bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let mut own = SplitMix64::of(&[number, account.id.parse().unwrap_or(0)]);
    let mut id = String::from("vpce-0");
    ids::hex(&mut id, &mut own, 16);
    id
}

fn through_endpoint(record: &mut Record, scene: &Scene, endpoint: &str, rng: &mut SplitMix64) {
    record.vpc_endpoint.push_str(endpoint);
    record.vpc_endpoint_account.push_str(&scene.account.id);
    record.address.clear();
    let _ = write!(
        record.address,
        "10.{}.{}.{}",
        20 + rng.below(4),
        rng.below(4),
        rng.skewed(200)
    );
}

/// An AWS service assumes a role of the account: no host, no TLS.
fn for_the_account(record: &mut Record, scene: &Scene, rng: &mut SplitMix64) {
    let service = rng.pick(agents::SERVICES);
    if rng.chance(0.1) {
        // Forward access sessions keep the role and name the service.
        let principal = scene.signed_in(rng, false);
        scene.caller(record, principal, rng);
        record.identity.pop();
        let _ = write!(record.identity, ",\"invokedBy\":\"{service}\"}}");
        for text in [&mut record.address, &mut record.agent] {
            text.clear();
            text.push_str(service);
        }
    } else {
        scene.service(record, service);
        ids::uuid(&mut record.shared_event_id, rng);
    }
    assume_role(record, scene, rng, scene.account);
}
