//! The formats: a page → bytes.
//!
//! Owns which formats there are, and chooses between them once ([`Format::renderer`]): nothing else
//! asks which format it is. A format has a file of its own and knows no page.

mod csv;
#[cfg(feature = "cli")]
mod html;
pub(in crate::report) mod json;
mod jsonl;
mod lines;
mod markdown;
mod openmetrics;
mod table;
mod terminal;
#[cfg(feature = "cli")]
mod xlsx;

use std::io::{self, Write};

use self::terminal::ForTerminal;
use super::page::Page;

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Table,
    /// For spreadsheets: RFC 4180.
    Csv,
    /// One JSON object.
    Json,
    /// One JSON object a row.
    Jsonl,
    /// For tickets: GitHub's kind.
    Markdown,
    /// For Prometheus: the figures of a page that has any.
    OpenMetrics,
    /// For a browser.
    #[cfg(feature = "cli")]
    Html,
    /// A workbook.
    #[cfg(feature = "cli")]
    Xlsx,
}

/// How much of a page a format has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// The blocks and notes in words, and the rows.
    Words,
    /// The members and the rows.
    Members,
    /// The rows.
    Rows,
}

/// Where a page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The width of the terminal, in columns.
    pub width: usize,
    /// Whether it has colours, and they are wanted.
    pub colours: bool,
    /// Whether it is a terminal, which obeys what is in texts.
    pub is_terminal: bool,
}

/// One way to write pages.
trait Renderer: Sync {
    /// The endings of its files, the usual one first.
    fn endings(&self) -> &'static [&'static str];

    /// How much of a page it has room for.
    fn room(&self) -> Room;

    /// Whether what it writes may go to a terminal as it is: it colours, and escapes, for itself.
    fn is_for_terminals(&self) -> bool {
        false
    }

    /// Writes a page. The rows are taken before the coverage is asked for.
    fn write(&self, page: Page<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()>;
}

impl Format {
    /// Every format.
    pub const ALL: &[Format] = &[
        Format::Table,
        Format::Csv,
        Format::Json,
        Format::Jsonl,
        Format::Markdown,
        Format::OpenMetrics,
        #[cfg(feature = "cli")]
        Format::Html,
        #[cfg(feature = "cli")]
        Format::Xlsx,
    ];

    fn renderer(self) -> &'static dyn Renderer {
        match self {
            Format::Table => &table::Table,
            Format::Csv => &csv::Csv,
            Format::Json => &json::Json,
            Format::Jsonl => &jsonl::Jsonl,
            Format::Markdown => &markdown::Markdown,
            Format::OpenMetrics => &openmetrics::OpenMetrics,
            #[cfg(feature = "cli")]
            Format::Html => &html::HtmlPage,
            #[cfg(feature = "cli")]
            Format::Xlsx => &xlsx::Xlsx,
        }
    }

    /// Writes a page.
    ///
    /// # Errors
    /// What writing gives, what getting a row gives, and what the coverage gives.
    pub fn write(self, page: Page<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        let renderer = self.renderer();
        if !layout.is_terminal || renderer.is_for_terminals() {
            return renderer.write(page, layout, out);
        }
        let mut out = ForTerminal::new(out);
        renderer.write(page, layout, &mut out)?;
        out.finish()
    }

    /// Whether it is made to be read, with what is to be known before the rows.
    pub fn is_for_people(self) -> bool {
        self.renderer().room() == Room::Words
    }

    /// Whether it has room for rows alone, so that whatever else a page says has to be said elsewhere.
    pub fn has_rows_alone(self) -> bool {
        self.renderer().room() == Room::Rows
    }

    /// Whether it is bytes that no terminal shows.
    pub fn is_binary(self) -> bool {
        self.extension() == "xlsx"
    }

    /// The ending of a file of this format.
    pub fn extension(self) -> &'static str {
        self.renderer().endings()[0]
    }

    /// The format a file name asks for by its ending.
    pub fn of_extension(extension: &str) -> Option<Format> {
        let extension = extension.to_ascii_lowercase();
        let has = |format: &Format| format.renderer().endings().contains(&extension.as_str());
        Format::ALL.iter().copied().find(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::cell::RefCell;
    use std::rc::Rc;

    use crate::report::cell::Cell;
    use crate::report::gauge::{Gauge, Number, Sample};
    use crate::report::sheet::{Label, Sheet};
    use crate::shown::is_dangerous;

    /// A place to write to that can be looked at meanwhile.
    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<usize>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            *self.0.borrow_mut() += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_more_than_a_row_is_held_back() {
        const ROW: usize = 1 << 16;
        let layout = Layout {
            width: 80,
            colours: false,
            is_terminal: false,
        };
        // The columns of a table are as wide as the widest row, and workbooks and pages for
        // a browser are in temporary files. Gauges are no rows.
        let format = |one: &Format| !["txt", "html", "xlsx", "prom"].contains(&one.extension());
        for format in Format::ALL.iter().copied().filter(format) {
            let mut out = Written::default();
            let written = out.clone();
            let rows = (0..10).map(move |row| {
                assert!(
                    *written.0.borrow() + ROW > row * ROW,
                    "{format:?}: row {row}"
                );
                vec![Cell::text("x".repeat(ROW))]
            });
            let list = tests_of_formats::list(tests_of_formats::columns(["a"]), rows, None);
            let page = tests_of_formats::page(list);
            format.write(page, layout, &mut out).unwrap();
        }
    }

    #[test]
    fn no_format_writes_to_a_terminal_what_it_would_obey() {
        let hostile = "a\u{1b}[2J\u{9b}b\u{202e}\rc\u{7f}";
        let layout = Layout {
            width: 80,
            colours: false,
            is_terminal: true,
        };
        for format in Format::ALL.iter().filter(|format| !format.is_binary()) {
            let sheet = Sheet::<Vec<Cell<'static>>>::new()
                .col("a", Label::new("A"), "", |row| row[0].clone());
            let list = tests_of_formats::list(sheet, [vec![Cell::text(hostile)]], None);
            let mut page = tests_of_formats::page(list);
            page.gauges = Some(Box::new(move || {
                vec![Gauge {
                    samples: vec![Sample {
                        labels: vec![("a", hostile.into())],
                        value: Number::Count(1),
                    }],
                    ..Gauge::count("calls", "STS calls", 7)
                }]
            }));
            let mut out = Vec::new();
            format.write(page, layout, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains("[2J"), "{format:?}: {text}");
            let obeyed = text.chars().find(|&c| c != '\n' && is_dangerous(c));
            assert_eq!(obeyed, None, "{format:?}: {text:?}");
        }
    }

    #[test]
    fn a_file_name_asks_for_one_format() {
        for &format in Format::ALL {
            assert_eq!(Format::of_extension(format.extension()), Some(format));
        }
        assert_eq!(Format::of_extension("NDJSON"), Some(Format::Jsonl));
        assert_eq!(Format::of_extension("gz"), None);
    }
}

/// What the tests of the formats write.
#[cfg(test)]
mod tests_of_formats {
    use super::*;
    use crate::report::cell::Cell;
    use crate::report::page::List;
    use crate::report::sheet::Sheet;

    type Row = Vec<Cell<'static>>;

    pub fn columns<const N: usize>(names: [&'static str; N]) -> Sheet<Row> {
        let names = names.into_iter().enumerate();
        names.fold(Sheet::<Row>::new(), |sheet, (at, name)| {
            sheet.col(name, None, "", move |row| row[at].clone())
        })
    }

    pub fn list(
        sheet: Sheet<Row>,
        rows: impl IntoIterator<Item = Row, IntoIter: 'static>,
        top: Option<u64>,
    ) -> List<'static> {
        List::new("groups", sheet, rows.into_iter().map(Ok), top)
    }

    pub fn page(list: List<'static>) -> Page<'static> {
        Page::new("stscope.test/1", list)
    }

    pub fn render(format: &dyn Renderer, page: Page<'_>, width: usize) -> String {
        let layout = Layout {
            width,
            colours: false,
            is_terminal: false,
        };
        let mut out = Vec::new();
        format.write(page, layout, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    pub fn written<const N: usize>(
        format: &dyn Renderer,
        sheet: Sheet<Row>,
        rows: [Row; N],
        top: Option<u64>,
    ) -> String {
        render(format, page(list(sheet, rows, top)), 80)
    }
}
