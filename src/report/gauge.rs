//! Gauges: figures with names and labels, for a program that watches them.
//!
//! Owns what a figure is. A page says which it has; how they are written is a format's.

use crate::sts::Time;

/// Figures of one kind, told apart by labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Gauge {
    /// What is measured, without the program, the page and the unit.
    pub name: &'static str,
    /// The unit, where it is none of the things counted.
    pub unit: Option<&'static str>,
    /// What it is, in a few words.
    pub help: &'static str,
    /// The figures. No two have the same labels.
    pub samples: Vec<Sample>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its labels, in order.
    pub labels: Vec<(&'static str, String)>,
    /// How much.
    pub value: Number,
}

/// A number, with its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A count.
    Count(u64),
    /// A part of a whole, from 0 to 1.
    Share(f64),
    /// An instant, in seconds since 1970.
    Time(Time),
}

impl Gauge {
    /// A kind of figure of which there is none yet.
    pub fn new(name: &'static str, help: &'static str) -> Gauge {
        Gauge {
            name,
            unit: None,
            help,
            samples: Vec::new(),
        }
    }

    /// A count of things without labels.
    pub fn count(name: &'static str, help: &'static str, count: u64) -> Gauge {
        Gauge::new(name, help).with(Number::Count(count))
    }

    /// Whether something holds: 1 or 0.
    pub fn flag(name: &'static str, help: &'static str, flag: bool) -> Gauge {
        Gauge::count(name, help, u64::from(flag))
    }

    /// An instant, if it is known.
    pub fn time(name: &'static str, help: &'static str, time: Option<Time>) -> Gauge {
        let gauge = Gauge::new(name, help).in_unit("seconds");
        match time {
            Some(time) => gauge.with(Number::Time(time)),
            None => gauge,
        }
    }

    /// A part of a whole, if there is a whole.
    pub fn share(name: &'static str, help: &'static str, share: Option<f64>) -> Gauge {
        let gauge = Gauge::new(name, help).in_unit("ratio");
        match share {
            Some(share) => gauge.with(Number::Share(share)),
            None => gauge,
        }
    }

    /// A count for each value of one label.
    pub fn by<'v>(
        name: &'static str,
        help: &'static str,
        label: &'static str,
        counts: impl IntoIterator<Item = (&'v str, u64)>,
    ) -> Gauge {
        let mut gauge = Gauge::new(name, help);
        for (value, count) in counts {
            gauge.add(vec![(label, value.to_owned())], Number::Count(count));
        }
        gauge
    }

    /// The same in a unit, which becomes the end of its name.
    #[must_use]
    pub fn in_unit(self, unit: &'static str) -> Gauge {
        Gauge {
            unit: Some(unit),
            ..self
        }
    }

    /// The same with a figure that needs no label.
    #[must_use]
    pub fn with(mut self, value: Number) -> Gauge {
        self.add(Vec::new(), value);
        self
    }

    /// One more figure.
    pub fn add(&mut self, labels: Vec<(&'static str, String)>, value: Number) {
        self.samples.push(Sample { labels, value });
    }
}
