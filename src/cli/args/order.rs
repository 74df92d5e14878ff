//! In which order rows come, and which are left out.

use clap::{Args, ValueEnum};

/// How to order what was grouped, and what to leave out.
#[derive(Args)]
#[command(next_help_heading = "Order")]
pub(in crate::cli) struct OrderArgs {
    /// Order: most calls first, last seen first, or by the values of the group or row [default: calls]
    #[arg(long, value_name = "ORDER")]
    pub sort: Option<GroupOrder>,
    /// Leave out groups or rows with fewer than N calls; the summary counts them
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        allow_negative_numbers = true
    )]
    pub min_calls: u64,
}

impl OrderArgs {
    /// The option that was given, if any was.
    pub fn given(&self) -> Option<&'static str> {
        let of_least = (self.min_calls > 0).then_some("--min-calls");
        self.sort.map(|_| "--sort").or(of_least)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GroupOrder {
    #[default]
    Calls,
    #[value(name = "last_event_time")]
    LastEventTime,
    Group,
}
