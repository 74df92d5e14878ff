//! Parts of the long help that several commands share.

use crate::sts::Dimension;

pub(in crate::cli) fn dimensions_help(uses: &str) -> String {
    let mut help = format!("Dimensions (for {uses}):\n");
    for dimension in Dimension::with_names() {
        help += &format!("  {:<28} {}\n", dimension.name(), dimension.help());
    }
    help
}

pub(in crate::cli) fn exit_help() -> &'static str {
    "Exit codes:
  0  done
  1  a --fail-on gate failed
  2  wrong usage, a fatal error, a gate that cannot be judged, or nothing was read at all
  3  done, but some input was damaged or unreadable (it is listed on standard error)"
}
