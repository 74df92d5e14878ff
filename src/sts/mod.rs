//! A record → an STS call: endpoint, principal, SDK, Regions.
//!
//! Pure: no files, no JSON, no threads, except that [`Hosts`] notes which of its lines matched. Somebody
//! who knows AWS can check every rule here against the page it names.

pub mod action;
pub mod advice;
mod agent;
mod agents;
pub mod aws_agent;
mod call;
mod cause;
mod decision;
pub mod defaults;
mod dimension;
pub mod endpoint;
mod host;
mod hosts;
mod judge;
mod pattern;
mod possible;
pub mod principal;
mod product;
mod properties;
pub mod region;
pub mod sdk;
mod time;
mod token;
pub mod tool;
mod version;

pub use advice::{Share, Situation, fix};
pub use agents::Agents;
pub use call::{Call, EVENT_SOURCE, Kind, kind};
pub(crate) use call::{REGION_DISABLED, is_vpc_endpoint, issuing_account_id};
pub use cause::Cause;
pub use decision::{Decision, EndpointEvidence};
pub use dimension::Dimension;
pub use endpoint::{ByEndpoint, Endpoint, EndpointKind};
pub(crate) use host::is_own_name;
pub use host::{Host, HostKind, Variant};
pub use hosts::{Hosts, HostsError, LeadsTo};
pub(crate) use pattern::has_wildcards;
pub use pattern::{Glob, glob};
pub use possible::{Nearest, Possible, nearest, possible};
pub use properties::Properties;
pub use time::Time;
pub use token::TokenUse;
pub use version::Version;
