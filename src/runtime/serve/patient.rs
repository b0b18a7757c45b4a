//! A connection whose client has only so long: for the head of a request, between two requests, and for taking an answer.
//!
//! The body of a request is not bounded here: see [`body`](crate::body).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::Refuse;
use crate::refusal::slow_head;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request, from its first byte on.
    pub head: Duration,
    /// For the first byte of a request, on a new connection and after an answer.
    pub idle: Duration,
    /// For taking the next part of an answer.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { head: Duration::from_secs(10), idle: Duration::from_secs(75), answer: Duration::from_secs(30) }
    }
}

/// How much of a head is kept, for the answer to whoever is too slow with the rest.
const KEPT: usize = 1_024;

/// Counts the beginnings and the ends of requests of one connection: it is odd while one is being answered.
#[derive(Debug, Clone, Default)]
pub struct Turns(Arc<AtomicUsize>);

impl Turns {
    /// A request begins, or its answer is made.
    pub fn turn(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection.
pub struct Patient {
    stream: TcpStream,
    patience: Patience,
    turns: Turns,
    /// The turn for which the times below are.
    turn: usize,
    /// The beginning of the next head, as far as it is there.
    arrived: Vec<u8>,
    refuse: Refuse,
    /// When the next head has to begin or to be complete. Its moment is set when there is something to wait for.
    head: Pin<Box<Sleep>>,
    is_set: bool,
    /// When the next part of an answer has to be taken, while one waits for that.
    answer: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    /// A connection on which nothing was sent so far. The service says by `turns` when a request begins and ends.
    pub fn new(stream: TcpStream, patience: Patience, turns: Turns, refuse: Refuse) -> Patient {
        let head = Box::pin(sleep(patience.idle));
        Patient { stream, patience, turns, turn: 0, arrived: Vec::new(), refuse, head, is_set: true, answer: None }
    }

    /// Whether the client has waited too long with a request. While one is being answered nobody waits.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let turn = self.turns.now();
        if turn != self.turn {
            (self.turn, self.arrived, self.is_set) = (turn, Vec::new(), false);
        }
        if turn % 2 == 1 {
            return false;
        }
        if !self.is_set {
            self.is_set = true;
            let time = if self.arrived.is_empty() { self.patience.idle } else { self.patience.head };
            self.head.as_mut().reset(Instant::now() + time);
        }
        self.head.as_mut().poll(cx).is_ready()
    }

    /// Nothing can be read at the moment.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_late(cx) {
            return Poll::Pending;
        }
        if !self.arrived.is_empty() {
            // It may not be listening either.
            let _ = self.stream.try_write(&(self.refuse)(&self.arrived, &slow_head()));
        }
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client waited too long with a request")))
    }

    /// A part of the next head has come. With the first one its time begins.
    fn keep(&mut self, turn: usize, part: &[u8]) {
        if turn != self.turn || self.arrived.is_empty() {
            (self.turn, self.arrived, self.is_set) = (turn, Vec::new(), false);
        }
        let room = KEPT - self.arrived.len();
        self.arrived.extend_from_slice(&part[..part.len().min(room)]);
    }

    /// What came of an attempt to send.
    fn sent<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.answer = None;
            return outcome;
        }
        let time = self.patience.answer;
        ready!(self.answer.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not take its answer")))
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if outcome.is_pending() {
            return self.wait(cx);
        }
        let turn = self.turns.now();
        if buffer.filled().len() > before && turn.is_multiple_of(2) {
            self.keep(turn, &buffer.filled()[before..]);
        }
        outcome
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.sent(cx, outcome)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.sent(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // An answer that is sent may be the last thing that happens here: the time for the next request begins.
        let _ = self.is_late(cx);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
