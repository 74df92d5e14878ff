//! The names of accounts beside their ids, on any page.
//!
//! Owns where a name goes: into the cell where people read, into a column of its own where cells are
//! taken for what they are. Pages know ids alone.

use std::io;
use std::sync::Arc;

use super::cell::Cell;
use super::formats::Format;
use super::page::{Block, Chart, Form, List, Page, Rows, WorkList, WorkOf};
use super::sheet::{Column, Label};
use crate::aws::AccountNames;
use crate::sts::Dimension;

/// Where the names go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After the id, in its cell.
    InCell,
    /// In a column after that of the id.
    Beside,
    /// In the last column, of lists with one account a row.
    Last,
}

impl<'p> Page<'p> {
    /// The same page with the names of accounts.
    #[must_use]
    pub fn naming(mut self, names: &Arc<AccountNames>, format: Format) -> Page<'p> {
        let place = match format {
            Format::Table | Format::Markdown => Place::InCell,
            #[cfg(feature = "cli")]
            Format::Html => Place::InCell,
            #[cfg(feature = "cli")]
            Format::Xlsx => Place::Beside,
            _ => Place::Last,
        };
        let of_accounts = ["stscope.plan/1", "stscope.regions/1"].contains(&self.schema);
        let with_labels = place != Place::Last;
        self.blocks
            .iter_mut()
            .for_each(|block| label(block, names, with_labels));
        let lists = std::mem::take(&mut self.lists);
        self.lists = (lists.into_iter())
            .map(|mut list| {
                let has_name = of_accounts || ["accounts", "plan", "regions"].contains(&list.key);
                list.blocks
                    .iter_mut()
                    .for_each(|block| label(block, names, with_labels));
                if place != Place::Last || has_name {
                    list = with_rows(list, names, place);
                }
                let names = Arc::clone(names);
                list.form = match list.form {
                    Form::WorkList(make) => Form::WorkList(with_callers(make, names)),
                    other => other,
                };
                list
            })
            .collect();
        for list in &mut self.lists {
            list.work = (list.work.take()).map(|make| with_callers(make, Arc::clone(names)));
        }
        self
    }
}

impl<'p> Page<'p> {
    /// The same page, which is about one account, with what is said of it: to be sent to its owner.
    #[must_use]
    pub fn of_account(mut self, id: &str, names: &AccountNames) -> Page<'p> {
        let Some(account) = names.get(id) else {
            return self;
        };
        let mut json = serde_json::Map::new();
        json.insert("id".to_owned(), id.into());
        json.insert("name".to_owned(), account.name.as_str().into());
        let mut words = format!("Account {id}");
        if !account.name.is_empty() {
            words = format!("{words}: {}", account.name);
        }
        for (key, value) in &account.more {
            words += &format!("; {key}: {value}");
            json.insert(key.clone(), value.as_str().into());
        }
        self.head.push(("account", json.into()));
        for list in &mut self.lists {
            let form = std::mem::replace(&mut list.form, Form::Lines);
            let words = words.clone();
            list.form = match form {
                Form::WorkList(make) => Form::WorkList(Box::new(move || {
                    let mut work = make();
                    work.remarks.insert(0, words);
                    work
                })),
                other => other,
            };
        }
        self
    }
}

/// An id with its name.
fn beside(id: &str, names: &AccountNames) -> Option<String> {
    names.name(id).map(|name| format!("{id} {name}"))
}

/// Names in what is drawn.
fn label(block: &mut Block, names: &AccountNames, with_labels: bool) {
    let Block::Chart(chart) = block else {
        return;
    };
    if !with_labels {
        return;
    }
    let name = |label: &mut String| {
        if let Some(named) = beside(label, names) {
            *label = named;
        }
    };
    match chart {
        Chart::Bars { bars, .. } => bars.iter_mut().for_each(|bar| name(&mut bar.label)),
        Chart::Heat { rows, .. } => rows.iter_mut().for_each(|(label, _)| name(label)),
        Chart::Stack { .. } => {}
    }
}

fn with_callers<'p>(make: WorkOf<'p>, names: Arc<AccountNames>) -> WorkOf<'p> {
    Box::new(move || {
        let mut work: WorkList<'p> = make();
        for caller in &mut work.callers {
            let name = caller.account_id.and_then(|id| names.name(id));
            caller.account_name = name.map(str::to_owned);
        }
        work
    })
}

fn with_rows<'p>(list: List<'p>, names: &Arc<AccountNames>, place: Place) -> List<'p> {
    let columns = list.rows.columns();
    let has_names = (columns.iter()).any(|column| column.name == Dimension::AccountName.name());
    if has_names && place != Place::InCell {
        return list;
    }
    let rows = NamedRows {
        rows: list.rows,
        names: Arc::clone(names),
        place,
    };
    List {
        rows: Box::new(rows),
        ..list
    }
}

/// Rows with the names of their accounts.
struct NamedRows<'p> {
    rows: Box<dyn Rows + 'p>,
    names: Arc<AccountNames>,
    place: Place,
}

/// The column for the names of the ids in a column.
fn column_of_names(of: &Column) -> Option<Column> {
    let (name, label) = match of.name {
        "account_id" => (
            Dimension::AccountName.name(),
            Dimension::AccountName.label(),
        ),
        "recipient_account_id" => ("recipient_account_name", "RECIPIENT NAME"),
        _ => return None,
    };
    Some(Column {
        name,
        label: of.label.map(|_| Label::new(label)),
        help: Dimension::AccountName.help(),
        within: of.within,
    })
}

impl Rows for NamedRows<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        let mut last = Vec::new();
        for column in self.rows.columns() {
            let of_names = column_of_names(&column);
            match (self.place, of_names) {
                (Place::InCell, Some(_)) => columns.push(Column {
                    label: column.label.map(|label| Label {
                        least: label.least.min(LEAST),
                        cut_end: true,
                        ..label
                    }),
                    ..column
                }),
                (Place::Beside, Some(names)) => columns.extend([column, names]),
                (Place::Last, Some(names)) => {
                    columns.push(column);
                    last.push(names);
                }
                (_, None) => columns.push(column),
            }
        }
        columns.extend(last);
        columns
    }

    fn each(&mut self, take: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>) -> io::Result<u64> {
        let (place, names) = (self.place, &self.names);
        let columns = self.rows.columns();
        let has_names: Vec<bool> = (columns.iter())
            .map(|column| column_of_names(column).is_some())
            .collect();
        self.rows.each(&mut |cells| {
            let mut row = Vec::with_capacity(cells.len() + 1);
            let mut last = Vec::new();
            for (cell, has_name) in cells.iter().zip(&has_names) {
                let id = match cell {
                    Cell::Account(id) => &**id,
                    _ => "",
                };
                let name = || Cell::some(names.name(id).map(str::to_owned), Cell::text);
                match place {
                    Place::InCell => row.push(match beside(id, names) {
                        Some(both) => Cell::text(both),
                        None => cell.clone(),
                    }),
                    Place::Beside => {
                        row.push(cell.clone());
                        row.extend(has_name.then(name));
                    }
                    Place::Last => {
                        row.push(cell.clone());
                        last.extend(has_name.then(name));
                    }
                }
            }
            row.extend(last);
            take(&row)
        })
    }
}

/// The id, a space, and some letters: how far a cell with both may be cut.
const LEAST: usize = 20;
