//! `stscope report --format csv` with a kernel of one's choice, to hold those against the limit that
//! a processor would not choose.
//!
//! `cargo run --release --example with-kernel -- portable 2 FOLDER`

use std::io::{self, Write as _};
use std::process::ExitCode;

use stscope::Scan;
use stscope::internals::cloudtrail::Kernel;
use stscope::internals::report::{Format, Layout, pages};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [kernel, threads, folder] => report(kernel, threads, folder),
        _ => Err("give KERNEL THREADS FOLDER".into()),
    };
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    // With standard error closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "with-kernel: {error}");
    ExitCode::from(2)
}

fn report(kernel: &str, threads: &str, folder: &str) -> Result<(), Box<dyn std::error::Error>> {
    let kernels = Kernel::all();
    let names: Vec<_> = kernels.iter().map(|kernel| kernel.name()).collect();
    let scan = Scan {
        kernel: kernels
            .into_iter()
            .find(|known| known.name() == kernel)
            .ok_or_else(|| format!("KERNEL is one of {}", names.join(", ")))?,
        threads: threads.parse()?,
        ..Scan::default()
    };
    let report = scan.tally(&[folder.into()])?.finish();
    let layout = Layout {
        width: 0,
        colours: false,
        is_terminal: false,
    };
    let worth = pages::report::Worth {
        can_judge: true,
        is_judged: true,
        standing: None,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    Format::Csv.write(
        pages::report::page(&report, worth, None, false),
        layout,
        &mut out,
    )?;
    Ok(out.flush()?)
}
