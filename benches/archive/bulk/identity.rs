//! `userIdentity` of each kind of principal, with a session.

use super::super::population::{Account, Kind, Principal};
use super::super::{clock, ids, json, json::Object, record::Record, rng::SplitMix64};
use std::fmt::Write as _;

/// One of the few sessions a principal has at a time.
pub struct Session {
    /// Its name.
    pub name: String,
    /// Its temporary key.
    pub key_id: String,
    /// When it began, Unix seconds.
    pub created: i64,
    /// Where it calls from, an index into the population's addresses.
    pub address: usize,
}

impl Session {
    /// Draws a session; the same few come again and again.
    pub fn draw(principal: &Principal, time: i64, rng: &mut SplitMix64) -> Self {
        let number = rng.bursty(8);
        // Keys change by the hour, as sessions do.
        let hour = time.div_euclid(3600);
        let mut own = SplitMix64::of(&[principal.seed, number as u64]);
        let mut name = String::new();
        match principal.kind {
            Kind::Instance => {
                name.push_str("i-0");
                ids::hex(&mut name, &mut own, 16);
            }
            Kind::Function => name.push_str(&principal.name),
            Kind::Task => ids::hex(&mut name, &mut own, 32),
            Kind::Build => {
                let _ = write!(name, "build-{}", 1000 + own.below(9000));
            }
            Kind::Workflow => name.push_str("GitHubActions"),
            Kind::ServiceAccount => {
                let _ = write!(
                    name,
                    "aws-sdk-session-{}",
                    clock::START + own.below(86_400) as i64
                );
            }
            _ => {
                let given =
                    own.pick(&["ana", "bo", "chidi", "dara", "emil", "fatou", "gus", "hana"]);
                let family = own.pick(&["lund", "okafor", "silva", "tan", "weiss", "novak"]);
                let _ = write!(name, "{given}.{family}@example.com");
            }
        }
        let mut key = SplitMix64::of(&[principal.seed, number as u64, hour as u64]);
        let mut key_id = String::new();
        ids::iam(
            &mut key_id,
            &mut key,
            if principal.kind == Kind::User {
                "AKIA"
            } else {
                "ASIA"
            },
        );
        Self {
            name,
            key_id,
            created: hour * 3600 - 60 * own.below(60) as i64,
            address: principal.address + number % 4,
        }
    }
}

/// Writes `identity` and `principal_id` of a record.
pub fn write(record: &mut Record, account: &Account, principal: &Principal, session: &Session) {
    let Record {
        identity,
        principal_id,
        ..
    } = record;
    let Principal {
        kind,
        name,
        path,
        id,
        seed,
        ..
    } = principal;
    let account_id = account.id.as_str();
    principal_id.clear();
    principal_id.push_str(id);
    match kind {
        Kind::Instance | Kind::Function | Kind::Task | Kind::Build | Kind::Person => {
            let _ = write!(principal_id, ":{}", session.name);
            json::set(identity, |identity| {
                identity
                    .text("type", "AssumedRole")
                    .text("principalId", principal_id);
                identity.plain("arn", |out| {
                    let _ = write!(
                        out,
                        "arn:aws:sts::{account_id}:assumed-role/{name}/{}",
                        session.name
                    );
                });
                identity
                    .text("accountId", account_id)
                    .text("accessKeyId", &session.key_id);
                identity.object("sessionContext", |context| {
                    context.object("sessionIssuer", |issuer| {
                        issuer.text("type", "Role").text("principalId", id);
                        issuer.plain("arn", |out| {
                            let _ = write!(out, "arn:aws:iam::{account_id}:role{path}{name}");
                        });
                        issuer.text("accountId", account_id).text("userName", name);
                    });
                    context.object("attributes", |attributes| {
                        attributes
                            .plain("creationDate", |out| clock::push_time(out, session.created))
                            .text(
                                "mfaAuthenticated",
                                if *kind == Kind::Person {
                                    "true"
                                } else {
                                    "false"
                                },
                            );
                    });
                    if *kind == Kind::Instance {
                        context.text("ec2RoleDelivery", "2.0");
                    }
                });
                in_scope_of(identity, account_id, principal, session);
            });
        }
        Kind::User => json::set(identity, |identity| {
            identity
                .text("type", "IAMUser")
                .text("principalId", id)
                .plain("arn", |out| {
                    let _ = write!(out, "arn:aws:iam::{account_id}:user/{name}");
                })
                .text("accountId", account_id)
                .text("accessKeyId", &session.key_id)
                .text("userName", name);
        }),
        Kind::ServiceAccount => {
            // Two roles of one cluster share the provider.
            let mut own = SplitMix64::of(&[*seed % 3, 9]);
            let mut provider = format!(
                "arn:aws:iam::{account_id}:oidc-provider/oidc.eks.{}.amazonaws.com/id/",
                principal.home
            );
            ids::base32(&mut provider, &mut own, 32);
            let user = format!(
                "system:serviceaccount:{}:{name}",
                own.pick(&["default", "kube-system", "apps"])
            );
            principal_id.clear();
            let _ = write!(principal_id, "{provider}:sts.amazonaws.com:{user}");
            json::set(identity, |identity| {
                identity
                    .text("type", "WebIdentityUser")
                    .text("principalId", principal_id)
                    .text("userName", &user)
                    .text("identityProvider", &provider);
            });
        }
        Kind::Workflow => {
            let provider = format!(
                "arn:aws:iam::{account_id}:oidc-provider/token.actions.githubusercontent.com"
            );
            let user = format!("repo:example-org/{name}:ref:refs/heads/main");
            principal_id.clear();
            let _ = write!(principal_id, "{provider}:sts.amazonaws.com:{user}");
            json::set(identity, |identity| {
                identity
                    .text("type", "WebIdentityUser")
                    .text("principalId", principal_id)
                    .text("userName", &user)
                    .text("identityProvider", &provider);
            });
        }
        Kind::Saml => {
            principal_id.clear();
            let _ = write!(principal_id, "{id}=:{}", session.name);
            json::set(identity, |identity| {
                identity
                    .text("type", "SAMLUser")
                    .text("principalId", principal_id)
                    .text("userName", &session.name)
                    .text("identityProvider", &id[..16]);
            });
        }
        Kind::Stranger => {
            let _ = write!(principal_id, ":{}", session.name);
            let home = 900_000_000_000 + seed % 3;
            json::set(identity, |identity| {
                identity
                    .text("type", "AWSAccount")
                    .text("principalId", principal_id)
                    .plain("accountId", |out| {
                        let _ = write!(out, "{home}");
                    });
            });
        }
        Kind::Federated => {
            principal_id.clear();
            let _ = write!(principal_id, "{account_id}:{name}");
            json::set(identity, |identity| {
                identity
                    .text("type", "FederatedUser")
                    .text("principalId", principal_id)
                    .plain("arn", |out| {
                        let _ = write!(out, "arn:aws:sts::{account_id}:federated-user/{name}");
                    })
                    .text("accountId", account_id)
                    .text("accessKeyId", &session.key_id)
                    .object("sessionContext", |context| {
                        context.object("sessionIssuer", |issuer| {
                            issuer
                                .text("type", "IAMUser")
                                .text("principalId", id)
                                .plain("arn", |out| {
                                    let _ =
                                        write!(out, "arn:aws:iam::{account_id}:user/{name}-broker");
                                })
                                .text("accountId", account_id)
                                .plain("userName", |out| {
                                    let _ = write!(out, "{name}-broker");
                                });
                        });
                    });
            });
        }
        Kind::Centre => json::set(identity, |identity| {
            identity
                .text("type", "IdentityCenterUser")
                .text("accountId", account_id)
                .object("onBehalfOf", |person| {
                    let mut own = SplitMix64::of(&[*seed]);
                    person
                        .plain("userId", |out| ids::uuid(out, &mut own))
                        .plain("identityStoreArn", |out| {
                            let _ = write!(
                                out,
                                "arn:aws:identitystore::{account_id}:identitystore/d-1234567890"
                            );
                        });
                });
        }),
        Kind::Root => {
            principal_id.clear();
            principal_id.push_str(account_id);
            json::set(identity, |identity| {
                identity
                    .text("type", "Root")
                    .text("principalId", account_id)
                    .plain("arn", |out| {
                        let _ = write!(out, "arn:aws:iam::{account_id}:root");
                    })
                    .text("accountId", account_id)
                    .text("accessKeyId", &session.key_id)
                    .object("sessionContext", |context| {
                        context.object("attributes", |attributes| {
                            attributes
                                .plain("creationDate", |out| clock::push_time(out, session.created))
                                .text("mfaAuthenticated", "true");
                        });
                    });
            });
        }
    }
}

/// `inScopeOf`: which function or instance got the credentials.
fn in_scope_of(identity: &mut Object, account: &str, principal: &Principal, session: &Session) {
    let (issuer, kind) = match principal.kind {
        Kind::Function => ("AWS::Lambda::Function", "function"),
        Kind::Instance => ("AWS::EC2::Instance", "instance"),
        _ => return,
    };
    if !principal.seed.is_multiple_of(3) {
        return;
    }
    identity.object("inScopeOf", |scope| {
        scope
            .text("issuerType", issuer)
            .plain("credentialsIssuedTo", |out| {
                let service = if kind == "function" { "lambda" } else { "ec2" };
                let separator = if kind == "function" { ':' } else { '/' };
                let _ = write!(
                    out,
                    "arn:aws:{service}:{}:{account}:{kind}{separator}{}",
                    principal.home, session.name
                );
            });
    });
}

/// An AWS service acting on the account's behalf.
pub fn write_service(record: &mut Record, service: &str) {
    record.principal_id.clear();
    json::set(&mut record.identity, |identity| {
        identity
            .text("type", "AWSService")
            .text("invokedBy", service);
    });
}
