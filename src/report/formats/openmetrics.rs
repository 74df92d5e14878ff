//! OpenMetrics, for the textfile collector of Prometheus' node_exporter: the gauges of a page, and
//! nothing else of it. <https://prometheus.io/docs/specs/om/open_metrics_spec/>
//!
//! The older text format of Prometheus reads it, too: there `# UNIT` and `# EOF` are comments.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Layout, Renderer, Room};
use crate::report::gauge::{Gauge, Number};
use crate::report::page::Page;

pub(super) struct OpenMetrics;

impl Renderer for OpenMetrics {
    fn endings(&self) -> &'static [&'static str] {
        &["prom"]
    }

    fn room(&self) -> Room {
        Room::Members
    }

    /// The names begin with the program and the page, so that files of several commands can be in one
    /// folder: a collector takes no figure twice.
    fn write(&self, page: Page<'_>, _layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        let Some(gauges) = page.gauges else {
            return Err(io::Error::other("this page has no gauges"));
        };
        let (of, _) = page.schema.split_once('/').unwrap_or((page.schema, ""));
        let of = of.replace('.', "_");
        for gauge in gauges() {
            family(&of, &gauge, out)?;
        }
        out.write_all(b"# EOF\n")
    }
}

/// Figures of one kind, under what is said of them all.
fn family(of: &str, gauge: &Gauge, out: &mut dyn Write) -> io::Result<()> {
    if gauge.samples.is_empty() {
        return Ok(());
    }
    let mut name = format!("{of}_{}", gauge.name);
    if let Some(unit) = gauge.unit {
        name = format!("{name}_{unit}");
    }
    writeln!(out, "# TYPE {name} gauge")?;
    if let Some(unit) = gauge.unit {
        writeln!(out, "# UNIT {name} {unit}")?;
    }
    writeln!(out, "# HELP {name} {}", escaped(gauge.help))?;
    for sample in &gauge.samples {
        out.write_all(name.as_bytes())?;
        let mut separator = "{";
        for (label, value) in &sample.labels {
            write!(out, "{separator}{label}=\"{}\"", escaped(value))?;
            separator = ",";
        }
        if separator == "," {
            out.write_all(b"}")?;
        }
        match sample.value {
            Number::Count(count) => writeln!(out, " {count}")?,
            Number::Share(share) => writeln!(out, " {share}")?,
            Number::Time(time) => writeln!(out, " {}", time.millis() as f64 / 1000.0)?,
        }
    }
    Ok(())
}

/// The text with the three characters escaped that would end it or escape others.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '"', '\n']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::super::tests_of_formats::{columns, list, page, render};
    use super::*;
    use crate::sts::Time;

    fn written(gauges: Vec<Gauge>) -> String {
        let mut page = page(list(columns(["a"]), [], None));
        page.gauges = Some(Box::new(move || gauges));
        render(&OpenMetrics, page, 80)
    }

    #[test]
    fn a_gauge_has_type_unit_and_help_and_ends_in_its_unit() {
        let time = Time::from_millis(1_762_000_000_500);
        assert_eq!(
            written(vec![
                Gauge::count("calls", "STS calls", 7),
                Gauge::time("last_event_timestamp", "the last one", time),
                Gauge::share("global_share", "of all", Some(0.25)),
                Gauge::time("never", "of nothing", None),
            ]),
            "# TYPE stscope_test_calls gauge\n\
             # HELP stscope_test_calls STS calls\n\
             stscope_test_calls 7\n\
             # TYPE stscope_test_last_event_timestamp_seconds gauge\n\
             # UNIT stscope_test_last_event_timestamp_seconds seconds\n\
             # HELP stscope_test_last_event_timestamp_seconds the last one\n\
             stscope_test_last_event_timestamp_seconds 1762000000.5\n\
             # TYPE stscope_test_global_share_ratio gauge\n\
             # UNIT stscope_test_global_share_ratio ratio\n\
             # HELP stscope_test_global_share_ratio of all\n\
             stscope_test_global_share_ratio 0.25\n\
             # EOF\n"
        );
    }

    #[test]
    fn no_label_can_end_its_line_or_its_quotes() {
        let hostile = "a\"} 1\nstscope_forged 9\\";
        let text = written(vec![Gauge::by("calls", "x", "who", [(hostile, 1)])]);
        let sample = text.lines().nth(2).unwrap();
        assert_eq!(
            sample,
            r#"stscope_test_calls{who="a\"} 1\nstscope_forged 9\\"} 1"#
        );
        assert_eq!(text.lines().count(), 4);
    }
}
