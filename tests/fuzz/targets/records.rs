//! Any bytes → records: every kernel, over a whole buffer and over windows of all sizes, reads what
//! the twin reads.

#![no_main]

mod doubt;
mod fields;

use fields::Values;
use libfuzzer_sys::{Corpus, fuzz_target};
use stscope::internals::cloudtrail::{
    Damage, Handler, Kernel, Outcome, Reader, Record, RecordParser, Shape, Source, Window,
};
use twin::shape::Kind;

const SERVICE: &str = "sts.amazonaws.com";

fuzz_target!(|text: &[u8]| -> Corpus {
    // The twin would inflate it.
    if text.starts_with(&[0x1f, 0x8b]) {
        return Corpus::Reject;
    }
    let reading = by_every_way(text);
    let parsed = by_every_parser(text);
    let is_beyond_the_twin = doubt::is_too_deep(text) || doubt::may_be_out_of_range(text);
    if !is_beyond_the_twin {
        if !may_be_spelled_twice(text) {
            let expected = twin::tame::parse(text);
            let expected = expected.as_ref().and_then(|value| value.as_object());
            assert_eq!(parsed, expected.map(fields::of_object), "as one record");
        }
        let is_certain = reading.broken_json.is_none() || !doubt::may_replace_a_list(text);
        if is_certain && !doubt::may_replace_a_source(text) {
            hold(&reading, &twin::count::file(text));
        }
    }
    Corpus::Keep
});

/// Whether something may be spelled in two ways, of which a parser of one record believes one and the twin
/// the other: a name as AWS writes it and in small letters, or escapes that are themselves escaped.
fn may_be_spelled_twice(text: &[u8]) -> bool {
    const NAMES: [&str; 5] = [
        "eventSource",
        "eventVersion",
        "eventName",
        "tlsDetails",
        "clientProvidedHostHeader",
    ];
    let plain = doubt::plain(text);
    let is_twice = |name: &&str| plain.contains(*name) && plain.contains(&name.to_lowercase());
    NAMES.iter().any(is_twice) || text.windows(4).any(|some| some == br"\\u0")
}

/// What came of reading a stream.
#[derive(Debug, PartialEq)]
struct Reading {
    shape: Shape,
    records: u64,
    broken_record: Option<Damage>,
    broken_records: u64,
    broken_json: Option<Damage>,
    not_understood: u64,
    of_sts: Vec<Values>,
}

/// Holds a reading against the twin's.
fn hold(reading: &Reading, twin: &twin::count::File) {
    let found = &twin.found;
    let given_up = |damage: &Damage| doubt::is_given_up(&damage.what);
    if reading.broken_record.as_ref().is_some_and(given_up) {
        return;
    }
    assert_eq!(
        reading.broken_json.is_some(),
        twin.damage == Some("json"),
        "{reading:?}"
    );
    // A broken record of another service need not be noticed: then it counts as a record.
    assert!(reading.broken_records <= found.broken, "{reading:?}");
    assert_eq!(
        reading.records + reading.broken_records,
        found.records + found.broken,
        "{reading:?}"
    );
    assert_eq!(reading.not_understood, twin.not_understood, "{reading:?}");
    if !doubt::is_clear(twin) {
        return;
    }
    let (shape, of_sts) = match twin.kind {
        Kind::CloudTrail => (Shape::CloudTrail, &found.of_sts[..]),
        Kind::Insight => (Shape::Insight, &[][..]),
        Kind::Digest => (Shape::Digest, &[][..]),
        Kind::NotCloudtrail => (Shape::Other, &[][..]),
        Kind::Empty => (Shape::Empty, &[][..]),
    };
    // What else broken JSON may have been does not matter.
    let is_cloudtrail = [reading.shape, shape].map(|shape| shape == Shape::CloudTrail);
    if reading.broken_json.is_some() {
        assert_eq!(is_cloudtrail[0], is_cloudtrail[1]);
    } else {
        assert_eq!(reading.shape, shape);
    }
    let of_sts: Vec<Values> = of_sts.iter().map(fields::of_object).collect();
    assert_eq!(reading.of_sts, of_sts);
}

/// What all kernels make of the text, and of a window that slides over it.
fn by_every_way(text: &[u8]) -> Reading {
    // An input's length chooses, so that some other input tries what this one does not.
    let piece = 1 + text.len() % 67;
    let limit = [256, 300, 700][text.len() % 3];
    let mut readings = Kernel::all().into_iter().map(|kernel| {
        // Used again and again, as for the files of an archive.
        let mut reader = Reader::new(kernel, SERVICE);
        let whole = whole(&mut reader, text);
        let in_pieces = sliding(&mut reader, text, piece, usize::MAX);
        assert_alike(&whole, &in_pieces);
        let limited = sliding(&mut reader, text, usize::MAX, limit);
        let limited_in_pieces = sliding(&mut reader, text, piece, limit);
        assert_alike(&limited, &limited_in_pieces);
        [whole, in_pieces, limited, limited_in_pieces]
    });
    let first = readings.next().expect("one kernel runs everywhere");
    for other in readings {
        assert_eq!(first, other, "by another kernel");
    }
    let [whole, ..] = first;
    whole
}

/// Fails unless two windows over one text came to the same. Which broken records of other services
/// are noticed may depend on what else is in sight.
fn assert_alike(one: &Reading, other: &Reading) {
    let total = |reading: &Reading| reading.records + reading.broken_records;
    assert_eq!(total(one), total(other), "{one:?} {other:?}");
    assert_eq!(
        one.not_understood, other.not_understood,
        "{one:?} {other:?}"
    );
    // The words for it may know more, having seen more.
    let place = |damage: &Damage| (damage.stage, damage.offset);
    assert_eq!(
        one.broken_json.as_ref().map(place),
        other.broken_json.as_ref().map(place)
    );
    let both = [one, other];
    let is_insight = both.iter().any(|one| one.shape == Shape::Insight);
    let is_broken = both.iter().any(|one| one.broken_records > 0);
    if !(is_insight && is_broken) {
        assert_eq!(one.shape, other.shape);
        assert_eq!(one.of_sts, other.of_sts);
    }
}

fn whole(reader: &mut Reader, text: &[u8]) -> Reading {
    // What an earlier file left after the end must not matter.
    let buffer = [text, b"]}\"},{\"eventSource\":\"sts.amazonaws.com\"}]}"].concat();
    read(reader, &mut Window::whole(&buffer[..text.len()]))
}

fn sliding(reader: &mut Reader, text: &[u8], piece: usize, limit: usize) -> Reading {
    let mut source = Pieces { rest: text, piece };
    read(
        reader,
        &mut Window::sliding(&mut Vec::new(), &mut source, limit),
    )
}

fn read(reader: &mut Reader, window: &mut Window<'_>) -> Reading {
    let mut of_sts = OfSts(Vec::new());
    let Outcome {
        shape,
        records,
        broken_record,
        broken_records,
        broken_json,
        not_understood,
        first_not_understood: _,
    } = reader.read(window, &mut of_sts);
    Reading {
        shape,
        records,
        broken_record,
        broken_records,
        broken_json,
        not_understood,
        of_sts: of_sts.0,
    }
}

/// A stream that gives at most so many bytes at a time.
struct Pieces<'t> {
    rest: &'t [u8],
    piece: usize,
}

impl Source for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        let length = self.rest.len().min(self.piece).min(into.len());
        let (piece, rest) = self.rest.split_at(length);
        into[..length].copy_from_slice(piece);
        self.rest = rest;
        length
    }
}

/// The records of STS.
struct OfSts(Vec<Values>);

impl Handler for OfSts {
    type Mark = usize;

    fn record(&mut self, record: &Record<'_>) {
        let values = fields::of_record(record);
        if values[0] == SERVICE {
            self.0.push(values);
        }
    }

    fn mark(&self) -> usize {
        self.0.len()
    }

    fn rollback(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

/// The text as one record, if it is one to all kernels.
fn by_every_parser(text: &[u8]) -> Option<Values> {
    let mut parsed = Kernel::all().into_iter().map(|kernel| {
        let mut parser = RecordParser::new(kernel);
        parser.parse(text).map(|record| fields::of_record(&record))
    });
    let first = parsed.next()?;
    for other in parsed {
        assert_eq!(first, other, "as one record");
    }
    first.ok()
}
