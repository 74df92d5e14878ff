//! How far a scan has come, on standard error.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{MessageArgs, When};
use super::messages::warn;
use crate::report::count;
use crate::scan::Progress;

/// Whether progress is shown, and whether on a terminal.
pub(super) fn progress(messages: &MessageArgs) -> Option<bool> {
    let terminal = std::io::stderr().is_terminal();
    match messages.progress {
        When::Never => None,
        When::Always => Some(terminal),
        When::Auto => (terminal && !messages.quiet).then_some(true),
    }
}

/// Shows the progress of a scan until it is dropped.
pub(super) struct Shown {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Shown {
    /// `terminal` says whether standard error is one; else there is a line a second.
    pub fn start(progress: Arc<Progress>, terminal: bool) -> Shown {
        let done = Arc::new(AtomicBool::new(false));
        let watched = Arc::clone(&done);
        let thread = std::thread::Builder::new().spawn(move || {
            if terminal {
                draw(&progress, &watched)
            } else {
                print_lines(&progress, &watched)
            }
        });
        // Where no thread can be started, nothing is shown.
        Shown {
            done,
            thread: thread.ok(),
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn draw(progress: &Progress, done: &AtomicBool) {
    let started = Instant::now();
    // Most runs are over before anybody could read this.
    std::thread::park_timeout(Duration::from_millis(300));
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    while !done.load(Ordering::Relaxed) {
        bar.set_message(line(progress, started.elapsed()));
        bar.tick();
        std::thread::park_timeout(Duration::from_millis(100));
    }
    bar.finish_and_clear();
}

fn print_lines(progress: &Progress, done: &AtomicBool) {
    let started = Instant::now();
    loop {
        std::thread::park_timeout(Duration::from_secs(1));
        if done.load(Ordering::Relaxed) {
            return;
        }
        warn(&line(progress, started.elapsed()));
    }
}

/// Files, bytes, rate, and the time left once all files are known.
fn line(progress: &Progress, elapsed: Duration) -> String {
    let get = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let (done, found, bytes) = (
        get(&progress.done),
        get(&progress.found),
        get(&progress.bytes),
    );
    let rate = (bytes as f64 / elapsed.as_secs_f64().max(0.001)) as u64;
    let listing = progress.folders.load(Ordering::Relaxed) > 0;
    let left = if listing {
        "listing folders".to_owned()
    } else if done == 0 {
        "reading".to_owned()
    } else {
        // By files, not bytes: their sizes are not looked up before they are read.
        let left = elapsed.mul_f64(found.saturating_sub(done) as f64 / done as f64);
        format!("{} left", HumanDuration(left))
    };
    let mut line = format!(
        "{} of {}{} files, {}, {}/s, {left}",
        count(done),
        count(found),
        if listing { "+" } else { "" },
        HumanBytes(bytes),
        HumanBytes(rate),
    );
    let requests = get(&progress.requests);
    if requests > 0 {
        let each_second = (requests as f64 / elapsed.as_secs_f64().max(0.001)) as u64;
        line += &format!(
            "; S3: {} requests, {}/s, {} in flight",
            count(requests),
            count(each_second),
            count(get(&progress.in_flight))
        );
    }
    line
}
