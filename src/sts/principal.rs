//! The stable identity behind a call: a role, not its sessions.
//!
//! Reports by session explode: every Lambda cold start and every instance has one of its own.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>

use std::borrow::Cow;

use crate::aws::account::is_account_id;
use crate::cloudtrail::{Field, Record};

/// The start of the user name that EKS gives a pod: `system:serviceaccount:NAMESPACE:NAME`.
const EKS_SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// The principal of a record; `unknown` where it names nobody.
pub fn principal<'r>(record: &'r Record<'_>) -> Cow<'r, str> {
    by_type(record).unwrap_or_else(|| {
        [
            Field::IdentityArn,
            Field::PrincipalId,
            Field::UserName,
            Field::InvokedBy,
            Field::AccountId,
        ]
        .into_iter()
        .find_map(|field| record.get(field))
        .unwrap_or("unknown")
        .into()
    })
}

/// What the type of the identity says is stable about it, where the record has that.
fn by_type<'r>(record: &'r Record<'_>) -> Option<Cow<'r, str>> {
    let get = |field| record.get(field);
    Some(match get(Field::IdentityType)? {
        "AssumedRole" => match (get(Field::SessionIssuerArn), get(Field::IdentityArn)) {
            (Some(role), _) => role.into(),
            (None, Some(arn)) => role_of_session(arn)?.into(),
            // The unique id of the role, without the session after it.
            (None, None) => without_session(get(Field::PrincipalId)?)?.into(),
        },
        "AWSService" => get(Field::InvokedBy)?.into(),
        "AWSAccount" => account_and_id(get(Field::AccountId), get(Field::PrincipalId))?,
        "WebIdentityUser" if is_eks(record) => get(Field::PrincipalId)?.into(),
        "WebIdentityUser" => federation(get(Field::IdentityProvider), record)?,
        "SAMLUser" => federation(
            get(Field::PrincipalArn).or_else(|| get(Field::IdentityProvider)),
            record,
        )?,
        "IdentityCenterUser" => {
            let store = get(Field::IdentityStoreArn)?;
            let user = get(Field::OnBehalfOfUserId)?;
            format!("{store}/{user}").into()
        }
        _ => return None,
    })
}

/// `arn:P:sts::A:assumed-role/NAME/SESSION` → `arn:P:iam::A:role/NAME` (the role's path is lost).
fn role_of_session(arn: &str) -> Option<String> {
    let [partition, account, resource] = arn_parts(arn, "sts")?;
    let (name, _session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
    Some(format!("arn:{partition}:iam::{account}:role/{name}"))
}

/// Partition, account and resource of an ARN of `service`.
fn arn_parts<'a>(arn: &'a str, service: &str) -> Option<[&'a str; 3]> {
    let mut parts = arn.splitn(6, ':');
    let (prefix, partition) = (parts.next()?, parts.next()?);
    let (found, _region, account) = (parts.next()?, parts.next()?, parts.next()?);
    (prefix == "arn" && found == service).then_some([partition, account, parts.next()?])
}

/// A caller of another account: its account and unique id, without the session.
fn account_and_id<'r>(account: Option<&'r str>, id: Option<&'r str>) -> Option<Cow<'r, str>> {
    match (account, id.and_then(without_session)) {
        (Some(account), None) => Some(account.into()),
        (Some(account), Some(id)) if is_anonymous(account) || is_anonymous(id) => {
            Some(account.into())
        }
        (Some(account), Some(id)) => Some([account, ":", id].concat().into()),
        (None, Some(id)) => Some(id.into()),
        (None, None) => None,
    }
}

/// A unique id, as it comes before the session: `AROAEXAMPLE:session`.
fn without_session(id: &str) -> Option<&str> {
    let id = id.split_once(':').map_or(id, |(id, _session)| id);
    (!id.is_empty()).then_some(id)
}

fn is_anonymous(name: &str) -> bool {
    name.eq_ignore_ascii_case("anonymous")
}

fn is_eks(record: &Record<'_>) -> bool {
    record
        .get(Field::UserName)
        .is_some_and(|name| name.starts_with(EKS_SERVICE_ACCOUNT))
}

/// People and branches behind an identity provider are sessions; the provider and role are stable.
fn federation<'r>(provider: Option<&'r str>, record: &'r Record<'_>) -> Option<Cow<'r, str>> {
    match (provider, record.get(Field::RoleArn)) {
        (Some(provider), Some(role)) => Some(format!("{provider} for {role}").into()),
        (Some(one), None) | (None, Some(one)) => Some(one.into()),
        (None, None) => {
            let name = record
                .get(Field::PrincipalId)
                .or_else(|| record.get(Field::UserName))?;
            Some(name.into())
        }
    }
}

/// What comes after the principal's `/` or `:`: an instance id, a function, a person.
pub fn session_name<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    let session = match record.get(Field::IdentityType) {
        Some("WebIdentityUser") if is_eks(record) => return None,
        Some("WebIdentityUser") => record.get(Field::UserName),
        Some("AssumedRole") => session_of_arn(record).or_else(|| session_of_id(record)),
        _ => session_of_id(record),
    };
    session.filter(|name| !name.is_empty())
}

fn session_of_arn<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    let [_, _, resource] = arn_parts(record.get(Field::IdentityArn)?, "sts")?;
    let (_role, session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
    Some(session)
}

fn session_of_id<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    Some(record.get(Field::PrincipalId)?.split_once(':')?.1)
}

/// The account of the caller: `userIdentity.accountId`, else what the ARNs say, else the account
/// that received the record.
pub fn account_id<'r>(record: &'r Record<'_>, principal: &'r str) -> Option<&'r str> {
    record
        .get(Field::AccountId)
        .or_else(|| account_of_arn(principal))
        .or_else(|| account_of_arn(record.get(Field::RoleArn)?))
        .or_else(|| record.get(Field::RecipientAccountId))
}

/// The account in an ARN: `arn:partition:service:region:ACCOUNT:resource`.
pub fn account_of_arn(arn: &str) -> Option<&str> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    is_account_id(account).then_some(account)
}

/// `NAMESPACE:NAME` at the end of the principal of an EKS pod, as the pod's token has it.
pub(super) fn eks_service_account(principal: &str) -> Option<&str> {
    let (before, account) = principal.split_once(EKS_SERVICE_ACCOUNT)?;
    (before.is_empty() || before.ends_with(':')).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Field::{
        AccountId, IdentityArn, IdentityProvider, IdentityStoreArn, IdentityType, InvokedBy,
        OnBehalfOfUserId, PrincipalArn, PrincipalId, RoleArn, SessionIssuerArn, UserName,
    };

    /// Members of an identity besides its type.
    type Members<'a> = &'a [(Field, &'a str)];

    const ROLE: &str = "arn:aws:iam::111122223333:role/path/to/app";
    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/i-0abc";
    const EKS_ID: &str = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/\
                          E:sts.amazonaws.com:system:serviceaccount:ns:sa";
    const GITHUB: &str =
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    const STORE: &str = "arn:aws:identitystore::111122223333:identitystore/d-1";

    fn record<'a>(kind: &'a str, fields: &[(Field, &'a str)]) -> Record<'a> {
        fields.iter().fold(
            Record::default().with(IdentityType, kind),
            |record, &(field, value)| record.with(field, value),
        )
    }

    #[test]
    fn every_type_of_identity_has_its_principal() {
        let for_role = format!("{GITHUB} for {ROLE}");
        let saml = "arn:aws:iam::111122223333:saml-provider/okta";
        let saml_for_role = format!("{saml} for {ROLE}");
        let center = format!("{STORE}/user-1");
        #[rustfmt::skip]
        let table: &[(&str, Members<'_>, &str)] = &[
            ("AssumedRole", &[(SessionIssuerArn, ROLE), (IdentityArn, SESSION)], ROLE),
            ("AssumedRole", &[(IdentityArn, SESSION)], "arn:aws:iam::111122223333:role/app"),
            ("AssumedRole", &[(IdentityArn, "arn:aws-cn:sts::1:assumed-role/r/s")], "arn:aws-cn:iam::1:role/r"),
            ("AssumedRole", &[(IdentityArn, "nonsense")], "nonsense"),
            ("AssumedRole", &[(PrincipalId, "AROA:s")], "AROA"),
            ("AWSService", &[(InvokedBy, "ec2.amazonaws.com"), (PrincipalId, "x")], "ec2.amazonaws.com"),
            ("AWSService", &[], "unknown"),
            ("AWSAccount", &[(AccountId, "444455556666"), (PrincipalId, "AROA1:session")], "444455556666:AROA1"),
            ("AWSAccount", &[(AccountId, "444455556666"), (PrincipalId, "AIDA1")], "444455556666:AIDA1"),
            ("AWSAccount", &[(AccountId, "444455556666")], "444455556666"),
            ("AWSAccount", &[(AccountId, "anonymous"), (PrincipalId, "")], "anonymous"),
            ("AWSAccount", &[(AccountId, "ANONYMOUS_PRINCIPAL"), (PrincipalId, "Anonymous")], "ANONYMOUS_PRINCIPAL"),
            ("WebIdentityUser", &[(UserName, "system:serviceaccount:ns:sa"), (PrincipalId, EKS_ID), (RoleArn, ROLE)], EKS_ID),
            ("WebIdentityUser", &[(UserName, "repo:o/r:ref"), (IdentityProvider, GITHUB), (RoleArn, ROLE)], &for_role),
            ("WebIdentityUser", &[(IdentityProvider, GITHUB)], GITHUB),
            ("WebIdentityUser", &[(RoleArn, ROLE)], ROLE),
            ("WebIdentityUser", &[(PrincipalId, "id"), (UserName, "name")], "id"),
            ("WebIdentityUser", &[(UserName, "name")], "name"),
            ("SAMLUser", &[(PrincipalArn, saml), (IdentityProvider, "hash="), (RoleArn, ROLE)], &saml_for_role),
            ("SAMLUser", &[(IdentityProvider, "hash=")], "hash="),
            ("IdentityCenterUser", &[(IdentityStoreArn, STORE), (OnBehalfOfUserId, "user-1")], &center),
            ("IdentityCenterUser", &[(IdentityStoreArn, STORE), (AccountId, "1")], "1"),
            ("Root", &[(IdentityArn, "arn:aws:iam::1:root"), (UserName, "alias")], "arn:aws:iam::1:root"),
            ("IAMUser", &[(IdentityArn, "arn:aws:iam::1:user/u")], "arn:aws:iam::1:user/u"),
            ("IAMUser", &[(PrincipalId, "AIDA"), (UserName, "u")], "AIDA"),
            ("FederatedUser", &[(IdentityArn, "arn:aws:sts::1:federated-user/f")], "arn:aws:sts::1:federated-user/f"),
            ("Directory", &[(UserName, "u"), (InvokedBy, "i")], "u"),
            ("Brandnew", &[(InvokedBy, "i"), (AccountId, "1")], "i"),
            ("Unknown", &[(AccountId, "1")], "1"),
            ("", &[(IdentityArn, "arn:x")], "arn:x"),
            ("", &[], "unknown"),
        ];
        for (kind, fields, expected) in table {
            assert_eq!(
                principal(&record(kind, fields)),
                *expected,
                "{kind} {fields:?}"
            );
        }
    }

    #[test]
    fn the_session_is_what_the_principal_leaves_out() {
        #[rustfmt::skip]
        let table: &[(&str, Members<'_>, Option<&str>)] = &[
            ("AssumedRole", &[(IdentityArn, SESSION)], Some("i-0abc")),
            ("AssumedRole", &[(PrincipalId, "AROA1:fn")], Some("fn")),
            ("AssumedRole", &[(PrincipalId, "AROA1")], None),
            ("AWSAccount", &[(PrincipalId, "AROA1:me@example.com")], Some("me@example.com")),
            ("WebIdentityUser", &[(UserName, "system:serviceaccount:ns:sa"), (PrincipalId, EKS_ID)], None),
            ("WebIdentityUser", &[(UserName, "repo:o/r:ref")], Some("repo:o/r:ref")),
            ("SAMLUser", &[(PrincipalId, "hash=:ann")], Some("ann")),
            ("IAMUser", &[(IdentityArn, "arn:aws:iam::1:user/u"), (PrincipalId, "AIDA")], None),
            ("FederatedUser", &[(PrincipalId, "1:bob")], Some("bob")),
        ];
        for (kind, fields, expected) in table {
            assert_eq!(
                session_name(&record(kind, fields)),
                *expected,
                "{kind} {fields:?}"
            );
        }
    }

    #[test]
    fn the_account_is_the_callers() {
        let arn = "arn:aws:iam::111122223333:role/r";
        let received = |record: Record<'static>| record.with(Field::RecipientAccountId, "9");
        let plain = received(record(
            "IAMUser",
            &[(AccountId, "444455556666"), (RoleArn, arn)],
        ));
        assert_eq!(account_id(&plain, arn), Some("444455556666"));
        let by_principal = received(record("AssumedRole", &[]));
        assert_eq!(account_id(&by_principal, arn), Some("111122223333"));
        let by_role = received(record("SAMLUser", &[(RoleArn, arn)]));
        assert_eq!(account_id(&by_role, "okta"), Some("111122223333"));
        assert_eq!(
            account_id(&received(record("Root", &[])), "unknown"),
            Some("9")
        );
        assert_eq!(account_of_arn("arn:aws:iam::aws:policy/x"), None);
    }

    #[test]
    fn an_eks_principal_names_its_service_account() {
        assert_eq!(eks_service_account(EKS_ID), Some("ns:sa"));
        assert_eq!(
            eks_service_account("system:serviceaccount:ns:sa"),
            Some("ns:sa")
        );
        assert_eq!(
            eks_service_account("https://oidc.example/id/E:system:serviceaccount:a:b"),
            Some("a:b")
        );
        for other in [
            "",
            "xsystem:serviceaccount:ns:sa",
            "arn:aws:iam::111122223333:role/app",
        ] {
            assert_eq!(eks_service_account(other), None, "{other}");
        }
    }
}
