//! One STS record of the sample, written as a sentence: who, with what, from where, to which host.

use super::super::{json, record::Record, record::part};
use super::who::Who;
use chrono::DateTime;

/// A token no scanner takes for a secret.
const TOKEN: &str =
    "SyntheticTokenSyntheticTokenSyntheticTokenSyntheticTokenSyntheticTokenSyntheticToken";

/// Unix seconds of `03T09:05:00`: the day and time in November 2025.
pub fn seconds(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(&format!("2025-11-{time}Z"))
        .expect("the sample's times are constants")
        .timestamp()
}

/// The eventID of a case tells its number.
pub fn event_id(number: u32) -> String {
    format!("5a3f1e00-0000-4000-8000-{number:012}")
}

/// A record under way.
pub struct Case(Record);

impl Case {
    /// Begins with GetCallerIdentity and no host.
    pub fn new(number: u32, account: &str, region: &str, time: &str, who: Who) -> Self {
        Self(Record {
            version: "1.11".to_owned(),
            identity: who.json,
            principal_id: who.principal_id,
            time: seconds(time),
            source: "sts.amazonaws.com".to_owned(),
            name: "GetCallerIdentity".to_owned(),
            region: region.to_owned(),
            address: format!("198.51.100.{}", 1 + number % 250),
            request_id: format!("7c9e6600-0000-4000-8000-{number:012}"),
            event_id: event_id(number),
            read_only: true,
            event_type: "AwsApiCall".to_owned(),
            recipient: account.to_owned(),
            category: "Management".to_owned(),
            ..Record::default()
        })
    }

    /// `userAgent`
    pub fn agent(mut self, agent: &str) -> Self {
        agent.clone_into(&mut self.0.agent);
        self
    }

    /// `sourceIPAddress`
    pub fn from(mut self, address: &str) -> Self {
        address.clone_into(&mut self.0.address);
        self
    }

    /// An AWS service stands for both the address and the agent.
    pub fn by_service(self, service: &str) -> Self {
        self.from(service).agent(service)
    }

    /// `tlsDetails` with this host header.
    pub fn host(mut self, host: &str) -> Self {
        part::tls(&mut self.0.tls, host, "");
        self
    }

    /// The same, with a key exchange that came in 2026.
    pub fn host_by(mut self, host: &str, key_exchange: &str) -> Self {
        part::tls(&mut self.0.tls, host, key_exchange);
        self
    }

    /// `RequestDetails`
    pub fn details(mut self, endpoint_type: &str, serving_region: &str) -> Self {
        part::request_details(&mut self.0.additional, endpoint_type, serving_region);
        self
    }

    /// Through an interface endpoint of the recipient's.
    pub fn through(mut self, endpoint: &str) -> Self {
        endpoint.clone_into(&mut self.0.vpc_endpoint);
        self.0.vpc_endpoint_account = self.0.recipient.clone();
        self.from("10.20.1.15")
    }

    /// Before tlsDetails there were.
    pub fn old(mut self) -> Self {
        "1.05".clone_into(&mut self.0.version);
        self
    }

    /// `errorCode`; the answer goes.
    pub fn error(mut self, code: &str, message: &str) -> Self {
        code.clone_into(&mut self.0.error_code);
        message.clone_into(&mut self.0.error_message);
        self.0.response.clear();
        self
    }

    /// Logged in another account too, or said to be.
    pub fn shared(mut self) -> Self {
        self.0.shared_event_id = self.0.event_id.replace("-4000-8000-", "-4000-a000-");
        self
    }

    /// Any other call, its parameters as JSON.
    pub fn call(mut self, name: &str, request: &str, read_only: bool) -> Self {
        name.clone_into(&mut self.0.name);
        request.clone_into(&mut self.0.request);
        self.0.read_only = read_only;
        self
    }

    /// AssumeRole.
    pub fn assume(self, account: &str, role: &str, session: &str) -> Self {
        self.gets_role("AssumeRole", account, role, session, "")
    }

    /// AssumeRoleWithWebIdentity.
    pub fn assume_web(self, account: &str, role: &str, session: &str) -> Self {
        self.gets_role("AssumeRoleWithWebIdentity", account, role, session, "")
    }

    /// AssumeRoleWithSAML.
    pub fn assume_saml(self, account: &str, role: &str, session: &str, provider: &str) -> Self {
        let provider = format!("arn:aws:iam::{account}:saml-provider/{provider}");
        self.gets_role("AssumeRoleWithSAML", account, role, session, &provider)
    }

    fn gets_role(
        mut self,
        name: &str,
        account: &str,
        role: &str,
        session: &str,
        saml: &str,
    ) -> Self {
        name.clone_into(&mut self.0.name);
        let partition = if account == super::CHINA {
            "aws-cn"
        } else {
            "aws"
        };
        let arn = format!("arn:{partition}:iam::{account}:role/{role}");
        json::set(&mut self.0.request, |request| {
            request
                .text_if("principalArn", saml)
                .text("roleArn", &arn)
                .text("roleSessionName", session)
                .number("durationSeconds", 3600);
        });
        json::set(&mut self.0.response, |response| {
            part::credentials(response, "ASIASYNTHETICEXAMPLE", TOKEN, self.0.time + 3600);
            response.object("assumedRoleUser", |user| {
                user.text("assumedRoleId", &format!("AROASYNTHETICEXAMPLE:{session}"))
                    .text(
                        "arn",
                        &format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}"),
                    );
            });
        });
        self.0.resources =
            format!(r#"[{{"accountId":"{account}","type":"AWS::IAM::Role","ARN":"{arn}"}}]"#);
        self
    }

    /// The finished record.
    pub fn done(self) -> Record {
        self.0
    }

    /// The caller's copy and the target's, which has a number of its own.
    pub fn pair(self, target: &str, number: u32) -> [Record; 2] {
        let caller = self.shared().done();
        let mut copy = caller.clone();
        copy.become_target_copy(target, &event_id(number));
        [caller, copy]
    }
}
