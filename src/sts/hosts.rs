//! What the user's own host names lead to: a proxy's, or a CNAME's, which tell nothing by themselves.
//!
//! Asked of names alone that are none of AWS's. Of the lines that match a name the first counts.

use std::borrow::Cow;
use std::net::Ipv6Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Host;
use super::pattern::{Glob, glob};
use crate::aws::region::is_region;

/// Host names, and where they lead. Clones share what was found.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Arc<Lines>);

#[derive(Debug, Default)]
struct Lines {
    lines: Vec<Line>,
    /// A name was looked up that no line matches.
    has_unlisted: AtomicBool,
}

#[derive(Debug)]
struct Line {
    /// In its file, from 1.
    number: usize,
    host: Glob,
    leads_to: LeadsTo,
    /// A name was looked up, and this line told.
    is_used: AtomicBool,
    /// A name was looked up that it matches, though a line before it may have told.
    has_matched: AtomicBool,
}

impl Line {
    /// As it is written in a file.
    fn text(&self) -> String {
        match &self.leads_to {
            LeadsTo::Global => format!("{} global", self.host),
            LeadsTo::Regional(region) => format!("{} regional {region}", self.host),
        }
    }
}

/// Where a host name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadsTo {
    /// To the global endpoint.
    Global,
    /// To the endpoint of this Region.
    Regional(String),
}

/// A line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
#[non_exhaustive]
pub struct HostsError {
    /// Which one, from 1.
    pub line: usize,
    /// What is wrong with it, and how to write it.
    pub what: String,
}

impl Hosts {
    /// Reads lines `HOST-GLOB global` and `HOST-GLOB regional REGION`. Empty lines, and what follows a
    /// `#` at the beginning of a word, are passed over; so is a byte order mark.
    ///
    /// ```
    /// use stscope::sts::{Hosts, LeadsTo};
    /// let hosts = Hosts::parse(["sts.corp.example global", "*.sts.corp.example regional eu-west-1"]);
    /// let hosts = hosts.unwrap();
    /// let ireland = LeadsTo::Regional("eu-west-1".into());
    /// assert_eq!(hosts.find("dublin.sts.corp.example"), Some(&ireland));
    /// assert_eq!(hosts.find("sts.other.example"), None);
    /// ```
    ///
    /// # Errors
    /// The first line that cannot be understood.
    pub fn parse(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Hosts, HostsError> {
        let numbered = lines.into_iter().enumerate();
        let lines = numbered.filter_map(|(at, line)| {
            let line = line.as_ref().trim_start_matches('\u{feff}');
            let mut words = line.split_whitespace();
            let words: Vec<&str> = (words.by_ref())
                .take_while(|word| !word.starts_with('#'))
                .collect();
            if words.is_empty() {
                return None;
            }
            let number = at + 1;
            let line = parse_line(&words).map(|(host, leads_to)| Line {
                number,
                host,
                leads_to,
                is_used: AtomicBool::new(false),
                has_matched: AtomicBool::new(false),
            });
            Some(line.map_err(|what| HostsError { line: number, what }))
        });
        Ok(Hosts(Arc::new(Lines {
            lines: lines.collect::<Result<_, _>>()?,
            has_unlisted: AtomicBool::new(false),
        })))
    }

    /// Whether there is nothing to look up.
    pub fn is_empty(&self) -> bool {
        self.0.lines.is_empty()
    }

    /// Whether a line tells of a name that it leads to the global endpoint.
    pub fn lead_to_global(&self) -> bool {
        let mut lines = self.0.lines.iter();
        lines.any(|line| line.leads_to == LeadsTo::Global)
    }

    /// Where a normalised host name leads, if a line tells.
    pub fn find(&self, host: &str) -> Option<&LeadsTo> {
        self.line(host).map(|line| &line.leads_to)
    }

    /// The number of the line that tells where a normalised host name leads.
    pub fn line_number(&self, host: &str) -> Option<usize> {
        self.line(host).map(|line| line.number)
    }

    fn line(&self, host: &str) -> Option<&Line> {
        // To write for every call would take the line from other threads.
        let set = |flag: &AtomicBool| {
            if !flag.load(Ordering::Relaxed) {
                flag.store(true, Ordering::Relaxed);
            }
        };
        let mut lines = self.0.lines.iter();
        let Some(line) = lines.find(|line| line.host.matches(host)) else {
            set(&self.0.has_unlisted);
            return None;
        };
        set(&line.is_used);
        set(&line.has_matched);
        let unmatched = lines.filter(|line| !line.has_matched.load(Ordering::Relaxed));
        for line in unmatched.filter(|line| line.host.matches(host)) {
            set(&line.has_matched);
        }
        Some(line)
    }

    /// The lines, by number.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, String)> {
        self.0.lines.iter().map(|line| (line.number, line.text()))
    }

    /// What was found so far: whether a name was looked up that no line matches, and of each line
    /// whether it told and whether it matched.
    pub(crate) fn found(&self) -> (bool, Vec<[bool; 2]>) {
        let found = |line: &Line| {
            [&line.is_used, &line.has_matched].map(|flag| flag.load(Ordering::Relaxed))
        };
        let lines = self.0.lines.iter().map(found).collect();
        (self.has_unlisted(), lines)
    }

    /// Takes in what was found elsewhere by the same lines.
    pub(crate) fn note_found(&self, (has_unlisted, lines): (bool, Vec<[bool; 2]>)) {
        self.0
            .has_unlisted
            .fetch_or(has_unlisted, Ordering::Relaxed);
        for (line, [is_used, has_matched]) in self.0.lines.iter().zip(lines) {
            line.is_used.fetch_or(is_used, Ordering::Relaxed);
            line.has_matched.fetch_or(has_matched, Ordering::Relaxed);
        }
    }

    /// The same of a copy of these lines, if it is none that shares what is found anyway.
    pub(crate) fn absorb_found(&self, other: &Hosts) {
        if !Arc::ptr_eq(&self.0, &other.0) {
            self.note_found(other.found());
        }
    }

    /// The lines that have told nothing so far, by number and glob.
    pub fn unused(&self) -> impl Iterator<Item = (usize, &str)> {
        let unused = |line: &&Line| !line.is_used.load(Ordering::Relaxed);
        let lines = self.0.lines.iter().filter(unused);
        lines.map(|line| (line.number, line.host.as_str()))
    }

    /// Whether a name was looked up that no line matches: one that was mistyped may be meant for it.
    pub fn has_unlisted(&self) -> bool {
        self.0.has_unlisted.load(Ordering::Relaxed)
    }

    /// The lines that have matched no name so far, by number and glob: they may be mistyped.
    pub fn unmatched(&self) -> impl Iterator<Item = (usize, &str)> {
        let unmatched = |line: &&Line| !line.has_matched.load(Ordering::Relaxed);
        let lines = self.0.lines.iter().filter(unmatched);
        lines.map(|line| (line.number, line.host.as_str()))
    }
}

fn parse_line(words: &[&str]) -> Result<(Glob, LeadsTo), String> {
    const FORM: &str = "write 'HOST-GLOB global' or 'HOST-GLOB regional REGION'";
    let (host, leads_to) = match words {
        [host, "global"] => (host, LeadsTo::Global),
        [host, "regional", region] if is_region(region) => {
            (host, LeadsTo::Regional((*region).to_owned()))
        }
        [_, "regional", region] => {
            return Err(format!(
                "'{region}' is no name of a Region; write one, such as eu-west-1"
            ));
        }
        [_, "regional"] => return Err(format!("the Region is missing; {FORM}")),
        [_] => return Err(format!("where it leads is missing; {FORM}")),
        [_, "global", more, ..] | [_, "regional", _, more, ..] => {
            return Err(format!("'{more}' is too much; {FORM}"));
        }
        [_, other, ..] => return Err(format!("'{other}' is neither global nor regional; {FORM}")),
        [] => return Err(FORM.to_owned()),
    };
    // Names are compared as reports show them: in lower case, without port and trailing dots.
    let normal = Host::normalise(host).ok_or_else(|| format!("'{host}' names no host; {FORM}"))?;
    let normal = in_its_brackets(normal.as_str());
    let glob = glob(&normal)
        .map_err(|error| format!("'{host}' is no glob ({error}); write a literal [ as [[]"))?;
    Ok((glob, leads_to))
}

/// An address of IPv6 as a glob for itself: in a glob its brackets are those of a class.
fn in_its_brackets(host: &str) -> Cow<'_, str> {
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inside {
        Some(address) if address.parse::<Ipv6Addr>().is_ok() => format!("[[]{address}]").into(),
        _ => host.into(),
    }
}

impl PartialEq for Hosts {
    /// Whether both say the same, whatever was found with them.
    fn eq(&self, other: &Hosts) -> bool {
        let rules = |hosts: &Hosts| Vec::<String>::from(hosts.clone());
        Arc::ptr_eq(&self.0, &other.0) || rules(self) == rules(other)
    }
}

impl From<Hosts> for Vec<String> {
    fn from(hosts: Hosts) -> Vec<String> {
        hosts.lines().map(|(_, text)| text).collect()
    }
}

impl TryFrom<Vec<String>> for Hosts {
    type Error = HostsError;

    fn try_from(lines: Vec<String>) -> Result<Hosts, HostsError> {
        Hosts::parse(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_from_anywhere_are_read() {
        let text = "\u{feff}# ours\r\n\r\n  STS.Corp.Example:8443.\tglobal  # the proxy\r\n\
                    *.corp.example  regional   eu-west-1\r\nsts.corp.example regional eu-west-3\n";
        let hosts = Hosts::parse(text.lines()).unwrap();
        assert_eq!(hosts.find("sts.corp.example"), Some(&LeadsTo::Global));
        let ireland = LeadsTo::Regional("eu-west-1".into());
        assert_eq!(hosts.find("a.b.corp.example"), Some(&ireland));
        assert_eq!(hosts.line_number("a.corp.example"), Some(4));
        assert_eq!(hosts.find("corp.example"), None);
        // The first line that matches counts, so the last one never does.
        let unused: Vec<_> = hosts.unused().collect();
        assert_eq!(unused, [(5, "sts.corp.example")]);
        assert_eq!(hosts.unmatched().count(), 0);
        let again = Hosts::try_from(Vec::<String>::from(hosts.clone())).unwrap();
        assert_eq!(again, hosts);
        assert_ne!(again, Hosts::default());
        assert!(Hosts::parse(["", "# nothing"]).unwrap().is_empty());
    }

    #[test]
    fn an_address_in_brackets_is_itself_and_no_class_of_letters() {
        let lines = [
            "[2001:DB8::1] global",
            "[ab].x regional eu-west-1",
            "* regional eu-west-3",
        ];
        let hosts = Hosts::parse(lines).unwrap();
        let lines_of = |host: &str| hosts.line_number(host);
        assert_eq!(lines_of("[2001:db8::1]"), Some(1));
        assert_eq!(lines_of("2"), Some(3));
        assert_eq!(lines_of("a.x"), Some(2));
        let again = Hosts::try_from(Vec::<String>::from(hosts.clone())).unwrap();
        assert_eq!(again.line_number("[2001:db8::1]"), Some(1));
    }

    #[test]
    fn a_line_that_cannot_be_understood_says_how_to_write_it() {
        for (line, piece) in [
            ("sts.corp.example", "where it leads is missing"),
            ("sts.corp.example Global", "'Global' is neither global nor"),
            ("sts.corp.example regional", "the Region is missing"),
            (
                "sts.corp.example regional eu-west1",
                "'eu-west1' is no name",
            ),
            (
                "sts.corp.example global eu-west-1",
                "'eu-west-1' is too much",
            ),
            ("sts.corp.example regional eu-west-1 x", "'x' is too much"),
            ("global", "where it leads is missing"),
            (": global", "names no host"),
            ("[a global", "is no glob"),
        ] {
            let error = Hosts::parse(["# first", line]).unwrap_err();
            assert_eq!(error.line, 2);
            assert!(error.what.contains(piece), "{line}: {error}");
            assert!(error.what.contains("; write "), "{line}: {error}");
        }
    }
}
