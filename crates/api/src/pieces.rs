//! Hands a body over in pieces, as its reader takes them: whole, the server would copy it into the connection's buffer, and behind it
//! the answers to all that the client asked for meanwhile.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

const MOST: usize = 32 * 1024;

struct Pieces(Bytes);

pub fn in_pieces(body: BoxBody) -> BoxBody {
    match body.try_into_bytes() {
        Ok(bytes) if bytes.len() > MOST => BoxBody::new(Pieces(bytes)),
        Ok(bytes) => BoxBody::new(bytes),
        Err(body) => body,
    }
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let most = MOST.min(self.0.len());
        Poll::Ready(Some(Ok(self.0.split_to(most))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{MOST, in_pieces};
    use actix_web::body::{BodySize, BoxBody, MessageBody};
    use futures_util::future::poll_fn;
    use std::pin::pin;

    #[tokio::test]
    async fn a_body_comes_in_pieces_and_is_whole() {
        for length in [0, 1, MOST, MOST + 1, 3 * MOST + 7] {
            let whole: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let mut body = pin!(in_pieces(BoxBody::new(whole.clone())));
            assert_eq!(body.size(), BodySize::Sized(length as u64));
            let mut taken = Vec::new();
            while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
                let piece = piece.unwrap();
                assert!((1..=MOST).contains(&piece.len()), "{length}: {}", piece.len());
                taken.extend_from_slice(&piece);
            }
            assert_eq!(taken, whole);
        }
    }
}
