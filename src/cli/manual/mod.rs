//! The manual: the pages of docs/, to be read in a terminal.

mod page;

pub(super) use page::in_lines;

/// A page of the manual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Topic {
    /// What is typed for it.
    pub name: &'static str,
    /// The page, as it is in docs/: Markdown.
    pub text: &'static str,
}

impl Topic {
    /// The heading of the page.
    pub fn title(&self) -> &'static str {
        let heading = self.text.lines().find_map(|line| line.strip_prefix("# "));
        heading.unwrap_or(self.name)
    }
}

/// A page by its path in docs/.
macro_rules! page {
    ($name:literal) => {
        page!("", $name)
    };
    ($folder:literal, $name:literal) => {
        Topic {
            name: $name,
            text: include_str!(concat!("../../../docs/", $folder, $name, ".md")),
        }
    };
}

/// All pages, in the order of the table of contents.
pub(super) const TOPICS: &[Topic] = &[
    page!("start"),
    page!("overview"),
    page!("plan"),
    page!("migrate"),
    page!("regions"),
    page!("verify"),
    page!("nightly"),
    page!("trend"),
    page!("pipelines"),
    page!("beyond-one-machine"),
    page!("formats"),
    page!("logs"),
    page!("s3"),
    page!("counting"),
    page!("query"),
    page!("performance"),
    page!("limits"),
    page!("privacy"),
    page!("faq"),
    page!("library"),
    page!("reference/", "commands"),
    page!("reference/", "options"),
    page!("reference/", "dimensions"),
    page!("reference/", "columns"),
    page!("reference/", "json"),
];
