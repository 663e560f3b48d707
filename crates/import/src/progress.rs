//! Counts the bytes that a reader has handed out, so that a progress bar can set them against the file's size. It refuses
//! to guess: what is buffered further up counts as read.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// A reader that keeps count.
#[derive(Debug)]
pub struct Progress<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Progress<R> {
    pub fn new(inner: R) -> Self {
        Progress {
            inner,
            bytes: Arc::default(),
        }
    }

    /// The bytes read so far; stays valid after the reader has been given away.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes)
    }
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
