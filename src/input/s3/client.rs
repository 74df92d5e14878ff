//! One request, signed, sent, and its answer told apart: success, or why it failed.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use super::config::Config;
use super::connector::{ByProxy, connector};
use super::error::{Kind, S3Error, said};
use super::failure::Failure;
use super::request::{Target, Unspeakable, request, user_agent};
use super::requests::Counters;
use super::xml::{Refusal, refusal};

/// Between two pieces of a body. S3 itself ends a connection that is idle for about this long.
pub(super) const IDLE: Duration = Duration::from_secs(20);
/// An error of S3 has some hundred bytes.
const LONGEST_REFUSAL: usize = 64 << 10;

const BUCKET_REGION: HeaderName = HeaderName::from_static("x-amz-bucket-region");
const REQUEST_PAYER: HeaderName = HeaderName::from_static("x-amz-request-payer");

/// What asks S3: the connections, the credentials, and where each bucket was found.
#[derive(Debug)]
pub(super) struct Client {
    http: legacy::Client<HttpsConnector<ByProxy>, Empty<Bytes>>,
    config: Config,
    agent: HeaderValue,
    regions: Mutex<HashMap<String, Arc<str>>>,
    first_region: Arc<str>,
    /// Whether anything was ever answered.
    reached: AtomicBool,
    pub(super) counters: Counters,
}

impl Client {
    pub(super) fn new(config: Config) -> Result<Client, S3Error> {
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(15))
            .build(connector(&config.roots));
        let agent = HeaderValue::from_str(&user_agent(&config.app)).map_err(|_| {
            let why = "the application's name has characters that no header can have; unset it";
            S3Error::new("AWS_SDK_UA_APP_ID", Kind::Setting(why.into()))
        })?;
        Ok(Client {
            http,
            agent,
            regions: Mutex::default(),
            first_region: config.region.as_str().into(),
            config,
            reached: AtomicBool::new(false),
            counters: Counters::default(),
        })
    }

    /// How often each request is tried.
    pub(super) fn tries(&self) -> u32 {
        self.config.tries
    }

    /// Whether there are credentials to be had at all.
    pub(super) async fn check_credentials(&self) -> Result<(), Kind> {
        match &self.config.credentials {
            Some(credentials) => credentials.get().await.map(drop),
            None => Ok(()),
        }
    }

    /// Other credentials than those of this number.
    pub(super) async fn renew(&self, stale: u64) -> Result<(), Kind> {
        match &self.config.credentials {
            Some(credentials) => credentials.renew(stale).await,
            None => Err(self.expired()),
        }
    }

    pub(super) fn expired(&self) -> Kind {
        match &self.config.credentials {
            Some(credentials) => credentials.expired(),
            None => Kind::Expired {
                advice: "sign the requests: leave out --no-sign-request".into(),
            },
        }
    }

    pub(super) fn was_reached(&self) -> bool {
        self.reached.load(Relaxed)
    }

    pub(super) fn retried(&self) {
        self.counters.retried.fetch_add(1, Relaxed);
    }

    /// Where a bucket is asked for.
    pub(super) fn region_of(&self, bucket: &str) -> Arc<str> {
        let regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = regions.get(bucket).unwrap_or(&self.first_region);
        Arc::clone(known)
    }

    /// Goes on asking for a bucket in another Region: the one that S3 named, or what a HEAD of the
    /// bucket says, which S3 answers to everybody.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
    pub(super) async fn follow(&self, bucket: &str, region: Option<String>) -> Result<(), Kind> {
        let asked = self.region_of(bucket);
        let region = match region {
            Some(region) => region,
            None => self
                .head(bucket)
                .await
                .ok_or_else(|| Kind::WrongRegion(asked.to_string()))?,
        };
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if region.is_empty() || region.len() > 63 || !region.bytes().all(sound) {
            return Err(Kind::WrongRegion(asked.to_string()));
        }
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        regions.insert(bucket.to_owned(), region.into());
        Ok(())
    }

    async fn head(&self, bucket: &str) -> Option<String> {
        self.counters.list.fetch_add(1, Relaxed);
        let target = Target {
            method: Method::HEAD,
            bucket,
            key: "",
            query: &[],
            headers: &[],
        };
        let (response, _) = self.answer(&target, IDLE).await.ok()?;
        region_in(&response)
    }

    /// Sends a request. What is no success is read and told apart.
    pub(super) async fn send(
        &self,
        target: &Target<'_>,
        patience: Duration,
    ) -> Result<Response<Incoming>, Failure> {
        let (response, number) = self.answer(target, patience).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let region = region_in(&response);
        let body = body_of(response, LONGEST_REFUSAL, None).await;
        let told = body.map_or_else(|_| Refusal::default(), |body| refusal(&body));
        Err(match Failure::of_answer(status, told, region.clone()) {
            Failure::Expired(_) => Failure::Expired(number),
            // Some Regions say no to whoever asks for a bucket of another one.
            Failure::Final(Kind::Refused { .. } | Kind::CredentialsRefused { .. })
                if region
                    .as_deref()
                    .is_some_and(|region| *region != *self.region_of(target.bucket)) =>
            {
                Failure::Elsewhere(region)
            }
            failure => failure,
        })
    }

    /// The answer to a request, whatever it is, and the number of the credentials it was signed with.
    async fn answer(
        &self,
        target: &Target<'_>,
        patience: Duration,
    ) -> Result<(Response<Incoming>, u64), Failure> {
        let current = match &self.config.credentials {
            Some(credentials) => Some(credentials.get().await.map_err(Failure::Final)?),
            None => None,
        };
        let region = self.region_of(target.bucket);
        let payer = [(REQUEST_PAYER, "requester")];
        let mut headers = target.headers.to_vec();
        if self.config.request_payer {
            headers.extend(payer);
        }
        let target = Target {
            method: target.method.clone(),
            headers: &headers,
            ..*target
        };
        let url = self.config.endpoint.url(&region, &target);
        let request = request(
            &url,
            &target,
            &self.agent,
            &region,
            current.as_ref().map(|current| &current.keys),
            SystemTime::now(),
        )
        .map_err(|Unspeakable| {
            let why = "this key or ETag cannot be said in an HTTP request";
            Failure::Final(Kind::Refused {
                status: 0,
                code: "InvalidRequest".into(),
                said: why.into(),
            })
        })?;
        let answer = timeout(patience, self.http.request(request)).await;
        match answer {
            Ok(Ok(response)) => {
                self.reached.store(true, Relaxed);
                Ok((response, current.map_or(0, |current| current.number)))
            }
            Ok(Err(error)) => Err(of_connection(&error)),
            Err(_) => Err(Failure::Late(format!(
                "no answer in {} s",
                patience.as_secs()
            ))),
        }
    }
}

fn region_in(response: &Response<Incoming>) -> Option<String> {
    let region = response.headers().get(BUCKET_REGION)?.to_str().ok()?;
    Some(region.to_owned())
}

/// A body of at most so many bytes, of as many as the header says, or of as many as are known to come.
pub(super) async fn body_of(
    response: Response<Incoming>,
    most: usize,
    exactly: Option<u64>,
) -> Result<Vec<u8>, Failure> {
    let stated = content_length(&response);
    let expected = exactly.or(stated);
    if let (Some(exactly), Some(stated)) = (exactly, stated)
        && exactly != stated
    {
        return Err(Failure::Passing(format!(
            "a body of {stated} bytes in place of {exactly}"
        )));
    }
    let room = expected.and_then(|len| usize::try_from(len).ok());
    let mut bytes = Vec::with_capacity(room.unwrap_or(0).min(most));
    let mut body = response.into_body();
    while let Some(data) = piece_of(&mut body).await? {
        if bytes.len() + data.len() > most {
            return Err(Failure::Passing(format!(
                "a body of more than {most} bytes"
            )));
        }
        bytes.extend_from_slice(&data);
    }
    match room {
        Some(room) if room != bytes.len() => {
            Err(Failure::Passing(format!("{} of {room} bytes", bytes.len())))
        }
        _ => Ok(bytes),
    }
}

/// The next piece of a body, or none at its end.
pub(super) async fn piece_of(body: &mut Incoming) -> Result<Option<Bytes>, Failure> {
    loop {
        return match timeout(IDLE, body.frame()).await {
            Err(_) => Err(Failure::Passing(format!(
                "nothing came for {} s",
                IDLE.as_secs()
            ))),
            Ok(None) => Ok(None),
            Ok(Some(Err(error))) => Err(Failure::Passing(if error.is_incomplete_message() {
                "the body was cut short".into()
            } else {
                format!("the connection broke: {}", innermost(&error))
            })),
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => Ok(Some(data)),
                // Trailers
                Err(_) => continue,
            },
        };
    }
}

pub(super) fn content_length(response: &Response<Incoming>) -> Option<u64> {
    let value = response.headers().get(http::header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// What a connection died of. A certificate does not get better; everything else may.
fn of_connection(error: &legacy::Error) -> Failure {
    if let Some(tls @ rustls::Error::InvalidCertificate(_)) = of_tls(error) {
        return Failure::Final(Kind::Certificate(said(&tls.to_string())));
    }
    Failure::Unreached {
        why: said(&innermost(error)),
        connecting: error.is_connect(),
    }
}

/// The error of TLS among the causes. One that is wrapped in `io::Error` is no source of it.
fn of_tls<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    match error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
    {
        Some(wrapped) => of_tls(wrapped),
        None => of_tls(error.source()?),
    }
}

/// The cause of all causes. What is around it speaks of clients and connectors.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
