//! Virtual environments with what comes from PyPI, for the tests that are run only if asked for.

use std::path::{Path, PathBuf};

/// The environment of this name; `script` installs `what` into it.
pub fn environment(name: &str, what: &str, script: &str) -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    assert!(
        venv.join("installed").exists(),
        "{what} not installed: python3 {script} install {}",
        venv.display()
    );
    venv
}

/// The Python in it.
pub fn python(name: &str, what: &str, script: &str) -> PathBuf {
    environment(name, what, script).join("bin/python")
}
