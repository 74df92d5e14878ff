//! `stscope endpoint`: what a host name is, and the table of STS endpoints.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::args::{WriteArgs, without_gauges};
use crate::cli::exit::{Exit, Failure};
use crate::cli::hosts;
use crate::cli::output::{Output, Writing, check_output};
use crate::cli::reading::Reading;
use crate::report::pages::endpoint;

#[derive(Args)]
#[command(mut_arg("format", without_gauges))]
pub(super) struct EndpointArgs {
    /// A host name, as a client uses it; a port, capitals and a trailing dot do not matter
    #[arg(value_name = "HOST")]
    pub names: Vec<String>,
    /// Where your own host names lead: lines 'HOST-GLOB global' or 'HOST-GLOB regional REGION'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "names")]
    pub hosts: Option<PathBuf>,
    #[command(flatten)]
    pub write: WriteArgs,
}

pub(super) fn run(arguments: EndpointArgs) -> Result<Exit, Failure> {
    let writing = Writing::plain(&arguments.write)?;
    let hosts = hosts::read(arguments.hosts.as_deref())?;
    let lists = [("--hosts", arguments.hosts.as_deref())];
    check_output(writing.output.as_deref(), &Reading::of_nothing(), &lists)?;
    let output = Output::open(writing.output.as_deref())?;
    let page = match arguments.names.as_slice() {
        [] => endpoint::table(),
        names => endpoint::of_names(names, &hosts),
    };
    output.write(|out| Ok(writing.format.write(page, writing.layout, out)?))?;
    Ok(Exit::Done)
}
