//! Answers → pages → bytes.
//!
//! Owns what is said and how it is written. A page ([`Page`]) is data: blocks for people, members for
//! programs, rows of typed cells ([`Cell`]) under the columns of a [`Sheet`]. `pages` has a file for
//! each page and knows no format; `formats` has a file for each format and knows no page. Text that
//! strangers chose is made harmless by the format that writes it, in its own way ([`escape`]).
//!
//! Knows no files, no options, no terminal and no store: where the bytes go is told by a [`Layout`]
//! and a writer, and what is in a store comes as plain data.

mod cell;
pub mod escape;
mod formats;
mod gauge;
mod missing;
mod named;
mod page;
pub mod pages;
mod sheet;
mod words;

pub use cell::Cell;
pub use formats::{Format, Layout};
pub use gauge::{Gauge, Number, Sample};
pub use page::{
    Bar, Block, Caller, Chart, Coverage, Figure, Form, Gauges, Heat, List, Member, Page, RiskList,
    Rows, StackColumn, Task, Tone, WorkList, WorkOf,
};
pub use sheet::{Column, Label, Sheet};
pub use words::{Phrase, count, counted, first_of, plural};
