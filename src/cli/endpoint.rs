//! `stscope endpoint`: what a host name is, and the table of STS endpoints.

use super::args::EndpointArgs;
use super::config::Writing;
use super::exit::{Exit, Failure};
use super::hosts;
use super::output::Output;
use crate::report::pages::endpoint;

pub(super) fn run(arguments: EndpointArgs) -> Result<Exit, Failure> {
    let writing = Writing::plain(arguments.format, arguments.output.as_deref())?;
    let hosts = hosts::read(arguments.hosts.as_deref())?;
    let output = Output::open(writing.output.as_deref())?;
    let page = match arguments.names.as_slice() {
        [] => endpoint::table(),
        names => endpoint::of_names(names, &hosts),
    };
    output.write(|out| Ok(writing.format.write(page, writing.layout, out)?))?;
    Ok(Exit::Done)
}
