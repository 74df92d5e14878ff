//! Who is in an archive: accounts, their principals, their addresses. All from the seed.

use super::{agents, ids, rng::SplitMix64};

/// The Regions of an archive. The first is where global calls are logged.
pub const REGIONS: &[&str] = &[
    "us-east-1",
    "eu-west-1",
    "eu-central-1",
    "us-west-2",
    "ap-southeast-2",
    "eu-north-1",
    "us-east-2",
    "ap-northeast-1",
];

/// Which kind of identity a principal is, and so what its sessions are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A role of EC2 instances; sessions are instance ids.
    Instance,
    /// A role of a Lambda function.
    Function,
    /// A role of ECS tasks.
    Task,
    /// A role that a build system assumes.
    Build,
    /// A role of IAM Identity Center; sessions are people.
    Person,
    /// An IAM user.
    User,
    /// An EKS service account, not yet in its role.
    ServiceAccount,
    /// A GitHub workflow, not yet in its role.
    Workflow,
    /// A person from a SAML provider, not yet in their role.
    Saml,
    /// Somebody of an account outside the organisation.
    Stranger,
    /// A federated user.
    Federated,
    /// A person known to Identity Center only.
    Centre,
    /// The account's root user.
    Root,
}

/// One stable identity.
#[derive(Debug)]
pub struct Principal {
    /// What it is.
    pub kind: Kind,
    /// Its role, user or provider, without a path.
    pub name: String,
    /// `/`, or the role's path between slashes.
    pub path: &'static str,
    /// Unique id of IAM.
    pub id: String,
    /// What runs there.
    pub agent: &'static str,
    /// Where it runs.
    pub home: &'static str,
    /// The first of the few addresses it calls from.
    pub address: usize,
    /// Where its own streams begin: sessions, keys.
    pub seed: u64,
}

impl Principal {
    /// Whether it has permissions of its own, and so calls any service and any other account.
    pub fn is_signed_in(&self) -> bool {
        use Kind::{Build, Function, Instance, Person, Task, User};
        matches!(
            self.kind,
            Instance | Function | Task | Build | Person | User
        )
    }
}

/// One account.
#[derive(Debug)]
pub struct Account {
    /// Twelve digits; some begin with zeros.
    pub id: String,
    /// Those whose calls go global.
    pub legacy: Vec<Principal>,
    /// Those whose calls go regional.
    pub modern: Vec<Principal>,
}

/// Everybody.
#[derive(Debug)]
pub struct Population {
    /// `o-…`
    pub organisation: String,
    /// At least one.
    pub accounts: Vec<Account>,
    /// At least one.
    pub addresses: Vec<String>,
}

impl Population {
    /// Invents accounts too.
    pub fn new(seed: u64, accounts: usize, principals: usize, addresses: usize) -> Self {
        let mut rng = SplitMix64::of(&[seed, 1]);
        let ids = (0..accounts.max(1))
            .map(|n| match n % 8 {
                7 => format!("{:012}", rng.below(1_000_000_000)),
                _ => format!("{:012}", 100_000_000_000 + rng.below(900_000_000_000)),
            })
            .collect();
        Self::of(seed, ids, principals, addresses)
    }

    /// Peoples the accounts with these ids.
    pub fn of(seed: u64, ids: Vec<String>, principals: usize, addresses: usize) -> Self {
        let mut rng = SplitMix64::of(&[seed, 2]);
        let mut organisation = String::from("o-");
        ids::hex(&mut organisation, &mut rng, 10);
        let addresses = addresses.max(1);
        let addresses_of = addresses;
        let count = ids.len();
        let mut accounts: Vec<Account> = ids
            .into_iter()
            .map(|id| Account {
                id,
                legacy: Vec::new(),
                modern: Vec::new(),
            })
            .collect();
        // Two in each account at least, so that each has somebody for either endpoint.
        for n in 0..principals.max(2 * count) {
            let account = &mut accounts[n % count];
            let turn = n / count;
            let mut rng = SplitMix64::of(&[seed, 3, n as u64]);
            let principal = principal(&mut rng, n, turn, addresses_of);
            if turn.is_multiple_of(2) {
                account.legacy.push(principal);
            } else {
                account.modern.push(principal);
            }
        }
        let addresses = (0..addresses).map(|n| address(&mut rng, n)).collect();
        Self {
            organisation,
            accounts,
            addresses,
        }
    }
}

fn principal(rng: &mut SplitMix64, n: usize, turn: usize, addresses: usize) -> Principal {
    let kind = match (turn, rng.below(100)) {
        (0 | 1, _) | (_, 0..24) => Kind::Function,
        (_, 24..40) => Kind::Instance,
        (_, 40..52) => Kind::Task,
        (_, 52..60) => Kind::Build,
        (_, 60..68) => Kind::Person,
        (_, 68..80) => Kind::User,
        (_, 80..89) => Kind::ServiceAccount,
        (_, 89..92) => Kind::Workflow,
        (_, 92..95) => Kind::Saml,
        (_, 95..97) => Kind::Stranger,
        (_, 97) => Kind::Federated,
        (_, 98) => Kind::Centre,
        _ => Kind::Root,
    };
    let what = rng.pick(&[
        "payments",
        "ledger",
        "checkout",
        "search",
        "catalogue",
        "reporting",
        "ingest",
        "billing",
        "identity",
        "metrics",
        "shipping",
        "media",
        "fraud",
        "pricing",
        "crm",
        "backup",
    ]);
    let duty = rng.pick(&[
        "worker",
        "api",
        "batch",
        "deploy",
        "reader",
        "scheduler",
        "exporter",
        "migration",
    ]);
    let (name, path) = match kind {
        Kind::Person => {
            let set = rng.pick(&["Administrator", "ReadOnly", "PowerUser", "Billing"]);
            let mut name = format!("AWSReservedSSO_{set}_");
            ids::hex(&mut name, rng, 16);
            (name, "/aws-reserved/sso.amazonaws.com/eu-west-1/")
        }
        Kind::Function if n.is_multiple_of(5) => (format!("{what}-{duty}-{n}"), "/service-role/"),
        Kind::Build => (format!("ci-{what}-{duty}-{n}"), "/ci/"),
        _ => (format!("{what}-{duty}-{n}"), "/"),
    };
    let mut id = String::new();
    ids::iam(
        &mut id,
        rng,
        if kind == Kind::User { "AIDA" } else { "AROA" },
    );
    let is_legacy = turn.is_multiple_of(2);
    let agents = if is_legacy {
        agents::LEGACY
    } else {
        agents::MODERN
    };
    Principal {
        kind,
        name,
        path,
        id,
        agent: match rng.below(40) {
            0 => rng.pick(agents::INTERNAL),
            _ => rng.pick(agents),
        },
        home: rng.pick(REGIONS),
        address: match rng.below(addresses) {
            // Every tenth address is IPv6, which the global endpoint does not serve, and each
            // principal calls from four in a row.
            address if is_legacy => address - address % 10 + (address % 10).min(5),
            address => address,
        },
        seed: rng.draw(),
    }
}

/// Addresses that belong to nobody: RFC 2544's, RFC 3849's, and private ones.
fn address(rng: &mut SplitMix64, n: usize) -> String {
    match n % 10 {
        9 => format!(
            "2001:db8:{:x}:{:x}::{:x}",
            n,
            rng.below(65_536),
            rng.below(65_536)
        ),
        7 | 8 => format!(
            "10.{}.{}.{}",
            rng.below(256),
            rng.below(256),
            rng.below(256)
        ),
        _ => format!(
            "198.{}.{}.{}",
            18 + rng.below(2),
            rng.below(256),
            1 + rng.below(254)
        ),
    }
}
