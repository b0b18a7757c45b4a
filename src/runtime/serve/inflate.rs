//! Bodies that are sent compressed, as PHP's `SoapClient` sends them when it is asked to (`compression`), and as PHP's server reads them.
//!
//! In: a request. Out: the same with its body as it was before, so that no protocol knows of this. The limit on the length of a body holds
//! for what is sent and for what it becomes.

use std::io::{self, Read};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};
use axum::http::request::Parts;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::body::{self, too_long};
use crate::dispatch::{Failure, FailureKind};

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    /// That of zlib, as RFC 9110 says, or the bare one that some clients send.
    Deflate,
}

/// The request with its body as it is read. One that is not compressed stays as it is; the error has the head of one that is refused.
pub async fn inflated(request: Request, limits: body::Limits) -> Result<Request, (Box<Request>, Failure)> {
    let Some(named) = request.headers().get(CONTENT_ENCODING) else { return Ok(request) };
    let coding = coding(named);
    let (mut head, body) = request.into_parts();
    match coding {
        Ok(None) => Ok(Request::from_parts(head, body)),
        Ok(Some(coding)) => match plain(coding, body, limits).await {
            Ok(bytes) => {
                head.headers.remove(CONTENT_ENCODING);
                head.headers.insert(CONTENT_LENGTH, bytes.len().into());
                Ok(Request::from_parts(head, Body::from(bytes)))
            }
            Err(why) => Err(refused(head, why)),
        },
        Err(why) => Err(refused(head, why)),
    }
}

fn refused(head: Parts, why: Failure) -> (Box<Request>, Failure) {
    (Box::new(Request::from_parts(head, Body::empty())), why)
}

/// The coding that a header names; none for a body as it is.
fn coding(named: &HeaderValue) -> Result<Option<Coding>, Failure> {
    match named.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(None),
        "gzip" | "x-gzip" => Ok(Some(Coding::Gzip)),
        "deflate" => Ok(Some(Coding::Deflate)),
        _ => {
            Err(Failure::new(FailureKind::MediaType, "unknowncompression", "Of the ways to compress a request, gzip and deflate are read."))
        }
    }
}

async fn plain(coding: Coding, body: Body, limits: body::Limits) -> Result<Bytes, Failure> {
    let sent = body::read(body, limits).await?;
    // This may take a while; nobody else has to wait for it.
    let read = tokio::task::spawn_blocking(move || inflate(coding, &sent, limits.bytes));
    let bytes = read.await.map_err(|why| Failure::internal(why.to_string()))?;
    let bytes = bytes.map_err(|why| {
        let message = "The request is not compressed as its head says.";
        Failure::new(FailureKind::BadRequest, "badcompression", message).debug(why.to_string())
    })?;
    if bytes.len() > limits.bytes { Err(too_long(limits)) } else { Ok(bytes.into()) }
}

/// What was compressed; of more than `most` bytes only so many that they are too many.
fn inflate(coding: Coding, sent: &[u8], most: usize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    match coding {
        Coding::Gzip => MultiGzDecoder::new(sent).take(most).read_to_end(&mut out)?,
        Coding::Deflate if is_zlib(sent) => ZlibDecoder::new(sent).take(most).read_to_end(&mut out)?,
        Coding::Deflate => DeflateDecoder::new(sent).take(most).read_to_end(&mut out)?,
    };
    Ok(out)
}

/// Whether bytes begin as zlib has it (RFC 1950).
fn is_zlib(sent: &[u8]) -> bool {
    matches!(sent, [method, check, ..] if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*check)).is_multiple_of(31))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::Duration;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = b"<e>twelve</e>";

    async fn reads(coding: &str, sent: Vec<u8>, bytes: usize) -> Result<Vec<u8>, u16> {
        let request = Request::post("/x").header(CONTENT_ENCODING, coding).body(Body::from(sent)).unwrap();
        let limits = body::Limits { bytes, time: Duration::from_secs(5) };
        match inflated(request, limits).await {
            Ok(request) => {
                let told = request.headers().get(CONTENT_LENGTH).map(|length| length.to_str().unwrap().to_owned());
                let bytes = body::read(request.into_body(), limits).await.unwrap();
                assert!(told.is_none_or(|told| told == bytes.len().to_string()));
                Ok(bytes.to_vec())
            }
            Err((_, why)) => Err(why.kind.status()),
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::default());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn bare(text: &[u8]) -> Vec<u8> {
        let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    #[tokio::test]
    async fn each_coding_is_read() {
        for (coding, sent) in [
            ("gzip", gzip(TEXT)),
            ("X-GZIP", gzip(TEXT)),
            ("deflate", zlib(TEXT)),
            ("deflate", bare(TEXT)),
            ("identity", TEXT.to_vec()),
            ("", TEXT.to_vec()),
        ] {
            assert_eq!(reads(coding, sent, 100).await.as_deref(), Ok(TEXT), "{coding}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        assert_eq!(reads("br", TEXT.to_vec(), 100).await, Err(415));
        assert_eq!(reads("gzip, gzip", gzip(&gzip(TEXT)), 100).await, Err(415));
        for coding in ["gzip", "deflate"] {
            assert_eq!(reads(coding, TEXT.to_vec(), 100).await, Err(400), "{coding}");
        }
        assert_eq!(reads("gzip", gzip(TEXT)[..20].to_vec(), 100).await, Err(400));
    }

    #[tokio::test]
    async fn little_that_becomes_much_is_too_long() {
        let zeros = vec![0; 50 << 20];
        for (coding, sent) in [("gzip", gzip(&zeros)), ("deflate", zlib(&zeros)), ("deflate", bare(&zeros))] {
            assert!(sent.len() < 1 << 20);
            assert_eq!(reads(coding, sent, 1 << 20).await, Err(413), "{coding}");
        }
        assert_eq!(reads("gzip", gzip(&[0; 100]), 100).await, Ok(vec![0; 100]));
        assert_eq!(reads("gzip", gzip(&[0; 101]), 100).await, Err(413));
    }
}
