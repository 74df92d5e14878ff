//! An S3 that lives in memory, speaks ListObjectsV2, GetObject and HeadBucket, and misbehaves when
//! it is told to: errors, resets, short bodies, slowness, broken XML, wrong Regions, old tokens.
//!
//! Plain threads and sockets, so that it shares no code with what it tests. It does not check
//! signatures: MiniStack does.

mod answer;
mod http;
mod listing;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// An object.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// What is in it.
    pub bytes: Arc<[u8]>,
    /// `STANDARD` if empty. GLACIER and DEEP_ARCHIVE are refused.
    pub class: String,
    /// An archived one that can be read.
    pub restored: bool,
    /// What is beside it as `x-amz-meta-signature`; nothing if empty.
    pub signature: String,
}

/// How it behaves. All off by default.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Per mille of requests that end in each of the faults.
    pub faults: u32,
    /// Which faults; each is one of [`FAULTS`].
    pub kinds: Vec<Fault>,
    /// No request is spoiled more often than this.
    pub at_most: u32,
    /// Before each answer.
    pub delay: Duration,
    /// More requests at once than this are told to slow down.
    pub throttle_above: Option<usize>,
    /// Keys of a page.
    pub page: usize,
    /// Whether pages come in no order.
    pub unsorted: bool,
    /// Whether the second page of a listing leads to itself.
    pub stuck: bool,
    /// Whether the names in a listing are left as they are, whatever was asked.
    pub ignore_encoding: bool,
    /// The Region of its buckets. Requests signed for another are sent there.
    pub region: Option<String>,
    /// Whether it says where the bucket is only to a HEAD.
    pub tell_region_on_head: bool,
    /// Session tokens that are out of date.
    pub expired: HashSet<String>,
    /// Access keys that are known; empty for all, and for requests that are not signed.
    pub known: HashSet<String>,
    /// Prefixes that may be listed; empty for all.
    pub may_list: Vec<String>,
    /// Keys that must not be read, by how they begin, and what is said.
    pub must_not_get: Option<(String, String)>,
    /// Keys that are listed and gone when they are asked for, by how they begin.
    pub gone: Option<String>,
    /// Whether only requests with `x-amz-request-payer: requester` are served.
    pub requester_pays: bool,
    /// Whether a request for a range gets the whole object.
    pub no_ranges: bool,
}

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour {
            faults: 0,
            kinds: FAULTS.to_vec(),
            at_most: 4,
            delay: Duration::ZERO,
            throttle_above: None,
            page: 1000,
            unsorted: false,
            stuck: false,
            ignore_encoding: false,
            region: None,
            tell_region_on_head: false,
            expired: HashSet::new(),
            known: HashSet::new(),
            may_list: Vec::new(),
            must_not_get: None,
            gone: None,
            requester_pays: false,
            no_ranges: false,
        }
    }
}

/// What can go wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 503 SlowDown
    SlowDown,
    /// 500 InternalError
    Internal,
    /// 502 with a page of a proxy
    BadGateway,
    /// 400 RequestTimeout
    RequestTimeout,
    /// The connection ends before an answer.
    Reset,
    /// The body ends before its end.
    Short,
    /// A header of another length.
    WrongLength,
    /// 200 with what is no sound XML, for a listing; a short body for an object.
    BrokenXml,
    /// 200 with an error in it.
    ErrorIn200,
    /// An answer that comes late.
    Late,
}

/// All that go away by themselves and cost no time.
pub const FAULTS: [Fault; 9] = [
    Fault::SlowDown,
    Fault::Internal,
    Fault::BadGateway,
    Fault::RequestTimeout,
    Fault::Reset,
    Fault::Short,
    Fault::WrongLength,
    Fault::BrokenXml,
    Fault::ErrorIn200,
];

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// GET or HEAD
    pub method: String,
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// The query, decoded.
    pub query: BTreeMap<String, String>,
    /// The headers, in lower case.
    pub headers: BTreeMap<String, String>,
}

type Buckets = HashMap<String, BTreeMap<String, Stored>>;

#[derive(Debug)]
struct State {
    buckets: Mutex<Buckets>,
    behaviour: Mutex<Arc<Behaviour>>,
    log: Mutex<Option<Vec<Asked>>>,
    spoiled: Mutex<HashMap<String, u32>>,
    dice: AtomicU64,
    now: AtomicUsize,
    most: AtomicUsize,
    stopped: AtomicBool,
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    state: Arc<State>,
    address: SocketAddr,
    certificate: Option<String>,
}

impl Server {
    /// Starts on a free port of this machine.
    pub fn start() -> Server {
        Server::serve(None)
    }

    /// The same with TLS, and a certificate of its own for `localhost`.
    pub fn start_with_tls() -> Server {
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(rustls::ALL_VERSIONS)
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a key that fits");
        Server::serve(Some((Arc::new(config), made.cert.pem())))
    }

    fn serve(tls: Option<(Arc<rustls::ServerConfig>, String)>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            buckets: Mutex::default(),
            behaviour: Mutex::default(),
            log: Mutex::new(Some(Vec::new())),
            spoiled: Mutex::default(),
            dice: AtomicU64::new(0x9e37_79b9_7f4a_7c15),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let (config, certificate) = tls.unzip();
        let serving = Arc::clone(&state);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if serving.stopped.load(SeqCst) {
                    return;
                }
                let Ok(connection) = connection else { continue };
                let (state, config) = (Arc::clone(&serving), config.clone());
                thread::Builder::new()
                    .stack_size(256 << 10)
                    .spawn(move || {
                        // A client that goes away is no fault.
                        let _ = talk(&state, connection, config);
                    })
                    .expect("a thread");
            }
        });
        Server {
            state,
            address,
            certificate,
        }
    }

    /// For `--endpoint-url`.
    pub fn endpoint(&self) -> String {
        match self.certificate {
            Some(_) => format!("https://localhost:{}", self.address.port()),
            None => format!("http://{}", self.address),
        }
    }

    /// Its certificate in PEM.
    pub fn certificate(&self) -> &str {
        self.certificate.as_deref().unwrap_or_default()
    }

    /// Puts an object.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Arc<[u8]>>) {
        let bytes = bytes.into();
        let stored = Stored {
            bytes,
            ..Stored::default()
        };
        self.put_stored(bucket, key, stored);
    }

    /// Puts an object with all its properties.
    pub fn put_stored(&self, bucket: &str, key: &str, stored: Stored) {
        let mut buckets = lock(&self.state.buckets);
        let bucket = buckets.entry(bucket.to_owned()).or_default();
        bucket.insert(key.to_owned(), stored);
    }

    /// Makes an empty bucket.
    pub fn make_bucket(&self, bucket: &str) {
        lock(&self.state.buckets)
            .entry(bucket.to_owned())
            .or_default();
    }

    /// Removes an object.
    pub fn remove(&self, bucket: &str, key: &str) {
        if let Some(bucket) = lock(&self.state.buckets).get_mut(bucket) {
            bucket.remove(key);
        }
    }

    /// Behaves so from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.state.behaviour) = Arc::new(behaviour);
        lock(&self.state.spoiled).clear();
    }

    /// Behaves the same except for what is changed.
    pub fn change(&self, change: impl FnOnce(&mut Behaviour)) {
        let mut behaviour = Behaviour::clone(&lock(&self.state.behaviour));
        change(&mut behaviour);
        self.behave(behaviour);
    }

    /// What was asked since the last time, and how many at once at most.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state.log)
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// How many requests there were at once at most.
    pub fn most_at_once(&self) -> usize {
        self.state.most.load(SeqCst)
    }

    /// Keeps no requests from now on: for long runs.
    pub fn keep_no_requests(&self) {
        *lock(&self.state.log) = None;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, SeqCst);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn behaviour(&self) -> Arc<Behaviour> {
        Arc::clone(&lock(&self.behaviour))
    }

    /// A number that is another for each request, and the same in each run.
    fn roll(&self) -> u64 {
        let mut x = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, SeqCst);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// The fault of this request, if it is to have one.
    fn fault(&self, behaviour: &Behaviour, target: &str) -> Option<Fault> {
        if behaviour.faults == 0 || behaviour.kinds.is_empty() {
            return None;
        }
        let roll = self.roll();
        if roll % 1000 >= u64::from(behaviour.faults) {
            return None;
        }
        let mut spoiled = lock(&self.spoiled);
        let times = spoiled.entry(target.to_owned()).or_default();
        if *times >= behaviour.at_most {
            return None;
        }
        *times += 1;
        let at = (roll >> 32) as usize % behaviour.kinds.len();
        Some(behaviour.kinds[at])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

fn talk(
    state: &State,
    connection: TcpStream,
    tls: Option<Arc<rustls::ServerConfig>>,
) -> io::Result<()> {
    connection.set_nodelay(true)?;
    connection.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut wire: Box<dyn Wire> = match tls {
        None => Box::new(connection),
        Some(config) => {
            let session = rustls::ServerConnection::new(config).map_err(io::Error::other)?;
            Box::new(rustls::StreamOwned::new(session, connection))
        }
    };
    let mut rest = Vec::new();
    while let Some(asked) = http::request(&mut wire, &mut rest)? {
        if state.stopped.load(SeqCst) {
            return Ok(());
        }
        let now = state.now.fetch_add(1, SeqCst) + 1;
        state.most.fetch_max(now, SeqCst);
        let answer = answer::answer(state, &asked, now);
        if let Some(log) = &mut *lock(&state.log) {
            log.push(asked.clone());
        }
        state.now.fetch_sub(1, SeqCst);
        let Some(answer) = answer else {
            return Ok(()); // a reset, as far as the other side can tell
        };
        http::send(&mut wire, &asked, &answer)?;
        if answer.cut.is_some() {
            return Ok(());
        }
    }
    Ok(())
}
