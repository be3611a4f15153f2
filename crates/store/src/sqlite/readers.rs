//! The reader pool: a few threads with a read-only connection each. Statements are short; nobody holds a snapshot
//! longer than one call.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::queue::closed;
use crate::Result;

/// Reads that may wait for a thread; more wait for a permit, at no cost but their future.
const WAITING_MAX: usize = 1_024;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// Runs reads on its threads.
pub(super) struct Readers {
    shared: Arc<Shared>,
    permits: Semaphore,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    waiting: Mutex<(VecDeque<Read>, bool)>,
    filled: Condvar,
}

impl Readers {
    /// One thread for each connection.
    pub(super) fn start(connections: Vec<Connection>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { waiting: Mutex::default(), filled: Condvar::new() });
        let mut threads = Vec::with_capacity(connections.len());
        for (n, connection) in connections.into_iter().enumerate() {
            let shared = shared.clone();
            let thread = thread::Builder::new().name(format!("store-read-{n}"));
            threads.push(thread.spawn(move || shared.work(&connection))?);
        }
        Ok(Self { shared, permits: Semaphore::new(WAITING_MAX), threads })
    }

    /// Runs one read.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _permit = self.permits.acquire().await.map_err(|_| closed())?;
        let (reply, answer) = oneshot::channel();
        {
            let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            // A caller that is gone is no reason to fail.
            waiting.0.push_back(Box::new(move |connection| drop(reply.send(read(connection)))));
        }
        self.shared.filled.notify_one();
        answer.await.map_err(|_| closed())?
    }
}

impl Shared {
    fn work(&self, connection: &Connection) {
        loop {
            let read = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                loop {
                    if let Some(read) = waiting.0.pop_front() {
                        break read;
                    }
                    if waiting.1 {
                        return;
                    }
                    waiting = self.filled.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                }
            };
            read(connection);
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.shared.filled.notify_all();
        for thread in self.threads.drain(..) {
            if thread.thread().id() != thread::current().id() {
                drop(thread.join());
            }
        }
    }
}
