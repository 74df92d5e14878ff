//! S3 as a source of objects: one thread lists them and says which are wanted, and one hands on what
//! comes back. Between them the objects are fetched, many at once.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, Scope};

use super::admission::{Admission, admit_version};
use super::error::ScanError;
use super::list_ahead::ListAhead;
use super::manifest::{PassedBy, is_in_s3};
use super::run::Run;
use super::under::{Around, Under, enter};
use super::work::{Content, Fetched, Remark};
use crate::aws::Pruned;
use crate::input::s3::{
    self, Digests, Estimate, FetchLimits, Fetches, Listed, Listing, S3, S3Error, S3Url,
};
use crate::input::{Folder, Manifest, Object, Paths, Place, Prefix, Version, Walk};
use crate::tally::{NotListed, Requests, Scrutiny, SkipReason};

/// How many objects may be wanted and not asked for yet.
const WANTED: usize = 1 << 10;

/// The objects that are asked for, one at a time, each with what the queue gets once it is there.
type Sender = SyncSender<(s3::Object, Fetched)>;

/// What a listing tells, and what is to become of it.
#[allow(clippy::large_enum_variant)] // one at a time, handed on at once
enum Found<'w> {
    Object(s3::Object, Fetched),
    Skipped(SkipReason),
    Pruned(Pruned),
    /// A prefix in which nothing can matter, and why.
    NotListed(&'w str),
    /// A place that was named and cannot be listed, or at which there is nothing.
    Unreadable(String, String),
}

/// Whether a walk goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Go {
    On,
    NoFurther,
}

/// Reads S3 for a run.
pub(super) struct Remote {
    s3: S3,
    asked: s3::Selection,
}

impl Remote {
    /// Connects, if there is something in S3 to read.
    pub fn connect(run: &Run<'_>, paths: &Paths) -> Result<Option<Remote>, ScanError> {
        let found = || paths.manifest.found.iter().find(|found| is_in_s3(found));
        let first = match (paths.s3.first(), found()) {
            (Some(prefix), _) => prefix.url.clone(),
            (None, Some(found)) => S3Url::parse(&found.path)?,
            (None, None) => return Ok(None),
        };
        let s3 = S3::connect(&run.scan.s3).map_err(|error| error.at(&first))?;
        Ok(Some(Remote {
            s3,
            asked: s3::Selection {
                pruning: run.scan.pruning.clone(),
                tells_earlier: run.scan.pruning.first_day.is_some(),
                digests: match (run.scrutiny.remote, run.scrutiny.alone) {
                    (false, _) => Digests::None,
                    // A gate asks about global calls alone.
                    (true, false) => Digests::UsEast1,
                    (true, true) => Digests::All,
                },
            },
        }))
    }

    /// Begins to list and to fetch.
    pub fn start<'scope>(
        &'scope self,
        run: &'scope Run<'_>,
        paths: &'scope Paths,
        scope: &'scope Scope<'scope, '_>,
    ) -> Result<(), ScanError> {
        let (sender, wanted) = sync_channel(WANTED);
        let limits = FetchLimits {
            reads: run.scan.reads.map(std::num::NonZeroUsize::get),
            whole: run.scan.limits.whole_file as u64,
            ..FetchLimits::default()
        };
        let fetches = self.s3.fetch(wanted, limits)?;
        run.progress.folders.fetch_add(1, Ordering::Relaxed);
        let (lists, hands_on) = (run.queue.producer(), run.queue.producer());
        let start = |thread: io::Result<_>| match thread {
            Ok(_) => Ok(()),
            Err(error) => Err(ScanError::Threads(error.into())),
        };
        start(
            Builder::new()
                .name("s3 listing".into())
                .spawn_scoped(scope, move || {
                    let _producer = lists;
                    let _guard = run.queue.stop_on_panic();
                    if let Err(error) = self.list(run, paths, &sender) {
                        run.fail(error.into());
                    }
                    run.progress.folders.fetch_sub(1, Ordering::Relaxed);
                }),
        )?;
        start(
            Builder::new()
                .name("s3 objects".into())
                .spawn_scoped(scope, move || {
                    let _producer = hands_on;
                    let _guard = run.queue.stop_on_panic();
                    self.hand_on(run, &fetches);
                }),
        )
    }

    /// Begins to list what is at a prefix.
    fn begin(&self, prefix: &Prefix) -> Listing {
        let mut asked = self.asked.clone();
        let first_day = &mut asked.pruning.first_day;
        *first_day = (*first_day).max(prefix.from);
        self.s3.list(&prefix.url, &asked)
    }

    /// What is at a prefix. That there is nothing is an error.
    fn listing<'p>(
        &self,
        prefix: &'p Prefix,
        begun: Option<Listing>,
    ) -> impl Iterator<Item = Result<Listed, S3Error>> + use<'p> {
        let mut listing = begun.unwrap_or_else(|| self.begin(prefix));
        let mut is_empty = true;
        std::iter::from_fn(move || {
            let nothing = || is_empty.then(|| Err(prefix.url.leads_nowhere()));
            let next = listing.next().or_else(nothing);
            is_empty = false;
            next
        })
    }

    /// What was asked, as the client counts it.
    pub fn asked_so_far(&self) -> s3::Requests {
        self.s3.requests()
    }

    /// What was asked.
    pub fn requests(&self) -> Requests {
        let requests = self.s3.requests();
        Requests {
            list: requests.list,
            get: requests.get,
            retried: requests.retried,
        }
    }

    /// What reading all of it would come to.
    pub fn estimate(&self, run: &Run<'_>, prefixes: &[Prefix]) -> Result<Estimate, S3Error> {
        let mut estimate = Estimate::default();
        self.walk(run, prefixes, |found| {
            match found {
                Found::Object(object, object_at) => match object_at.admission {
                    Admission::Known => estimate.known += 1,
                    Admission::Skipped(..) | Admission::ByName => {}
                    Admission::Open(_) | Admission::Digest(_) => estimate.add(&object),
                },
                Found::NotListed(_) => estimate.not_listed += 1,
                Found::Unreadable(place, _) => estimate.unreadable.push(place),
                Found::Skipped(_) | Found::Pruned(_) => {}
            }
            Go::On
        })?;
        Ok(estimate)
    }

    /// Lists, and hands over all that is told.
    pub fn list_all<E: From<ScanError>>(
        &self,
        run: &Run<'_>,
        prefixes: &[Prefix],
        mut each: impl FnMut(&S3Url, Listed) -> Result<(), E>,
    ) -> Result<(), E> {
        let nobody = Walk::from_nowhere();
        let mut around = Around::of(prefixes);
        let mut ahead = ListAhead::of(prefixes);
        while let Some((prefix, begun)) = ahead.next(|prefix| self.begin(prefix)) {
            let Some(under) = around.enter(prefix) else {
                continue;
            };
            let mut folder = Arc::new(Folder::new(PathBuf::new()));
            for listed in self.listing(prefix, begun) {
                let listed = listed.map_err(ScanError::from)?;
                around.note(&prefix.url, &listed);
                let is_told = match &listed {
                    Listed::Object(object) => {
                        let key = &object.key;
                        let name = enter(&mut folder, object);
                        // Whoever reads the list does not know what was named.
                        if !nobody.reads(&folder, key, name)
                            && under.reads(&folder, key, name)
                            && !under.leaves(&folder, key, name)
                        {
                            return Err(ScanError::NamedAlone(object.url()).into());
                        }
                        under.was_listed(key)
                    }
                    Listed::FolderMarker(key) => under.was_listed(key),
                    Listed::NotListed { prefix, .. } => under.was_left_out(prefix),
                    Listed::Refused(_) => false,
                };
                if is_told {
                    continue;
                }
                each(&prefix.url, listed)?;
                run.note_found(1);
            }
        }
        Ok(())
    }

    /// Says which objects are wanted: of what is listed, and of what somebody else has listed. `Ok` also
    /// where nobody wants them any more.
    fn list(&self, run: &Run<'_>, paths: &Paths, wanted: &Sender) -> Result<(), S3Error> {
        let mut passed = PassedBy::default();
        let mut not_listed = NotListed::new();
        let mut each = |found: Found<'_>| {
            match found {
                Found::Skipped(reason) => passed.skip(reason),
                Found::Pruned(why) => passed.prune(why),
                Found::NotListed(why) => *not_listed.entry(why.to_owned()).or_default() += 1,
                Found::Unreadable(place, why) => {
                    run.remark(Remark::Unreadable(place.into(), why));
                }
                Found::Object(object, found) => match found.admission {
                    Admission::Known => run.note_done(1),
                    Admission::Skipped(..) | Admission::ByName => run.queue.push_fetched(found),
                    // An error: nobody reads any more.
                    Admission::Open(_) | Admission::Digest(_) => match wanted.send((object, found))
                    {
                        Ok(()) => {}
                        Err(_) => return Go::NoFurther,
                    },
                },
            }
            Go::On
        };
        if self.walk(run, &paths.s3, &mut each)? == Go::NoFurther
            || go_through(run, &paths.manifest, &mut each)? == Go::NoFurther
        {
            return Ok(());
        }
        passed.tell(run);
        run.not_listed(not_listed);
        Ok(())
    }

    /// Lists prefixes, and says of everything in them what is to become of it.
    fn walk(
        &self,
        run: &Run<'_>,
        prefixes: &[Prefix],
        mut each: impl FnMut(Found<'_>) -> Go,
    ) -> Result<Go, S3Error> {
        let mut around = Around::of(prefixes);
        let mut ahead = ListAhead::of(prefixes);
        while let Some((prefix, begun)) = ahead.next(|prefix| self.begin(prefix)) {
            let url = &prefix.url;
            let Some(under) = around.enter(prefix) else {
                continue;
            };
            let mut folder = Arc::new(Folder::new(PathBuf::new()));
            // A task of many is no place to stop all of them: it is said where all is together.
            let may_be_nothing = prefix.was_listed || run.scrutiny.elsewhere;
            for listed in self.listing(prefix, begun) {
                if run.queue.is_stopped() {
                    return Ok(Go::NoFurther);
                }
                if let Ok(listed) = &listed {
                    around.note(url, listed);
                }
                let found = match listed {
                    Ok(Listed::Object(object)) => {
                        match found(run, object, &under, run.scrutiny, &mut folder) {
                            Some(found) => found,
                            None => continue,
                        }
                    }
                    Ok(Listed::FolderMarker(_)) => Found::Skipped(SkipReason::NotAFile),
                    Ok(Listed::NotListed { why, .. }) => Found::NotListed(why.as_str()),
                    // A store would not know when it may be listed, and answers from it would be whole.
                    Ok(Listed::Refused(error)) if run.known.is_none() => unreadable(&error),
                    // It is gone, and stays in the store as it was.
                    Err(error) if prefix.is_again && error.is_nothing() => continue,
                    Err(error) if may_be_nothing && error.is_nothing() => unreadable(&error),
                    Ok(Listed::Refused(error)) | Err(error) => return Err(error),
                };
                if each(found) == Go::NoFurther {
                    return Ok(Go::NoFurther);
                }
            }
        }
        Ok(Go::On)
    }

    /// Hands on what was fetched.
    fn hand_on(&self, run: &Run<'_>, fetches: &Fetches<Fetched>) {
        for s3::Fetched {
            with: mut found,
            body,
            ..
        } in fetches
        {
            if run.queue.is_stopped() {
                return;
            }
            match body {
                Err(error) if error.is_fatal() => return run.fail(error.into()),
                body => {
                    // What is gone has no version any more: what was read of it stays.
                    if let (Err(error), Admission::Open(version)) = (&body, &mut found.admission)
                        && error.is_gone()
                    {
                        *version = None;
                    }
                    found.content = Content::S3(body);
                    run.queue.push_fetched(found);
                }
            }
            let activity = self.s3.activity();
            let requests = activity.requests.list + activity.requests.get;
            run.progress.requests.store(requests, Ordering::Relaxed);
            let in_flight = activity.in_flight as u64;
            run.progress.in_flight.store(in_flight, Ordering::Relaxed);
        }
    }
}

/// What becomes of a place that was named and of which not all can be read.
fn unreadable<'f>(error: &S3Error) -> Found<'f> {
    Found::Unreadable(error.place().to_owned(), error.detail())
}

/// Says of everything on a manifest that is in S3 what is to become of it.
fn go_through(
    run: &Run<'_>,
    manifest: &Manifest,
    each: &mut impl FnMut(Found<'_>) -> Go,
) -> Result<Go, S3Error> {
    let under = Under::nothing();
    let mut folder = Arc::new(Folder::new(PathBuf::new()));
    let mut bucket: Arc<str> = "".into();
    for listed in manifest.found.iter().filter(|found| is_in_s3(found)) {
        if run.queue.is_stopped() {
            return Ok(Go::NoFurther);
        }
        let url = S3Url::parse(&listed.path)?;
        if *bucket != *url.bucket {
            bucket = url.bucket.as_str().into();
        }
        let object = s3::Object {
            bucket: Arc::clone(&bucket),
            key: url.prefix,
            etag: listed.etag.clone(),
            size: listed.size,
            last_modified: None,
            storage_class: String::new(),
            archived: false,
        };
        let found = match object.key.is_empty() || object.is_folder_marker() {
            true => Some(Found::Skipped(SkipReason::NotAFile)),
            false => found(run, object, &under, run.scrutiny_in_s3(), &mut folder),
        };
        if found.is_some_and(|found| each(found) == Go::NoFurther) {
            return Ok(Go::NoFurther);
        }
    }
    Ok(Go::On)
}

/// What is to become of an object; `None` if another walk has it. `folder` is that of the object before.
fn found<'f>(
    run: &Run<'_>,
    object: s3::Object,
    under: &Under<'_>,
    scrutiny: Scrutiny,
    folder: &mut Arc<Folder>,
) -> Option<Found<'f>> {
    let name = enter(folder, &object);
    if under.leaves(folder, &object.key, name) {
        return None;
    }
    if let Some(skip) = under.passes_by(folder, &object.key, name) {
        return Some(Found::Skipped(skip.into()));
    }
    if let Some(why) = run.prunes(folder) {
        run.note_pruned(folder, name.as_ref());
        return Some(Found::Pruned(why));
    }
    let was_named = under.names(&object.key);
    let here = Object {
        place: Place::S3,
        folder,
        name: name.as_ref(),
        was_named,
    };
    let version = Some(Version::of_s3(&object));
    run.note_found(1);
    let admission = admit_version(&here, version, run.known, scrutiny);
    let found = Fetched {
        folder: Arc::clone(folder),
        name: name.into(),
        was_named,
        place: Place::S3,
        admission,
        content: Content::Nothing,
        bytes: 0,
    };
    Some(Found::Object(object, found))
}
