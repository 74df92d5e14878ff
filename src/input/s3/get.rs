//! GetObject: many objects at once, each whole or as a stream.
//!
//! Every object asked for comes out, with its bytes or with why not.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use http::header::{HeaderName, IF_MATCH, RANGE};
use http::{Method, Response};
use hyper::body::Incoming;
use tokio::runtime::Handle;

use super::body::{Body, ObjectStream, Pour, Whole, pour};
use super::client::{Client, body_of};
use super::error::{Action, Kind, S3Error};
use super::failure::Failure;
use super::flight::{Flight, Room, Slot};
use super::object::Object;
use super::request::Target;
use super::retry::Tries;

/// How long the first try waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Where the signature of a digest is.
const SIGNATURE: HeaderName = HeaderName::from_static("x-amz-meta-signature");
/// What an object costs beside its bytes: it, its key, and what they are wrapped in.
const BESIDE: u64 = 1 << 10;
/// What a stream is taken to hold.
const STREAM: u64 = 4 << 20;
/// A stream that came so much further before it broke is worth all tries anew.
const FURTHER: u64 = 1 << 20;

/// The bounds of reading.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// `--reads`: at most so many in flight, in place of what is found out.
    pub reads: Option<usize>,
    /// Bytes of objects that are in flight or wait to be used.
    pub bytes: u64,
    /// A larger object comes as a stream.
    pub whole: u64,
}

impl Default for FetchLimits {
    fn default() -> FetchLimits {
        FetchLimits {
            reads: None,
            bytes: 64 << 20,
            whole: 32 << 20,
        }
    }
}

/// An object that was asked for.
#[derive(Debug)]
pub struct Fetched<T> {
    /// The object.
    pub object: Object,
    /// What it was handed in with.
    pub with: T,
    /// What is in it, or why that is not known.
    pub body: Result<Body, S3Error>,
}

/// The objects as they come, in no order. Can be shared by those who use them.
///
/// Who holds on to all of them must not wait for more: they hold the room for what is to come.
#[derive(Debug)]
pub struct Fetches<T> {
    fetched: Mutex<mpsc::Receiver<Fetched<T>>>,
    flight: Arc<Flight>,
    feeder: Mutex<Option<JoinHandle<()>>>,
}

impl<T> Fetches<T> {
    /// The next object; waits for it. `None` when all were handed out.
    ///
    /// # Panics
    ///
    /// If whoever names the objects did: then nobody knows which are missing.
    pub fn next(&self) -> Option<Fetched<T>> {
        let next = {
            let fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
            fetched.recv().ok()
        };
        if next.is_none() {
            let mut feeder = self.feeder.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Err(panic)) = feeder.take().map(JoinHandle::join) {
                std::panic::resume_unwind(panic);
            }
        }
        next
    }
}

impl<T> Iterator for &Fetches<T> {
    type Item = Fetched<T>;

    fn next(&mut self) -> Option<Fetched<T>> {
        Fetches::next(self)
    }
}

impl<T> Drop for Fetches<T> {
    fn drop(&mut self) {
        self.flight.close();
    }
}

/// Reads objects while they are named, on a thread of its own that takes the next one only when
/// there is room for it.
pub(super) fn fetch<T: Send + 'static>(
    client: &Arc<Client>,
    runtime: &Handle,
    wanted: impl IntoIterator<Item = (Object, T)> + Send + 'static,
    limits: FetchLimits,
) -> Result<Fetches<T>, S3Error> {
    let flight = Flight::new(limits.reads, limits.bytes);
    let (send, fetched) = mpsc::channel();
    let held = Arc::clone(&flight);
    let (client, runtime) = (Arc::clone(client), runtime.clone());
    let feed = move || {
        for (object, with) in wanted {
            let streamed = object.size > limits.whole;
            let kept = if streamed { STREAM } else { object.size };
            let Some((slot, room)) = flight.take(kept + BESIDE) else {
                return;
            };
            let answer = Answer {
                fetched: Some((object, with)),
                send: send.clone(),
                in_flight: Some(InFlight::new(&client)),
            };
            let get = Get {
                client: Arc::clone(&client),
                flight: Arc::clone(&flight),
            };
            runtime.spawn(async move {
                get.one(answer, slot, room, streamed).await;
            });
        }
    };
    let feeder = std::thread::Builder::new()
        .name("s3 objects".into())
        .spawn(feed)
        .map_err(|error| {
            let why = format!("no thread can be started ({error}); raise the limit of processes");
            S3Error::new("s3://", Kind::Machine(why))
        })?;
    Ok(Fetches {
        fetched: Mutex::new(fetched),
        flight: held,
        feeder: Mutex::new(Some(feeder)),
    })
}

/// The promise that an object comes out, whatever happens to its task.
struct Answer<T> {
    fetched: Option<(Object, T)>,
    send: mpsc::Sender<Fetched<T>>,
    in_flight: Option<InFlight>,
}

impl<T> Answer<T> {
    /// Ends the reading. Whoever has the object sees it as no longer in flight.
    fn give(mut self, body: Result<Body, S3Error>) {
        self.in_flight = None;
        self.send(body);
    }

    fn send(&mut self, body: Result<Body, S3Error>) {
        if let Some((object, with)) = self.fetched.take() {
            // Nobody there: nobody wants it.
            let _ = self.send.send(Fetched { object, with, body });
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        if let Some((object, _)) = &self.fetched {
            let why = "the request was given up; run again".to_owned();
            let error = S3Error::of_object(object.url(), Kind::Setting(why));
            self.send(Err(error));
        }
    }
}

/// Counts what is in flight, for progress.
struct InFlight(Arc<Client>);

impl InFlight {
    fn new(client: &Arc<Client>) -> InFlight {
        client.counters.in_flight.fetch_add(1, Relaxed);
        InFlight(Arc::clone(client))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.counters.in_flight.fetch_sub(1, Relaxed);
    }
}

/// The reading of one object.
struct Get {
    client: Arc<Client>,
    flight: Arc<Flight>,
}

impl Get {
    async fn one<T>(&self, answer: Answer<T>, slot: Slot, room: Room, streamed: bool) {
        let Some((object, _)) = &answer.fetched else {
            return;
        };
        if object.archived {
            let class = object.storage_class.clone();
            let error = S3Error::of_object(object.url(), Kind::Archived { class });
            return answer.give(Err(error));
        }
        if streamed {
            return self.streamed(answer, slot, room).await;
        }
        let read = if object.size == 0 {
            Ok((Vec::new(), None)) // what is in it is known
        } else {
            self.whole(object).await
        };
        let body = match read {
            Ok((bytes, signature)) => {
                slot.well();
                self.read(bytes.len() as u64);
                Ok(Body::Whole(Whole::new(bytes, signature, room)))
            }
            Err(kind) => Err(self.error(object, kind)),
        };
        answer.give(body);
    }

    fn read(&self, bytes: u64) {
        self.client.counters.objects.fetch_add(1, Relaxed);
        self.client.counters.bytes.fetch_add(bytes, Relaxed);
    }

    async fn whole(&self, object: &Object) -> Result<(Vec<u8>, Option<Box<str>>), Kind> {
        let most = usize::try_from(object.size).unwrap_or(usize::MAX);
        let mut tries = Tries::new(self.client.tries());
        loop {
            let failure = match self.ask(object, 0, &tries).await {
                Ok(response) => {
                    let signature = response.headers().get(SIGNATURE);
                    let signature = signature.and_then(|value| value.to_str().ok().map(Box::from));
                    match body_of(response, most, Some(object.size)).await {
                        Ok(bytes) => return Ok((bytes, signature)),
                        Err(failure) => failure,
                    }
                }
                Err(failure) => failure,
            };
            self.after(&mut tries, failure, object).await?;
        }
    }

    /// Asks for an object from a byte on.
    async fn ask(
        &self,
        object: &Object,
        from: u64,
        tries: &Tries,
    ) -> Result<Response<Incoming>, Failure> {
        let range = format!("bytes={from}-");
        let mut headers: Vec<(HeaderName, &str)> = Vec::with_capacity(2);
        if !object.etag.is_empty() {
            headers.push((IF_MATCH, &object.etag));
        }
        if from > 0 {
            headers.push((RANGE, &range));
        }
        let target = Target {
            method: Method::GET,
            bucket: &object.bucket,
            key: &object.key,
            query: &[],
            headers: &headers,
        };
        self.client.counters.get.fetch_add(1, Relaxed);
        self.client.send(&target, tries.patience(PATIENCE)).await
    }

    async fn after(
        &self,
        tries: &mut Tries,
        failure: Failure,
        object: &Object,
    ) -> Result<(), Kind> {
        tries
            .after(failure, &self.client, &object.bucket, &self.flight)
            .await
    }

    /// Hands an object on while it comes. A connection that breaks is taken up where it broke: as
    /// the ETag has to match, what follows is of the same object.
    async fn streamed<T>(&self, mut answer: Answer<T>, slot: Slot, room: Room) {
        let Some((object, _)) = answer.fetched.as_ref() else {
            return;
        };
        let object = object.clone();
        let mut tries = Tries::new(self.client.tries());
        let (mut room, mut out) = (Some(room), None);
        let (mut at, mut broke_at) = (0, 0);
        loop {
            let failure = match self.ask(&object, at, &tries).await {
                Ok(response) => {
                    // The first answer is the time to hand it on: who reads it waits for the rest.
                    if let Some(room) = room.take() {
                        let (send, stream) = ObjectStream::new(room);
                        out = Some(send);
                        answer.send(Ok(Body::Stream(stream)));
                    }
                    let Some(out) = &out else { return };
                    match pour(response, &mut at, object.size, out).await {
                        Ok(()) => {
                            slot.well();
                            return self.read(object.size);
                        }
                        Err(Pour::Unwanted) => return,
                        Err(Pour::Broke(failure)) => failure,
                    }
                }
                Err(failure) => failure,
            };
            if at >= broke_at + FURTHER {
                tries.begin_anew();
                broke_at = at;
            }
            if let Err(kind) = self.after(&mut tries, failure, &object).await {
                let error = self.error(&object, kind);
                match out {
                    Some(out) => drop(out.send(Err(error)).await),
                    None => answer.send(Err(error)),
                }
                return;
            }
        }
    }

    fn error(&self, object: &Object, kind: Kind) -> S3Error {
        let kind = match kind {
            Kind::Refused {
                status: 403,
                code,
                said,
            } if code == "AccessDenied" || code.is_empty() => {
                let of_key = said.to_lowercase().contains("kms");
                let action = if of_key {
                    Action::Decrypt
                } else {
                    Action::GetObject
                };
                Kind::NotPermitted { action, said }
            }
            Kind::Archived { .. } if !object.storage_class.is_empty() => Kind::Archived {
                class: super::error::said(&object.storage_class),
            },
            kind => kind,
        };
        S3Error::of_object(object.url(), kind)
    }
}
