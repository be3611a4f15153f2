//! How far an execution's journal is durable, for calls that wait for it outside of its shard. The store's writer tells
//! them itself, which spares the way through the shard.

use std::sync::atomic::{AtomicU64, Ordering};

use store::journal::Seq;
use tokio::sync::Notify;

/// The seq of the last event known to be durable.
#[derive(Debug, Default)]
pub(crate) struct Durable {
    seq: AtomicU64,
    told: Notify,
}

impl Durable {
    /// Says that events up to this one are durable.
    pub(crate) fn advance(&self, seq: Seq) {
        self.seq.fetch_max(seq, Ordering::AcqRel);
        self.told.notify_waiters();
    }

    /// Waits until this event is durable.
    pub(crate) async fn reaches(&self, seq: Seq) {
        loop {
            let told = self.told.notified();
            let mut told = std::pin::pin!(told);
            // Before the look, so that nothing told in between is missed.
            told.as_mut().enable();
            if self.seq.load(Ordering::Acquire) >= seq {
                return;
            }
            told.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_passes_before_the_event_is_durable() {
        let durable = Arc::new(Durable::default());
        let waits = |seq| {
            let durable = durable.clone();
            tokio::spawn(async move { durable.reaches(seq).await })
        };
        let (second, third) = (waits(2), waits(3));
        durable.advance(2);
        second.await.expect("it passes");
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(!third.is_finished());
        durable.advance(4);
        third.await.expect("it passes");
        durable.reaches(4).await;
    }
}
