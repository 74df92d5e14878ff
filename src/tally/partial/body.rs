//! What of a tally goes into a part: everything that is not decided yet.
//!
//! Owns the order of the fields, and what has to hold of them so that no bytes, whoever made them,
//! lead a tally astray: every number of a text or group is that of one that is there.

use std::collections::BTreeMap;

use super::bytes::{Broken, Reader, Written, write_text, written};
use crate::sts::{Glob, Hosts, glob};
use crate::tally::condition::{Condition, Matched};
use crate::tally::coverage::{
    Bytes, Coverage, DamagedFile, DigestCoverage, Files, PrunedFiles, Requests,
};
use crate::tally::groups::{GroupId, Groups, Measures};
use crate::tally::selection::{Selection, Terms};
use crate::tally::totals::{Entry, PrincipalSums, Totals};
use crate::tally::{Candidate, Candidates, Interner, Symbol};

written!(Measures {
    calls,
    errors,
    first,
    last
});
written!(PrincipalSums { global, unknown });
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
written!(Condition {
    dimension,
    glob,
    negated
});

impl Written for Glob {
    fn write(&self, into: &mut Vec<u8>) {
        write_text(self.as_str(), into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Glob, Broken> {
        glob(from.text()?).map_err(|_| Broken("a glob that is none"))
    }
}

impl Written for Hosts {
    /// As the lines of its file, which tell nothing but rules.
    fn write(&self, into: &mut Vec<u8>) {
        Vec::<String>::from(self.clone()).write(into);
    }

    fn read(from: &mut Reader<'_>) -> Result<Hosts, Broken> {
        let lines: Vec<String> = Written::read(from)?;
        Hosts::try_from(lines).map_err(|_| Broken("a host that leads nowhere"))
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

impl Written for Interner {
    fn write(&self, into: &mut Vec<u8>) {
        self.len().write(into);
        self.iter().for_each(|text| write_text(text, into));
    }

    fn read(from: &mut Reader<'_>) -> Result<Interner, Broken> {
        let count = usize::read(from)?;
        let mut interner = Interner::default();
        for _ in 0..count {
            let before = interner.len();
            interner.intern(from.text()?);
            if interner.len() == before {
                return Err(Broken("a text is there twice"));
            }
        }
        Ok(interner)
    }
}

/// A symbol that has a text.
fn symbol(from: &mut Reader<'_>, interner: &Interner) -> Result<Symbol, Broken> {
    let number = u32::read(from)?;
    if number as usize > interner.len() {
        return Err(Broken("a text is missing"));
    }
    Ok(Symbol::from_raw(number))
}

pub(super) fn write_groups(groups: &Groups, into: &mut Vec<u8>) {
    groups.len().write(into);
    for id in 0..groups.len() as GroupId {
        (groups.key(id).iter()).for_each(|symbol| symbol.raw().write(into));
        groups.measures(id).write(into);
    }
}

pub(super) fn read_groups(
    width: usize,
    interner: &Interner,
    from: &mut Reader<'_>,
) -> Result<Groups, Broken> {
    let count = usize::read(from)?;
    let mut groups = Groups::new(width);
    let mut key = Vec::new();
    for _ in 0..count {
        let before = groups.len();
        key.clear();
        for _ in 0..width {
            key.push(symbol(from, interner)?);
        }
        let id = groups.id(&key);
        if groups.len() == before {
            return Err(Broken("a group is there twice"));
        }
        *groups.measures_mut(id) = Measures::read(from)?;
    }
    Ok(groups)
}

pub(super) fn write_totals(totals: &Totals, into: &mut Vec<u8>) {
    let Totals {
        terms: _, // at the front of the part
        matched,
        coverage,
        logs_read,
        evidence: _, // what follows from it is in the coverage
        saw_us_east_1,
        endpoints,
        all,
        global_aws_managed,
        vpc_endpoint_calls,
        disagreements,
        global_via_vpc_endpoint,
        filtered,
        principals,
        callers: _, // known when all is decided
    } = totals;
    matched.write(into);
    coverage.write(into);
    logs_read.read.write(into);
    logs_read.damaged.write(into);
    logs_read.damaged_anywhere.write(into);
    saw_us_east_1.write(into);
    endpoints.write(into);
    all.write(into);
    global_aws_managed.write(into);
    vpc_endpoint_calls.write(into);
    disagreements.write(into);
    global_via_vpc_endpoint.write(into);
    filtered.write(into);
    let principals: BTreeMap<u32, PrincipalSums> = (principals.iter())
        .map(|(symbol, sums)| (symbol.raw(), *sums))
        .collect();
    principals.write(into);
}

pub(super) fn read_totals(
    terms: Terms,
    interner: &Interner,
    from: &mut Reader<'_>,
) -> Result<Totals, Broken> {
    let mut totals = Totals {
        matched: Written::read(from)?,
        coverage: Written::read(from)?,
        ..Totals::by(terms)
    };
    totals.logs_read.read = Written::read(from)?;
    totals.logs_read.damaged = Written::read(from)?;
    totals.logs_read.damaged_anywhere = Written::read(from)?;
    totals.saw_us_east_1 = Written::read(from)?;
    totals.endpoints = Written::read(from)?;
    totals.all = Written::read(from)?;
    totals.global_aws_managed = Written::read(from)?;
    totals.vpc_endpoint_calls = Written::read(from)?;
    totals.disagreements = Written::read(from)?;
    totals.global_via_vpc_endpoint = Written::read(from)?;
    totals.filtered = Written::read(from)?;
    for _ in 0..usize::read(from)? {
        let principal = symbol(from, interner)?;
        totals.principals.insert(principal, Written::read(from)?);
    }
    Ok(totals)
}

/// A candidate has an identity of the call it is a copy of.
const SHARED: u8 = 1;
/// The filters let it pass: its group and its principal follow.
const WANTED: u8 = 1 << 1;

pub(super) fn write_candidates(open: &Candidates<Entry>, into: &mut Vec<u8>) {
    open.len().write(into);
    for candidate in open.iter() {
        let wanted = candidate.payload.wanted();
        let shared = candidate.shared();
        let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        into.push(flag(shared != 0, SHARED) | flag(wanted.is_some(), WANTED));
        into.extend_from_slice(&candidate.event().to_le_bytes());
        into.extend_from_slice(&candidate.packed().to_le_bytes());
        if shared != 0 {
            into.extend_from_slice(&shared.to_le_bytes());
        }
        if let Some(group) = wanted {
            group.write(into);
            candidate.payload.principal.raw().write(into);
        }
    }
}

pub(super) fn read_candidates(
    groups: &Groups,
    interner: &Interner,
    from: &mut Reader<'_>,
) -> Result<Candidates<Entry>, Broken> {
    let mut open = Candidates::default();
    for _ in 0..usize::read(from)? {
        let [flags] = from.array()?;
        let event = u128::from_le_bytes(from.array()?);
        let packed = u64::from_le_bytes(from.array()?);
        let shared = match flags & SHARED {
            0 => 0,
            _ => u128::from_le_bytes(from.array()?),
        };
        let mut entry = Entry::NONE;
        if flags & WANTED != 0 {
            entry.at = u32::read(from)?;
            entry.principal = symbol(from, interner)?;
            if entry.at as usize >= groups.len() {
                return Err(Broken("a group is missing"));
            }
        }
        if flags & !(SHARED | WANTED) != 0 || event == 0 {
            return Err(Broken("a call without an identity"));
        }
        open.push(Candidate::of_parts(event, shared, packed, entry));
    }
    Ok(open)
}
