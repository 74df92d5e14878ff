//! The groups of options that several commands share.
//!
//! Each command's own options are beside its `run`, in `commands`. What an option means is decided
//! in `reading`, `output` and `gate`.

mod answer;
mod filter;
mod gate;
mod help;
mod input;
mod messages;
mod order;
mod output;
mod s3;
mod store;
mod typed;

pub(super) use answer::{AnswerArgs, SourceArgs};
pub(super) use filter::FilterArgs;
pub(super) use gate::{Asked, GateArgs, Required};
pub(super) use help::{dimensions_help, exit_help};
pub(super) use input::{InputArgs, ListArgs, WorkArgs};
pub(super) use messages::{MessageArgs, QuietArgs, When};
pub(super) use order::{GroupOrder, OrderArgs};
pub(super) use output::{FileArgs, OutputArgs, PartFileArgs, WriteArgs, without_gauges};
pub(super) use s3::S3Args;
pub(super) use store::{StoreArgs, StoreFileArgs, WaitArgs};
pub(super) use typed::{Typed, said};
