//! An interrupt leaves no half-written file, and a limit on their size is an error like a full disk.

use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::Once;
use std::sync::{Mutex, PoisonError};

/// The file to remove when a signal ends the program.
static PARTIAL: Mutex<Option<PathBuf>> = Mutex::new(None);
#[cfg(unix)]
static WATCH: Once = Once::new();

/// Has a write beyond the limit on the size of files (`ulimit -f`) fail as on a full disk, and be told:
/// the signal would end the program without a word, and leave what it has begun.
pub(super) fn survive_limits() {
    #[cfg(unix)]
    {
        // Nobody asks whether it came. Where this cannot be set up, all is as it always was.
        let came = std::sync::Arc::default();
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, came);
    }
}

/// Names the file that must not be left, or none.
pub(super) fn remove_on_interrupt(file: Option<&Path>) {
    *PARTIAL.lock().unwrap_or_else(PoisonError::into_inner) = file.map(Path::to_owned);
    #[cfg(unix)]
    if file.is_some() {
        WATCH.call_once(watch);
    }
}

/// Waits for the signals that end a program, on a thread of its own. Where that cannot be set up,
/// an interrupt ends the program as it always does, and the file stays under its temporary name.
#[cfg(unix)]
fn watch() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // What ends nothing, as nohup has it, is to end nothing.
    let ignored = ignored();
    let ending = [SIGHUP, SIGINT, SIGTERM].into_iter();
    let ending = ending.filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let Ok(mut signals) = signal_hook::iterator::Signals::new(ending) else {
        return;
    };
    let _ = std::thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let file = PARTIAL.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(file) = &*file {
                let _ = std::fs::remove_file(file);
            }
            // The shell sees what it would have seen without us. The lock is held until the end, so
            // that nobody begins another file.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// The signals that whoever started this program has it ignore, a bit each. Where that is not told in
/// `/proc`, none.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
