//! Who is told that a store is held by another process, and that this one waits.
//!
//! A run that says nothing for a minute looks dead. Refuses to know how it is said.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::Connection;

type Tell = Box<dyn Fn(&Path) + Send + Sync>;

static TELL: OnceLock<Tell> = OnceLock::new();

thread_local! {
    /// The store that this thread opened last: SQLite asks without a name.
    static STORE: RefCell<Option<PathBuf>> = const { RefCell::new(None) };
}

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);
/// After so many tries it is said.
const UNTIL_TOLD: i32 = 20;
/// After so many, a minute, it is given up.
const MOST: i32 = 1200;

/// From now on this is called with the name of a store when it is waited for. What was set first in a
/// process stays.
pub fn on_wait(tell: impl Fn(&Path) + Send + Sync + 'static) {
    let _ = TELL.set(Box::new(tell));
}

/// Says that a store is waited for.
pub(super) fn tell(store: &Path) {
    if let Some(tell) = TELL.get() {
        tell(store);
    }
}

/// A connection that waits for a minute for others, and says so after a second.
pub(super) fn wait_for_others(connection: &Connection, store: &Path) -> rusqlite::Result<()> {
    STORE.set(Some(store.to_owned()));
    connection.busy_handler(Some(|tries| {
        if tries == UNTIL_TOLD {
            STORE.with_borrow(|store| store.as_deref().map(tell));
        }
        std::thread::sleep(PAUSE);
        tries < MOST
    }))
}
