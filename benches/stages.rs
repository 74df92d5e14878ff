//! What each stage costs, in bytes of JSON a second: inflating, finding records, reading those of
//! STS, the whole. `cargo bench --bench stages`.

#![allow(missing_docs, reason = "criterion's macros")]

use std::hint::black_box;
use std::path::PathBuf;

use archive::bulk::{Archive, Options, files::Encoding};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stscope::Scan;
use stscope::internals::cloudtrail::{Handler, Kernel, Reader, Record, RecordParser, Window};
use stscope::internals::questions::Tally;
use stscope::sts::{Call, Dimension};

/// Takes records and does nothing with them.
struct Nothing;

impl Handler for Nothing {
    type Mark = ();
    fn record(&mut self, record: &Record<'_>) {
        black_box(record);
    }
    fn mark(&self) {}
    fn rollback(&mut self, (): ()) {}
}

fn options(sts_share: f64) -> Options {
    Options {
        files: 4,
        records: 870,
        sts_share,
        ..Options::default()
    }
}

fn document(sts_share: f64) -> Vec<u8> {
    let mut text = Vec::new();
    Archive::new(options(sts_share)).write_file(0, &mut text);
    text
}

/// Bounds of every record, and the fields of those of STS.
fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for sts_share in [0.0, 0.1, 0.6] {
        let text = document(sts_share);
        group.throughput(Throughput::Bytes(text.len() as u64));
        for kernel in Kernel::all() {
            let name = BenchmarkId::new(kernel.name(), sts_share);
            let mut reader = Reader::new(kernel, "sts.amazonaws.com");
            group.bench_function(name, |b| {
                b.iter(|| reader.read(&mut Window::whole(&text), &mut Nothing).records);
            });
        }
    }
    group.finish();
}

/// One STS record: its fields, and what follows from them.
fn one_record(c: &mut Criterion) {
    let text = document(1.0);
    let json: serde_json::Value = serde_json::from_slice(&text).expect("the generator writes JSON");
    let records: Vec<String> = json["Records"]
        .as_array()
        .expect("Records")
        .iter()
        .map(serde_json::Value::to_string)
        .collect();
    let bytes = records.iter().map(|record| record.len() as u64).sum();
    let mut group = c.benchmark_group("sts-records");
    group.throughput(Throughput::Bytes(bytes));
    for kernel in Kernel::all() {
        let mut parser = RecordParser::new(kernel);
        group.bench_function(BenchmarkId::new("fields", kernel.name()), |b| {
            b.iter(|| {
                for record in &records {
                    black_box(parser.parse(record.as_bytes()).is_ok());
                }
            });
        });
    }
    let mut parser = RecordParser::new(Kernel::detect());
    let parsed: Vec<_> = records
        .iter()
        .filter_map(|record| parser.parse(record.as_bytes()).ok())
        .collect();
    group.bench_function("classification", |b| {
        let mut scratch = String::new();
        b.iter(|| {
            for record in &parsed {
                let host = Call::host_of(record);
                let call = Call::new(record, host.as_ref());
                black_box(call.value(Dimension::Principal, &mut scratch));
                black_box(call.is_aws_managed());
            }
        });
    });
    group.finish();
}

/// From files to a report.
fn whole(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = Archive::new(Options {
        files: 40,
        ..options(0.1)
    });
    let written = archive
        .write(folder.path(), Encoding::Gzip, 2)
        .expect("room for the archive");
    let paths: Vec<PathBuf> = vec![folder.path().to_owned()];
    let mut group = c.benchmark_group("scan");
    group.throughput(Throughput::Bytes(written.decompressed));
    group.sample_size(20);
    for threads in [1, 2] {
        let scan = Scan {
            threads,
            ..Scan::default()
        };
        group.bench_function(BenchmarkId::new("threads", threads), |b| {
            b.iter(|| {
                scan.tally(&paths)
                    .map(Tally::finish)
                    .expect("paths that exist")
                    .len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, reading, one_record, whole);
criterion_main!(benches);
