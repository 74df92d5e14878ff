//! Writes synthetic CloudTrail archives. `--help` says which.

use archive::bulk::files::{Encoding, Written, write_one_document};
use archive::bulk::{Archive, Options};
use archive::sample;
use clap::{Args, Parser, Subcommand};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Write synthetic CloudTrail archives: same options, same JSON, on every machine
#[derive(Parser)]
#[command(name = "generate")]
struct Generate {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The small archive of every interesting case, committed as sample-logs/
    Sample {
        /// Folder to write into; its README.md is left alone
        directory: PathBuf,
    },
    /// A realistic archive of any size
    Archive(ArchiveOptions),
}

#[derive(Args)]
struct ArchiveOptions {
    /// Folder to write into
    directory: PathBuf,
    /// Number of log files
    #[arg(long, default_value_t = 100)]
    files: usize,
    /// Records in each file
    #[arg(long, default_value_t = 1000)]
    records: usize,
    /// STS records among all
    #[arg(long, default_value_t = 0.1, value_parser = share)]
    sts_share: f64,
    /// Global calls among the STS records
    #[arg(long, default_value_t = 0.3, value_parser = share)]
    global_share: f64,
    /// Records delivered twice, among all
    #[arg(long, default_value_t = 0.005, value_parser = share)]
    duplicates: f64,
    /// Cross-account calls logged in both accounts, among the STS records
    #[arg(long, default_value_t = 0.02, value_parser = share)]
    shared_pairs: f64,
    /// Accounts of the organisation
    #[arg(long, default_value_t = 8)]
    accounts: usize,
    /// Principals of all accounts, two in each at least
    #[arg(long, default_value_t = 200)]
    principals: usize,
    /// Source addresses of all accounts
    #[arg(long, default_value_t = 500)]
    addresses: usize,
    /// Days the archive spans
    #[arg(long, default_value_t = 7)]
    days: usize,
    /// Another seed, another archive
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Do not compress
    #[arg(long)]
    plain: bool,
    /// One document of all records, archive.json, in place of S3's layout
    #[arg(long)]
    one_document: bool,
    /// Files written at a time [default: all cores]
    #[arg(long)]
    threads: Option<usize>,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("give a share between 0 and 1, such as 0.1".to_owned()),
    }
}

fn main() -> ExitCode {
    let begun = Instant::now();
    let written = match Generate::parse().what {
        What::Sample { directory } => {
            sample::write(&directory).map(|files| format!("{files} files"))
        }
        What::Archive(options) => archive(options).map(|written| {
            format!(
                "{} files, {} records, {:.1} MB of JSON",
                written.files,
                written.records,
                written.decompressed as f64 / 1e6
            )
        }),
    };
    let mut stderr = io::stderr().lock();
    let (line, code) = match written {
        Ok(written) => (
            format!("{written} in {:.1} s", begun.elapsed().as_secs_f64()),
            ExitCode::SUCCESS,
        ),
        Err(error) => (
            format!("cannot write the archive: {error}; name a folder that can be written to"),
            ExitCode::from(2),
        ),
    };
    // With standard error closed there is nobody left to tell.
    let _ = writeln!(stderr, "{line}");
    code
}

fn archive(typed: ArchiveOptions) -> io::Result<Written> {
    let options = Options {
        seed: typed.seed,
        files: typed.files,
        records: typed.records,
        sts_share: typed.sts_share,
        global_share: typed.global_share,
        duplicates: typed.duplicates,
        shared_pairs: typed.shared_pairs,
        accounts: typed.accounts,
        principals: typed.principals,
        addresses: typed.addresses,
        days: typed.days,
    };
    let encoding = if typed.plain {
        Encoding::Plain
    } else {
        Encoding::Gzip
    };
    if typed.one_document {
        return write_one_document(options, &typed.directory, encoding);
    }
    let threads = match typed.threads {
        Some(threads) => threads,
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    Archive::new(options).write(&typed.directory, encoding, threads)
}
