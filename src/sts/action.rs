//! The actions of STS, and which of them the global endpoint has.
//!
//! Calls of others are calls as well: AWS adds actions faster than anybody ships releases.

/// An action of STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// `eventName` of its records.
    pub name: &'static str,
    /// Whether the global endpoint has it; `None` where no page says.
    pub on_global_endpoint: Option<bool>,
}

/// Every action in the service's model (botocore 1.44.8, `sts/2011-06-15/service-2.json`), and what
/// the pages of the API reference say of the global endpoint. What CloudTrail writes for
/// `GetScopedCredentials` (since 19 November 2026) is not known yet.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html>
pub const ACTIONS: [Action; 12] = [
    on("AssumeRole", Some(true)),
    on("AssumeRoleWithSAML", Some(true)),
    on("AssumeRoleWithWebIdentity", Some(true)),
    on("AssumeRoot", Some(false)),
    on("DecodeAuthorizationMessage", Some(true)),
    on("GetAccessKeyInfo", Some(true)),
    on("GetCallerIdentity", Some(true)),
    on("GetDelegatedAccessToken", None),
    on("GetFederationToken", Some(true)),
    on("GetScopedCredentials", Some(false)),
    on("GetSessionToken", Some(true)),
    on("GetWebIdentityToken", Some(false)),
];

const fn on(name: &'static str, on_global_endpoint: Option<bool>) -> Action {
    Action {
        name,
        on_global_endpoint,
    }
}

/// Whether an action is known not to be on the global endpoint: a record of a global call of it
/// contradicts itself.
pub fn is_regional_only(event_name: &str) -> bool {
    let mut actions = ACTIONS.iter();
    actions.any(|one| one.name == event_name && one.on_global_endpoint == Some(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_of_the_twelve_actions_are_regional_only() {
        assert!(ACTIONS.is_sorted_by(|a, b| a.name < b.name));
        let regional: Vec<_> = ACTIONS.map(|one| one.name).into_iter().collect();
        let regional: Vec<_> = (regional.into_iter())
            .filter(|name| is_regional_only(name))
            .collect();
        assert_eq!(
            regional,
            ["AssumeRoot", "GetScopedCredentials", "GetWebIdentityToken"]
        );
        assert!(!is_regional_only("") && !is_regional_only("assumeroot"));
    }
}
