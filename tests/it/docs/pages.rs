//! The pages, and the blocks in them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A page of the manual.
pub struct Page {
    /// From the folder of the project.
    pub name: String,
    pub text: String,
}

/// A fenced block: what is behind the three backticks, and its lines, each with its number.
pub struct Block<'p> {
    pub language: &'p str,
    /// The name of the file that the block is to be, for the commands on the page.
    pub file: Option<&'p str>,
    pub lines: Vec<(usize, &'p str)>,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whoever may write pages anew holds this, so that no two write one.
pub fn writing() -> MutexGuard<'static, ()> {
    static WRITING: Mutex<()> = Mutex::new(());
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All pages, by name.
pub fn all() -> Vec<Page> {
    let mut names = Vec::new();
    for folder in ["", "docs", "docs/reference"] {
        for entry in std::fs::read_dir(root().join(folder)).expect("a folder of pages") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "md") {
                names.push(path);
            }
        }
    }
    names.sort();
    let pages: Vec<Page> = names.into_iter().map(Page::read).collect();
    assert!(pages.len() > 15, "the pages were not found");
    pages
}

/// The page of this name.
pub fn page(name: &str) -> Page {
    Page::read(root().join(name))
}

impl Page {
    fn read(path: PathBuf) -> Page {
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let name = path.strip_prefix(root()).expect("inside the project");
        let name = name.to_str().expect("a name").replace('\\', "/");
        Page { name, text }
    }

    /// Every fenced block.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut open: Option<Block<'_>> = None;
        for (number, line) in (1..).zip(self.text.lines()) {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    let (language, file) = match info.split_once(' ') {
                        Some((language, file)) => (language, Some(file)),
                        None => (info, None),
                    };
                    let lines = Vec::new();
                    open = Some(Block {
                        language,
                        file,
                        lines,
                    });
                }
                (None, None) => {}
                (Some(block), None) => block.lines.push((number, line)),
                (Some(_), Some(_)) => blocks.extend(open.take()),
            }
        }
        assert!(open.is_none(), "{}: a block without an end", self.name);
        blocks
    }

    /// The blocks of one language.
    pub fn blocks_of(&self, language: &str) -> Vec<Block<'_>> {
        let mut blocks = self.blocks();
        blocks.retain(|block| block.language == language);
        blocks
    }

    /// The lines outside of blocks, each with its number.
    pub fn prose(&self) -> Vec<(usize, &str)> {
        let mut is_inside = false;
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(self.text.lines()) {
            match line.starts_with("```") {
                true => is_inside = !is_inside,
                false if !is_inside => lines.push((number, line)),
                false => {}
            }
        }
        lines
    }

    /// The part under a heading, up to the next of its rank or above.
    pub fn section(&self, heading: &str) -> &str {
        let start = self
            .text
            .find(&format!("\n{heading}\n"))
            .unwrap_or_else(|| panic!("{}: no heading '{heading}'", self.name));
        let inside = &self.text[start + heading.len() + 2..];
        let rank = heading.bytes().take_while(|&byte| byte == b'#').count();
        let end = (1..=rank)
            .filter_map(|rank| inside.find(&format!("\n{} ", "#".repeat(rank))))
            .min();
        &inside[..end.unwrap_or(inside.len())]
    }

    /// Takes another text, if that was asked for; else this is an error, with what differs.
    pub fn replace(&self, text: &str, what: &str) {
        if self.text == text {
            return;
        }
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(root().join(&self.name), text).expect("a page can be written");
            return;
        }
        let (old, new) = (self.text.lines(), text.lines());
        let differ = (1..).zip(old.zip(new)).find(|(_, (old, new))| old != new);
        panic!(
            "{}: {what} differ; UPDATE_DOCS=1 writes them anew; the first line: {differ:#?}",
            self.name
        );
    }
}

/// The first cells of the rows of tables, without their marks.
pub fn first_cells(section: &str) -> BTreeSet<&str> {
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(cell, _)| cell)
        .collect()
}

/// The arguments of a call of stscope, however it is called; `None` for any other command.
pub fn arguments(command: &str) -> Option<Vec<String>> {
    ["stscope ", "cargo run --release -- "]
        .iter()
        .find_map(|call| command.strip_prefix(call))
        .map(words)
}

/// Splits as a shell does, as far as the manual needs it: blanks, and quotes of both kinds.
pub fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quote without an end: {text}");
    words.extend(word);
    words
}

/// Runs stscope in a folder.
pub fn stscope(folder: &Path, arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stscope"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "80")
        .output()
        .expect("stscope can be started")
}

/// What was printed, as text.
pub fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}
