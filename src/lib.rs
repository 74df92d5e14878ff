//! lib
pub mod cloudtrail;
pub mod sts;
