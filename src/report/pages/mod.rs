//! A file for each page: an answer → what is shown of it.

pub(super) mod plan;
pub(super) mod regions;
pub(super) mod store_info;
pub(super) mod trend;
