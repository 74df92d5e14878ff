//! What is in an object: all of its bytes, or a stream of them from the connection to whoever reads it.
//!
//! Owns both ends of a stream, and that its end is told from a connection that broke.

use std::io::{self, Read};
use std::ops::Deref;

use bytes::{Buf, Bytes};
use http::{Response, StatusCode};
use hyper::body::Incoming;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::client::{content_length, piece_of};
use super::error::S3Error;
use super::failure::Failure;
use super::flight::Room;

/// Pieces of a stream that wait, each as large as a read from a connection.
const PIECES: usize = 8;

/// What is in an object.
#[derive(Debug)]
pub enum Body {
    /// All of it.
    Whole(Whole),
    /// To be read to its end, or dropped.
    Stream(ObjectStream),
}

/// The bytes of an object. They count as waiting until this is dropped.
#[derive(Debug)]
pub struct Whole {
    bytes: Vec<u8>,
    /// What CloudTrail signs a digest with, beside it.
    pub signature: Option<Box<str>>,
    _room: Room,
}

impl Whole {
    pub(super) fn new(bytes: Vec<u8>, signature: Option<Box<str>>, room: Room) -> Whole {
        Whole {
            bytes,
            signature,
            _room: room,
        }
    }
}

impl AsRef<[u8]> for Whole {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Deref for Whole {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// An object that comes in pieces while it is read.
#[derive(Debug)]
pub struct ObjectStream {
    pieces: Receiver<Result<Bytes, S3Error>>,
    piece: Bytes,
    ended: bool,
    _room: Room,
}

impl ObjectStream {
    /// A stream, and where its pieces are put in.
    pub(super) fn new(room: Room) -> (Sender<Result<Bytes, S3Error>>, ObjectStream) {
        let (send, pieces) = channel(PIECES);
        let stream = ObjectStream {
            pieces,
            piece: Bytes::new(),
            ended: false,
            _room: room,
        };
        (send, stream)
    }
}

impl Read for ObjectStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.ended {
            match self.pieces.blocking_recv() {
                Some(Ok(piece)) if piece.is_empty() => self.ended = true,
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(error)) => {
                    self.ended = true;
                    return Err(io::Error::other(error));
                }
                // An end is said; without it somebody gave up.
                None => {
                    self.ended = true;
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        let len = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..len]);
        Ok(len)
    }
}

/// Why a body was not passed on to its end.
pub(super) enum Pour {
    /// Nobody reads it.
    Unwanted,
    /// It ended before its time.
    Broke(Failure),
}

/// Passes a body on, from `at` to the end of the object.
pub(super) async fn pour(
    response: Response<Incoming>,
    at: &mut u64,
    size: u64,
    out: &Sender<Result<Bytes, S3Error>>,
) -> Result<(), Pour> {
    let broke = |what: String| Pour::Broke(Failure::Passing(what));
    // A service that knows no ranges begins at the beginning.
    let mut skip = match response.status() {
        StatusCode::PARTIAL_CONTENT => 0,
        _ => *at,
    };
    let whole = size - *at + skip;
    if content_length(&response).is_some_and(|stated| stated != whole) {
        return Err(broke(format!("not the {whole} bytes that were listed")));
    }
    let mut body = response.into_body();
    while let Some(mut piece) = piece_of(&mut body).await.map_err(Pour::Broke)? {
        let skipped = skip.min(piece.len() as u64);
        piece.advance(usize::try_from(skipped).unwrap_or(usize::MAX));
        skip -= skipped;
        if piece.is_empty() {
            continue;
        }
        *at += piece.len() as u64;
        if *at > size {
            return Err(broke(format!(
                "more than the {size} bytes that were listed"
            )));
        }
        if out.send(Ok(piece)).await.is_err() {
            return Err(Pour::Unwanted);
        }
    }
    if *at != size {
        return Err(broke(format!("{at} of {size} bytes")));
    }
    // An empty piece is the end.
    let _ = out.send(Ok(Bytes::new())).await;
    Ok(())
}
