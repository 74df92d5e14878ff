//! A file for each format: a page → bytes.

pub(super) mod csv;
pub(super) mod json;
pub(super) mod markdown;
pub(super) mod table;
