//! What the manual says is so: its commands run and print what it shows, its tables are those of the
//! code, its lists are complete, its links lead somewhere.
//!
//! The manual is `README.md`, the pages of `docs`, and the other pages at the top of the project. With
//! `UPDATE_DOCS=1` the outputs and tables that differ are written anew, to be read before they are
//! committed.

mod commands;
mod complete;
mod library;
mod links;
mod pages;
mod picture;
mod store;
mod tables;
