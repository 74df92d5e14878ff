//! The terms and the totals of a tally, as bytes.
//!
//! Owns the order of the fields. Refuses to know groups and calls.

use super::bytes::{Broken, Reader, Written, write_text, written};
use crate::sts::{Glob, Hosts, glob};
use crate::tally::condition::{Condition, Matched};
use crate::tally::coverage::{
    Bytes, Coverage, DamagedFile, DigestCoverage, Files, PrunedFiles, Requests,
};
use crate::tally::days_read::{DaysRead, FilesOfDay};
use crate::tally::groups::Measures;
use crate::tally::selection::Selection;
use crate::tally::settle::Settled;
use crate::tally::terms::Terms;
use crate::tally::totals::{PrincipalSums, Totals};
use crate::tally::{LogsRead, Symbol};

written!(Measures {
    calls,
    errors,
    first,
    last
});
written!(PrincipalSums { global, unknown });
written!(FilesOfDay {
    files,
    damaged,
    records,
    sts_records
});
written!(PrunedFiles {
    date,
    account,
    region
});
written!(Files {
    found,
    read,
    pruned,
    skipped,
    damaged
});
written!(DamagedFile {
    path,
    stage,
    detail,
    records_read
});
written!(Bytes {
    compressed,
    decompressed
});
written!(DigestCoverage {
    chains,
    complete,
    incomplete,
    missing_logs,
    hole_hours
});
written!(Requests { list, get, retried });
written!(Coverage {
    files,
    damaged,
    bytes,
    records,
    sts_records,
    not_calls,
    filtered,
    duplicates,
    shared_copies,
    calls,
    disagreements,
    global_via_vpc_endpoint,
    not_understood,
    no_time,
    unplaced,
    digests,
    beyond_window,
    forgotten,
    kept_from,
    requests,
    not_listed,
    key_accounts,
    key_regions,
    key_first_day,
    key_last_day,
});
written!(Selection {
    since,
    until,
    accounts,
    regions,
    endpoints,
    conditions
});
written!(Terms { selection, hosts });
impl Written for Condition {
    /// A part keeps no names of accounts, and has no condition that needs them.
    fn write(&self, into: &mut Vec<u8>) {
        self.dimension.write(into);
        self.glob.write(into);
        self.negated.write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Condition, Broken> {
        Ok(Condition {
            dimension: Written::read(from)?,
            glob: Written::read(from)?,
            negated: Written::read(from)?,
            names: None,
        })
    }
}

impl Written for Glob {
    fn write(&self, into: &mut Vec<u8>) {
        write_text(self.as_str(), into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Glob, Broken> {
        glob(from.text()?).map_err(|_| Broken("a glob that is none"))
    }
}

impl Written for Hosts {
    /// As the lines of its file, which tell nothing but rules. What is no rule is an empty line: notes
    /// name the lines by number.
    fn write(&self, into: &mut Vec<u8>) {
        let mut lines = Vec::new();
        for (number, line) in self.lines() {
            lines.resize(number - 1, String::new());
            lines.push(line);
        }
        lines.write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Hosts, Broken> {
        let lines: Vec<String> = Written::read(from)?;
        Hosts::try_from(lines).map_err(|_| Broken("a host that leads nowhere"))
    }
}

impl Written for [bool; 2] {
    fn write(&self, into: &mut Vec<u8>) {
        self.iter().for_each(|one| one.write(into));
    }

    fn read(from: &mut Reader<'_>) -> Result<[bool; 2], Broken> {
        Ok([bool::read(from)?, bool::read(from)?])
    }
}

impl Written for Settled {
    fn write(&self, into: &mut Vec<u8>) {
        into.push(*self as u8);
    }

    fn read(from: &mut Reader<'_>) -> Result<Settled, Broken> {
        let [number] = from.array()?;
        (Settled::ALL.get(usize::from(number)).copied()).ok_or(Broken("a step that is not known"))
    }
}

impl Written for Matched {
    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.matched.to_le_bytes());
        into.extend_from_slice(&self.held.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Matched, Broken> {
        Ok(Matched {
            matched: u128::from_le_bytes(from.array()?),
            held: u128::from_le_bytes(from.array()?),
        })
    }
}

/// Writes totals where the texts have these numbers, and the traces of calls in other parts this sum.
pub(super) fn write_totals(
    totals: &Totals,
    elsewhere: u64,
    number: impl Fn(Symbol) -> u32,
    into: &mut Vec<u8>,
) {
    let Totals {
        terms, // themselves at the front of the part
        matched,
        coverage,
        logs_read,
        days_read,
        evidence,
        chains: _, // follow from it
        holes: _,  // as do these
        saw_us_east_1,
        endpoints,
        all,
        global_aws_managed,
        vpc_endpoint_calls,
        disagreements,
        global_via_vpc_endpoint,
        filtered,
        principals,
        elsewhere: _, // of the part, and not of the tally
        runs,
        callers: _, // known when all is decided
    } = totals;
    let (has_unlisted, lines) = terms.hosts.found();
    has_unlisted.write(into);
    lines.write(into);
    matched.write(into);
    coverage.write(into);
    let (pairs, damaged_anywhere) = logs_read.sums();
    pairs.into_iter().for_each(|pairs| pairs.write(into));
    damaged_anywhere.write(into);
    let (files, without_key, calls) = days_read.sums();
    files.write(into);
    without_key.write(into);
    calls.write(into);
    saw_us_east_1.write(into);
    endpoints.write(into);
    all.write(into);
    global_aws_managed.write(into);
    vpc_endpoint_calls.write(into);
    disagreements.write(into);
    global_via_vpc_endpoint.write(into);
    filtered.write(into);
    // As many bytes as it has: no number that grows.
    into.extend_from_slice(&elsewhere.to_le_bytes());
    runs.write(into);
    evidence.write(into);
    let mut numbered: Vec<(u32, PrincipalSums)> = (principals.iter())
        .map(|(&symbol, sums)| (number(symbol), *sums))
        .collect();
    numbered.sort_unstable_by_key(|&(number, _)| number);
    numbered.len().write(into);
    for (number, sums) in numbered {
        number.write(into);
        sums.write(into);
    }
}

pub(super) fn read_totals(
    terms: Terms,
    symbol: impl Fn(u32) -> Result<Symbol, Broken>,
    from: &mut Reader<'_>,
) -> Result<Totals, Broken> {
    terms
        .hosts
        .note_found((Written::read(from)?, Written::read(from)?));
    let mut totals = Totals {
        matched: Written::read(from)?,
        coverage: Written::read(from)?,
        ..Totals::by(terms)
    };
    let pairs = [
        Written::read(from)?,
        Written::read(from)?,
        Written::read(from)?,
        Written::read(from)?,
        Written::read(from)?,
    ];
    totals.logs_read = LogsRead::of_sums(pairs, Written::read(from)?);
    totals.days_read = DaysRead::of_sums(
        Written::read(from)?,
        Written::read(from)?,
        Written::read(from)?,
    );
    totals.saw_us_east_1 = Written::read(from)?;
    totals.endpoints = Written::read(from)?;
    totals.all = Written::read(from)?;
    totals.global_aws_managed = Written::read(from)?;
    totals.vpc_endpoint_calls = Written::read(from)?;
    totals.disagreements = Written::read(from)?;
    totals.global_via_vpc_endpoint = Written::read(from)?;
    totals.filtered = Written::read(from)?;
    totals.elsewhere = u64::from_le_bytes(from.array()?);
    totals.runs = Written::read(from)?;
    totals.evidence = Written::read(from)?;
    for _ in 0..usize::read(from)? {
        let principal = symbol(u32::read(from)?)?;
        totals.principals.insert(principal, Written::read(from)?);
    }
    Ok(totals)
}
