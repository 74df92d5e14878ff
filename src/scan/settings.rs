//! How logs are to be read: what a scan is asked, before it begins.

use std::num::NonZeroUsize;

use crate::aws::Pruning;
use crate::cloudtrail::Kernel;
use crate::input::Limits;
use crate::questions::verify::Keys;
use crate::sts::{Dimension, Hosts};
use crate::tally::{Scrutiny, Selection, Terms};

/// How logs are read. The default reads everything, on all cores.
///
/// ```
/// use stscope::Scan;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let report = Scan::default().tally(&["sample-logs/AWSLogs".into()])?.finish();
/// let summary = report.totals.summary();
/// println!("{} of {} calls are global", summary.global(), summary.calls);
/// assert_eq!(report.totals.coverage.files.damaged, 0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Scan {
    /// Which calls are asked about.
    pub selection: Selection,
    /// What hosts lead to that are none of AWS's names.
    pub hosts: Hosts,
    /// Which files need not be read.
    pub pruning: Pruning,
    /// What calls are grouped by in [`Scan::tally`].
    pub group_by: Vec<Dimension>,
    /// Whether copies of a call count once.
    pub once: bool,
    /// Whether records of all services in opt-in Regions are read, to see where tokens are used.
    pub trace_tokens: bool,
    /// Whether what was read is told by account, Region and day, too: [`Totals::days_read`] and
    /// [`Totals::holes`].
    ///
    /// [`Totals::days_read`]: crate::tally::Totals::days_read
    /// [`Totals::holes`]: crate::tally::Totals::holes
    pub days: bool,
    /// How closely it is looked whether a log is missing. By default digests are read, and the names of
    /// logs compared with them.
    pub scrutiny: Scrutiny,
    /// The keys that digests are signed with; without them no signature is checked.
    pub keys: Keys,
    /// Threads; 0: one for each core.
    pub threads: usize,
    /// How many reads are in flight; `None`: as many as pay, which the run finds out.
    pub reads: Option<NonZeroUsize>,
    /// How S3 is asked.
    #[cfg(feature = "s3")]
    pub s3: crate::input::s3::S3Options,
    /// Whether the first damaged file ends the run.
    pub strict: bool,
    /// What may be held in memory.
    pub limits: Limits,
    /// The vector code in use.
    pub kernel: Kernel,
}

impl Scan {
    /// By what this scan counts.
    pub fn terms(&self) -> Terms {
        Terms {
            selection: self.selection.clone(),
            hosts: self.hosts.clone(),
        }
    }
}

impl Default for Scan {
    fn default() -> Self {
        Scan {
            selection: Selection::default(),
            hosts: Hosts::default(),
            pruning: Pruning::default(),
            group_by: vec![
                Dimension::Endpoint,
                Dimension::ClientProvidedHostHeader,
                Dimension::VpcEndpointId,
                Dimension::Principal,
            ],
            once: true,
            trace_tokens: false,
            days: false,
            scrutiny: Scrutiny {
                names: true,
                ..Scrutiny::default()
            },
            keys: Keys::default(),
            threads: 0,
            reads: None,
            #[cfg(feature = "s3")]
            s3: crate::input::s3::S3Options::default(),
            strict: false,
            limits: Limits::default(),
            kernel: Kernel::detect(),
        }
    }
}
