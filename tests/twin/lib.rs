//! The slow, obvious twin: one file's bytes → the answer stscope must give.
//!
//! Written from the contract, in the plainest code there is: no threads, no vectors, no windows,
//! nothing decided before everything is read. It shares no code with `src/`, so an error would have
//! to be made twice to go unseen.
//!
//! [`gunzip`] → [`documents`] (sound JSON, by serde_json) or [`scraps`] (byte by byte, for what is
//! damaged) → [`call`] → [`count`] and [`plan`]; [`held`] holds stscope against it.

#![allow(
    missing_docs,
    reason = "not published: names and types say what is left to say"
)]

pub mod agent;
mod base64;
pub mod call;
pub mod cases;
pub mod count;
pub mod documents;
pub mod gunzip;
pub mod held;
mod hidden;
pub mod mutate;
pub mod normal;
mod nothing;
pub mod plan;
pub mod question;
pub mod regions;
pub mod scraps;
pub mod shape;
pub mod tame;
pub mod traces;
pub mod verify;

pub use count::Answer;
pub use held::{Held, Way};
pub use question::Question;
