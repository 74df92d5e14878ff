//! The groups of options that several commands share.
//!
//! Each command's own options are beside its `run`, in `commands`. What an option means is decided
//! in `reading`, `output` and `gate`.

mod filter;
mod gate;
mod help;
mod input;
mod messages;
mod order;
mod output;
mod s3;
mod typed;

pub(super) use filter::FilterArgs;
pub(super) use gate::{Asked, GateArgs, Required};
pub(super) use help::{dimensions_help, exit_help};
pub(super) use input::{InputArgs, StoreArgs, reads, threads};
pub(super) use messages::{MessageArgs, When};
pub(super) use order::{GroupOrder, OrderArgs};
pub(super) use output::{OutputArgs, without_gauges};
pub(super) use s3::S3Args;
pub(super) use typed::{Typed, said};
