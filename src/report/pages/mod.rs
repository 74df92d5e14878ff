//! The pages: an answer → what is said of it.
//!
//! A page has a file of its own with its sheet, its words and its members of JSON, and knows no
//! format.

pub mod endpoint;
pub mod events;
pub mod plan;
pub mod regions;
pub mod report;
pub mod store_info;
mod summary;
pub mod trend;
mod work_list;

use serde_json::Value;

use crate::sts::Time;

/// An instant in JSON.
fn time_json(time: Option<Time>) -> Value {
    time.map(|time| time.to_string()).into()
}
