//! `userIdentity` of the sample's callers.

use super::super::{json, json::Object};

/// A caller: the JSON of its identity, and its principalId for a target's copy.
pub struct Who {
    /// `userIdentity`
    pub json: String,
    /// `userIdentity.principalId`
    pub principal_id: String,
}

fn who(principal_id: &str, write: impl FnOnce(&mut Object)) -> Who {
    let mut json = String::new();
    json::set(&mut json, write);
    Who {
        json,
        principal_id: principal_id.to_owned(),
    }
}

/// Twenty letters that end in EXAMPLE, made of the name so that one name has one id.
fn id(prefix: &str, name: &str) -> String {
    let letters = name
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|b| b.to_ascii_uppercase() as char);
    let body: String = letters.chain("XXXXXXXXX".chars()).take(9).collect();
    format!("{prefix}{body}EXAMPLE")
}

/// A role's session.
pub fn role(account: &str, role: &str, session: &str) -> Who {
    role_with(account, role, session, |_| ())
}

/// A role's session with further members; `role` may have a path.
pub fn role_with(account: &str, role: &str, session: &str, more: impl FnOnce(&mut Object)) -> Who {
    let partition = if account == super::CHINA {
        "aws-cn"
    } else {
        "aws"
    };
    let name = role.rsplit_once('/').map_or(role, |(_, name)| name);
    let role_id = id("AROA", name);
    let principal_id = format!("{role_id}:{session}");
    who(&principal_id, |identity| {
        identity
            .text("type", "AssumedRole")
            .text("principalId", &principal_id)
            .text(
                "arn",
                &format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}"),
            )
            .text("accountId", account)
            .text("accessKeyId", &id("ASIA", name))
            .object("sessionContext", |context| {
                context
                    .object("sessionIssuer", |issuer| {
                        issuer
                            .text("type", "Role")
                            .text("principalId", &role_id)
                            .text(
                                "arn",
                                &format!("arn:{partition}:iam::{account}:role/{role}"),
                            )
                            .text("accountId", account)
                            .text("userName", name);
                    })
                    .object("attributes", |attributes| {
                        attributes
                            .text("creationDate", "2025-11-03T06:00:00Z")
                            .text("mfaAuthenticated", "false");
                    });
            });
        more(identity);
    })
}

/// An IAM user.
pub fn user(account: &str, name: &str) -> Who {
    let user_id = id("AIDA", name);
    who(&user_id, |identity| {
        identity
            .text("type", "IAMUser")
            .text("principalId", &user_id)
            .text("arn", &format!("arn:aws:iam::{account}:user/{name}"))
            .text("accountId", account)
            .text("accessKeyId", &id("AKIA", name))
            .text("userName", name);
    })
}

/// The rare type Role: a role itself, without a session.
pub fn bare_role(account: &str, name: &str) -> Who {
    let role_id = id("AROA", name);
    who(&role_id, |identity| {
        identity
            .text("type", "Role")
            .text("principalId", &role_id)
            .text("arn", &format!("arn:aws:iam::{account}:role/{name}"))
            .text("accountId", account);
    })
}

/// The account's root user.
pub fn root(account: &str) -> Who {
    who(account, |identity| {
        identity
            .text("type", "Root")
            .text("principalId", account)
            .text("arn", &format!("arn:aws:iam::{account}:root"))
            .text("accountId", account)
            .text("accessKeyId", &id("AKIA", "root"));
    })
}

/// A federated user of an IAM user.
pub fn federated(account: &str, name: &str, broker: &str) -> Who {
    let principal_id = format!("{account}:{name}");
    who(&principal_id, |identity| {
        identity
            .text("type", "FederatedUser")
            .text("principalId", &principal_id)
            .text(
                "arn",
                &format!("arn:aws:sts::{account}:federated-user/{name}"),
            )
            .text("accountId", account)
            .text("accessKeyId", &id("ASIA", name))
            .object("sessionContext", |context| {
                context.object("sessionIssuer", |issuer| {
                    issuer
                        .text("type", "IAMUser")
                        .text("principalId", &id("AIDA", broker))
                        .text("arn", &format!("arn:aws:iam::{account}:user/{broker}"))
                        .text("accountId", account)
                        .text("userName", broker);
                });
            });
    })
}

/// Somebody an OIDC provider vouches for.
pub fn web(account: &str, provider: &str, subject: &str) -> Who {
    let provider = format!("arn:aws:iam::{account}:oidc-provider/{provider}");
    let principal_id = format!("{provider}:sts.amazonaws.com:{subject}");
    who(&principal_id, |identity| {
        identity
            .text("type", "WebIdentityUser")
            .text("principalId", &principal_id)
            .text("userName", subject)
            .text("identityProvider", &provider);
    })
}

/// Somebody a SAML provider vouches for.
pub fn saml(provider: &str, name: &str) -> Who {
    let principal_id = format!("{provider}:{name}");
    who(&principal_id, |identity| {
        identity
            .text("type", "SAMLUser")
            .text("principalId", &principal_id)
            .text("userName", name)
            .text("identityProvider", provider);
    })
}

/// Somebody of another account, as the target account sees them.
pub fn stranger(account: &str, principal_id: &str) -> Who {
    who(principal_id, |identity| {
        identity
            .text("type", "AWSAccount")
            .text_if("principalId", principal_id)
            .text("accountId", account);
    })
}

/// A person known to IAM Identity Center only.
pub fn centre(account: &str, person: &str) -> Who {
    who("", |identity| {
        identity
            .text("type", "IdentityCenterUser")
            .text("accountId", account)
            .object("onBehalfOf", |behalf| {
                behalf.text("userId", person).text(
                    "identityStoreArn",
                    &format!("arn:aws:identitystore::{account}:identitystore/d-1234567890"),
                );
            })
            .text("credentialId", "5a3f1e00-0000-4000-9000-000000000042");
    })
}

/// An AWS service.
pub fn service(name: &str) -> Who {
    who("", |identity| {
        identity.text("type", "AWSService").text("invokedBy", name);
    })
}
