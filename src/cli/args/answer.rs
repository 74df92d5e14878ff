//! What commands with an answer have in common: what it is of, and what is done with it.

use clap::Args;

use super::{GateArgs, InputArgs, MessageArgs, OutputArgs, StoreArgs};

/// What an answer is of: logs, or a store.
#[derive(Args)]
pub(in crate::cli) struct SourceArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What is done with an answer.
#[derive(Args)]
pub(in crate::cli) struct AnswerArgs {
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}
