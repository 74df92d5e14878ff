//! Parts of the long help that several commands share.

use crate::sts::Dimension;

/// Clap wraps what is wider than the terminal, and knows of no columns: so nothing of ours is.
const WIDTH: usize = 80;

pub(in crate::cli) fn dimensions_help(uses: &str) -> String {
    let mut help = format!("Dimensions (for {uses}):\n");
    for dimension in Dimension::with_names() {
        let name = format!("  {:<28} ", dimension.name());
        let below = " ".repeat(name.len());
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(&name)
            .subsequent_indent(&below)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        help += &textwrap::fill(dimension.help(), options);
        help.push('\n');
    }
    help
}

pub(in crate::cli) fn exit_help() -> &'static str {
    "Exit codes:
  0  done
  1  a --fail-on gate failed
  2  wrong usage, a fatal error, a gate that cannot be judged, or nothing was
     read at all
  3  done, but some input was damaged or unreadable (it is listed on standard
     error)"
}
