//! The log files of the sample and the calls in them, one number each.

use super::super::{agents, json, record::Record};
use super::case::{Case, event_id};
use super::{CHINA, LogFile, PAYMENTS, PLATFORM, SANDBOX, who};

const BOTO3_OLD: &str = agents::LEGACY[2];
const BOTO3_NEW: &str = agents::MODERN[1];
const CLI_V1: &str = agents::LEGACY[9];
const CLI_V2: &str = agents::MODERN[5];
const GO_V1: &str = agents::LEGACY[14];
const GO_V2: &str = agents::MODERN[7];
const TERRAFORM: &str = agents::LEGACY[17];
const JAVA_V1: &str = agents::LEGACY[19];
const JAVA_V2: &str = agents::MODERN[11];
const JS_V2_LAMBDA: &str = agents::LEGACY[23];
const JS_V2_WORKFLOW: &str = agents::LEGACY[25];
const PHP: &str = agents::LEGACY[27];
const RUBY: &str = agents::LEGACY[28];
const DOTNET: &str = agents::LEGACY[30];
const POWERSHELL: &str = agents::LEGACY[31];
const GO_V2_OVERRIDE: &str = agents::LEGACY[33];
const RUST: &str = agents::MODERN[21];
const INTERNAL: &str = agents::INTERNAL[1];

const GLOBAL: &str = "sts.amazonaws.com";
const ENDPOINT: &str = "vpce-0aaaabbbbccccdddd";
const CLUSTER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789ABCDEF012345678";
const GITHUB: &str = "token.actions.githubusercontent.com";
/// An account outside the organisation.
const PARTNER: &str = "999988887777";

/// The files below `AWSLogs/` that hold records.
pub fn files() -> Vec<LogFile> {
    let first = first();
    let [across_global, across_global_copy] = across_global();
    let [across_regional, across_regional_copy] = across_regional();
    let late = late();
    vec![
        file(
            PAYMENTS,
            "us-east-1",
            "03T09:05:00",
            3,
            vec![first.clone(), served_locally(), by_type()],
        ),
        file(PAYMENTS, "us-east-1", "03T14:10:00", 2, {
            let mut records = spelled_differently();
            records.push(across_global);
            records
        }),
        file(PAYMENTS, "us-east-1", "04T00:10:00", 2, {
            let mut records = vec![first, updated(by_type())];
            records.extend(not_the_customers());
            records
        }),
        file(PAYMENTS, "us-east-1", "04T15:25:00", 1, anomalies()),
        file(PAYMENTS, "eu-west-1", "03T09:10:00", 3, private_link()),
        file(PAYMENTS, "eu-west-1", "03T22:00:00", 5, vec![]),
        file(PAYMENTS, "eu-west-1", "04T10:40:00", 1, {
            let mut records = without_host();
            records.push(across_regional);
            records
        }),
        file(PAYMENTS, "eu-north-1", "04T11:00:00", 3, vec![]),
        file(PLATFORM, "us-east-1", "03T14:15:00", 2, {
            let mut records = vec![across_global_copy];
            records.extend(strangers());
            records
        }),
        file(PLATFORM, "us-east-1", "04T08:00:00", 2, rarities()),
        file(PLATFORM, "eu-west-1", "03T18:35:00", 4, vec![]),
        file(PLATFORM, "eu-north-1", "03T07:30:00", 2, north()),
        file(PLATFORM, "eu-north-1", "04T13:20:00", 2, north_again()),
        file(SANDBOX, "us-east-1", "03T11:45:00", 2, many_sdks()),
        file(SANDBOX, "us-east-1", "04T12:05:00", 2, bare()),
        file(
            SANDBOX,
            "eu-west-1",
            "04T10:45:00",
            2,
            vec![across_regional_copy, late.clone()],
        ),
        file(SANDBOX, "eu-west-1", "04T10:50:00", 2, vec![late]),
        file(SANDBOX, "eu-north-1", "03T05:15:00", 3, vec![]),
        file(CHINA, "cn-north-1", "04T03:40:00", 0, china()),
        LogFile {
            kind: "CloudTrail-NetworkActivity",
            ..file(PAYMENTS, "eu-west-1", "03T09:15:00", 0, network_activity())
        },
    ]
}

fn file(
    account: &'static str,
    region: &'static str,
    delivered: &'static str,
    others: usize,
    records: Vec<Record>,
) -> LogFile {
    LogFile {
        account,
        kind: "CloudTrail",
        region,
        delivered,
        others,
        records,
    }
}

/// 1: delivered twice.
fn first() -> Record {
    Case::new(
        1,
        PAYMENTS,
        "us-east-1",
        "03T08:58:01",
        who::role(PAYMENTS, "payments-batch", "batch-01"),
    )
    .agent(BOTO3_OLD)
    .assume(PAYMENTS, "ledger-reader", "botocore-session-1762160281")
    .host(GLOBAL)
    .done()
}

/// 2: a global call served in Ireland.
fn served_locally() -> Record {
    let who = who::role_with(
        PAYMENTS,
        "service-role/checkout-api",
        "i-0aaaabbbbcccc0002",
        |identity| {
            identity.object("inScopeOf", |scope| {
                scope.text("issuerType", "AWS::EC2::Instance").text(
                    "credentialsIssuedTo",
                    "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaabbbbcccc0002",
                );
            });
        },
    );
    Case::new(2, PAYMENTS, "us-east-1", "03T08:59:30", who)
        .agent(GO_V1)
        .assume(PAYMENTS, "ledger-reader", "checkout")
        .details("global", "eu-west-1")
        .host("sts-global.eu-west-1.amazonaws.com")
        .done()
}

/// 3: corrected later.
fn by_type() -> Record {
    Case::new(
        3,
        PAYMENTS,
        "us-east-1",
        "03T09:01:12",
        who::user(PAYMENTS, "legacy-deployer"),
    )
    .agent(CLI_V1)
    .details("global", "us-east-1")
    .host(GLOBAL)
    .done()
}

/// 10: the correction of 3, with an eventID of its own.
fn updated(mut record: Record) -> Record {
    json::set(&mut record.addendum, |addendum| {
        addendum
            .text("reason", "UPDATED_DATA")
            .text("updatedFields", "responseElements")
            .text("originalRequestID", &record.request_id)
            .text("originalEventID", &record.event_id);
    });
    record.event_id = event_id(10);
    r#"{"account":"111122223333"}"#.clone_into(&mut record.response);
    record
}

/// 4 to 8: one host in many spellings, its neighbours, and none.
fn spelled_differently() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PAYMENTS, "us-east-1", time, who);
    let batch = || who::role(PAYMENTS, "payments-batch", "batch-02");
    vec![
        at(4, "03T14:01:00", batch())
            .agent(BOTO3_OLD)
            .host("STS.AMAZONAWS.COM:443")
            .done(),
        at(5, "03T14:02:00", batch())
            .agent(BOTO3_OLD)
            .host("sts.amazonaws.com.")
            .done(),
        at(
            6,
            "03T14:03:00",
            who::role(PAYMENTS, "search-api", "i-0aaaabbbbcccc0006"),
        )
        .agent(GO_V2)
        .assume(PAYMENTS, "ledger-reader", "search")
        .details("regional", "us-east-1")
        .host("sts.us-east-1.amazonaws.com")
        .done(),
        at(
            7,
            "03T14:04:00",
            who::role(PAYMENTS, "audit", "auditor@example.com"),
        )
        .agent(JAVA_V2)
        .host("sts-fips.us-east-1.amazonaws.com")
        .done(),
        at(8, "03T14:05:00", who::user(PAYMENTS, "legacy-deployer"))
            .agent(CLI_V1)
            .old()
            .done(),
    ]
}

/// 9 and 32: from one account of the organisation into another, by the global endpoint.
fn across_global() -> [Record; 2] {
    Case::new(
        9,
        PAYMENTS,
        "us-east-1",
        "03T14:06:00",
        who::role(PAYMENTS, "payments-batch", "batch-02"),
    )
    .agent(BOTO3_OLD)
    .assume(PLATFORM, "observability", "metrics")
    .host(GLOBAL)
    .pair(PLATFORM, 32)
}

/// 11 to 13: AWS's own callers, and one who means harm.
fn not_the_customers() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PAYMENTS, "us-east-1", time, who);
    vec![
        at(
            11,
            "04T00:02:00",
            who::saml("d-1234567890", "ana.lund@example.com"),
        )
        .agent(INTERNAL)
        .from("AWS Internal")
        .assume_saml(
            PAYMENTS,
            "AWSReservedSSO_ReadOnly_0123456789abcdef",
            "ana.lund@example.com",
            "AWSSSO_0123456789abcdef_DO_NOT_DELETE",
        )
        .host(GLOBAL)
        .done(),
        at(12, "04T00:03:00", who::service("lambda.amazonaws.com"))
            .by_service("lambda.amazonaws.com")
            .assume(PAYMENTS, "resize", "resize")
            .shared()
            .done(),
        at(
            13,
            "04T00:04:00",
            who::role(PAYMENTS, "partner-upload", "=HYPERLINK(\"http://x\")"),
        )
        .agent("=HYPERLINK(\"http://x\")")
        .from("203.0.113.13")
        .host(GLOBAL)
        .done(),
    ]
}

/// 14 to 20: things that do not fit.
fn anomalies() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PAYMENTS, "us-east-1", time, who);
    let crm = || who::role(PAYMENTS, "crm-export", "export");
    vec![
        // An STS interface endpoint answers regional names only.
        at(14, "04T15:14:00", crm())
            .agent(PHP)
            .host(GLOBAL)
            .through(ENDPOINT)
            .done(),
        // The type and the host disagree; the type wins.
        at(15, "04T15:15:00", crm())
            .agent(PHP)
            .details("global", "us-east-1")
            .host("sts.us-east-1.amazonaws.com")
            .done(),
        at(16, "04T15:16:00", crm())
            .agent(PHP)
            .host("sts-proxy.corp.example")
            .done(),
        at(17, "04T15:17:00", crm())
            .agent(PHP)
            .host("sts.amazonaws.com.proxy.example")
            .done(),
        at(18, "04T15:18:00", crm())
            .agent(PHP)
            .host("10.0.0.53:8443")
            .done(),
        at(
            19,
            "04T15:19:00",
            who::web(PAYMENTS, GITHUB, "repo:example-org/web:ref:refs/heads/main"),
        )
        .agent(JS_V2_WORKFLOW)
        .assume_web(PAYMENTS, "github-deploy", "GitHubActions")
        .host(GLOBAL)
        .done(),
        // A terminal would turn the text round, or turn red.
        at(20, "04T15:20:00", who::user(PAYMENTS, "contractor"))
            .agent("curl/8.5 \u{202e}gnp.tpircs\u{1b}[31m\u{1b}]0;owned\u{7} end")
            .from("203.0.113.20")
            .host(GLOBAL)
            .done(),
    ]
}

/// 21 to 25: regional, PrivateLink in its three spellings, and EKS.
fn private_link() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PAYMENTS, "eu-west-1", time, who);
    let ledger = || who::role(PAYMENTS, "ledger", "0123456789abcdef0123456789abcdef");
    vec![
        at(
            21,
            "03T09:00:00",
            who::role(PAYMENTS, "reporting", "reporting"),
        )
        .agent(BOTO3_NEW)
        .assume(PAYMENTS, "ledger-reader", "reporting")
        .details("regional", "eu-west-1")
        .host_by("sts.eu-west-1.amazonaws.com", "X25519MLKEM768")
        .done(),
        // The endpoint's own log of this call, under NetworkActivity, has the same sharedEventID.
        at(22, "03T09:01:00", ledger())
            .agent(JAVA_V2)
            .details("regional", "eu-west-1")
            .host("sts.eu-west-1.amazonaws.com")
            .through(ENDPOINT)
            .shared()
            .done(),
        at(23, "03T09:02:00", ledger())
            .agent(JAVA_V2)
            .host("vpce-0aaaabbbbccccdddd-0e1f2a3b.sts.eu-west-1.vpce.amazonaws.com")
            .through(ENDPOINT)
            .done(),
        at(24, "03T09:03:00", ledger())
            .agent(JAVA_V2)
            .host("vpce-0aaaabbbbccccdddd-0e1f2a3b-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com")
            .through(ENDPOINT)
            .done(),
        at(
            25,
            "03T09:04:00",
            who::web(PAYMENTS, CLUSTER, "system:serviceaccount:apps:checkout"),
        )
        .agent(GO_V2)
        .assume_web(PAYMENTS, "checkout", "1762160640123456789")
        .host("sts.eu-west-1.amazonaws.com")
        .done(),
    ]
}

/// 26 to 30: what the Region tells where the host does not, and the reverse.
fn without_host() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PAYMENTS, "eu-west-1", time, who);
    vec![
        at(26, "04T10:26:00", who::user(PAYMENTS, "scanner")).agent(GO_V1).old().done(),
        at(27, "04T10:27:00", who::service("ecs-tasks.amazonaws.com"))
            .by_service("ecs-tasks.amazonaws.com")
            .assume(PAYMENTS, "ledger", "0123456789abcdef0123456789abcdef")
            .shared()
            .done(),
        at(
            28,
            "04T10:28:00",
            who::role_with(PAYMENTS, "platform-deploy", "deploy", |identity| {
                identity.text("invokedBy", "cloudformation.amazonaws.com");
            }),
        )
        .by_service("cloudformation.amazonaws.com")
        .assume(PAYMENTS, "stack-exec", "AWSCloudFormation")
        .done(),
        at(29, "04T10:29:00", who::role(PAYMENTS, "reporting", "reporting"))
            .agent(BOTO3_NEW)
            .assume(PAYMENTS, "restricted", "reporting")
            .error("AccessDenied", "User: arn:aws:sts::111122223333:assumed-role/reporting/reporting is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/restricted")
            .host("sts.eu-west-1.amazonaws.com")
            .done(),
        // The type and the host disagree; the type wins.
        at(30, "04T10:30:00", who::user(PAYMENTS, "scanner"))
            .agent(GO_V1)
            .details("regional", "eu-west-1")
            .host(GLOBAL)
            .done(),
    ]
}

/// 31 and 52: into another account, by a regional endpoint.
fn across_regional() -> [Record; 2] {
    Case::new(
        31,
        PAYMENTS,
        "eu-west-1",
        "04T10:31:00",
        who::user(PAYMENTS, "scanner"),
    )
    .agent(GO_V2)
    .assume(SANDBOX, "scanned", "scan")
    .details("regional", "eu-west-1")
    .host("sts.eu-west-1.amazonaws.com")
    .pair(SANDBOX, 52)
}

/// 33 to 35: Root, SAML, and a caller whose own account is not in this archive.
fn strangers() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PLATFORM, "us-east-1", time, who);
    vec![
        at(33, "03T14:07:00", who::root(PLATFORM))
            .agent(CLI_V2)
            .call("GetSessionToken", r#"{"durationSeconds":3600}"#, false)
            .details("global", "us-east-1")
            .host(GLOBAL)
            .done(),
        at(
            34,
            "03T14:08:00",
            who::saml("EXAMPLEbase64ofissuer=", "chidi.okafor@example.com"),
        )
        .agent(agents::BROWSER)
        .assume_saml(
            PLATFORM,
            "operators",
            "chidi.okafor@example.com",
            "example-idp",
        )
        .host(GLOBAL)
        .done(),
        at(
            35,
            "03T14:09:00",
            who::stranger(PARTNER, "AROAPARTNERXXEXAMPLE:sync"),
        )
        .agent(JAVA_V1)
        .assume(PLATFORM, "partner-sync", "sync")
        .shared()
        .host(GLOBAL)
        .done(),
    ]
}

/// 36 to 39: nobody, Oregon's global name, AssumeRoot, and a configured endpoint URL.
fn rarities() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PLATFORM, "us-east-1", time, who);
    vec![
        at(36, "04T07:50:00", who::stranger("anonymous", ""))
            .agent("curl/8.5.0")
            .error("AccessDenied", "Request is missing Authentication Token")
            .host(GLOBAL)
            .done(),
        at(37, "04T07:51:00", who::role(PLATFORM, "etl", "i-0aaaabbbbcccc0037"))
            .agent(JAVA_V1)
            .assume(PLATFORM, "data-lake", "etl")
            .host("sts-global.us-west-2.amazonaws.com")
            .done(),
        at(38, "04T07:52:00", who::role(PLATFORM, "central-root-access", "dara.weiss@example.com"))
            .agent(CLI_V2)
            .call(
                "AssumeRoot",
                r#"{"targetPrincipal":"000011112222","taskPolicyArn":{"arn":"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}"#,
                false,
            )
            .host("sts.us-east-1.amazonaws.com")
            .done(),
        at(39, "04T07:53:00", who::role(PLATFORM, "exporter", "fedcba9876543210fedcba9876543210"))
            .agent(GO_V2_OVERRIDE)
            .details("global", "eu-north-1")
            .host("sts-global.eu-north-1.amazonaws.com")
            .done(),
    ]
}

/// 40 to 43: dual-stack, a Region switched off, Identity Center, plain regional.
fn north() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PLATFORM, "eu-north-1", time, who);
    vec![
        at(40, "03T07:20:00", who::role(PLATFORM, "edge", "edge"))
            .agent(RUST)
            .from("2001:db8:40::1")
            .host("sts.eu-north-1.api.aws")
            .done(),
        at(41, "03T07:21:00", who::role(PLATFORM, "etl", "i-0aaaabbbbcccc0041"))
            .agent(JAVA_V2)
            .assume(SANDBOX, "data-lake", "etl")
            .error("RegionDisabledException", "STS is not activated in this region for account:000011112222. Your account administrator can activate STS in this region using the IAM Console.")
            .host("sts.eu-north-1.amazonaws.com")
            .done(),
        at(42, "03T07:22:00", who::centre(PLATFORM, "5a3f1e00-0000-4000-9000-00000000ab42"))
            .agent(agents::BROWSER)
            .host("sts.eu-north-1.amazonaws.com")
            .done(),
        at(43, "03T07:23:00", who::role(PLATFORM, "exporter", "fedcba9876543210fedcba9876543210"))
            .agent(GO_V2)
            .details("regional", "eu-north-1")
            .host("sts.eu-north-1.amazonaws.com")
            .done(),
    ]
}

/// 44 and 45: regional once more.
fn north_again() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, PLATFORM, "eu-north-1", time, who);
    vec![
        at(44, "04T13:10:00", who::user(PLATFORM, "windows-admin"))
            .agent(POWERSHELL)
            .host("sts.eu-north-1.amazonaws.com")
            .done(),
        at(
            45,
            "04T13:11:00",
            who::web(PLATFORM, GITHUB, "repo:example-org/infra:environment:prod"),
        )
        .agent(RUST)
        .assume_web(PLATFORM, "github-infra", "GitHubActions")
        .host("Sts.EU-North-1.amazonaws.com:443")
        .done(),
    ]
}

/// 46 to 49: SDKs that go global unless told otherwise.
fn many_sdks() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, SANDBOX, "us-east-1", time, who);
    let function = who::role_with(SANDBOX, "service-role/notify", "notify", |identity| {
        identity.object("inScopeOf", |scope| {
            scope.text("issuerType", "AWS::Lambda::Function").text(
                "credentialsIssuedTo",
                "arn:aws:lambda:eu-north-1:000011112222:function:notify",
            );
        });
    });
    vec![
        at(
            46,
            "03T11:36:00",
            who::federated(SANDBOX, "portal", "broker"),
        )
        .agent(DOTNET)
        .host(GLOBAL)
        .done(),
        at(47, "03T11:37:00", function)
            .agent(JS_V2_LAMBDA)
            .assume(SANDBOX, "mailer", "notify")
            .details("global", "eu-north-1")
            .host(GLOBAL)
            .done(),
        at(
            48,
            "03T11:38:00",
            who::role(SANDBOX, "reports", "i-0aaaabbbbcccc0048"),
        )
        .agent(RUBY)
        .host("sts-global.eu-north-1.amazonaws.com")
        .done(),
        at(
            49,
            "03T11:39:00",
            who::role(SANDBOX, "terraform", "terraform"),
        )
        .agent(TERRAFORM)
        .assume(SANDBOX, "terraform-apply", "aws-go-sdk-1762169940")
        .host(GLOBAL)
        .done(),
    ]
}

/// 50 and 51: no agent at all, and FIPS over dual-stack.
fn bare() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, SANDBOX, "us-east-1", time, who);
    vec![
        at(50, "04T11:55:00", who::bare_role(SANDBOX, "appliance"))
            .host(GLOBAL)
            .done(),
        at(
            51,
            "04T11:56:00",
            who::role(SANDBOX, "audit", "auditor@example.com"),
        )
        .agent(JAVA_V2)
        .host("sts-fips.us-east-1.api.aws")
        .done(),
    ]
}

/// 53: delivered twice.
fn late() -> Record {
    Case::new(
        53,
        SANDBOX,
        "eu-west-1",
        "04T10:40:00",
        who::role(SANDBOX, "reports", "reports"),
    )
    .agent(BOTO3_NEW)
    .host("sts.eu-west-1.amazonaws.com")
    .done()
}

/// 54 and 55: another partition, which has no global endpoint.
fn china() -> Vec<Record> {
    let at = |number, time, who| Case::new(number, CHINA, "cn-north-1", time, who);
    vec![
        at(54, "04T03:30:00", who::role(CHINA, "shop", "shop"))
            .agent(BOTO3_OLD)
            .assume(CHINA, "orders", "shop")
            .host("sts.cn-north-1.amazonaws.com.cn")
            .done(),
        at(55, "04T03:31:00", who::service("lambda.amazonaws.com"))
            .by_service("lambda.amazonaws.com")
            .assume(CHINA, "resize", "resize")
            .done(),
    ]
}

/// 56 and 57: an interface endpoint's log of calls through it. Not calls.
fn network_activity() -> Vec<Record> {
    let at = |number: u32, time, of: u32| {
        let mut record = Case::new(
            number,
            PAYMENTS,
            "eu-west-1",
            time,
            who::stranger(
                PAYMENTS,
                "AROALEDGERXXXEXAMPLE:0123456789abcdef0123456789abcdef",
            ),
        )
        .through(ENDPOINT)
        .done();
        "AwsVpceEvent".clone_into(&mut record.event_type);
        "NetworkActivity".clone_into(&mut record.category);
        record.shared_event_id = event_id(of).replace("-4000-8000-", "-4000-a000-");
        record
    };
    let allowed = at(56, "03T09:01:00", 22);
    let mut denied = at(57, "03T09:06:00", 57);
    "VpceAccessDenied".clone_into(&mut denied.error_code);
    "The request was denied due to a VPC endpoint policy".clone_into(&mut denied.error_message);
    vec![allowed, denied]
}
