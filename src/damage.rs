//! What is wrong with a file, and where: the stages a file comes through, in any room.

use serde::{Deserialize, Serialize};

/// How far a file came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Stage {
    /// It could not be opened or read.
    Open,
    /// Its gzip stream is cut or corrupt.
    Gzip,
    /// Its JSON is cut, or is none.
    Json,
    /// A record in it is no sound JSON, between sound bounds.
    Record,
    /// Sound JSON, in which something was not understood that may be a record.
    Shape,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Stage; 5] = [
        Stage::Open,
        Stage::Gzip,
        Stage::Json,
        Stage::Record,
        Stage::Shape,
    ];

    /// The value of `stage` in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Open => "open",
            Stage::Gzip => "gzip",
            Stage::Json => "json",
            Stage::Record => "record",
            Stage::Shape => "shape",
        }
    }
}

/// Something wrong at one place of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// How far the file came.
    pub stage: Stage,
    /// Where, in bytes: of the file for gzip, of the decompressed JSON for what is in it.
    pub offset: u64,
    /// What is there.
    pub what: String,
}

impl Damage {
    /// Something wrong at `offset`.
    pub fn new(stage: Stage, offset: u64, what: impl Into<String>) -> Damage {
        Damage {
            stage,
            offset,
            what: what.into(),
        }
    }
}
