//! Logs in S3: which objects there are, and what is in them.
//!
//! Owns every connection that stscope opens, and the only asynchronous code: what is called from
//! outside waits. It knows keys and bytes, and neither gzip nor JSON.
//!
//! A reader of three requests in place of `aws-sdk-s3`, because a night may have a million objects
//! of 4 KB: the SDK took 142 µs of CPU for each, this takes less than half of it, and the SDK alone
//! compiles for longer than everything else together, in 2.4 GB of memory. What is hard about AWS is
//! left to its own crates: credentials (`aws-config`) and signatures (`aws-sigv4`). `object_store`
//! cannot list a bucket with `//` in a key and does not tell an archived object.

mod body;
mod chain;
mod client;
mod config;
mod connector;
mod continuation;
mod credentials;
mod error;
mod estimate;
mod failure;
mod flight;
mod get;
mod layout;
mod list;
mod listing;
mod object;
mod pages;
mod request;
mod requests;
mod retry;
mod undated;
mod url;
mod xml;

use std::fmt;
use std::sync::Arc;

use tokio::runtime::{Handle, Runtime};

pub use super::left_out::NotListed;
pub use body::{Body, ObjectStream, Whole};
pub use config::S3Options;
pub use error::S3Error;
pub use estimate::Estimate;
pub use get::{FetchLimits, Fetched, Fetches};
pub use layout::{Digests, Selection, may_leave_out};
pub use listing::{Listed, Listing};
pub use object::Object;
pub use requests::{Activity, Requests};
pub use undated::is_listed_from;
pub use url::S3Url;

use client::Client;
use config::Config;
use error::Kind;

/// Threads that wait for S3. They sign, decrypt and copy; two do that for some 20,000 objects a
/// second.
const THREADS: usize = 2;
/// Threads that look up names, which is all that cannot wait together.
const LOOKUPS: usize = 8;

/// S3 as somebody who has these credentials sees it. Made once, and only where there is something in
/// S3 to read: with it come the threads.
pub struct S3 {
    client: Arc<Client>,
    /// There until this is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
}

impl S3 {
    /// Reads the settings, and sees that there are credentials. S3 itself is not asked.
    pub fn connect(options: &S3Options) -> Result<S3, S3Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(LOOKUPS)
            .thread_name("s3")
            .enable_all()
            .build()
            .map_err(|error| {
                let why =
                    format!("no threads can be started ({error}); raise the limit of processes");
                S3Error::new("s3://", Kind::Machine(why))
            })?;
        let client = runtime.block_on(async {
            let client = Client::new(Config::resolve(options).await?)?;
            let checked = client.check_credentials().await;
            checked.map_err(|kind| S3Error::new("s3://", kind))?;
            Ok::<_, S3Error>(client)
        })?;
        Ok(S3 {
            client: Arc::new(client),
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// Lists what is under a URL and can matter. Listing begins at once and goes on while this is
    /// read, some pages ahead.
    pub fn list(&self, url: &S3Url, asked: &Selection) -> Listing {
        list::list(&self.client, &self.handle, url, asked)
    }

    /// Reads objects. They are taken from `wanted`, on another thread, as there is room for them;
    /// every one of them comes out, with what it was handed in with.
    pub fn fetch<T: Send + 'static>(
        &self,
        wanted: impl IntoIterator<Item = (Object, T)> + Send + 'static,
        limits: FetchLimits,
    ) -> Result<Fetches<T>, S3Error> {
        get::fetch(&self.client, &self.handle, wanted, limits)
    }

    /// What was asked so far.
    pub fn requests(&self) -> Requests {
        self.client.counters.requests()
    }

    /// What is going on.
    pub fn activity(&self) -> Activity {
        self.client.counters.activity()
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3")
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}

impl Drop for S3 {
    /// Ends what is still going on, and does not wait for a name that somebody is still looking up.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
