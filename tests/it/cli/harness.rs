//! Runs the built program and holds everything it said. No run can hang a test.

use std::ffi::OsStr;
use std::fmt;
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The sound part of the committed sample.
pub const SAMPLE: &str = "sample-logs/AWSLogs";
/// The damaged part.
pub const DAMAGED: &str = "sample-logs/damaged";

/// Longer than any run takes, even on a busy machine; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// A run to be: `stscope("report sample-logs/AWSLogs --format csv")`. Words are split at spaces;
/// what may hold a space goes through [`Run::arg`].
pub fn stscope(words: &str) -> Run {
    let mut run = Run::of(Command::new(env!("CARGO_BIN_EXE_stscope")));
    run.command.args(words.split_whitespace());
    run
}

/// The same by a shell that limits what it has: files of two blocks with `-f 2`, seven open ones with `-n 7`.
pub fn limited(limit: &str, words: &str) -> Run {
    let mut shell = Command::new("sh");
    let script = r#"ulimit $1; shift; exec "$@""#;
    shell.args(["-c", script, "sh", limit, env!("CARGO_BIN_EXE_stscope")]);
    shell.args(words.split_whitespace());
    Run::of(shell)
}

pub struct Run {
    command: Command,
    input: Vec<u8>,
}

impl Run {
    /// Any command that runs the program in its turn.
    pub fn of(mut command: Command) -> Run {
        for name in ["COLUMNS", "NO_COLOR", "TERM"] {
            command.env_remove(name);
        }
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Run {
            command,
            input: Vec::new(),
        }
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Run {
        self.command.arg(arg);
        self
    }

    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Run {
        self.command.env(name, value);
        self
    }

    pub fn within(mut self, folder: &Path) -> Run {
        self.command.current_dir(folder);
        self
    }

    /// What comes on standard input.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Run {
        self.input = bytes.into();
        self.command.stdin(Stdio::piped());
        self
    }

    pub fn stdin(mut self, from: impl Into<Stdio>) -> Run {
        self.command.stdin(from);
        self
    }

    pub fn stdout(mut self, to: impl Into<Stdio>) -> Run {
        self.command.stdout(to);
        self
    }

    /// Runs it to its end.
    pub fn run(self) -> Said {
        let input = self.input.clone();
        let mut running = self.start();
        if let Some(mut stdin) = running.stdin() {
            // A program that does not read its input to the end is no matter of this harness.
            std::thread::spawn(move || stdin.write_all(&input));
        }
        running.end()
    }

    /// Runs it to its end with a terminal as its standard output.
    #[cfg(target_os = "linux")]
    pub fn run_on_a_terminal(self) -> Said {
        use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let terminal = openpt(flags).unwrap();
        unlockpt(&terminal).unwrap();
        let screen = ioctl_tiocgptpeer(&terminal, flags).unwrap();
        let mut running = self.stdout(screen).start();
        running.stdout = Some(std::thread::spawn(|| {
            let mut bytes = Vec::new();
            // A terminal that nobody writes to any more ends with an error.
            let _ = std::fs::File::from(terminal).read_to_end(&mut bytes);
            bytes
        }));
        running.end()
    }

    /// Starts it. What was set with [`Run::input`] is not written; see [`Running::stdin`].
    pub fn start(mut self) -> Running {
        let mut child = self.command.spawn().unwrap();
        let stdout = child.stdout.take().map(reader);
        let stderr = child.stderr.take().map(reader);
        Running {
            child,
            stdout,
            stderr,
        }
    }

    /// Starts it with a standard output that nobody reads.
    #[cfg(unix)]
    pub fn start_unread(mut self) -> Running {
        let mut child = self.command.spawn().unwrap();
        drop(child.stdout.take());
        let stderr = child.stderr.take().map(reader);
        Running {
            child,
            stdout: None,
            stderr,
        }
    }
}

fn reader(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// A program that runs. Dropped, it is ended.
pub struct Running {
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
}

impl Running {
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Sends it a signal: `INT`, `TERM`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end, but not for ever.
    pub fn end(mut self) -> Said {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("stscope hangs");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let read = |pipe: Option<JoinHandle<Vec<u8>>>| {
            pipe.map_or(Vec::new(), |pipe| pipe.join().unwrap())
        };
        let (stdout, stderr) = (read(self.stdout.take()), read(self.stderr.take()));
        Said {
            status,
            stdout,
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that a run said.
pub struct Said {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status.code() {
            Some(code) => writeln!(f, "exit {code}")?,
            None => writeln!(f, "{}", self.status)?,
        }
        let stdout = String::from_utf8_lossy(&self.stdout);
        write!(
            f,
            "--- standard output\n{stdout}--- standard error\n{}",
            self.stderr
        )
    }
}

impl Said {
    #[track_caller]
    pub fn exits(self, code: i32) -> Said {
        assert_eq!(self.status.code(), Some(code), "{self}");
        self
    }

    /// It ended with 2, gave no data, and said all of this on standard error.
    #[track_caller]
    pub fn fails(self, pieces: &[&str]) -> Said {
        let said = self.exits(2).says(pieces);
        assert!(said.stdout.is_empty(), "{said}");
        said
    }

    /// All of this is on standard error.
    #[track_caller]
    pub fn says(self, pieces: &[&str]) -> Said {
        for piece in pieces {
            assert!(self.stderr.contains(piece), "{piece:?} is missing\n{self}");
        }
        self
    }

    #[track_caller]
    pub fn says_nothing(self) -> Said {
        assert_eq!(self.stderr, "", "{self}");
        self
    }

    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Standard output as one JSON document. Its coverage adds up.
    #[track_caller]
    pub fn json(&self) -> Value {
        let document = serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"));
        assert_adds_up(&document);
        document
    }

    /// The groups of a report, or the rows of anything else.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        rows(&self.json())
    }
}

/// The groups or rows of a document.
pub fn rows(document: &Value) -> Vec<Value> {
    let list = document.get("groups").or(document.get("rows"));
    list.and_then(Value::as_array).unwrap().clone()
}

/// A column of rows; what is null is empty.
pub fn column<'r>(rows: &'r [Value], name: &str) -> Vec<&'r str> {
    rows.iter()
        .map(|row| row[name].as_str().unwrap_or_default())
        .collect()
}

/// The sum of a column of numbers.
pub fn sum(rows: &[Value], name: &str) -> u64 {
    rows.iter().map(|row| number(&row[name])).sum()
}

#[track_caller]
pub fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

#[track_caller]
fn assert_adds_up(document: &Value) {
    let Some(coverage) = document.get("coverage") else {
        return;
    };
    let at = |pointer: &str| coverage.pointer(pointer).unwrap();
    let all =
        |pointer: &str| -> u64 { at(pointer).as_object().unwrap().values().map(number).sum() };
    let files = &at("/files");
    assert_eq!(
        number(&files["found"]),
        number(&files["read"])
            + all("/files/pruned")
            + all("/files/skipped")
            + number(&files["damaged"]),
        "{coverage}"
    );
    let dropped = ["/filtered", "/duplicates", "/shared_copies"];
    assert_eq!(
        number(at("/sts_records")),
        number(at("/calls")) + dropped.map(|name| number(at(name))).iter().sum::<u64>(),
        "{coverage}"
    );
    assert_eq!(
        number(&files["damaged"]),
        at("/damaged").as_array().unwrap().len() as u64
    );
    if let Some(summary) = document.get("summary") {
        let endpoints = summary["endpoints"].as_object().unwrap();
        assert_eq!(
            number(&summary["calls"]),
            endpoints.values().map(number).sum::<u64>()
        );
        assert_eq!(number(&summary["calls"]), number(at("/calls")));
    }
}
